"""The decision on a request as a PDF."""

from flask import Response, make_response, url_for

from webapp.approvals.decision import Printing, file_name, paper
from webapp.approvals.dossier import open_dossier
from webapp.approvals.views import bp
from webapp.extensions import business_now, db, settings
from webapp.identity import rates
from webapp.identity.guards import current_actor

# The browser's own reader may lay the file out; nothing in it may load anything.
_POLICY = "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'"


@bp.get("/approvals/<approval_id>/decision.pdf")
def show_decision(approval_id: str) -> Response:
    """What was asked and what became of it, for whoever may see the request."""
    # Slow to import, and most processes never print.
    from webapp.paper.printing import printed

    rates.count_paper()
    actor, now = current_actor(), business_now()
    with db.reading() as session:
        dossier = open_dossier(session, actor, approval_id, now=now)
    address = settings().base_url + url_for("approvals.show", approval_id=approval_id)
    made = paper(dossier, Printing(by=actor.name, now=now, address=address))
    response = make_response(printed(made))
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=file_name(dossier, now))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
