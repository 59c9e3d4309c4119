"""The links of mails that decide: whom they let decide on what, and how often (R58)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.approvals.mailed import Mailed, mailed_by
from tests.support.app import As, HouseClient
from tests.support.cast import BOB, RITA, Desk, details
from tests.support.threads import at_once
from webapp.approvals import by_link, jobs, links
from webapp.approvals.domain import Action
from webapp.approvals.freshness import waives_sign_in
from webapp.approvals.models import DecisionLink
from webapp.approvals.service import Decision
from webapp.identity.domain import CompanyFacts
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict
from webapp.kernel.money import Money
from webapp.orders.terms import Terms

WAIVED = "UPDATE companies SET link_minor = :minor, link_currency = 'EUR' WHERE id = 'le1'"
ABOVE = "UPDATE companies SET again_minor = :minor, again_currency = 'EUR' WHERE id = 'le1'"
APPROVE = {"step": "approved", "note": ""}


@pytest.fixture
def asked(desk: Desk) -> str:
    """A request of Rita that waits for Bob: 500 EUR."""
    return desk.ask(now=utcnow())


@pytest.fixture
def mailed(app: Flask, desk: Desk) -> Callable[[], list[Mailed]]:
    """Write the mails that wait, and find their links."""
    return lambda: mailed_by(app, desk)


Mails = Callable[[], list[Mailed]]


def only(found: list[Mailed]) -> Mailed:
    """The one mail with a link."""
    [mail] = [one for one in found if one.path]
    return mail


def own_page(client: HouseClient, mail: Mailed) -> str:
    """The address without the token."""
    reply = client.get(mail.path)
    assert reply.status_code == 303
    assert mail.token not in reply.location
    return reply.location


def free_form(page: str, **rest: str) -> dict[str, str]:
    """The fields of the page that needs no session."""
    hidden = {
        name: page.partition(f'name="{name}" value="')[2].partition('"')[0]
        for name in ("token", "csrf_token")
    }
    return {**hidden, **APPROVE, **rest}


# Making


def test_only_the_hash_of_a_link_is_kept(desk: Desk, asked: str, mailed: Mails) -> None:
    mail = only(mailed())
    assert mail.to == "bob"
    assert mail.path in mail.text
    assert mail.path in mail.html
    with desk.database.reading() as session:
        [row] = session.scalars(select(DecisionLink))
    assert row.token_hash == links.hash_of(mail.token)
    assert (row.approval_id, row.person_id, row.revision) == (asked, "bob", 1)
    for table in ("outbox_messages", "sessions", "decision_links"):
        assert mail.token not in repr(desk.sql(f"SELECT * FROM {table}"))  # noqa: S608


def test_who_asked_gets_no_link(desk: Desk, asked: str, mailed: Mails) -> None:
    mailed()
    desk.approve(asked)
    assert [(one.to, one.path) for one in mailed()] == [("rita", "")]


def test_a_mail_that_waited_too_long_carries_none(desk: Desk, mailed: Mails) -> None:
    desk.ask(now=utcnow() - links.LIFETIME)
    assert [one.path for one in mailed()] == [""]


def test_a_deputy_gets_a_link_of_their_own(desk: Desk, asked: str, mailed: Mails, as_: As) -> None:
    mailed()
    _be_away(desk)
    desk.say(BOB, asked, Action.ASK, "Which colour?", now=utcnow())
    desk.say(RITA, asked, Action.ANSWER, "Blue", now=utcnow())
    found = {one.to: one for one in mailed() if one.path}
    assert set(found) == {"bob", "ben"}
    assert as_("ben").get(own_page(as_("ben"), found["bob"])).status_code == 404
    ben = as_("ben")
    assert ben.post(own_page(ben, found["ben"]), data=APPROVE).status_code == 303
    event = desk.history(asked)[-1]
    assert (event.actor_id, event.for_id) == ("ben", "bob")


# Signed in


def test_opening_a_link_decides_nothing_and_a_press_decides(
    desk: Desk, asked: str, mailed: Mails, as_: As
) -> None:
    mail, bob = only(mailed()), as_("bob")
    page = own_page(bob, mail)
    for method in ("GET", "HEAD"):
        assert bob.open(mail.path, method=method).status_code == 303
        assert bob.open(page, method=method).status_code == 200
    shown = bob.get(page).text
    assert "Approve 510.00 EUR for Rita Roe?" in shown
    assert "please" in shown
    assert "Cordless drill" in shown
    assert desk.approval(asked).status == "PENDING"
    assert bob.post(page, data={"step": "order", "note": "Fine"}).location == f"/approvals/{asked}"
    row = desk.approval(asked)
    assert (row.status, row.decided_by_id, row.approver_comment) == ("APPROVED", "bob", "Fine")
    assert row.order_id
    event = next(one for one in desk.history(asked) if one.action == "APPROVE")
    assert event.data["link"] == "session"
    assert "by the link of a mail" in bob.get(f"/approvals/{asked}").text
    assert desk.broken(asked) is None


def test_declining_needs_words_and_keeps_the_link(
    desk: Desk, asked: str, mailed: Mails, as_: As
) -> None:
    bob = as_("bob")
    page = own_page(bob, only(mailed()))
    refused = bob.post(page, data={"step": "declined", "note": " "})
    assert refused.status_code == 422
    assert "Say why, so that Rita can act on it." in refused.text
    assert bob.post(page, data={"step": "declined", "note": "Too dear"}).status_code == 303
    assert desk.approval(asked).status == "DECLINED"


def test_a_stranger_is_asked_to_sign_in_at_an_address_without_the_token(
    asked: str, mailed: Mails, client: HouseClient
) -> None:
    page = own_page(client, only(mailed()))
    reply = client.get(page)
    assert reply.status_code == 302
    assert reply.location.startswith("/sign-in?next=")
    assert client.post(page, data=APPROVE).status_code == 401


def test_a_link_that_was_passed_on_is_as_if_it_were_not(
    desk: Desk, asked: str, mailed: Mails, as_: As
) -> None:
    mail = only(mailed())
    for person in ("ben", "ada", "rita", "olga"):
        other = as_(person)
        page = own_page(other, mail)
        shown = other.get(page)
        assert shown.status_code == 404
        assert "This link is not for you" in shown.text
        assert "Bob" not in shown.text
        nothing = other.get("/decide/nothing").text
        assert shown.text.replace(page, "/decide/nothing") == nothing
        assert other.post(page, data=APPROVE).status_code == 404
    assert desk.approval(asked).status == "PENDING"


def test_a_link_works_whichever_company_is_chosen(
    desk: Desk, mailed: Mails, as_: As, app: Flask
) -> None:
    desk.sql(
        "INSERT INTO memberships (tenant_id, id, person_id, company_id, role, source, active) "
        "VALUES ('acme', 'bob-le3', 'bob', 'le3', 'B2B_BUYER', 'PAGE', true)"
    )
    asked = desk.ask(now=utcnow())
    bob = as_("bob", "le3")
    assert bob.post(own_page(bob, only(mailed())), data=APPROVE).status_code == 303
    assert desk.approval(asked).status == "APPROVED"


def _change(desk: Desk, asked: str) -> None:
    terms = desk.terms(asked)
    new = details(paymentMethods=[{"provider": "none", "method": "invoice", "amount": 511.0}])
    desk.change(RITA, asked, Terms(details=new, delivery_window=terms.delivery_window))


def _be_away(desk: Desk) -> None:
    now = utcnow()
    desk.sql(
        "INSERT INTO absences (tenant_id, id, company_id, owner_id, deputy_id, first_day, "
        "last_day, starts_at, ends_at) VALUES ('acme', 'aw', 'le1', 'bob', 'ben', :day, :day, "
        ":start, :end)",
        day=now.date().isoformat(),
        start=str(now - timedelta(hours=1)),
        end=str(now + timedelta(hours=1)),
    )


def _withdraw(desk: Desk, asked: str) -> None:
    desk.withdraw(asked, now=utcnow())


def _decide(desk: Desk, asked: str) -> None:
    desk.decide(BOB, asked, Decision(action=Action.APPROVE), now=utcnow())


def _leave(desk: Desk, _asked: str) -> None:
    desk.sql("UPDATE memberships SET active = false WHERE person_id = 'bob'")


def _age(desk: Desk, _asked: str) -> None:
    old = str(utcnow() - timedelta(minutes=1))
    desk.sql("UPDATE decision_links SET expires_at = :old", old=old)


def _lower(desk: Desk, _asked: str) -> None:
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE person_id = 'bob'")


OVER: dict[str, tuple[Callable[[Desk, str], None], str, int]] = {
    "changed": (_change, "The request changed after this mail was written", 410),
    "withdrawn": (_withdraw, "This request does not wait any more", 410),
    "decided": (_decide, "This request does not wait any more", 410),
    "left": (_leave, "This link does not decide any more", 403),
    "old": (_age, "This link is too old", 410),
    "lowered": (_lower, "This link does not decide any more", 403),
}


@pytest.mark.parametrize(("happens", "told", "status"), OVER.values(), ids=OVER.keys())
def test_a_link_that_is_over_says_why_and_leads_on(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, as_: As, happens: Any, told: str, status: int
) -> None:
    mail = only(mailed())
    bob = as_("bob")
    page = own_page(bob, mail)
    happens(desk, asked)
    before = desk.approval(asked)
    for reply in (bob.get(page), bob.post(page, data=APPROVE)):
        assert told in reply.text
        assert f'href="/approvals/{asked}"' in reply.text
    assert bob.get(page).status_code == status
    assert bob.post(page, data=APPROVE).status_code in {403, 404, 409}
    after = desk.approval(asked)
    assert (after.status, after.version) == (before.status, before.version)


@pytest.mark.parametrize(("happens", "told", "status"), OVER.values(), ids=OVER.keys())
def test_a_stranger_with_the_mail_reads_no_names(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, client: HouseClient, happens: Any, told: str, status: int
) -> None:
    desk.sql(WAIVED, minor=100000)
    mail = only(mailed())
    form = free_form(client.get(mail.path).text)
    happens(desk, asked)
    for reply in (client.get(mail.path), client.post("/decide", data=form)):
        assert told in reply.text
        assert "Bob" not in reply.text
        assert "Rita" not in reply.text
    assert client.get(mail.path).status_code == status
    assert [one.action for one in desk.history(asked)].count("APPROVE") == (happens is _decide)


# Without a sign-in


@pytest.mark.parametrize(
    ("amount", "below", "above", "waived"),
    [
        (49999, 50000, None, True),
        (50000, 50000, None, False),
        (49999, None, None, False),
        (49999, 50000, 49998, False),
        (49999, 50000, 49999, True),
        (0, 0, None, False),
    ],
)
def test_below_an_amount_a_company_may_waive_the_sign_in(
    amount: int, below: int | None, above: int | None, waived: bool
) -> None:
    company = CompanyFacts(
        id="le1",
        name="Hafen Logistik GmbH",
        link_below=None if below is None else Money(below, "EUR"),
        again_above=None if above is None else Money(above, "EUR"),
    )
    assert waives_sign_in(company, Money(amount, "EUR")) is waived
    assert not waives_sign_in(company, Money(amount, "CHF"))


def test_where_it_is_waived_the_mail_is_enough_once(
    desk: Desk, asked: str, mailed: Mails, client: HouseClient
) -> None:
    desk.sql(WAIVED, minor=100000)
    mail = only(mailed())
    shown = client.get(mail.path)
    assert shown.status_code == 200
    assert "Bob" not in shown.text
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"
    assert client.head(mail.path).status_code == 200
    assert desk.approval(asked).status == "PENDING"
    form = free_form(shown.text)
    done = client.post("/decide", data=form)
    assert done.status_code == 200
    assert "You approved 510.00 EUR for Rita." in done.text
    assert desk.approval(asked).decided_by_id == "bob"
    event = desk.history(asked)[-1]
    assert event.data["link"] == "mail"
    assert desk.broken(asked) is None
    again = client.post("/decide", data=form)
    assert again.status_code == 409
    assert "This link was used already" in again.text
    assert "Bob" not in again.text
    assert client.get(mail.path).status_code == 410


def test_the_form_needs_its_own_token(
    desk: Desk, asked: str, mailed: Mails, client: HouseClient
) -> None:
    desk.sql(WAIVED, minor=100000)
    mail = only(mailed())
    for form_token in ("", "x", f"{mail.token}", "WyJ4Il0.aaaa.bbbb"):
        form = {**APPROVE, "note": "My words", "token": mail.token, "csrf_token": form_token}
        reply = client.post("/decide", data=form)
        assert reply.status_code == 419
        assert "My words" in reply.text
    assert desk.approval(asked).status == "PENDING"


def test_declining_without_a_sign_in_needs_words_too(
    desk: Desk, asked: str, mailed: Mails, client: HouseClient
) -> None:
    desk.sql(WAIVED, minor=100000)
    form = free_form(client.get(only(mailed()).path).text, step="declined")
    refused = client.post("/decide", data=form)
    assert refused.status_code == 422
    assert "Say why" in refused.text
    assert client.post("/decide", data={**form, "note": "Too dear"}).status_code == 200
    assert desk.approval(asked).status == "DECLINED"


def test_the_waiver_counts_as_it_is_at_the_press(
    desk: Desk, asked: str, mailed: Mails, client: HouseClient
) -> None:
    desk.sql(WAIVED, minor=100000)
    form = free_form(client.get(only(mailed()).path).text)
    desk.sql(WAIVED, minor=100)
    assert client.post("/decide", data=form).status_code == 303
    assert desk.approval(asked).status == "PENDING"


def test_above_the_amount_for_fresh_sign_ins_a_link_is_no_way_around(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, client: HouseClient, as_: As
) -> None:
    desk.sql(WAIVED, minor=100000)
    desk.sql(ABOVE, minor=10000)
    mail = only(mailed())
    assert client.get(own_page(client, mail)).status_code == 302
    bob = as_("bob")
    page = own_page(bob, mail)
    refused = bob.post(page, data={**APPROVE, "note": "My words"})
    assert refused.status_code == 403
    assert "Sign in again first" in refused.text
    assert "My words" in bob.get(page).text
    assert desk.approval(asked).status == "PENDING"


def test_somebody_else_who_is_signed_in_cannot_use_a_free_link(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, as_: As, client: HouseClient
) -> None:
    desk.sql(WAIVED, minor=100000)
    mail = only(mailed())
    form = free_form(client.get(mail.path).text)
    assert as_("ben").post("/decide", data=form).status_code == 303
    assert desk.approval(asked).status == "PENDING"


# Both


def test_of_two_presses_at_once_one_counts(own_desk: Desk) -> None:
    asked = own_desk.ask(now=utcnow())
    bond = links.Bond(tenant_id="acme", approval_id=asked, person_id="bob", revision=1)
    token = own_desk.run(links.make, bond, written_at=utcnow())
    with own_desk.database.reading() as session:
        link = links.by_token(session, token)
    assert link is not None

    def press() -> str:
        try:
            own_desk.run(by_link.decide, link, BOB, Decision(action=Action.APPROVE), now=utcnow())
        except Conflict as refusal:
            return refusal.code
        return "decided"

    assert sorted(map(str, at_once([press, press]))) == ["decided", "used"]
    assert own_desk.actions(asked).count("APPROVE") == 1


@pytest.mark.parametrize(
    "token", ["", "x", "x" * 10_000, "%00", "\x00", "\ud800", "' OR 1=1 --", "名前"]
)
def test_an_unknown_token_leads_nowhere(client: HouseClient, token: str) -> None:
    text = token.encode("utf-8", "surrogatepass")
    for reply in (
        client.get("/decide", query_string={"token": text}),
        client.post("/decide", data={"token": text, "csrf_token": text, "step": "order"}),
    ):
        assert reply.status_code == 404
        assert "This link leads nowhere" in reply.text
        assert reply.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("step", ["", "ready", "x" * 10_000, "\x00", "\ud800"])
def test_an_unknown_step_decides_nothing(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, as_: As, step: str
) -> None:
    bob = as_("bob")
    page = own_page(bob, only(mailed()))
    for form in ({"step": step}, {"step": "order", "note": "x" * 10_000}, {"note": "\x00"}):
        sent = {name: text.encode("utf-8", "surrogatepass") for name, text in form.items()}
        assert bob.post(page, data=sent).status_code == 422
    assert desk.approval(asked).status == "PENDING"


def test_one_address_cannot_try_for_long(client: HouseClient) -> None:
    replies = [client.get("/decide?token=x") for _ in range(61)]
    assert {reply.status_code for reply in replies[:60]} == {404}
    assert replies[60].status_code == 429
    assert 1 <= int(replies[60].headers["Retry-After"]) <= 60


def test_no_log_has_a_token(  # noqa: PLR0917 - fixtures
    desk: Desk, asked: str, mailed: Mails, client: HouseClient, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.sql(WAIVED, minor=100000)
    mail = only(mailed())
    client.post("/decide", data=free_form(client.get(mail.path).text))
    written = capsys.readouterr()
    assert "/decide" in written.err + written.out
    assert mail.token not in written.err + written.out


def test_links_are_forgotten_long_after_their_time(
    app: Flask, desk: Desk, asked: str, mailed: Mails
) -> None:
    mailed()
    late: datetime = utcnow() + links.LIFETIME + links.REMEMBERED
    with app.app_context():
        assert jobs.forget_links(late - timedelta(minutes=1)) == 0
        assert jobs.forget_links(late + timedelta(minutes=1)) == 1
