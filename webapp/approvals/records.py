"""Everything that the desk keeps of one request, as data for evidence (R30)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.domain import Action
from webapp.approvals.models import Approval, Attachment, Look, Revision
from webapp.approvals.seals import conditions, goods
from webapp.identity.domain import Actor
from webapp.identity.policy import may_administer
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A request as its row states it, with its revisions, who looked, and what was attached."""

    tenant_id: str
    id: str
    facts: dict[str, Any]
    revisions: list[dict[str, Any]]
    looks: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    # Whether the reader may read what the two wrote to each other.
    is_open: bool = True


# What an admin who only looks on is not shown.
CONVERSATION = frozenset({Action.COMMENT, Action.ASK, Action.ANSWER, Action.REWORD})


def for_person(session: Session, actor: Actor, approval_id: str) -> Record:
    """The record for an admin of the company or whoever decided; raises `NotFound` for others."""
    found = _one(session, and_(entitled(actor), Approval.id == approval_id))
    own = select(Approval.id).where(queries.visible_to(actor), Approval.id == approval_id)
    return replace(_record(session, found), is_open=session.scalar(own) is not None)


def for_operator(session: Session, tenant_id: str, approval_id: str) -> Record:
    """The record, whoever asks; raises `NotFound`."""
    return _record(
        session,
        _one(session, and_(Approval.tenant_id == tenant_id, Approval.id == approval_id)),
    )


def entitled(actor: Actor) -> ColumnElement[bool]:
    """The requests of which this person may take evidence away."""
    as_admin = (
        and_(Approval.tenant_id == actor.tenant_id, Approval.company_id == actor.company_id)
        if may_administer(actor)
        else false()
    )
    return or_(
        as_admin,
        and_(
            queries.visible_to(actor),
            Approval.decided_by_id == actor.person_id,
            Approval.requester_id != actor.person_id,
        ),
    )


def _one(session: Session, where: ColumnElement[bool]) -> Approval:
    found = session.scalars(select(Approval).where(where)).one_or_none()
    if found is None:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    return found


def _record(session: Session, row: Approval) -> Record:
    def rows(model: Any) -> list[Any]:
        mine = model.tenant_id == row.tenant_id, model.approval_id == row.id
        return list(session.scalars(select(model).where(*mine).order_by(model.at)))

    return Record(
        tenant_id=row.tenant_id,
        id=row.id,
        facts=_facts(row),
        revisions=[_revision(one) for one in rows(Revision)],
        looks=[
            {"person": one.person_id, "revision": one.revision, "at": _at(one.at)}
            for one in rows(Look)
        ],
        attachments=[_attachment(one) for one in rows(Attachment)],
    )


def _facts(row: Approval) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "company": {"id": row.company_id, "name": row.company_name},
        "requester": {
            "id": row.requester_id,
            "name": f"{row.requester_first_name} {row.requester_last_name}",
        },
        "approver": {
            "id": row.approver_id,
            "name": f"{row.approver_first_name} {row.approver_last_name}",
        },
        "decided_by": {"id": row.decided_by_id, "name": row.decided_by_name},
        "decided_at": _at(row.decided_at),
        "order": row.order_id,
        "revision": row.revision,
        "length": row.ledger_length,
        "head": row.ledger_head,
    }


def _revision(row: Revision) -> dict[str, Any]:
    return {
        "revision": row.revision,
        "at": _at(row.at),
        "by": {"id": row.by_id, "name": row.by_name},
        "goods": goods(row.snapshot),
        "terms": conditions(row.details, row.delivery_window, row.delivery_words),
    }


def _attachment(row: Attachment) -> dict[str, Any]:
    return {
        "name": row.name,
        "size": row.size,
        "sha256": row.sha256,
        "at": _at(row.at),
        "by": {"id": row.by_id, "name": row.by_name},
        "removed_at": _at(row.removed_at),
    }


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")
