"""The conformance cases of lists and of the company of a token, by their numbers (D and E)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.emporix.approving import (
    APPROVALS,
    ask,
    change,
    decide,
    new_cart,
    permitted,
    read,
    refusal,
)
from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import ADA, BOB, RITA, Desk, cart
from webapp.approvals.submission import submit
from webapp.kernel.clock import utcnow

VALIDATION = (400, "APPROVAL-400001")
CUSTOMER = "/customer/acme"


@pytest.fixture
def rita(api: Api) -> ApiClient:
    return api("rita")


@pytest.fixture
def three(desk: Desk) -> list[str]:
    """Rita's requests for 500, 1000 and 1500 EUR, an hour apart, the oldest first."""
    now = utcnow()
    asked = (("c500-rita", BOB), ("c1000-rita", BOB), ("c1500-rita", ADA))
    return [
        desk.ask(RITA, cart(name, approver), now=now - timedelta(hours=3 - index))
        for index, (name, approver) in enumerate(asked)
    ]


@pytest.fixture
def sixty_one(desk: Desk) -> set[str]:
    carts = [new_cart(desk) for _ in range(61)]

    def ask_for_all(session: Session) -> set[str]:
        return {submit(session, RITA, cart(one), now=utcnow()).id for one in carts}

    return desk.run(ask_for_all)


def listed(who: ApiClient, **query: Any) -> list[str]:
    """The ids of a list, in its order."""
    reply = who.get(APPROVALS, query_string=query)
    assert reply.status_code == 200, reply.text
    return [one["id"] for one in reply.get_json()]


# D. Listing


def test_059_who_sees_it(api: Api, rita: ApiClient) -> None:
    ap = ask(rita)
    assert listed(rita) == listed(api("bob")) == [ap]
    assert listed(api("ada")) == []


def test_060_no_count_unless_asked_for(rita: ApiClient, three: Sequence[str]) -> None:
    reply = rita.get(APPROVALS)
    assert (reply.status_code, len(reply.get_json())) == (200, 3)
    assert "X-Total-Count" not in reply.headers


def test_061_the_count_of_all_pages(rita: ApiClient, three: Sequence[str]) -> None:
    reply = rita.get(f"{APPROVALS}?pageSize=2", headers={"X-Total-Count": "true"})
    assert isinstance(reply.get_json(), list)
    assert (len(reply.get_json()), reply.headers["X-Total-Count"]) == (2, "3")


def test_063_and_064_pages_of_sixty(rita: ApiClient, sixty_one: set[str]) -> None:
    first = listed(rita)
    second = listed(rita, pageNumber=2, pageSize=60)
    assert (len(first), len(second)) == (60, 1)
    assert {*first, *second} == sixty_one


def test_065_a_page_past_the_end(rita: ApiClient, three: Sequence[str]) -> None:
    assert listed(rita, pageNumber=99) == []


@pytest.mark.parametrize("query", ["pageSize=61", "pageSize=0", "pageNumber=0"])
def test_066_pages_that_cannot_be(rita: ApiClient, query: str) -> None:
    assert refusal(rita.get(f"{APPROVALS}?{query}")) == VALIDATION


def test_067_newest_first(rita: ApiClient, three: Sequence[str]) -> None:
    assert listed(rita, sort="metadata.createdAt:desc") == [*reversed(three)]


def test_069_by_status_and_then_newest_first(
    api: Api, rita: ApiClient, three: Sequence[str]
) -> None:
    decide(api("bob"), three[1], "APPROVED")
    ordered = listed(rita, sort="status,metadata.createdAt:desc")
    assert ordered == [three[1], three[2], three[0]]


def test_071_only_pending(rita: ApiClient, three: Sequence[str]) -> None:
    decide(rita, three[0], "CLOSED")
    assert set(listed(rita, q="status:PENDING")) == {three[1], three[2]}


@pytest.mark.parametrize("blank", ["%20", "+"])
def test_072_one_of_two_states_and_the_site(
    api: Api, rita: ApiClient, three: Sequence[str], blank: str
) -> None:
    decide(rita, three[0], "CLOSED")
    decide(api("bob"), three[1], "DECLINED")
    query = f"status:(PENDING,DECLINED){blank}resource.siteCode:"
    main = rita.get(f"{APPROVALS}?q={query}main").get_json()
    assert {one["id"] for one in main} == {three[1], three[2]}
    assert rita.get(f"{APPROVALS}?q={query}other").get_json() == []


