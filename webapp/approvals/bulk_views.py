"""Deciding several requests of the inbox at once: one comment, one confirmation, many results."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, request, url_for

from webapp.approvals import bulk, service
from webapp.approvals.bulk import Item, Pick, Standing
from webapp.approvals.domain import Action
from webapp.approvals.forms import BulkForm, BulkPhraseForm
from webapp.approvals.phrases import Offered, offered
from webapp.approvals.service import Decision
from webapp.approvals.views import bp
from webapp.extensions import business_now, db
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, Forbidden, NotFound
from webapp.web import go, render

_ACTIONS = {"approve": Action.APPROVE, "decline": Action.DECLINE}
_STEPS = {
    "order": (Action.APPROVE, True),
    "approved": (Action.APPROVE, False),
    "declined": (Action.DECLINE, False),
}


@bp.get("/inbox/selection")
def new_decisions() -> Response:
    """What would be decided: how many, how much of each currency, and what is left out, and why."""
    action = _ACTIONS.get(request.args.get("action", ""), Action.APPROVE)
    return _confirmation(bulk.picks(request.args.getlist("selected")), action)


@bp.post("/inbox/selection")
def create_decisions() -> Response:
    """Decide each request in a transaction of its own, and show how each one stands."""
    selected = bulk.picks(request.form.getlist("selected"))
    if "phrase" in request.form:
        return _pick_phrase(selected)
    form = BulkForm()
    action, place_order = _STEPS.get(form.step.data or "", (Action.APPROVE, False))
    if not form.validate():
        return _confirmation(selected, action, form=form, status=422)
    decision = Decision(action=action, note=form.note.data or "", place_order=place_order)
    for pick in selected:
        _decide(pick, decision)
    shown: dict[str, Any] = {"selected": [str(pick) for pick in selected]}
    return go(url_for("approvals.show_decisions", **shown))


@bp.get("/inbox/selection/outcome")
def show_decisions() -> Response:
    """How each of the selected requests stands now."""
    items = _look(bulk.picks(request.args.getlist("selected")), Action.APPROVE)
    return render(
        "approvals/decisions.html",
        done=[item for item in items if item.standing is Standing.DONE],
        left=[item for item in items if item.standing is not Standing.DONE],
        undecided=[str(item.pick) for item in items if item.standing is Standing.AGAIN],
    )


def _confirmation(
    selected: Sequence[Pick], action: Action, *, form: BulkForm | None = None, status: int = 200
) -> Response:
    items = _look(selected, action)
    ready = [item for item in items if item.standing is Standing.READY]
    return render(
        "approvals/new_decisions.html",
        status=status,
        ready=ready,
        left=[item for item in items if item.standing is not Standing.READY],
        sums=bulk.sums(items),
        declines=action is Action.DECLINE,
        reasons=_reasons(ready) if action is Action.DECLINE else {},
        here=url_for("approvals.new_decisions", **_address(selected, action)),
        form=form or BulkForm(formdata=None),
    )


def _pick_phrase(selected: Sequence[Pick]) -> Response:
    """The confirmation once more, with the reason in the words."""
    form = BulkPhraseForm()
    is_sound = form.validate()
    if is_sound:
        form.pick()
    return _confirmation(selected, Action.DECLINE, form=form, status=200 if is_sound else 422)


def _reasons(items: Sequence[Item]) -> dict[str, Offered]:
    """What may be picked, by the name of each company that has a request among these."""
    companies = {item.row.company_id: item.row.company_name for item in items if item.row}
    with db.reading() as session:
        actor = current_actor()
        return {name: offered(session, actor, each) for each, name in companies.items()}


def _address(selected: Sequence[Pick], action: Action) -> dict[str, Any]:
    word = next(word for word, one in _ACTIONS.items() if one is action)
    return {"selected": [str(pick) for pick in selected], "action": word}


def _look(selected: Sequence[Pick], action: Action) -> list[Item]:
    with db.reading() as session:
        return bulk.look(session, current_actor(), selected, action, now=business_now())


def _decide(pick: Pick, decision: Decision) -> None:
    """Decide this one; why it was not possible is read from how it stands afterwards."""
    seen = replace(decision, seen_revision=pick.revision)
    try:
        with db.transaction() as session:
            service.decide(session, current_actor(), pick.id, seen, now=business_now())
    except (NotFound, Conflict, Forbidden):
        return
