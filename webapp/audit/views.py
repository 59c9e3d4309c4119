"""Evidence to take away."""

from flask import Blueprint, Response, make_response

from webapp.audit.evidence import evidence_for
from webapp.extensions import business_now, db, settings
from webapp.identity.guards import current_actor
from webapp.ledger.keys import KeyFolder

bp = Blueprint("audit", __name__)


@bp.get("/approvals/<approval_id>/evidence.json")
def show_evidence(approval_id: str) -> Response:
    """What proves a request, for admins of its company and for whoever decided."""
    key = KeyFolder(settings().ledger_folder).signing()
    with db.reading() as session:
        text = evidence_for(session, current_actor(), approval_id, key, now=business_now())
    response = make_response(text)
    response.mimetype = "application/json"
    name = f"evidence-{approval_id}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
