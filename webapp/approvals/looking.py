"""Which revision somebody has last looked at, so that they are shown what changed since (R48)."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.models import Approval, Look
from webapp.identity.domain import Actor


def has_looked(session: Session, approval: Approval, person_id: str) -> bool:
    """Whether this person has looked at any revision of it."""
    return session.get(Look, (approval.tenant_id, approval.id, person_id)) is not None


def look(
    session: Session, actor: Actor, approval_id: str, *, revision: int, now: datetime
) -> Approval:
    """Note that this person has looked at this revision; an older one than before changes nothing.

    The request is locked meanwhile, so that two windows do not note it twice. Raises `NotFound`.
    """
    approval = queries.claim(session, actor, approval_id)
    key = (approval.tenant_id, approval.id, actor.person_id)
    row = session.get(Look, key)
    if row is None:
        row = Look(tenant_id=key[0], approval_id=key[1], person_id=key[2], revision=1, at=now)
        session.add(row)
    seen = min(revision, approval.revision)
    if seen >= row.revision:
        row.revision, row.at = seen, now
    return approval
