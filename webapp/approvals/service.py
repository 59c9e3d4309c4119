"""How a request ends: decision, withdrawal, expiry, and the order or the new cart that follows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import due, notices, queries
from webapp.approvals.changes import Change
from webapp.approvals.domain import Action, Status, next_status
from webapp.approvals.models import Approval
from webapp.approvals.notices import Notice, by
from webapp.approvals.recording import entry_by, open_for, record, signed_in_for
from webapp.approvals.sweeping import Key, Swept, each
from webapp.carts import queries as carts
from webapp.carts import service as cart_service
from webapp.carts.domain import ResourceType
from webapp.identity.domain import Actor
from webapp.kernel.clock import after
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.ledger.queries import latest
from webapp.ledger.service import Entry
from webapp.orders import service as orders
from webapp.orders.domain import OrderDraft

SYSTEM = N_("Countersign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Approve or decline, with words, on the revision that was seen (R19).

    `link` says that it came by the link of a mail, `session` or `mail`: with or without a sign-in
    (R58).
    """

    action: Action
    note: str = ""
    seen_revision: int | None = None
    place_order: bool = False
    link: str = ""

    @property
    def way(self) -> dict[str, Any]:
        """What the history says of how it came here."""
        return {"link": self.link} if self.link else {}


def decide(
    session: Session,
    actor: Actor,
    approval_id: str,
    decision: Decision,
    *,
    differences: Sequence[Change] = (),
    now: datetime,
) -> Approval:
    """Approve or decline, tell the requester, and place the order at once where that was asked for.

    `differences` are kept with the order, see `place_order`.

    Raises `NotFound` for strangers, `Conflict` (`finished` with the outcome, `changed` when another
    revision was seen), `Forbidden` with the reason, `Invalid` for a decline without words.
    """
    claimed = open_for(
        session, actor, approval_id, decision.action, now=now, seen=decision.seen_revision
    )
    approval = claimed.approval
    note = clean(decision.note)
    if decision.action is Action.DECLINE and not note:
        why = sentence(
            N_("Say why, so that {name} can act on it."), name=approval.requester_first_name
        )
        raise Invalid(why, code="no_reason", fields={"note": why})
    proof = signed_in_for(actor, claimed, now=now)
    record(
        session,
        approval,
        entry_by(actor, decision.action, approval, text=note, data=proof | decision.way),
        now=now,
        approver_comment=note or approval.approver_comment,
        **ended(actor, approval, decision.action, now=now),
    )
    if decision.place_order and decision.action is Action.APPROVE:
        _place(session, actor, approval, differences=differences, now=now)
    template = "approved" if decision.action is Action.APPROVE else "declined"
    notice = Notice(template=template, **by(actor, approval), text=note)
    notices.tell(session, approval, notice, claimed.parties.requester, now=now)
    notices.tell_represented(session, actor, approval, note, now=now)
    return approval


