"""The list over HTTP: odd spellings, hostile input, and nothing that is not the caller's."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.emporix.approving import APPROVALS
from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import BOB, RITA, ROB, Desk, cart
from webapp.kernel.clock import utcnow


@pytest.fixture
def asked(desk: Desk) -> dict[str, str]:
    """A request of Rita's and one of Rob's, both to Bob."""
    now = utcnow()
    return {
        "rita": desk.ask(RITA, cart("c500-rita", BOB), now=now - timedelta(hours=1)),
        "rob": desk.ask(ROB, cart("c500-rob", BOB), now=now),
    }


@pytest.fixture
def bob(api: Api) -> ApiClient:
    return api("bob")


def ids(who: ApiClient, query: str) -> list[str]:
    reply = who.get(f"{APPROVALS}?{query}")
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.get_json()]


@pytest.mark.parametrize(
    "query",
    [
        "q=status:(PENDING,DECLINED)%20resource.siteCode:main",
        "q=status:(PENDING,DECLINED)+resource.siteCode:main",
        "q=q=status:PENDING",
        "q=q%3Dstatus%3APENDING",
        "q=",
        "sort=&q=metadata.createdAt:>%222020-01-01%22",
        "q=resource.subtotalAggregate.netValue:(>=400%20AND%20<=420)",
        "q=details.addresses.city:M%C3%BCnster",
        "q=details.addresses.city:~m%C3%9CN",
        "sort=nowhere",
    ],
)
def test_the_same_two_are_found_in_every_spelling(
    bob: ApiClient, asked: dict[str, str], query: str
) -> None:
    assert ids(bob, query) == [asked["rob"], asked["rita"]]


@pytest.mark.parametrize(
    "query",
    [
        "compoundLogicalQuery:((id:exists) OR (requestor.userId:rob))",
        "compoundLogicalQuery:((nowhere:missing) OR (status:~(.*)))",
        "nowhere:null",
        'requestor.userId:("rob",rita)',
    ],
)
def test_no_query_shows_a_colleagues(api: Api, asked: dict[str, str], query: str) -> None:
    assert ids(api("rita"), f"q={quote(query)}") == [asked["rita"]]
    assert ids(api("ada"), f"q={quote(query)}") == []
    assert ids(api("olga"), f"q={quote(query)}") == []


@pytest.mark.parametrize("name", ["q", "sort"])
@pytest.mark.parametrize(
    "hostile",
    [
        "x" * 60_000,
        "(" * 5000,
        "compoundLogicalQuery:" + "(" * 1900 + "id:1" + ")" * 1900,
        "id:~(" + "(a|b)" * 30 + ")",
        "id:~((((((((((((((a))))))))))))))",
        "id:'; DROP TABLE approvals; --",
        'id:"\\"; --"',
        "id:%",
        "\x00",
        "id:\x00",
        "id:\N{GRINNING FACE}",
        "details.a:\N{GRINNING FACE}",
        "details." + ".".join("a" * 60) + ":1",
        "metadata.version:>" + "9" * 39,
        "resource.totalPrice.netValue:(" + "9" * 39 + ",-1.5)",
        "metadata.createdAt:>9999-12-31T23:59:59.9999999Z",
        "metadata.createdAt:<0001-01-01",
        "resource.items.quantity:>1e999",
        "id:NaN",
        "metadata.createdAt:desc,details.addresses.city:desc,resource.items.itemYrn",
    ],
    ids=lambda text: text[:20].encode("unicode_escape").decode(),
)
def test_hostile_input_is_answered_or_refused(
    bob: ApiClient, asked: dict[str, str], name: str, hostile: str
) -> None:
    reply = bob.get(APPROVALS, query_string={name: hostile})
    assert reply.status_code in {200, 400}
    if reply.status_code == 400:
        body = reply.get_json()
        assert body["errorCode"] == "APPROVAL-400001"
        assert [detail["field"] for detail in body["details"]] == [name]


@pytest.mark.parametrize("broken", ["%ED%A0%80", "%FF", "id:~%ED%A0%80", "%00"])
def test_bytes_that_are_no_text_are_no_fault_of_ours(bob: ApiClient, broken: str) -> None:
    for name in ("q", "sort", "pageNumber"):
        assert bob.get(f"{APPROVALS}?{name}={broken}").status_code in {200, 400}


@pytest.mark.parametrize(
    "paging", ["pageSize=a", "pageSize=-1", "pageNumber=1.5", "pageNumber=%D9%A1", "pageSize="]
)
def test_a_page_is_a_whole_number(bob: ApiClient, paging: str) -> None:
    reply = bob.get(f"{APPROVALS}?{paging}")
    assert reply.status_code == 400
    assert reply.get_json()["errorCode"] == "APPROVAL-400001"
    assert reply.get_json()["details"][0]["field"] == paging.partition("=")[0]
