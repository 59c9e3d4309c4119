"""What the other side is told: mails that are written together with the change (R31)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from webapp.approvals.changes import Change
from webapp.approvals.domain import Status
from webapp.approvals.models import Approval
from webapp.approvals.reasons import kept
from webapp.approvals.substitution import represented
from webapp.identity import deputies
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, PersonFacts
from webapp.kernel.money import Money
from webapp.outbox import service as outbox
from webapp.outbox.service import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened, in the words of a mail template; `owner` is for whom a deputy did it."""

    template: str
    actor_name: str
    owner: str = ""
    text: str = ""
    item: str = ""
    former: str = ""
    path: str = ""
    changes: list[Change] = field(default_factory=list)


class By(TypedDict):
    """Who did something, and for whom."""

    actor_name: str
    owner: str


def by(actor: Actor, approval: Approval) -> By:
    """Who does it, and for whom, as a notice names them (R52)."""
    away = represented(actor, approval)
    return {"actor_name": actor.name, "owner": "" if away is None else away.owner_name}


def tell(
    session: Session, approval: Approval, notice: Notice, person: PersonFacts, *, now: datetime
) -> None:
    """Write a mail to one person, unless they are not active any more."""
    if not person.active:
        return
    outbox.post(
        session,
        tenant_id=approval.tenant_id,
        company_id=approval.company_id,
        stream_id=approval.id,
        template=notice.template,
        to=Recipient(
            person_id=person.id,
            address=person.email,
            language=person.language,
            time_zone=person.time_zone,
        ),
        context=_context(approval, notice, person.id),
        now=now,
        written_at=approval.modified_at,
    )


def tell_requester(session: Session, approval: Approval, notice: Notice, *, now: datetime) -> None:
    """Write a mail to the requester."""
    _tell(session, approval, notice, person_id=approval.requester_id, now=now)


def tell_approver(session: Session, approval: Approval, notice: Notice, *, now: datetime) -> None:
    """Write a mail to the approver, and to whoever represents them (R52)."""
    _tell(session, approval, notice, person_id=approval.approver_id, now=now)
    place = (approval.tenant_id, approval.company_id)
    away = deputies.current(session, *place, approval.approver_id, now=now)
    if away is None or away.deputy_id == approval.requester_id:
        return
    deputy = identity.member(session, *place, away.deputy_id)
    if deputy is not None and deputy.active:
        _tell(session, approval, notice, person_id=deputy.person_id, now=now)


def tell_represented(
    session: Session, actor: Actor, approval: Approval, text: str, *, now: datetime
) -> None:
    """Write a mail to the approver for whom this person has just ended the request (R52)."""
    if represented(actor, approval) is not None:
        notice = Notice(template="decided_for_you", actor_name=actor.name, text=text)
        _tell(session, approval, notice, person_id=approval.approver_id, now=now)


def tell_other(
    session: Session, approval: Approval, notice: Notice, *, than: str, now: datetime
) -> None:
    """Write a mail to the party that did not act; a deputy acts for the approver."""
    tell = tell_approver if than == approval.requester_id else tell_requester
    tell(session, approval, notice, now=now)


def tell_former_approver(
    session: Session, approval: Approval, notice: Notice, *, person_id: str, now: datetime
) -> None:
    """Write a mail to somebody who was asked to approve and is not any more."""
    _tell(session, approval, notice, person_id=person_id, now=now)


def _tell(
    session: Session, approval: Approval, notice: Notice, *, person_id: str, now: datetime
) -> None:
    person = identity.person(session, approval.tenant_id, person_id)
    tell(session, approval, notice, person, now=now)


def _context(approval: Approval, notice: Notice, person_id: str) -> dict[str, object]:
    to_requester = person_id == approval.requester_id
    return {
        "number": approval.number,
        "requester": f"{approval.requester_first_name} {approval.requester_last_name}",
        "requester_first": approval.requester_first_name,
        "approver": f"{approval.approver_first_name} {approval.approver_last_name}",
        "approver_first": approval.approver_first_name,
        "actor": notice.actor_name,
        "owner": notice.owner,
        "former": notice.former,
        "company": approval.company_name,
        "total": Money(approval.total_minor, approval.currency),
        "why": kept(approval).sentence(to_requester=to_requester),
        "title": approval.title,
        "item_count": approval.item_count,
        "text": notice.text,
        "item": notice.item,
        "expires_at": approval.expires_at,
        "revision": approval.revision,
        "order_id": approval.order_id,
        "changes": [
            dict(zip(("label", "old", "new"), change.told(), strict=True))
            for change in notice.changes
        ],
        "path": notice.path or f"/approvals/{approval.id}",
        "for_requester": to_requester,
        "status": approval.status,
        "is_deputy": person_id not in (approval.requester_id, approval.approver_id),
        "decides": not to_requester
        and notice.template in _WAITING
        and approval.status == Status.PENDING,
    }


# The mails after which it is the approver's turn: these carry a link that decides (R58).
_WAITING = frozenset({"submitted", "reminded", "answered", "changed", "reassigned"})
