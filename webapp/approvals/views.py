"""The pages on which requests are looked at: inbox, my requests, one request."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.approvals import listing
from webapp.approvals.domain import Action, Status, Turn
from webapp.approvals.dossier import SOON, VERY_SOON, Dossier, changes_since, open_dossier
from webapp.approvals.forms import DecisionForm, EmptyForm, WordsForm
from webapp.approvals.policy import may
from webapp.approvals.queries import Box, Side, Summary
from webapp.approvals.phrases import offered
from webapp.approvals.timeline import tell
from webapp.extensions import db
from webapp.identity.domain import Actor
from webapp.identity.frame import COUNTERS
from webapp.identity.guards import current_actor
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import DomainError
from webapp.kernel.sentence import Verdict
from webapp.ledger.queries import latest
from webapp.web import render, wants_fragment

bp = Blueprint("approvals", __name__)

INBOX_BOXES = (Box.TURN, Box.WAITING, Box.DECIDED, Box.ALL)
REQUEST_BOXES = (Box.OPEN, Box.DECIDED, Box.ALL)
# The tabs whose counts are worth a query; history only grows.
_COUNTED = (Box.TURN, Box.WAITING, Box.OPEN)
_OWN = (Action.CHANGE, Action.ORDER, Action.RESUBMIT, Action.WITHDRAW)


@dataclass(frozen=True, slots=True)
class _About:
    """What may be done with each of one's own requests, open questions, carts taken back."""

    verdicts: dict[str, dict[Action, Verdict]]
    questions: dict[str, str]
    new_carts: dict[str, str]


def init_app(app: Flask) -> None:
    """Count in the navigation what waits for this person, as the inbox and the list do."""
    app.extensions[COUNTERS].update(
        inbox=lambda session, actor: listing.count(session, actor, Side.APPROVER, Box.TURN),
        requests=lambda session, actor: listing.count(session, actor, Side.REQUESTER, Box.TURN),
    )


@bp.get("/inbox")
def inbox() -> Response:
    """What waits for this approver's decision, and what did."""
    return _list(Side.APPROVER, INBOX_BOXES, "approvals/inbox.html")


@bp.get("/requests")
def requests() -> Response:
    """What this person asked for, and whose turn it is."""
    return _list(Side.REQUESTER, REQUEST_BOXES, "approvals/requests.html")


@bp.get("/approvals/<approval_id>")
def show(approval_id: str) -> Response:
    """One request, with everything that a decision needs."""
    return request_page(approval_id)


def request_page(
    approval_id: str,
    *,
    step: str = "ready",
    status: int = 200,
    refusal: DomainError | None = None,
    form: DecisionForm | None = None,
    words: WordsForm | None = None,
    whole: bool = False,
) -> Response:
    """The page of a request in one of the panel's states; for htmx the panel, or the whole request.

    A form that was refused comes in again with what was typed and with the revision that was seen.
    Whoever looks at another revision than this one, or is refused, gets the whole request: beside
    the panel there would otherwise stand what is no longer true.
    """
    actor, now = current_actor(), utcnow()
    with db.reading() as session:
        dossier = open_dossier(session, actor, approval_id, now=now)
        form = form or _fresh(dossier)
        if form.revision.errors:
            step = _begin_again(form, dossier)
        seen = changes_since(session, dossier.approval, form.revision.data or 0)
        phrases = offered(session, actor, dossier.approval) if step == "decline" else None
    whole = whole or refusal is not None or form.revision.data != dossier.approval.revision
    response = render(
        "approvals/show.html",
        "approvals/_request.html" if whole else "approvals/_decision_panel.html",
        status=status,
        dossier=dossier,
        timeline=tell(dossier.events, actor.person_id),
        step=step,
        is_fragment=whole and wants_fragment(),
        form=form,
        words=words or WordsForm(formdata=None),
        empty=EmptyForm(formdata=None),
        refusal=refusal,
        phrases=phrases,
        seen_changes=seen,
        now=now,
        soon=SOON,
        very_soon=VERY_SOON,
    )
    if whole:
        response.headers.update({"HX-Retarget": "#request", "HX-Reswap": "outerHTML"})
    return response


def _about(session: Session, actor: Actor, items: Sequence[Summary]) -> _About:
    asked = [a.id for a in items if a.turn == Turn.REQUESTER]
    ended = [a.id for a in items if a.status != Status.PENDING]
    questions = latest(session, actor.tenant_id, asked, Action.ASK)
    taken_back = latest(session, actor.tenant_id, ended, Action.RESUBMIT)
    return _About(
        verdicts={a.id: {act: may(actor.person_id, act, a) for act in _OWN} for a in items},
        questions={key: event.text for key, event in questions.items()},
        new_carts={key: event.data["cart"] for key, event in taken_back.items()},
    )


def _fresh(dossier: Dossier) -> DecisionForm:
    return DecisionForm(formdata=None, data={"revision": dossier.approval.revision})


def _begin_again(form: DecisionForm, dossier: Dossier) -> str:
    """Show the current revision to somebody whose page did not say which one they saw."""
    form.revision.raw_data, form.revision.data = None, dossier.approval.revision
    form.revision.errors = [_("The page was not complete. Look at the request once more.")]
    return "ready"


def _list(side: Side, boxes: tuple[Box, ...], template: str) -> Response:
    wanted = request.args.get("box", "")
    box = Box(wanted) if wanted in boxes else boxes[0]
    actor = current_actor()
    with db.reading() as session:
        page = listing.listing(session, actor, side, box, cursor=request.args.get("after"))
        counts = {b: listing.count(session, actor, side, b) for b in boxes if b in _COUNTED}
        asked = listing.count(session, actor, side, Box.TURN)
        about = _about(session, actor, page.items) if side is Side.REQUESTER else None
    older = page.next_cursor and url_for(request.endpoint or "", box=box, after=page.next_cursor)
    return render(
        template,
        listed=page,
        box=box,
        counts=counts,
        asked=asked,
        about=about,
        words=WordsForm(formdata=None),
        older=older,
        first=url_for(request.endpoint or "", box=box) if request.args.get("after") else None,
        now=utcnow(),
        soon=SOON,
        very_soon=VERY_SOON,
    )
