"""Changing how a pending request is delivered and paid."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from webapp.approvals import conversation, queries
from webapp.approvals.domain import Action
from webapp.approvals.forms import RevisionForm
from webapp.approvals.models import Approval
from webapp.approvals.policy import may
from webapp.approvals.substitution import represented
from webapp.approvals.views import bp
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, require
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence
from webapp.orders.forms import DeliveryForm
from webapp.orders.offers import offer as offers
from webapp.orders.terms import Offer, Terms, compose
from webapp.web import done, render


@dataclass(frozen=True, slots=True)
class _Editing:
    """A pending request, its terms as they stand, and what there is to choose from."""

    approval: Approval
    terms: Terms
    offer: Offer

    @property
    def goods(self) -> Money:
        return Money(self.approval.gross_minor, self.approval.currency)

    def other_than(self, actor: Actor) -> str:
        """The first name of the side that is told."""
        if actor.person_id == self.approval.requester_id:
            return self.approval.approver_first_name
        return self.approval.requester_first_name


@bp.get("/approvals/<approval_id>/details")
def edit_details(approval_id: str) -> Response:
    """The form of delivery and payment, as it stands."""
    actor = current_actor()
    with db.reading() as session:
        editing = _load(session, actor, approval_id)
    is_deputy = represented(actor, editing.approval) is not None
    require(may(actor.person_id, Action.CHANGE, editing.approval, is_deputy=is_deputy))
    form = _form(editing, DeliveryForm(formdata=None), now=business_now())
    return _page(editing, form, revision=editing.approval.revision)


@bp.post("/approvals/<approval_id>/details")
def update_details(approval_id: str) -> Response:
    """Make a new revision with what was chosen; the other side is told."""
    now, seen = business_now(), RevisionForm()
    with db.reading() as session:
        editing = _load(session, current_actor(), approval_id)
    form = _form(editing, DeliveryForm(), now=now)
    revision = seen.revision.data or 0
    if not (form.validate() and seen.validate()):
        return _page(editing, form, revision=revision, status=422)
    terms = compose(editing.terms, form.choice(), editing.offer, editing.goods)
    try:
        with db.transaction() as session:
            conversation.change(
                session, current_actor(), approval_id, terms, seen_revision=revision, now=now
            )
    except Conflict as refusal:
        return _page(editing, form, revision=revision, status=409, refusal=say(refusal.sentence))
    return done("approvals.show", sentence(_CHANGED), approval_id=approval_id)


def _load(session: Session, actor: Actor, approval_id: str) -> _Editing:
    approval = queries.get(session, actor, approval_id)
    current = queries.revision(session, approval)
    return _Editing(
        approval,
        Terms(details=current.details, delivery_window=current.delivery_window),
        offers(session, actor, approval.site_code),
    )


def _form(editing: _Editing, form: DeliveryForm, *, now: datetime) -> DeliveryForm:
    form.offer(editing.offer, editing.terms, today=now.date())
    return form


def _page(
    editing: _Editing, form: FlaskForm, *, revision: int, status: int = 200, refusal: str = ""
) -> Response:
    return render(
        "approvals/edit_details.html",
        status=status,
        approval=editing.approval,
        form=form,
        revision=revision,
        refusal=refusal,
        has_window=editing.terms.delivery_window is not None,
        other=editing.other_than(current_actor()),
        may_take_back=current_actor().person_id == editing.approval.requester_id,
    )


_CHANGED = N_("The request is changed, and the other side is told.")
