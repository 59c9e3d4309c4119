"""What both sides say and change while a request is pending."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import notices, queries
from webapp.approvals.changes import changes
from webapp.approvals.domain import Action, Turn, next_turn
from webapp.approvals.models import Approval, Revision
from webapp.approvals.notices import Notice
from webapp.approvals.recording import entry_by, open_for, record
from webapp.carts import queries as carts
from webapp.identity.domain import Actor
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.orders.delivery import freeze
from webapp.orders.details import shipping_price
from webapp.orders.terms import Terms


def say(
    session: Session, actor: Actor, approval_id: str, action: Action, *, text: str, now: datetime
) -> Approval:
    """Comment, ask or answer; a question passes the turn, the answer passes it back (R21)."""
    approval = open_for(session, actor, approval_id, action, now=now)
    words = clean(text)
    if not words:
        why = sentence(N_("Write a few words first."))
        raise Invalid(why, code="no_text", fields={"text": why})
    turn = next_turn(action, Turn(approval.turn or Turn.APPROVER))
    moved = {"turn": turn, "turn_since": now} if turn != approval.turn else {}
    record(session, approval, entry_by(actor, action, approval, text=words), now=now, **moved)
    notice = Notice(template=_SAID[action], actor_name=actor.name, text=words)
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    return approval


def change(
    session: Session,
    actor: Actor,
    approval_id: str,
    terms: Terms,
    *,
    seen_revision: int | None,
    now: datetime,
) -> Approval:
    """Change how it is delivered and paid: a new revision, and the other side is told (R22, R29).

    Nothing happens when nothing differs. Raises `Conflict` (`changed`) when another revision was
    seen.
    """
    approval = open_for(session, actor, approval_id, Action.CHANGE, now=now, seen=seen_revision)
    current = queries.revision(session, approval)
    before = Terms(details=current.details, delivery_window=current.delivery_window)
    site = carts.site(session, approval.tenant_id, approval.site_code)
    found = changes(before, terms, currency=approval.currency, site=site)
    if not found:
        return approval
    number = approval.revision + 1
    entry = entry_by(
        actor,
        Action.CHANGE,
        approval,
        revision=number,
        data={"changes": [c.as_data() for c in found]},
    )
    goods = Money(approval.gross_minor, approval.currency)
    total = goods + shipping_price(terms.details, approval.currency)
    record(session, approval, entry, now=now, revision=number, total_minor=total.minor)
    words = freeze(terms, site)
    session.add(_next_revision(actor, current, terms, words, now=now))
    notice = Notice(template="changed", actor_name=actor.name, changes=found)
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    return approval


def _next_revision(
    actor: Actor, current: Revision, terms: Terms, words: dict[str, Any], *, now: datetime
) -> Revision:
    return Revision(
        tenant_id=current.tenant_id,
        approval_id=current.approval_id,
        revision=current.revision + 1,
        snapshot=current.snapshot,
        details=terms.details,
        delivery_window=terms.delivery_window,
        delivery_words=words,
        at=now,
        by_id=actor.person_id,
        by_name=actor.name,
    )


_SAID = {Action.COMMENT: "commented", Action.ASK: "asked", Action.ANSWER: "answered"}
