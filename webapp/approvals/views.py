"""The page of one request; whatever is done there shows it again."""

from collections.abc import Hashable
from datetime import datetime

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from webapp.approvals.around import waiting
from webapp.approvals.dossier import SOON, VERY_SOON, Dossier, changes_since, open_dossier
from webapp.approvals.forms import DecisionForm, WordsForm
from webapp.approvals.phrases import offered
from webapp.approvals.timeline import by_line, tell
from webapp.extensions import business_now, db
from webapp.fragments import far
from webapp.i18n import reader
from webapp.identity import kept
from webapp.identity.frame import COUNTERS, frame
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
    is_usual = step == "ready" and not any((whole, refusal, form, words, file_refusal))
    with db.looking() as session:
        dossier = open_dossier(session, actor, approval_id, now=now)
        is_first = form is None
        form = form or _fresh(dossier)
        if form.revision.errors:
            step = _begin_again(form, dossier)
        seen = changes_since(session, dossier.approval, form.revision.data or 0)
        company_id = dossier.approval.company_id
        phrases = offered(session, actor, company_id) if step == "decline" else None
    frame().waiting = dossier.waiting
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
        refusal=refusal,
        phrases=phrases,
        file_refusal=file_refusal,
        is_first=is_first,
        seen_changes=seen,
        now=now,
        today=now.astimezone(reader().zone).date(),
        usual=_usual(dossier, now) if is_usual and "line" not in request.args else None,
        soon=SOON,
        very_soon=VERY_SOON,
    )
    if whole:
        response.headers.update({"HX-Retarget": "#request", "HX-Reswap": "outerHTML"})
    return response


def _usual(dossier: Dossier, now: datetime) -> Hashable:
    """What the whole request is made of for its reader, while nobody has pressed anything.

    None where it is told in what way it differs from another request.
    """
    actor, a = current_actor(), dossier.approval
    if dossier.replacing.earlier or dossier.replacing.later:
        return None
    verdicts = (*dossier.may.values(), dossier.standing, dossier.deputy_may)
    return (
        *(dossier.made_of, a.version, dossier.last_seen, dossier.away, str(dossier.usual)),
        *(a.requester_first_name, a.requester_last_name, a.approver_first_name),
        *(a.approver_last_name, a.approver_comment, a.decided_by_name),
        tuple((one.allowed, one.code, str(one.reason)) for one in verdicts),
        tuple((one.id, one.name) for one in dossier.attachments),
        *(far(a.expires_at, now), far(a.turn_since, now)),
        *(actor.person_id, actor.name, dossier.is_deputy),
    )


def _fresh(dossier: Dossier) -> DecisionForm:
    """An empty form on the revision that was last seen; what changed since is shown first (R48)."""
    decides = dossier.pending and dossier.is_approver
    revision = dossier.last_seen if decides else dossier.approval.revision
    return DecisionForm(formdata=None, data={"revision": revision})


def _begin_again(form: DecisionForm, dossier: Dossier) -> str:
    """Show the current revision to somebody whose page did not say which one they saw."""
    form.revision.raw_data, form.revision.data = None, dossier.approval.revision
    form.revision.errors = [_("The page was not complete. Look at the request once more.")]
    return "ready"
