"""What proves one request to somebody who has no access to the desk: one JSON document (R30)."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import records
from webapp.audit.offline import FORMAT, as_text
from webapp.identity.domain import Actor
from webapp.ledger import queries, sealed
from webapp.ledger.domain import canonical
from webapp.ledger.keys import SigningKey


def evidence_for(
    session: Session, actor: Actor, approval_id: str, key: SigningKey | None, *, now: datetime
) -> str:
    """The evidence of a request, for an admin of its company or whoever decided it.

    An admin who only looks on gets the conversation without its words; the chain holds nonetheless.
    Raises `NotFound` for everybody else.
    """
    found = records.for_person(session, actor, approval_id)
    return _written(session, found, key, now=now)


def evidence(
    session: Session, tenant_id: str, approval_id: str, key: SigningKey | None, *, now: datetime
) -> str:
    """The evidence of a request, for the operator; raises `NotFound`."""
    return _written(session, records.for_operator(session, tenant_id, approval_id), key, now=now)


def _written(
    session: Session, found: records.Record, key: SigningKey | None, *, now: datetime
) -> str:
    stream = (found.tenant_id, found.id)
    body = {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "tenant": found.tenant_id,
        "request": found.facts,
        "entries": [_entry(row, found) for row in queries.rows(session, *stream)],
        "revisions": found.revisions,
        "looks": found.looks,
        "attachments": found.attachments,
        "checkpoint": _checkpoint(session, *stream),
        "public_key": key.public.as_data() if key else None,
    }
    # What is signed is what a reader gets, so numbers are written as they come back.
    body = json.loads(json.dumps(body))
    signature = key.sign(canonical(body)) if key else None
    return as_text({"evidence": body, "signature": signature})


def _entry(row: Any, found: records.Record) -> dict[str, Any]:
    is_shown = found.is_open or row.action not in records.CONVERSATION
    return {
        "sequence": row.sequence,
        "action": row.action,
        "revision": row.revision,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor_id,
        "for": row.for_id,
        "content": row.content if is_shown else None,
        "salt": row.salt if is_shown else None,
        "digest": row.digest,
        "previous": row.previous,
        "hash": row.hash,
    }


def _checkpoint(session: Session, tenant_id: str, stream_id: str) -> dict[str, Any] | None:
    proof = sealed.proof(session, tenant_id, stream_id)
    if proof is None:
        return None
    return {
        **proof.checkpoint.as_data(),
        "length": proof.length,
        "head": proof.head,
        "path": [list(step) for step in proof.path],
    }
