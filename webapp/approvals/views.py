"""The page of one request; whatever is done there shows it again."""

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from webapp.approvals.around import waiting
from webapp.approvals.dossier import SOON, VERY_SOON, Dossier, changes_since, open_dossier
from webapp.approvals.forms import DecisionForm, EmptyForm, WordsForm
from webapp.approvals.looking import last_seen
from webapp.approvals.phrases import offered
from webapp.approvals.timeline import by_line, tell
from webapp.extensions import business_now, db
from webapp.i18n import reader
from webapp.identity import kept
from webapp.identity.frame import COUNTERS
from webapp.identity.guards import current_actor
from webapp.kernel.errors import DomainError
from webapp.web import render, wants_fragment

bp = Blueprint("approvals", __name__)

# The state to fall back to when a second press is refused for its words.
FIRST_PRESS = {"order": "approve", "approved": "approve", "declined": "decline", "asked": "ask"}


def init_app(app: Flask) -> None:
    """Count in the navigation what waits for this person, as the inbox and the list do."""
    app.extensions[COUNTERS].append(waiting)


@bp.get("/approvals/<approval_id>")
def show(approval_id: str) -> Response:
    """One request, with everything that a decision needs.

    Who comes back from signing in again finds the confirmation with their words in it (R53).
    """
    found = kept.waiting()
    if found is None or found.path != url_for("approvals.create_decision", approval_id=approval_id):
        return request_page(approval_id)
    form = DecisionForm(formdata=MultiDict(found.fields))
    step = FIRST_PRESS.get(form.step.data or "", "")
    return request_page(approval_id, step=step, form=form) if step else request_page(approval_id)


def request_page(
    approval_id: str,
    *,
    step: str = "ready",
    status: int = 200,
    refusal: DomainError | None = None,
    form: DecisionForm | None = None,
    words: WordsForm | None = None,
    file_refusal: DomainError | None = None,
    whole: bool = False,
) -> Response:
    """The page of a request in one of the panel's states; for htmx the panel, or the whole request.

    A form that was refused comes in again with what was typed and with the revision that was seen.
    Whoever looks at another revision than this one, or is refused, gets the whole request: beside
    the panel there would otherwise stand what is no longer true.
    """
    actor, now = current_actor(), business_now()
    with db.looking() as session:
        dossier = open_dossier(session, actor, approval_id, now=now)
        is_first = form is None
        form = form or _fresh(dossier, last_seen(session, actor, dossier.approval))
        if form.revision.errors:
            step = _begin_again(form, dossier)
        seen = changes_since(session, dossier.approval, form.revision.data or 0)
        company_id = dossier.approval.company_id
        phrases = offered(session, actor, company_id) if step == "decline" else None
    timeline = tell(dossier.events, actor.person_id)
    whole = whole or refusal is not None or form.revision.data != dossier.approval.revision
    response = render(
        "approvals/show.html",
        "approvals/_request.html" if whole else "approvals/_decision_panel.html",
        status=status,
        dossier=dossier,
        timeline=timeline,
        remarks=by_line(timeline),
        step=step,
        is_fragment=whole and wants_fragment(),
        form=form,
        words=words or WordsForm(formdata=None, data={"line": request.args.get("line", "")}),
        empty=EmptyForm(formdata=None),
        refusal=refusal,
        phrases=phrases,
        file_refusal=file_refusal,
        is_first=is_first,
        seen_changes=seen,
        now=now,
        today=now.astimezone(reader().zone).date(),
        soon=SOON,
        very_soon=VERY_SOON,
    )
    if whole:
        response.headers.update({"HX-Retarget": "#request", "HX-Reswap": "outerHTML"})
    return response


def _fresh(dossier: Dossier, last_seen: int) -> DecisionForm:
    """An empty form on the revision that was last seen; what changed since is shown first (R48)."""
    decides = dossier.pending and dossier.is_approver
    revision = last_seen if decides else dossier.approval.revision
    return DecisionForm(formdata=None, data={"revision": revision})


def _begin_again(form: DecisionForm, dossier: Dossier) -> str:
    """Show the current revision to somebody whose page did not say which one they saw."""
    form.revision.raw_data, form.revision.data = None, dossier.approval.revision
    form.revision.errors = [_("The page was not complete. Look at the request once more.")]
    return "ready"
