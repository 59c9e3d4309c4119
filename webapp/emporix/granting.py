"""Whom client credentials speak for: a program, or the person whose key they are (R40)."""

from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from flask import abort
from sqlalchemy.orm import Session

from webapp.emporix import token_refusals
from webapp.emporix.token_bodies import Grant
from webapp.extensions import db
from webapp.identity import clients, keys, passwords, queries
from webapp.identity.bearers import Subject, TokenRefused, bearer_of
from webapp.identity.domain import Holder, Origin
from webapp.kernel.ids import new_id


def recognise(grant: Grant, *, now: datetime) -> tuple[Subject, datetime | None]:
    """Whom the id and the secret speak for, and when this ends at the latest.

    Aborts with the errors of RFC 6749. Secrets are compared outside of transactions that write,
    since that is slow on purpose.
    """
    if keys.is_key_id(grant.client_id):
        return _owner_of_key(grant, now=now)
    return _program(grant), None


def narrow(
    session: Session, subject: Subject, wanted: tuple[str, ...]
) -> tuple[Subject, frozenset[str]]:
    """The subject with those of the wanted scopes that it may have, or all of them.

    Aborts with an error of RFC 6749 when none is left, or the holder has gone.
    """
    try:
        granted = bearer_of(session, subject).scopes
    except TokenRefused:
        abort(token_refusals.invalid_client())
    if not wanted:
        return subject, granted
    granted &= frozenset(wanted)
    if not granted:
        _refuse("invalid_scope", "None of these scopes can be had.")
    return replace(subject, scopes=tuple(sorted(granted))), granted


def note_use(session: Session, subject: Subject, *, now: datetime) -> None:
    """Remember that the key or the client was here."""
    note = keys.note_use if subject.origin is Origin.KEY else clients.note_use
    note(session, subject.tenant_id, subject.client_id or "", now=now)


def _program(grant: Grant) -> Subject:
    with db.reading() as session:
        found = clients.find(session, grant.client_id, tenant_id=grant.tenant_id)
    # Also for an id that there is not: the answer comes as late as for a wrong secret.
    if not passwords.matches(found.secret_hash if found else None, grant.secret) or not found:
        abort(token_refusals.invalid_client())
    client = found.client
    if clients.PROGRAM not in client.grants:
        _refuse("unauthorized_client", "This client may not ask for tokens of its own.")
    return Subject(
        tenant_id=client.tenant_id,
        holder=Holder.SERVICE,
        origin=Origin.CLIENT,
        session_id=new_id(),
        client_id=client.id,
        company_id=client.company_id,
    )


def _owner_of_key(grant: Grant, *, now: datetime) -> tuple[Subject, datetime]:
    with db.reading() as session:
        key = keys.authenticate(session, grant.client_id, grant.secret, now=now)
        if key is None or grant.tenant_id not in (None, key.tenant_id):
            abort(token_refusals.invalid_client())
        places = queries.workplaces(session, key.tenant_id, key.person_id)
    company_id = grant.company_id or key.company_id
    open_to = {key.company_id} if key.company_id else {None, *(one.company_id for one in places)}
    if company_id not in open_to:
        _refuse("invalid_request", "The key is not good for this legal entity.")
    subject = Subject(
        tenant_id=key.tenant_id,
        holder=Holder.CUSTOMER,
        origin=Origin.KEY,
        session_id=new_id(),
        person_id=key.person_id,
        client_id=key.id,
        company_id=company_id,
        scopes=key.scopes,
    )
    return subject, key.expires_at


def _refuse(error: str, description: str) -> NoReturn:
    abort(token_refusals.oauth_error(400, error, description))
