"""The seven operations of the Approval Service (section 3), over the use cases of the desk."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson
from flask import Blueprint, Response, abort, jsonify, make_response, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.routing import PathConverter

from webapp.approvals import due, queries, recording, service, submission
from webapp.approvals import searching as approvals
from webapp.approvals.amending import amend, amendable
from webapp.approvals.domain import Action, Unset
from webapp.checkout import queries as checkout
from webapp.emporix import (
    access,
    approval_bodies,
    approval_shapes,
    patching,
    reading,
    searching,
)
from webapp.emporix.approval_bodies import Creation, Question
from webapp.emporix.idempotency import once
from webapp.emporix.repeats import Answer
from webapp.extensions import business_now, db
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict
from webapp.kernel.sentence import sentence

bp = Blueprint("api_approvals", __name__)

# An encoded slash belongs to the id, and no id has one: it is answered like any unknown id.
_ONE = "/approval/<tenant>/approvals/<rest:approval_id>"


class Rest(PathConverter):
    """The rest of a path, even where it begins with a slash."""

    part_isolating = False
    regex = ".+"


@bp.record_once
def know_rest(state: BlueprintSetupState) -> None:
    """Let the paths below use `<rest:...>`."""
    state.app.url_map.converters["rest"] = Rest


@bp.before_request
def require_json() -> None:
    """Refuse bodies of another type than JSON (415); a body without any type is tried."""
    kind = request.mimetype
    is_json = not kind or kind == "application/json" or kind.endswith("+json")
    if request.method in {"POST", "PATCH"} and not is_json:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@bp.post("/approval/<tenant>/approvals")
def create(tenant: str) -> Response:
    """Ask for an approval; the cart is frozen and the approver told."""
    actor, wanted = access.actor(), reading.read(Creation).submission()

    def work(session: Session, now: datetime) -> Answer:
        service.expire_due_of(session, actor, now=now)
        made = submission.submit(session, actor, wanted, now=now)
        return Answer(status=201, body={"id": made.id}, headers={"ETag": _tag(made.version)})

    return once(work)


@bp.get("/approval/<tenant>/approvals")
def list_all(tenant: str) -> Response:
    """The approvals of the caller, as requester or approver, page by page."""
    actor = access.actor()
    _settle(actor, now=business_now())
    is_counted = request.headers.get("X-Total-Count", "").lower() == "true"
    # Rows and their number are of one moment.
    with db.reading() if is_counted else db.looking() as session:
        found = searching.find(session, actor, request.args, with_count=is_counted)
    response = _json([approval_shapes.approval(row) for row in found.rows])
    if is_counted:
        response.headers["X-Total-Count"] = str(found.total)
    return response


@bp.get(_ONE, merge_slashes=False)
def show(tenant: str, approval_id: str) -> Response:
    """One approval of the caller; `ETag` is its version, and `If-None-Match` is honoured."""
    actor = access.actor()
    _settle(actor, now=business_now())
    with db.looking() as session:
        row = approvals.one(session, actor, approval_id)
    response = _json(approval_shapes.approval(row))
    if request.if_none_match.contains_weak(str(row.version)):
        response = make_response("", HTTPStatus.NOT_MODIFIED)
    response.headers["ETag"] = _tag(row.version)
    return response


@bp.patch(_ONE, merge_slashes=False)
def patch(tenant: str, approval_id: str) -> Response:
    """Change words, terms or status of a pending approval, all of it or nothing (section 3.5)."""
    actor, operations = access.actor(), patching.parse(reading.read_json())

    def work(session: Session, now: datetime) -> Answer:
        _require_match(session, actor, approval_id)
        current = amendable(session, actor, approval_id, seen_version=None, now=now)
        change = patching.amendment(current, operations)
        if not isinstance(change.details, Unset):
            approval_bodies.check_details(change.details)
        row = amend(session, actor, approval_id, change, seen_version=None, now=now)
        return Answer(status=204, headers={"ETag": _tag(row.version)})

    return once(work)


@bp.delete(_ONE, merge_slashes=False)
def delete(tenant: str, approval_id: str) -> ResponseReturnValue:
    """Withdraw a pending approval; it stays readable as CLOSED (section 3.6)."""
    actor, now = access.actor(), business_now()
    with db.transaction() as session:
        _require_match(session, actor, approval_id)
        row = queries.claim(session, actor, approval_id)
        verdict = recording.asked(session, actor, row, Action.WITHDRAW, now=now)
        if not verdict:
            words = verdict.reason or sentence("Only a pending approval can be deleted.")
            raise Conflict(words, code="not_deletable")
        service.withdraw(session, actor, approval_id, now=now)
    return "", HTTPStatus.NO_CONTENT


@bp.post("/approval/<tenant>/approval/permitted")
def permitted(tenant: str) -> dict[str, Any]:
    """Whether the caller may order this now, and by which live approval (section 5.4)."""
    actor, question = access.actor(), reading.read(Question)
    _settle(actor, now=business_now())
    with db.reading() as session:
        found = checkout.permission(session, actor, question.type, question.resource_id)
    return approval_shapes.permission(found)


@bp.post("/approval/<tenant>/search/users")
def search_users(tenant: str) -> Response:
    """Whom the caller may ask about their cart or quote (section 5.5)."""
    actor, question = access.actor(), reading.read(Question)
    with db.reading() as session:
        found = checkout.approvers(
            session, actor, question.type, question.resource_id, now=business_now()
        )
    return jsonify(approval_shapes.users(found))


def _settle(actor: Actor, *, now: datetime) -> None:
    """Note what of the caller's approvals is over by now, so that no answer is of the past."""
    with db.looking() as session:
        is_due = due.is_due(session, actor, now=now)
    if is_due:
        with db.transaction() as session:
            service.expire_due_of(session, actor, now=now)


def _require_match(session: Session, actor: Actor, approval_id: str) -> None:
    """Lock the approval and hold it against `If-Match`, when that is sent (RFC 9110, 13.1.1).

    Proxies that compress make tags weak, so weak ones count as well.
    """
    row = queries.claim(session, actor, approval_id)
    if "If-Match" in request.headers and not request.if_match.contains_weak(str(row.version)):
        raise Conflict(
            sentence("The approval is at version {version} by now.", version=row.version),
            code="stale",
        )


def _json(document: Any) -> Response:
    return Response(orjson.dumps(document), mimetype="application/json")


def _tag(version: int) -> str:
    return f'"{version}"'
