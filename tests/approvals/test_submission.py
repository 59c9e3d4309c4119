"""Asking for an approval: what is checked, in which order, and what is there afterwards."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.cast import (
    ADA,
    ALAN,
    BEN,
    BOB,
    CARL,
    DETAILS,
    GUS,
    MIA,
    MIA_WERK,
    NOW,
    OLGA,
    REX,
    RITA,
    ROB,
    WINDOW,
    Desk,
    cart,
    details,
    quote,
)
from webapp.approvals import queries
from webapp.approvals.numbering import FIRST_NUMBER
from webapp.approvals.submission import Submission, check, submit
from webapp.carts.snapshot import thaw
from webapp.identity.domain import Actor, Role
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money

BAD_IDS = ["", "a b", "a/b", "ä", "a" * 67, "a\0"]
FULL = cart("c500-rita")


def test_a_request_is_there_with_names_numbers_and_the_reason_of_now(desk: Desk) -> None:
    made = desk.approval(desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW)))
    assert (made.status, made.turn, made.turn_since) == ("PENDING", "APPROVER", NOW)
    assert (made.number, made.version, made.revision) == (FIRST_NUMBER, 1, 1)
    assert (made.created_at, made.modified_at) == (NOW, NOW)
    assert made.expires_at == NOW + timedelta(days=30)
    assert (made.requester_id, made.requester_first_name, made.requester_last_name) == (
        "rita",
        "Rita",
        "Roe",
    )
    assert (made.approver_id, made.approver_first_name, made.approver_email) == (
        "bob",
        "Bob",
        "bob@acme.example",
    )
    assert (made.company_id, made.company_name) == ("le1", "Hafen Logistik GmbH")
    assert (made.resource_type, made.resource_id, made.site_code) == ("CART", "c500-rita", "main")
    assert (made.title, made.item_count) == ("Cordless drill 18 V, Bit set, 40 pieces", 2)
    assert (made.net_minor, made.tax_minor, made.gross_minor) == (41667, 8333, 50000)
    assert (made.total_minor, made.compared_minor, made.currency) == (51000, 50000, "EUR")
    assert (made.limit_minor, made.limit_currency) == (100000, "EUR")
    assert (made.why, made.deciders) == ("ROLE", "ADMIN_OR_BUYER")
    assert (made.comment, made.approver_comment, made.order_id) == ("please", None, None)
    assert (made.decided_at, made.decided_by_id, made.decided_by_name) == (None, None, None)


def test_the_first_revision_is_the_cart_as_it_stood(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", delivery_window=WINDOW))
    with desk.database.reading() as session:
        revision = queries.revision(session, queries.get(session, RITA, made))
    frozen = thaw(revision.snapshot)
    assert [(line.name, line.quantity, line.totals.gross) for line in frozen.lines] == [
        ("Cordless drill 18 V", Decimal(1), Money(30000, "EUR")),
        ("Bit set, 40 pieces", Decimal(1), Money(20000, "EUR")),
    ]
    assert (revision.details, revision.delivery_window) == (DETAILS, WINDOW)
    assert (revision.by_id, revision.by_name, revision.at) == ("rita", "Rita Roe", NOW)


def test_unknown_and_odd_details_are_kept_as_they_were_sent(desk: Desk) -> None:
    odd = details(remark={"z": [1, None, "x"], "a": 1.5}, shipping={"methodName": {"en": "Fast"}})
    made = desk.ask(RITA, cart("c500-rita", details=odd))
    kept = desk.terms(made).details
    assert kept == odd
    assert list(kept or {}) == list(odd)


def test_the_history_begins_with_the_submission(desk: Desk) -> None:
    made = desk.ask()
    [event] = desk.history(made)
    assert (event.action, event.revision, event.at) == ("SUBMIT", 1, NOW)
    assert (event.actor_id, event.actor_name, event.text) == ("rita", "Rita Roe", "please")
    assert event.data == {"approver": "Bob Buyer", "approver_id": "bob", "total": "500.00 EUR"}
    assert desk.broken(made) is None


def test_the_approver_is_told_once_with_everything_a_mail_needs(desk: Desk) -> None:
    made = desk.ask()
    [mail] = desk.mails()
    assert (mail.template, mail.to) == ("submitted", "bob")
    assert mail.context["number"] == FIRST_NUMBER
    assert (mail.context["requester"], mail.context["approver"]) == ("Rita Roe", "Bob Buyer")
    assert (mail.context["requester_first"], mail.context["approver_first"]) == ("Rita", "Bob")
    assert (mail.context["actor"], mail.context["text"]) == ("Rita Roe", "please")
    assert mail.context["company"] == "Hafen Logistik GmbH"
    assert mail.context["total"] == Money(51000, "EUR")
    assert str(mail.context["why"]) == (
        "Rita may not place orders alone, so an admin or a buyer must approve."
    )
    assert mail.context["expires_at"] == NOW + timedelta(days=30)
    assert (mail.context["revision"], mail.context["order_id"]) == (1, None)
    assert mail.context["path"] == f"/approvals/{made}"
    assert mail.context["for_requester"] is False


def test_an_approver_who_is_not_active_is_not_written_to(desk: Desk) -> None:
    made = desk.ask()
    desk.sql("UPDATE people SET active = false WHERE id = 'bob'")
    desk.withdraw(made)
    assert desk.told() == [("submitted", "bob")]


def test_the_cart_is_handed_over_at_once(desk: Desk) -> None:
    desk.ask()
    assert desk.sql("SELECT status FROM carts WHERE id = 'c500-rita'") == [("SUBMITTED",)]


def test_requests_are_numbered_one_after_the_other(desk: Desk) -> None:
    first, second = desk.ask(), desk.ask(ROB, cart("c500-rob"))
    assert [desk.approval(one).number for one in (first, second)] == [1001, 1002]


def test_the_client_may_choose_the_id(desk: Desk) -> None:
    assert desk.ask(RITA, cart("c500-rita", id="Case_14-b")) == "Case_14-b"


def test_a_request_without_words_has_no_comment(desk: Desk) -> None:
    made = desk.ask(RITA, cart("c500-rita", comment=" \n"))
    assert desk.approval(made).comment is None
    assert desk.mails()[0].context["text"] == ""


def test_the_setting_of_the_tenant_says_when_a_request_lapses(desk: Desk) -> None:
    desk.sql("UPDATE tenants SET settings = :new", new='{"approval.default_expiryDays": 3}')
    assert desk.approval(desk.ask()).expires_at == NOW + timedelta(days=3)


def test_the_delivery_window_of_the_cart_counts_where_none_is_chosen(desk: Desk) -> None:
    desk.sql(
        "UPDATE carts SET delivery_window = :w WHERE id = 'c500-rita'",
        w='{"id": "dw-afternoon", "slotId": "12-17"}',
    )
    made = desk.ask()
    assert desk.terms(made).delivery_window == {"id": "dw-afternoon", "slotId": "12-17"}


def test_a_net_limit_compares_the_net_total(desk: Desk) -> None:
    desk.sql("UPDATE tenants SET settings = :new", new='{"limit_basis": "net"}')
    made = desk.approval(desk.ask(RITA, cart("c1500-rita", ADA)))
    assert (made.compared_minor, made.gross_minor, made.why) == (125000, 150000, "OVER_LIMIT")


# who asks whom for what, and it works
GRANTED = [
    (RITA, cart("c500-rita", BOB), "ROLE", "ADMIN_OR_BUYER"),
    (RITA, cart("c500-rita", ADA), "ROLE", "ADMIN_OR_BUYER"),
    (RITA, cart("c1000-rita", BOB), "ROLE", "ADMIN_OR_BUYER"),
    (RITA, cart("c1500-rita", ADA), "OVER_LIMIT", "ADMIN"),
    (BOB, cart("c1500-bob", ADA), "OVER_LIMIT", "ADMIN"),
    (MIA, cart("c500-mia-le1", BEN), "ROLE", "ADMIN_OR_BUYER"),
    (REX, cart("c500-rex", GUS), "OVER_LIMIT", "GROUP"),
    (RITA, quote("Q1", BOB), "ROLE", "ADMIN_OR_BUYER"),
    (RITA, quote("Q2", ADA), "OVER_LIMIT", "ADMIN"),
    (BOB, quote("Q3", ALAN), "OVER_LIMIT", "ADMIN"),
]


@pytest.mark.parametrize(("actor", "what", "why", "deciders"), GRANTED)
def test_who_needs_an_approval_asks_who_may_give_it(
    desk: Desk, actor: Actor, what: Submission, *, why: str, deciders: str
) -> None:
    made = desk.approval(desk.ask(actor, what))
    assert (made.status, made.why, made.deciders) == ("PENDING", why, deciders)
    assert desk.told() == [("submitted", what.approver_id)]
    assert desk.broken(made.id) is None


# who asks whom for what, and is refused: kind and code
REFUSED = [
    # the shape of what is sent comes first
    *[(RITA, replace(FULL, id=bad), Invalid, "bad_id") for bad in BAD_IDS],
    (RITA, replace(FULL, details=None), Invalid, "details"),
    (RITA, replace(FULL, details={}), Invalid, "details"),
    (RITA, quote("Q1", details=details()), Invalid, "details"),
    # then the company
    (CARL, cart("c500-carl"), Forbidden, "no_company"),
    (replace(ROB, company_id="le2"), cart("c500-rob"), NotFound, "no_membership"),
    (replace(ROB, company_id="le9"), cart("c500-rob"), NotFound, "no_company"),
    # then the cart or quote
    (RITA, cart("none"), NotFound, "no_resource"),
    (RITA, quote("Q9"), NotFound, "no_resource"),
    (RITA, cart("Q1"), NotFound, "no_resource"),
    (RITA, quote("c500-rita"), NotFound, "no_resource"),
    # and its owner: a colleague's is refused, a stranger's does not exist
    (RITA, cart("c500-rob"), Forbidden, "not_owner"),
    (ADA, cart("c500-rita"), Forbidden, "not_owner"),
    (RITA, quote("Q3"), Forbidden, "not_owner"),
    (RITA, cart("c500-olga"), NotFound, "no_resource"),
    (OLGA, cart("c500-rita"), NotFound, "no_resource"),
    (OLGA, quote("Q1"), NotFound, "no_resource"),
    (RITA, cart("c500-carl"), NotFound, "no_resource"),
    (MIA, cart("c500-mia-le3"), NotFound, "no_resource"),
    (MIA_WERK, cart("c500-mia-le1"), NotFound, "no_resource"),
    # then whether it is needed at all
    (ADA, cart("c1500-ada", ALAN), Forbidden, "not_needed"),
    (BOB, cart("c500-bob", ADA), Forbidden, "not_needed"),
    (BOB, cart("c1000-bob", ADA), Forbidden, "not_needed"),
    (MIA_WERK, cart("c1500-mia-le3", MIA), Forbidden, "not_needed"),
    # then who is asked
    (BOB, cart("c1500-bob", BEN), Forbidden, "approver"),
    (RITA, cart("c1500-rita", BOB), Forbidden, "approver"),
    (RITA, cart("c500-rita", ROB), Forbidden, "approver"),
    (RITA, cart("c500-rita", OLGA), Forbidden, "approver"),
    (RITA, cart("c500-rita", CARL), Forbidden, "approver"),
    (RITA, cart("c500-rita", RITA), Forbidden, "approver"),
    (RITA, replace(FULL, approver_id=""), Forbidden, "approver"),
    (RITA, replace(FULL, approver_id="nobody"), Forbidden, "approver"),
    (REX, cart("c500-rex", OLGA), Forbidden, "approver"),
    (REX, cart("c500-rex", REX), Forbidden, "approver"),
    (GUS, cart("c500-gus", GUS), Forbidden, "approver"),
]


@pytest.mark.parametrize(("actor", "what", "kind", "code"), REFUSED)
def test_whoever_may_not_ask_is_told_why_and_nothing_happens(
    desk: Desk, actor: Actor, what: Submission, *, kind: type[DomainError], code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        desk.ask(actor, what)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert str(refused.value)
    assert nothing_happened(desk)


def nothing_happened(desk: Desk) -> bool:
    counts = desk.sql(
        "SELECT (SELECT count(*) FROM approvals), (SELECT count(*) FROM ledger_entries), "
        "(SELECT count(*) FROM outbox_messages), (SELECT count(*) FROM request_numbers), "
        "(SELECT count(*) FROM carts WHERE status <> 'OPEN')"
    )
    return counts == [(0, 0, 0, 0, 0)]


# each is wrong in two ways; the answer is about the first in the order of the service's 3.1
ORDER_OF_CHECKS = [
    (CARL, cart("none", details=None), "details"),
    (CARL, cart("none"), "no_company"),
    (replace(ROB, company_id="le2"), cart("none"), "no_membership"),
    (RITA, cart("none", RITA), "no_resource"),
    (ADA, cart("c500-rita", ADA), "not_owner"),
    (ADA, cart("c500-ada", ADA), "not_needed"),
    (ADA, quote("Q3", ADA), "not_owner"),
]


@pytest.mark.parametrize(("actor", "what", "code"), ORDER_OF_CHECKS)
def test_of_two_faults_the_first_is_named(
    desk: Desk, actor: Actor, what: Submission, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        desk.ask(actor, what)
    assert refused.value.code == code


def test_the_approver_is_checked_before_the_duplicate(desk: Desk) -> None:
    desk.ask()
    with pytest.raises(Forbidden) as refused:
        desk.ask(RITA, cart("c500-rita", ROB))
    assert refused.value.code == "approver"


def test_who_may_not_approve_is_named_at_the_field(desk: Desk) -> None:
    with pytest.raises(Forbidden, match="only admins and buyers of Hafen Logistik GmbH may") as no:
        desk.ask(RITA, cart("c500-rita", ROB))
    assert set(no.value.fields) == {"approver"}


def test_a_colleague_who_left_cannot_be_asked(desk: Desk) -> None:
    desk.sql("UPDATE memberships SET active = false WHERE person_id = 'bob'")
    with pytest.raises(Forbidden, match="Bob is not active any more") as refused:
        desk.ask()
    assert refused.value.code == "approver"


def test_somebody_who_left_asks_for_nothing(desk: Desk) -> None:
    desk.sql("UPDATE people SET active = false WHERE id = 'rita'")
    with pytest.raises(NotFound) as refused:
        desk.ask()
    assert refused.value.code == "no_membership"


def test_a_contact_asks_for_nothing(desk: Desk) -> None:
    desk.sql("UPDATE memberships SET role = 'CONTACT' WHERE id = 'ca-rita-le1'")
    with pytest.raises(Forbidden, match="do not buy") as refused:
        desk.ask(replace(RITA, role=Role.CONTACT))
    assert refused.value.code == "contact"


@pytest.mark.parametrize(
    ("first", "second"),
    [(cart("c500-rita"), cart("c500-rita")), (quote("Q1"), quote("Q1"))],
    ids=["cart", "quote"],
)
def test_there_is_one_request_for_a_cart_or_quote(
    desk: Desk, first: Submission, second: Submission
) -> None:
    desk.ask(RITA, first)
    with pytest.raises(Conflict, match="There is a request for this cart or quote already") as no:
        desk.ask(RITA, second)
    assert no.value.code == "exists"
    assert len(desk.told()) == 1


def test_an_approved_request_still_takes_the_quote(desk: Desk) -> None:
    desk.approve(desk.ask(RITA, quote("Q1")))
    with pytest.raises(Conflict) as refused:
        desk.ask(RITA, quote("Q1"))
    assert refused.value.code == "exists"


def test_an_id_is_taken_once(desk: Desk) -> None:
    desk.ask(RITA, cart("c500-rita", id="mine"))
    with pytest.raises(Conflict, match="There is a request with this id already") as refused:
        desk.ask(RITA, cart("c1000-rita", id="mine"))
    assert refused.value.code == "exists"
    assert desk.sql("SELECT status FROM carts WHERE id = 'c1000-rita'") == [("OPEN",)]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [("ORDERED", NotFound, "no_resource"), ("DELETED", NotFound, "no_resource")],
)
def test_a_cart_that_was_ordered_or_deleted_is_not_there(
    desk: Desk, status: str, kind: type[DomainError], code: str
) -> None:
    desk.sql("UPDATE carts SET status = :status WHERE id = 'c500-rita'", status=status)
    with pytest.raises(DomainError) as refused:
        desk.ask()
    assert (type(refused.value), refused.value.code) == (kind, code)


def test_a_cart_whose_request_failed_stays_handed_over(desk: Desk) -> None:
    desk.decline(desk.ask())
    with pytest.raises(Conflict, match="handed over already") as refused:
        desk.ask()
    assert refused.value.code == "resource_taken"


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_quote_whose_request_failed_can_be_asked_for_again(desk: Desk, end: str) -> None:
    getattr(desk, end)(desk.ask(RITA, quote("Q1")))
    assert desk.approval(desk.ask(RITA, quote("Q1", ADA))).approver_id == "ada"


def test_a_quote_stays_open_while_it_waits_and_brings_no_details(desk: Desk) -> None:
    made = desk.ask(RITA, quote("Q1"))
    assert desk.terms(made).details is None
    assert desk.sql("SELECT status FROM quotes WHERE id = 'Q1'") == [("OPEN",)]
    row = desk.approval(made)
    assert (row.resource_type, row.gross_minor, row.total_minor) == ("QUOTE", 50000, 50000)


@pytest.mark.parametrize("status", ["ACCEPTED", "DECLINED", "EXPIRED", "IN_PROGRESS", "AWAITING"])
def test_only_an_open_quote_is_asked_for(desk: Desk, status: str) -> None:
    desk.sql("UPDATE quotes SET status = :status WHERE id = 'Q1'", status=status)
    with pytest.raises(DomainError) as refused:
        desk.ask(RITA, quote("Q1"))
    assert refused.value.code in ("resource_closed", "no_resource")


def test_a_tenant_may_do_without_the_approval_of_quotes(desk: Desk) -> None:
    desk.sql(
        "UPDATE tenants SET settings = :new",
        new='{"approval.enableQuoteApprovalProcess": false}',
    )
    with pytest.raises(Invalid, match="Quotes are not approved here") as refused:
        desk.ask(RITA, quote("Q1"))
    assert refused.value.code == "quotes_off"


def test_words_that_cannot_be_stored_are_refused(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.ask(RITA, cart("c500-rita", comment="nul\0"))
    assert refused.value.code == "bad_text"
    assert nothing_happened(desk)


def test_checking_says_the_same_and_writes_nothing(desk: Desk) -> None:
    plan = desk.run(check, RITA, cart("c1500-rita", ADA))
    assert (plan.member.name, plan.approver.name) == ("Rita Roe", "Ada Admin")
    assert str(plan.reason.sentence()) == (
        "1,500.00 EUR is 500.00 over Hafen Logistik GmbH’s limit of 1,000.00, "
        "so an admin must approve."
    )
    assert nothing_happened(desk)


def test_nobody_is_asked_about_an_empty_cart(desk: Desk) -> None:
    desk.run(_emptied)
    with pytest.raises(Invalid) as refused:
        desk.ask(RITA, cart("c500-rita"))
    assert refused.value.code == "nothing_in_it"
    assert nothing_happened(desk)


def _emptied(session: Session, /) -> None:
    session.execute(text("DELETE FROM cart_items WHERE cart_id = 'c500-rita'"))


class Stopped(Exception):
    """Something went wrong after the use case and before the commit."""


def test_a_request_and_its_message_come_together_or_not_at_all(desk: Desk) -> None:
    def submit_and_stop(session: Session, /) -> None:
        submit(session, RITA, cart("c500-rita"), now=NOW)
        session.flush()
        assert session.scalar(text("SELECT count(*) FROM outbox_messages")) == 1
        raise Stopped

    with pytest.raises(Stopped):
        desk.run(submit_and_stop)
    assert nothing_happened(desk)
