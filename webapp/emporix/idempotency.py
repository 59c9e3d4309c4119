"""`Idempotency-Key`: a request that a client repeats is carried out once and answered alike.

Working on a key is claimed in a transaction of its own; what the request does is committed together
with its answer, so that a crash in between leaves either both or nothing. Whoever comes meanwhile
is told to wait (409), whoever sends something else under the same key is refused (422).
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Response, jsonify, make_response, request
from sqlalchemy.orm import Session

from webapp.approvals.freshness import SIGN_IN_AGAIN
from webapp.emporix import access, dialect, repeats
from webapp.emporix.reading import unusable_text
from webapp.emporix.repeats import Answer, Claim
from webapp.extensions import business_now, db
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import DomainError, Invalid
from webapp.kernel.sentence import sentence

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
_LONGEST = 255

Work = Callable[[Session, datetime], Answer]


def once(work: Work) -> Response:
    """Do the work in a transaction and answer; under a key that was used, answer as before.

    Refusals are remembered like successes; faults of the server are not, and can be tried again,
    and so can what was refused until its sender signs in again (R53).
    Raises `Invalid` (code `bad_key`, `key_reused`) and `Conflict` (code `key_running`).
    """
    key = request.headers.get(HEADER)
    if key is not None:
        return _once(_claim_for(key), work)
    with db.transaction() as session:
        answer = work(session, business_now())
    return _response(answer)


def _once(claim: Claim, work: Work) -> Response:
    now = utcnow()
    with db.transaction() as session:
        before = repeats.claim(session, claim, now=now)
    if before is not None:
        return _response(before, {REPLAYED: "true"})
    try:
        with db.transaction() as session:
            answer = work(session, business_now())
            repeats.keep(session, claim, answer)
    except DomainError as refusal:
        return _refused(claim, refusal)
    except BaseException:
        with db.transaction() as session:
            repeats.release(session, claim)
        raise
    return _response(answer)


def _refused(claim: Claim, refusal: DomainError) -> Response:
    response = dialect.refuse(refusal)
    answer = Answer(status=response.status_code, body=response.get_json())
    with db.transaction() as session:
        if refusal.code == SIGN_IN_AGAIN:
            repeats.release(session, claim)
        else:
            repeats.keep(session, claim, answer)
    return response


def _claim_for(key: str) -> Claim:
    if not 0 < len(key) <= _LONGEST or unusable_text(key):
        why = sentence("has 1 to 255 characters")
        raise Invalid(
            sentence("The {header} has 1 to 255 characters.", header=HEADER),
            code="bad_key",
            fields={HEADER: why},
        )
    sender = access.bearer()
    return Claim(
        tenant_id=sender.tenant_id,
        # A visitor of a shop is nobody yet, and known by the session.
        person_id=sender.actor.person_id if sender.actor else sender.session_id,
        key=key,
        fingerprint=_fingerprint(),
        attempt=secrets.token_hex(16),
    )


def _fingerprint() -> str:
    """What was asked for: operation, company of the token, body, and the version that was seen."""
    parts = (
        request.method,
        request.full_path,
        access.bearer().company_id or "",
        request.headers.get("If-Match", ""),
    )
    digest = hashlib.sha256()
    for data in (*(part.encode("utf-8", "replace") for part in parts), request.get_data()):
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


def _response(answer: Answer, more: Mapping[str, str] | None = None) -> Response:
    response = make_response("") if answer.body is None else jsonify(answer.body)
    response.status_code = answer.status
    response.headers.update({**answer.headers, **(more or {})})
    return response
