"""Tokens of the API: given out, recognised, refreshed, taken back; kept as hashes (R40)."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.identity.bearers import Bearer, Subject, TokenRefused, bearer_of
from webapp.identity.domain import Holder, Origin, TokenKind
from webapp.identity.models import Token
from webapp.identity.session_store import hash_of
from webapp.kernel.ids import new_id

_PRUNED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long tokens of one origin live; without a refresh token there is no next one."""

    access: timedelta
    refresh: timedelta | None


# Section 6.1 of the reference service's description; a key's tokens live as exchanged ones do.
LIFETIMES = {
    Origin.ANONYMOUS: Lifetimes(timedelta(seconds=3599), timedelta(seconds=86399)),
    Origin.PASSWORD: Lifetimes(timedelta(seconds=2591999), timedelta(seconds=86399)),
    Origin.EXCHANGE: Lifetimes(timedelta(seconds=14399), timedelta(seconds=15551999)),
    Origin.KEY: Lifetimes(timedelta(seconds=14399), None),
    Origin.CLIENT: Lifetimes(timedelta(seconds=14399), None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """New tokens in clear, to be shown once; lifetimes in seconds."""

    subject: Subject
    access_token: str
    expires_in: int
    refresh_token: str = ""
    refresh_expires_in: int = 0


def issue(
    session: Session,
    subject: Subject,
    *,
    now: datetime,
    family_id: str | None = None,
    until: datetime | None = None,
) -> Issued:
    """Give out an access token, ending by `until`, and a refresh token where the origin has one."""
    lifetimes, family = LIFETIMES[subject.origin], family_id or new_id()
    lifetime = lifetimes.access if until is None else min(lifetimes.access, until - now)
    access = _keep(session, subject, TokenKind.ACCESS, family, now=now, lifetime=lifetime)
    if lifetimes.refresh is None:
        return Issued(subject=subject, access_token=access, expires_in=_seconds(lifetime))
    return Issued(
        subject=subject,
        access_token=access,
        expires_in=_seconds(lifetime),
        refresh_token=_keep(
            session, subject, TokenKind.REFRESH, family, now=now, lifetime=lifetimes.refresh
        ),
        refresh_expires_in=_seconds(lifetimes.refresh),
    )


def authenticate(session: Session, tenant_id: str, token: str, *, now: datetime) -> Bearer:
    """Who sends this access token, with the roles and scopes of now; raises `TokenRefused`."""
    row = _find(session, tenant_id, token, TokenKind.ACCESS)
    if row is None or row.revoked_at is not None:
        raise TokenRefused
    if row.expires_at <= now:
        raise TokenRefused(is_expired=True)
    return bearer_of(session, _subject(row), family_id=row.family_id, expires_at=row.expires_at)


def refresh(
    session: Session,
    tenant_id: str,
    refresh_token: str,
    *,
    company_id: str | None,
    now: datetime,
    holders: Collection[Holder] = (Holder.CUSTOMER,),
) -> Issued | None:
    """Tokens for the next while, bound to this company or to none; the old one is used up.

    None when the refresh token is not good any more, or its holder has gone. One that was used
    before ends its whole family, since somebody else has it too (RFC 9700, section 4.14); so commit
    even then.
    """
    row = _find(session, tenant_id, refresh_token, TokenKind.REFRESH)
    if row is None or row.holder not in holders:
        return None
    subject = replace(_subject(row), company_id=company_id)
    is_unused = row.revoked_at is None
    if is_unused and (row.expires_at <= now or not _is_there(session, subject)):
        return None
    if not is_unused or not _use_up(session, row.token_hash, now=now):
        end_family(session, tenant_id, row.family_id, now=now)
        return None
    return issue(session, subject, now=now, family_id=row.family_id)


def holder_of_refresh(
    session: Session, tenant_id: str, refresh_token: str, *, now: datetime
) -> Subject | None:
    """Whom a refresh token that is still good speaks for, without using it."""
    row = _find(session, tenant_id, refresh_token, TokenKind.REFRESH)
    is_good = row is not None and row.revoked_at is None and row.expires_at > now
    return _subject(row) if is_good else None


def log_out(session: Session, sender: Bearer, access_token: str, *, now: datetime) -> bool:
    """End the sign-in that an access token of theirs comes from; False for tokens of others."""
    row = _find(session, sender.tenant_id, access_token, TokenKind.ACCESS)
    if row is None or sender.actor is None or row.person_id != sender.actor.person_id:
        return False
    end_family(session, sender.tenant_id, row.family_id, now=now)
    return True


def deny(session: Session, subject: Subject, token: str, *, now: datetime, until: datetime) -> None:
    """Take a token of somebody else's making no more, as long as it would be good."""
    if not is_denied(session, token):
        family, lifetime = new_id(), until - now
        _keep(session, subject, TokenKind.ACCESS, family, now=now, lifetime=lifetime, token=token)
        end_family(session, subject.tenant_id, family, now=now)


def is_denied(session: Session, token: str) -> bool:
    """Whether this token of somebody else's making is taken no more."""
    found = select(Token.token_hash).where(Token.token_hash == hash_of(token))
    return session.scalar(found) is not None


def end_family(session: Session, tenant_id: str, family_id: str, *, now: datetime) -> None:
    """Take back every token that comes from the same sign-in."""
    session.execute(
        update(Token)
        .where(
            Token.tenant_id == tenant_id,
            Token.family_id == family_id,
            Token.revoked_at.is_(None),
            Token.kind != TokenKind.KEY,
        )
        .values(revoked_at=now)
    )


def prune(session: Session, *, now: datetime) -> int:
    """Forget tokens whose time was over a day ago; how many there were."""
    old = select(Token.token_hash).where(Token.expires_at < now - timedelta(days=1))
    gone = session.execute(delete(Token).where(Token.token_hash.in_(old.limit(_PRUNED_AT_ONCE))))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _keep(
    session: Session,
    subject: Subject,
    kind: TokenKind,
    family_id: str,
    *,
    now: datetime,
    lifetime: timedelta,
    token: str | None = None,
) -> str:
    token = token or secrets.token_urlsafe(24)
    session.execute(
        insert(Token).values(
            token_hash=hash_of(token),
            tenant_id=subject.tenant_id,
            family_id=family_id,
            session_id=subject.session_id,
            origin=subject.origin,
            name="",
            kind=kind,
            holder=subject.holder,
            client_id=subject.client_id,
            person_id=subject.person_id,
            company_id=subject.company_id,
            scopes=list(subject.scopes),
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return token


def _find(session: Session, tenant_id: str, token: str, kind: TokenKind) -> Any:
    return session.execute(
        select(Token).where(
            Token.token_hash == hash_of(token), Token.tenant_id == tenant_id, Token.kind == kind
        )
    ).scalar_one_or_none()


def _subject(row: Any) -> Subject:
    return Subject(
        tenant_id=row.tenant_id,
        holder=Holder(row.holder),
        origin=Origin(row.origin),
        session_id=row.session_id,
        person_id=row.person_id,
        client_id=row.client_id,
        company_id=row.company_id,
        scopes=tuple(row.scopes),
    )


def _is_there(session: Session, subject: Subject) -> bool:
    try:
        bearer_of(session, subject)
    except TokenRefused:
        return False
    return True


def _use_up(session: Session, token_hash: str, *, now: datetime) -> bool:
    used = session.execute(
        update(Token)
        .where(Token.token_hash == token_hash, Token.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(used, "rowcount", 0) == 1)


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
