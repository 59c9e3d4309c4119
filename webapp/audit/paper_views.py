"""Evidence to take away as pages, with the evidence file inside."""

from flask import Response, make_response

from webapp.audit.evidence import evidence_for
from webapp.audit.on_paper import paper
from webapp.audit.views import bp
from webapp.extensions import business_now, db, settings
from webapp.identity import rates
from webapp.identity.guards import current_actor
from webapp.ledger.keys import KeyFolder


@bp.get("/approvals/<approval_id>/evidence.pdf")
def show_evidence_paper(approval_id: str) -> Response:
    """What proves a request, for admins of its company and for whoever decided."""
    # Slow to import, and most processes never print.
    from webapp.paper.printing import printed

    rates.count_paper()
    key, actor = KeyFolder(settings().ledger_folder).signing(), current_actor()
    with db.reading() as session:
        text = evidence_for(session, actor, approval_id, key, now=business_now())
    response = make_response(printed(paper(text, by=actor.name)))
    response.mimetype = "application/pdf"
    name = f"evidence-{approval_id}.pdf"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "private, no-store"
    return response
