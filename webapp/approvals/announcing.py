"""What programs are told of a request: events that are written together with the change (R54)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals.domain import Action
from webapp.approvals.models import Approval
from webapp.kernel.money import Money
from webapp.webhooks.domain import Event, EventType
from webapp.webhooks.publishing import publish

# Reminders are mails; what becomes of a request after its end has events of its own.
_EVENTS = {
    Action.SUBMIT: EventType.CREATED,
    Action.COMMENT: EventType.COMMENTED,
    Action.ASK: EventType.COMMENTED,
    Action.ANSWER: EventType.COMMENTED,
    Action.CHANGE: EventType.UPDATED,
    Action.REWORD: EventType.UPDATED,
    Action.REASSIGN: EventType.UPDATED,
    Action.ATTACH: EventType.UPDATED,
    Action.DETACH: EventType.UPDATED,
    Action.APPROVE: EventType.APPROVED,
    Action.DECLINE: EventType.DECLINED,
    Action.WITHDRAW: EventType.CLOSED,
    Action.EXPIRE: EventType.EXPIRED,
}


def announce(
    session: Session,
    approval: Approval,
    done: Iterable[tuple[str, str | None]],
    *,
    now: datetime,
) -> None:
    """Write an event for each kind of thing that was done, with who did it: (action, person id).

    The request is told as it stands after the change.
    """
    told = dict.fromkeys(
        (_EVENTS[Action(action)], actor_id) for action, actor_id in done if action in _EVENTS
    )
    for type_, actor_id in told:
        event = Event(
            type=type_,
            tenant_id=approval.tenant_id,
            company_id=approval.company_id,
            stream_id=approval.id,
            data=_facts(approval, actor_id),
            at=approval.modified_at,
        )
        publish(session, event, now=now)


def _facts(approval: Approval, actor_id: str | None) -> dict[str, object]:
    total = Money(approval.total_minor, approval.currency)
    return {
        "tenant": approval.tenant_id,
        "company": approval.company_id,
        "approval": approval.id,
        "number": approval.number,
        "status": str(approval.status),
        "revision": approval.revision,
        "requester": approval.requester_id,
        "approver": approval.approver_id,
        "actor": actor_id,
        "resource": {"type": str(approval.resource_type), "id": approval.resource_id},
        "total": {"amount": float(total.amount), "currency": total.currency},
        "order": approval.order_id,
    }
