"""What can be done on the page of a request; each change is committed before it is shown."""

from collections.abc import Callable

from flask import Response, request
from flask_babel import gettext as _

from webapp.approvals import conversation, looking, reminding, service
from webapp.approvals.domain import Action
from webapp.approvals.forms import DecisionForm, PhraseForm, RevisionForm, WordsForm
from webapp.approvals.freshness import SIGN_IN_AGAIN
from webapp.approvals.models import Approval
from webapp.approvals.views import FIRST_PRESS, bp, request_page
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity import kept
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.web import done

# The press that says a change was seen; what it changed is drawn with it.
_SEEN = "seen"


@bp.post("/approvals/<approval_id>/decision")
def create_decision(approval_id: str) -> Response:
    """Approve or decline on the second press; the first one only asks to confirm."""
    if "phrase" in request.form:
        return _pick_phrase(approval_id)
    form = DecisionForm()
    step = form.step.data or "ready"
    if not form.validate():
        return request_page(approval_id, step=FIRST_PRESS.get(step, step), status=422, form=form)
    if not form.decides:
        if step == _SEEN:
            _note_look(approval_id, form.revision.data or 1)
        return request_page(approval_id, step=step, form=form, whole=step == _SEEN)
    decision = form.decision(form.revision.data)

    def decide() -> Approval:
        with db.transaction() as session:
            return service.decide(
                session, current_actor(), approval_id, decision, now=business_now()
            )

    return _answer(approval_id, step, decide, form=form)


@bp.post("/approvals/<approval_id>/looks")
def create_look(approval_id: str) -> Response:
    """Note that the page was looked at; it sends this by itself."""
    form = RevisionForm()
    if not form.validate():
        return Response(status=422)
    _note_look(approval_id, form.revision.data or 1)
    return Response(status=204)


@bp.post("/approvals/<approval_id>/questions")
def create_question(approval_id: str) -> Response:
    """Ask the requester something; the turn passes to them."""
    form = DecisionForm()
    if not form.validate():
        return request_page(approval_id, step="ask", status=422, form=form)
    if form.step.data != "asked":
        return request_page(approval_id, step="ready", form=form)

    def ask() -> Approval:
        with db.transaction() as session:
            return conversation.say(
                session,
                current_actor(),
                approval_id,
                Action.ASK,
                text=form.note.data or "",
                now=business_now(),
            )

    return _answer(approval_id, "asked", ask, form=form)


@bp.post("/approvals/<approval_id>/comments")
def create_comment(approval_id: str) -> Response:
    """Say something to the other side."""
    return _say(approval_id, Action.COMMENT)


@bp.post("/approvals/<approval_id>/answers")
def create_answer(approval_id: str) -> Response:
    """Answer the open question; the turn passes back to the approver."""
    return _say(approval_id, Action.ANSWER)


@bp.post("/approvals/<approval_id>/withdrawal")
def create_withdrawal(approval_id: str) -> Response:
    """Withdraw the request on the second press."""
    form = DecisionForm()
    if form.step.data != "withdrawn":
        return request_page(approval_id, step=form.step.data or "ready")

    def withdraw() -> Approval:
        with db.transaction() as session:
            return service.withdraw(session, current_actor(), approval_id, now=business_now())

    return _answer(approval_id, "withdrawn", withdraw)


@bp.post("/approvals/<approval_id>/reminders")
def create_reminder(approval_id: str) -> Response:
    """Remind the approver of what waits for them."""

    def remind() -> Approval:
        with db.transaction() as session:
            return reminding.remind(session, current_actor(), approval_id, now=business_now())

    return _answer(approval_id, "reminded", remind)


@bp.post("/approvals/<approval_id>/order")
def create_order(approval_id: str) -> Response:
    """Place the order from exactly what was approved."""

    def order() -> Approval:
        with db.transaction() as session:
            return service.place_order(session, current_actor(), approval_id, now=business_now())

    return _answer(approval_id, "ordered", order)


@bp.post("/approvals/<approval_id>/resubmission")
def create_resubmission(approval_id: str) -> Response:
    """Give the goods back as a new cart, and go there."""
    with db.transaction() as session:
        cart_id = service.resubmit(session, current_actor(), approval_id, now=business_now())
    return done(
        "carts.show",
        _("Here is your cart again. Change what was asked and submit it."),
        cart_id=cart_id,
    )


