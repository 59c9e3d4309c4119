"""The inbox: rows that open in their place, and are decided there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from webapp.approvals import conversation, queries, service
from webapp.approvals.changes import Change
from webapp.approvals.domain import Action
from webapp.approvals.dossier import Dossier, changes_since, open_dossier
from webapp.approvals.filters import NAMES
from webapp.approvals.forms import DecisionForm, PhraseForm
from webapp.approvals.freshness import SIGN_IN_AGAIN
from webapp.approvals.inbox_rows import closed_rows
from webapp.approvals.list_scene import ListScene
from webapp.approvals.list_views import list_context, open_list_here, url_of
from webapp.approvals.models import Approval
from webapp.approvals.phrases import Offered, offered
from webapp.approvals.queries import Side, Summary
from webapp.approvals.views import FIRST_PRESS, bp
from webapp.carts.snapshot import SnapshotLine
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity import kept
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.web import done, render, wants_fragment

# The letters that open a row in one of its states; the other states come by pressing its buttons.
_LETTERS = {"a": "approve", "d": "decline", "q": "ask", "c": "comment"}
# A row is for a quick decision; whoever wants to see more items opens the whole request.
_SHOWN = 8
_DONE = {
    "order": N_("You approved {total} for {requester}, and the order {order} is placed."),
    "approved": N_("You approved {total} for {requester}."),
    "declined": N_("You declined. {requester} gets your words and can change the cart."),
    "asked": N_("Your question is sent. It is {requester}’s turn now."),
    "comment": N_("Your comment is sent to {requester}."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """The row that is open, in one of the states of its form."""

    id: str
    step: str
    form: DecisionForm
    dossier: Dossier
    changes: list[Change]
    refusal: DomainError | None
    phrases: Offered | None

    @property
    def lines(self) -> tuple[SnapshotLine, ...]:
        """The items that are shown one by one."""
        return tuple(self.dossier.snapshot.lines[:_SHOWN])

    @property
    def rest(self) -> tuple[SnapshotLine, ...]:
        """The items that only the page of the request shows."""
        return tuple(self.dossier.snapshot.lines[_SHOWN:])

    @property
    def rest_net(self) -> Money:
        """What those come to, without tax."""
        nothing = Money.zero(self.dossier.snapshot.currency)
        return sum((line.totals.net for line in self.rest), nothing)


@bp.get("/inbox")
def inbox() -> Response:
    """What waits for this approver's decision, and what did; `open` opens one of the rows."""
    # PostgreSQL cannot even look for a NUL.
    approval_id = clean(request.args.get("open", ""))
    if approval_id:
        step = _LETTERS.get(request.args.get("key", ""), "ready")
        return inbox_page(approval_id, step=step)
    return inbox_page(focus=request.args.get("closed", ""))


@bp.post("/inbox/<approval_id>/decision")
def create_row_decision(approval_id: str) -> Response:
    """Approve or decline on the second press; the first one only asks to confirm."""
    if "phrase" in request.form:
        return _pick_phrase(approval_id)
    form = DecisionForm()
    step = form.step.data or "ready"
    if not form.validate():
        return inbox_page(approval_id, step=FIRST_PRESS.get(step, step), status=422, form=form)
    if not form.decides:
        return inbox_page(approval_id, step=step, form=form)
    decision = form.decision(form.revision.data)

    def decide(session: Session) -> Approval:
        return service.decide(session, current_actor(), approval_id, decision, now=business_now())

    return _act(approval_id, step, decide, form)


@bp.post("/inbox/<approval_id>/questions")
def create_row_question(approval_id: str) -> Response:
    """Ask the requester something; the turn passes to them."""
    return _say(approval_id, "asked", Action.ASK)


@bp.post("/inbox/<approval_id>/comments")
def create_row_comment(approval_id: str) -> Response:
    """Say something to the requester; it stays this person's turn."""
    return _say(approval_id, "comment", Action.COMMENT)


def inbox_page(
    approval_id: str = "",
    *,
    step: str = "ready",
    status: int = 200,
    form: DecisionForm | None = None,
    refusal: DomainError | None = None,
    focus: str = "",
) -> Response:
    """The inbox with this row open, or with the focus on that one; for htmx only its list.

    A form that was refused comes in again with what was typed and with the revision that was seen.
    """
    with db.looking() as session:
        scene = open_list_here(session, Side.APPROVER)
        opened = None
        if approval_id:
            opened = _open(session, approval_id, step=step, form=form, refusal=refusal)
    rows, query, now = _with_row(scene, opened), scene.place.parts(), business_now()
    at = next((i for i, row in enumerate(rows) if opened and row.id == opened.id), len(rows))
    response = render(
        "approvals/inbox.html",
        "approvals/_inbox_list.html",
        status=status,
        **list_context(scene),
        before=rows[:at],
        opened_row=rows[at] if opened else None,
        after=rows[at + 1 :],
        opened=opened,
        query=query,
        closed=closed_rows(scene, current_actor(), query, focus=_nearest(rows, focus), now=now),
    )
    is_of_filters = request.method == "GET" and not {"open", "closed"} & request.args.keys()
    if wants_fragment() and is_of_filters:
        # Empty fields of the form need not stand in the address.
        response.headers["HX-Push-Url"] = url_of(scene.place)
    return response


