"""The links of mails that lead to a decision: made with the mail, found by a hash (R58)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from webapp.approvals.freshness import waives_sign_in
from webapp.approvals.models import Approval, DecisionLink
from webapp.approvals.recording import compared
from webapp.identity import queries as identity
from webapp.kernel.errors import Conflict
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, sentence

LIFETIME = timedelta(days=7)
# Who comes late still reads what became of it.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """What a link is bound to: one request, one person, one revision."""

    tenant_id: str
    approval_id: str
    person_id: str
    revision: int


def make(session: Session, bond: Bond, *, written_at: datetime) -> str:
    """A link for seven days from the moment at which its mail was written; its token.

    Only the SHA-256 of the token is kept.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        DecisionLink(
            tenant_id=bond.tenant_id,
            id=new_id(),
            token_hash=hash_of(token),
            approval_id=bond.approval_id,
            person_id=bond.person_id,
            revision=bond.revision,
            expires_at=written_at + LIFETIME,
        )
    )
    return token


def by_token(session: Session, token: str) -> DecisionLink | None:
    """The link with this token; comparing hashes takes the same time for every guess."""
    return session.scalar(select(DecisionLink).where(DecisionLink.token_hash == hash_of(token)))


def by_id(session: Session, tenant_id: str, person_id: str, link_id: str) -> DecisionLink | None:
    """The link of this person with this id."""
    query = select(DecisionLink).where(
        DecisionLink.tenant_id == tenant_id,
        DecisionLink.id == link_id,
        DecisionLink.person_id == person_id,
    )
    return session.scalar(query)


def request_of(session: Session, link: DecisionLink) -> Approval:
    """The request that a link is about, whoever may see it."""
    return session.get_one(Approval, (link.tenant_id, link.approval_id))


def is_waived(session: Session, approval: Approval) -> bool:
    """Whether the company lets links decide on this amount without a sign-in, as of now."""
    company = identity.company(session, approval.tenant_id, approval.company_id)
    return waives_sign_in(company, compared(approval))


def spend(session: Session, link: DecisionLink, *, now: datetime) -> None:
    """Use the link up; raises `Conflict` (`used`) where another press was first."""
    mine = (DecisionLink.tenant_id == link.tenant_id) & (DecisionLink.id == link.id)
    result: Any = session.execute(
        update(DecisionLink)
        .where(mine, DecisionLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount != 1:
        raise Conflict(sentence(N_("This link was used already.")), code="used")


def purge(session: Session, *, now: datetime, limit: int) -> int:
    """Forget links whose time was over long ago; how many there were."""
    old = select(DecisionLink.tenant_id, DecisionLink.id).where(
        DecisionLink.expires_at < now - REMEMBERED
    )
    ids = [tuple(row) for row in session.execute(old.limit(limit))]
    session.execute(
        delete(DecisionLink)
        .where(tuple_(DecisionLink.tenant_id, DecisionLink.id).in_(ids))
        .execution_options(synchronize_session=False)
    )
    return len(ids)


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
