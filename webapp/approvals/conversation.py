"""What both sides say and change while a request is pending."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import notices, queries
from webapp.approvals.changes import Change, changes
from webapp.approvals.domain import Action, Turn, next_turn
from webapp.approvals.looking import look
from webapp.approvals.models import Approval, Revision
from webapp.approvals.notices import Notice, by
from webapp.approvals.recording import entry_by, open_for, record
from webapp.approvals.seals import seal
from webapp.carts import queries as carts
from webapp.carts.snapshot import thaw
from webapp.identity.domain import Actor
from webapp.kernel.clock import SENT_AGAIN
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.ledger import queries as history
from webapp.ledger.service import Entry
from webapp.orders.delivery import freeze
from webapp.orders.details import shipping_price
from webapp.orders.terms import Terms


def say(
    session: Session,
    actor: Actor,
    approval_id: str,
    action: Action,
    *,
    text: str,
    line_id: str = "",
    now: datetime,
) -> Approval:
    """Comment, ask or answer; a question passes the turn, the answer passes it back (R21).

    With the id of a line the words are a remark on that item (R46). What was said just now counts
    once (R64). Raises `Invalid`: `no_text`, `no_line` when the request has no such item.
    """
    words = clean(text)
    approval = queries.claim(session, actor, approval_id)
    if _is_repeated(session, actor, approval, (action, words, line_id), now=now):
        return approval
    approval = open_for(session, actor, approval_id, action, now=now).approval
    if not words:
        why = sentence(N_("Write a few words first."))
        raise Invalid(why, code="no_text", fields={"text": why})
    turn = next_turn(action, Turn(approval.turn or Turn.APPROVER))
    moved = {"turn": turn, "turn_since": now} if turn != approval.turn else {}
    about = _about(session, approval, line_id) if line_id else {}
    entry = entry_by(actor, action, approval, text=words, data=about)
    record(session, approval, entry, now=now, **moved)
    notice = Notice(
        template=_SAID[action], **by(actor, approval), text=words, item=about.get("item", "")
    )
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
    approval = open_for(
        session, actor, approval_id, Action.CHANGE, now=now, seen=seen_revision
    ).approval
    revised = revise(session, actor, approval, terms, now=now)
    if revised is None:
        return approval
    record(session, approval, revised.entry, now=now, **revised.values)
    session.add(revised.row)
    look(session, actor, approval.id, revision=approval.revision, now=now)
    notice = Notice(template="changed", **by(actor, approval), changes=revised.changes)
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    return approval


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """What other terms come to: the entry, the values of the request, and the next revision."""

    entry: Entry
    values: dict[str, Any]
    row: Revision
    changes: list[Change]


def revise(
    session: Session, actor: Actor, approval: Approval, terms: Terms, *, now: datetime
) -> Revised | None:
    """The next revision with these terms, not yet written; None when nothing differs (R29)."""
    current = queries.revision(session, approval)
    before = Terms(details=current.details, delivery_window=current.delivery_window)
    site = carts.site(session, approval.tenant_id, approval.site_code)
    found = changes(before, terms, currency=approval.currency, site=site)
    if not found:
        return None
    number = approval.revision + 1
    goods = Money(approval.gross_minor, approval.currency)
    total = goods + shipping_price(terms.details, approval.currency)
    words = freeze(terms, site)
    told = {
        "changes": [change.as_data() for change in found],
        "seal": seal(current.snapshot, terms, words),
    }
    return Revised(
        entry=entry_by(actor, Action.CHANGE, approval, revision=number, data=told),
        values={"revision": number, "total_minor": total.minor},
        row=_next_revision(actor, current, terms, words, now=now),
        changes=found,
    )


def _is_repeated(
    session: Session,
    actor: Actor,
    approval: Approval,
    said: tuple[Action, str, str],
    *,
    now: datetime,
) -> bool:
    """Whether this is the last thing that happened, by the same person, a moment ago."""
    place = approval.tenant_id, approval.id
    return any(
        (last.actor_id, last.action, last.text, last.data.get("line", ""))
        == (actor.person_id, *said)
        and now - last.at < SENT_AGAIN
        for last in history.last_events(session, *place, limit=1)
    )


def _about(session: Session, approval: Approval, line_id: str) -> dict[str, str]:
    lines = thaw(queries.revision(session, approval).snapshot).lines
    found = next((line for line in lines if line.line_id == line_id), None)
    if found is None:
        why = sentence(N_("There is no such item in this request."))
        raise Invalid(why, code="no_line", fields={"line": why})
    return {"line": found.line_id, "item": found.name}


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