def _open(
    session: Session,
    approval_id: str,
    *,
    step: str,
    form: DecisionForm | None,
    refusal: DomainError | None,
) -> _Opened:
    dossier = open_dossier(session, current_actor(), approval_id, now=business_now())
    if not dossier.is_approver:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")
    current, company_id = dossier.approval.revision, dossier.approval.company_id
    if form is None:
        seen = request.args.get("revision", current, type=int)
        form = DecisionForm(formdata=None, data={"revision": seen})
    if form.revision.errors:
        form.revision.raw_data, form.revision.data = None, current
        step = "ready"
    return _Opened(
        id=approval_id,
        step=step,
        form=form,
        dossier=dossier,
        changes=changes_since(session, dossier.approval, form.revision.data or 0),
        refusal=refusal,
        phrases=offered(session, current_actor(), company_id) if step == "decline" else None,
    )


def _with_row(scene: ListScene, opened: _Opened | None) -> list[Summary]:
    """The rows of the page, and the open one also where it has just left this tab."""
    rows = list(scene.page.items)
    if opened is None or any(row.id == opened.id for row in rows):
        return rows
    approval = opened.dossier.approval
    own = Summary._make(getattr(approval, name) for name in Summary._fields)
    return [own, *rows]


def _nearest(rows: list[Summary], wanted: str) -> str:
    """The id of this row, or of the last one when it is not here any more."""
    if not wanted or not rows:
        return ""
    return wanted if any(row.id == wanted for row in rows) else rows[-1].id


def _pick_phrase(approval_id: str) -> Response:
    """The row once more, with the reason in the words."""
    form = PhraseForm()
    is_sound = form.validate()
    if is_sound:
        form.pick()
    return inbox_page(approval_id, step="decline", status=200 if is_sound else 422, form=form)


def _say(approval_id: str, step: str, action: Action) -> Response:
    form = DecisionForm()
    first_press = FIRST_PRESS.get(step, step)
    if form.step.data == "ready":
        return inbox_page(approval_id, form=form)
    if form.note.errors or not form.validate():
        return inbox_page(approval_id, step=first_press, status=422, form=form)

    def speak(session: Session) -> Approval:
        text = form.note.data or ""
        actor = current_actor()
        return conversation.say(session, actor, approval_id, action, text=text, now=business_now())

    return _act(approval_id, step, speak, form)


def _act(
    approval_id: str, step: str, act: Callable[[Session], Approval], form: DecisionForm
) -> Response:
    """Act; a refusal is shown in the row, which keeps the seen revision and the words."""
    first_press = FIRST_PRESS.get(step, step)
    try:
        with db.transaction() as session:
            _demand_inbox(session, approval_id)
            approval = act(session)
    except Invalid as refusal:
        form.note.errors = [say(refusal.sentence)]
        return inbox_page(approval_id, step=first_press, status=422, form=form)
    except (Conflict, Forbidden) as refusal:
        if refusal.code == SIGN_IN_AGAIN:
            # Whoever comes back goes on with the decision on the page of the request.
            kept.keep(url_for("approvals.create_decision", approval_id=approval_id))
        status = 409 if isinstance(refusal, Conflict) else 403
        return inbox_page(approval_id, step="refused", status=status, form=form, refusal=refusal)
    return _announce(approval, step)


def _demand_inbox(session: Session, approval_id: str) -> None:
    """Return for what stands in this person's inbox; raises `NotFound`, also for own requests."""
    actor = current_actor()
    if queries.get(session, actor, approval_id).requester_id == actor.person_id:
        raise NotFound(sentence(N_("There is no such request.")), code="no_approval")


def _announce(approval: Approval, step: str) -> Response:
    """The list without the row that left it, the focus on the one that followed."""
    message = sentence(
        _DONE[step],
        requester=approval.requester_first_name,
        total=Money(approval.total_minor, approval.currency),
        order=approval.order_id or "",
    )
    focus = approval.id if step == "comment" else request.form.get("next", "")
    kept: dict[str, Any] = {
        name: text for name, text in request.args.items() if name in (*NAMES, "box", "after")
    }
    response = done("approvals.inbox", message, fragment=lambda: inbox_page(focus=focus), **kept)
    if wants_fragment() and step != "comment":
        # Long enough to see which row leaves; the style sheet makes it fade.
        response.headers["HX-Reswap"] = "outerHTML swap:140ms"
    return response