def test_075_comparing_numbers(rita: ApiClient, three: Sequence[str]) -> None:
    path = "resource.subtotalAggregate.netValue"
    assert set(listed(rita, q=f"{path}:>=400")) == set(three)
    assert listed(rita, q=f"{path}:>=1000") == [three[2]]


def test_077_a_regular_expression(api: Api, rita: ApiClient, desk: Desk) -> None:
    ap = ask(rita)
    ask(api("mia", "le1"), "c500-mia-le1")
    assert len(listed(api("bob"))) == 2
    assert listed(api("bob"), q="requestor.lastName:~Ro") == [ap]


def test_078_either_or(api: Api, rita: ApiClient, three: Sequence[str]) -> None:
    decide(rita, three[0], "CLOSED")
    decide(api("bob"), three[1], "DECLINED")
    query = "compoundLogicalQuery:((status:PENDING) OR (status:DECLINED))"
    assert set(listed(rita, q=query)) == {three[1], three[2]}


def test_080_the_search_of_the_newer_storefront(api: Api, rita: ApiClient) -> None:
    ap = ask(rita)
    ask(api("mia", "le1"), "c500-mia-le1")
    paths = ("requestor.firstName", "requestor.lastName", "approver.firstName", "approver.lastName")
    names = " OR ".join(f"({path}:~(Rita))" for path in paths)
    query = f"compoundLogicalQuery:((id:~(Rita)) OR (status:~(RITA)) OR {names})"
    assert listed(api("bob"), q=query) == [ap]


def test_081_an_unbalanced_query(rita: ApiClient) -> None:
    reply = rita.get(APPROVALS, query_string={"q": "status:(PENDING"})
    assert refusal(reply) == VALIDATION


# E. Legal-entity scope


def test_084_another_company_of_the_same_person(api: Api) -> None:
    ap = ask(api("mia", "le1"), "c500-mia-le1")
    werk = api("mia", "le3")
    assert listed(werk) == []
    assert refusal(werk.get(f"{APPROVALS}/{ap}")) == (404, "APPROVAL-404001")
    assert refusal(change(werk, ap, ("add", "/comment", "x"))) == (404, "APPROVAL-404001")
    assert refusal(werk.delete(f"{APPROVALS}/{ap}")) == (404, "APPROVAL-404001")


def test_085_a_token_without_a_company(api: Api) -> None:
    ap = ask(api("mia", "le1"), "c500-mia-le1")
    assert listed(api("mia", None)) == [ap]
    assert read(api("mia", None), ap)["legalEntity"] == {"id": "le1"}


def test_087_an_approval_of_no_company(rita: ApiClient, desk: Desk) -> None:
    ap = ask(rita)
    # No approval of ours is without one; what an import might bring would have an empty id.
    desk.sql("UPDATE approvals SET company_id = ''")
    assert listed(rita) == []
    assert refusal(rita.get(f"{APPROVALS}/{ap}")) == (404, "APPROVAL-404001")


def test_089_another_company_for_the_session(guest: ApiClient) -> None:
    login = {"email": "mia@acme.example", "password": "mia-Secret-2026"}
    first = guest.post(f"{CUSTOMER}/login", json=login).get_json()
    query = {"refreshToken": first["refresh_token"], "legalEntityId": "le3"}
    reply = guest.get(f"{CUSTOMER}/refreshauthtoken", query_string=query)
    assert reply.status_code == 200, reply.text
    second = reply.get_json()
    mia = ApiClient(guest.client, second["access_token"])
    validated = mia.get(f"{CUSTOMER}/validateauthtoken").get_json()
    assert validated["legalEntityId"] == "le3"
    assert second["access_token"] != first["access_token"]
    assert second["session_id"] == first["session_id"]
    again = guest.get(f"{CUSTOMER}/refreshauthtoken", query_string=query)
    assert again.status_code in {400, 401}


def test_090_a_company_of_others_for_the_session(guest: ApiClient) -> None:
    login = {"email": "mia@acme.example", "password": "mia-Secret-2026"}
    first = guest.post(f"{CUSTOMER}/login", json=login).get_json()
    query = {"refreshToken": first["refresh_token"], "legalEntityId": "le2"}
    reply = guest.get(f"{CUSTOMER}/refreshauthtoken", query_string=query)
    assert 400 <= reply.status_code < 500
    assert "access_token" not in reply.get_json()


def test_091_a_buyer_of_a_company_without_a_limit(api: Api) -> None:
    answer = permitted(api("mia", "le3"), "c1500-mia-le3")
    assert answer == {"action": "CHECKOUT", "permitted": True}