@bp.post("/approvals/<approval_id>/return")
def create_return(approval_id: str) -> Response:
    """Withdraw the request on the second press, and go on with its goods in a new cart."""
    form = DecisionForm()
    if form.step.data != "returned":
        return request_page(approval_id, step="return" if form.step.data == "return" else "ready")
    try:
        with db.transaction() as session:
            cart_id = service.take_back(session, current_actor(), approval_id, now=business_now())
    except (Conflict, Forbidden) as refusal:
        return request_page(approval_id, step="refused", status=_status(refusal), refusal=refusal)
    return done(
        "carts.edit",
        _("The request is withdrawn. Change the goods and ask again."),
        cart_id=cart_id,
    )


def said(approval: Approval, step: str, *, other: str = "") -> Sentence:
    """What somebody has just done, as they read it afterwards."""
    return sentence(
        _DONE[step],
        requester=approval.requester_first_name,
        approver=approval.approver_first_name,
        other=other,
        total=Money(approval.total_minor, approval.currency),
        order=approval.order_id or "",
    )


def _note_look(approval_id: str, revision: int) -> None:
    with db.transaction() as session:
        looking.look(session, current_actor(), approval_id, revision=revision, now=business_now())


def _pick_phrase(approval_id: str) -> Response:
    """The same step once more, with the reason in the words."""
    form = PhraseForm()
    is_sound = form.validate()
    if is_sound:
        form.pick()
    return request_page(approval_id, step="decline", status=200 if is_sound else 422, form=form)


def _say(approval_id: str, action: Action) -> Response:
    form = WordsForm()
    if not form.validate():
        return request_page(approval_id, status=422, words=form, whole=True)
    try:
        with db.transaction() as session:
            approval = conversation.say(
                session,
                current_actor(),
                approval_id,
                action,
                text=form.text.data or "",
                line_id=form.line.data or "",
                now=business_now(),
            )
    except (Conflict, Forbidden, Invalid) as refusal:
        form.text.errors = [say(refusal.sentence)]
        return request_page(approval_id, status=_status(refusal), words=form, whole=True)
    return _announce(approval, action)


def _answer(
    approval_id: str, step: str, act: Callable[[], Approval], *, form: DecisionForm | None = None
) -> Response:
    """Act; a refusal is shown in the panel, which keeps the seen revision and the words."""
    try:
        approval = act()
    except Invalid as refusal:
        if form is not None:
            form.note.errors = [say(refusal.sentence)]
        return request_page(approval_id, step=FIRST_PRESS.get(step, "ready"), status=422, form=form)
    except (Conflict, Forbidden) as refusal:
        if refusal.code == SIGN_IN_AGAIN:
            kept.keep()
        return request_page(
            approval_id, step="refused", status=_status(refusal), form=form, refusal=refusal
        )
    return _announce(approval, step)


def _announce(approval: Approval, step: str) -> Response:
    return done(
        "approvals.show",
        said(approval, step, other=_other(approval)),
        fragment=lambda: request_page(approval.id, whole=True),
        approval_id=approval.id,
    )


def _other(approval: Approval) -> str:
    if current_actor().person_id == approval.requester_id:
        return approval.approver_first_name
    return approval.requester_first_name


def _status(refusal: DomainError) -> int:
    return {Conflict: 409, Forbidden: 403}.get(type(refusal), 422)


_DONE = {
    "order": N_("You approved {total} for {requester}, and the order {order} is placed."),
    "approved": N_("You approved {total} for {requester}."),
    "declined": N_("You declined. {requester} gets your words and can change the cart."),
    "asked": N_("Your question is sent. It is {requester}’s turn now."),
    "withdrawn": N_("The request is withdrawn."),
    "ordered": N_("The order {order} is placed."),
    "reminded": N_("{approver} is reminded, and gets a mail."),
    Action.COMMENT: N_("Your comment is sent to {other}."),
    Action.ANSWER: N_("Your answer is sent. It is {approver}’s turn now."),
}