def withdraw(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> Approval:
    """Close the request without a decision; the other side is told (R18)."""
    approval = open_for(session, actor, approval_id, Action.WITHDRAW, now=now).approval
    record(
        session,
        approval,
        entry_by(actor, Action.WITHDRAW, approval),
        now=now,
        **ended(actor, approval, Action.WITHDRAW, now=now),
    )
    notice = Notice(template="withdrawn", **by(actor, approval))
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    notices.tell_represented(session, actor, approval, "", now=now)
    return approval


def ended(actor: Actor, approval: Approval, action: Action, *, now: datetime) -> dict[str, Any]:
    """The values of a request that this person ends: its last state, and who ended it when."""
    return {
        "status": next_status(Status(approval.status), action),
        "turn": None,
        "decided_at": now,
        "decided_by_id": actor.person_id,
        "decided_by_name": actor.name,
    }


def expire_due(
    session: Session, *, now: datetime, limit: int = 100, but: Collection[Key] = ()
) -> Swept:
    """Expire what is due, but for these, and tell the requesters (R20)."""
    found = due.to_expire(session, now=now, limit=limit, but=but)
    return each(session, found, partial(_expire, session, now=now))


def expire_due_of(session: Session, actor: Actor, *, now: datetime, limit: int = 100) -> Swept:
    """Expire what is due of this person's requests, so that they see it as it is (R20)."""
    found = due.to_expire(session, now=now, limit=limit, actor=actor)
    return each(session, found, partial(_expire, session, now=now))


def place_order(
    session: Session,
    actor: Actor,
    approval_id: str,
    *,
    differences: Sequence[Change] = (),
    now: datetime,
) -> Approval:
    """Place the order from exactly what was approved, once, by either party (R25).

    `differences` is what a shop sent otherwise; it is written into the history and changes nothing.
    """
    approval = open_for(session, actor, approval_id, Action.ORDER, now=now).approval
    _place(session, actor, approval, differences=differences, now=now)
    notice = Notice(template="ordered", **by(actor, approval))
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    return approval


def resubmit(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> str:
    """Give the requester the goods and choices back as a new cart; its id (R27).

    A second press leads to the same cart while that is still open.
    """
    approval = open_for(session, actor, approval_id, Action.RESUBMIT, now=now).approval
    given_back = _given_back(session, approval)
    if given_back is not None:
        return given_back
    current = queries.revision(session, approval)
    cart_id = cart_service.restore(
        session,
        actor,
        snapshot=current.snapshot,
        details=current.details,
        delivery_window=current.delivery_window,
        resubmits_id=approval.id,
        now=now,
    )
    record(
        session,
        approval,
        entry_by(actor, Action.RESUBMIT, approval, data={"cart": cart_id}),
        now=now,
    )
    return cart_id


def take_back(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> str:
    """Withdraw a pending request and give the goods back in one step; the id of the new cart (R27).

    Raises what `withdraw` and `resubmit` raise; then nothing is withdrawn.
    """
    withdraw(session, actor, approval_id, now=now)
    return resubmit(session, actor, approval_id, now=now)


def _expire(session: Session, approval: Approval, *, now: datetime) -> None:
    entry = Entry(
        action=Action.EXPIRE, revision=approval.revision, actor_id=None, actor_name=SYSTEM
    )
    record(
        session,
        approval,
        entry,
        now=now,
        status=next_status(Status(approval.status), Action.EXPIRE),
        turn=None,
        decided_at=now,
    )
    notices.tell_requester(
        session, approval, Notice(template="expired", actor_name=SYSTEM), now=now
    )


def _given_back(session: Session, approval: Approval) -> str | None:
    tenant_id, stream = approval.tenant_id, approval.id
    event = latest(session, tenant_id, [stream], Action.RESUBMIT).get(stream)
    cart_id = event.data.get("cart", "") if event else ""
    cart = carts.resource(session, tenant_id, ResourceType.CART, cart_id)
    return cart.id if cart is not None and cart.open else None


def _place(
    session: Session,
    actor: Actor,
    approval: Approval,
    *,
    differences: Sequence[Change],
    now: datetime,
) -> None:
    now, current = after(approval.modified_at, now), queries.revision(session, approval)
    order_id = orders.place(
        session,
        actor,
        OrderDraft(
            resource_type=ResourceType(approval.resource_type),
            resource_id=approval.resource_id,
            approval_id=approval.id,
            owner_id=approval.requester_id,
            owner_name=f"{approval.requester_first_name} {approval.requester_last_name}",
            company_id=approval.company_id,
            company_name=approval.company_name,
            site_code=approval.site_code,
            snapshot=current.snapshot,
            details=current.details,
            delivery_window=current.delivery_window,
            delivery_words=current.delivery_words,
        ),
        now=now,
    )
    data: dict[str, Any] = {"order": order_id}
    if differences:
        data["changes"] = [difference.as_data() for difference in differences]
    entry = entry_by(actor, Action.ORDER, approval, data=data)
    record(session, approval, entry, now=now, order_id=order_id)
