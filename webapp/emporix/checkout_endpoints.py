"""Checkout: `/checkout/{tenant}/checkouts/order` (section 7.3)."""

from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from webapp.checkout import service
from webapp.emporix import access, checkout_bodies, idempotency, saas
from webapp.emporix.repeats import Answer
from webapp.identity.domain import Actor
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, Forbidden
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import sentence

bp = Blueprint("api_checkout", __name__)

_SAAS_TOKEN = "saas-token"  # noqa: S105 - the name of a header


@bp.post("/checkout/<tenant>/checkouts/order")
def place_order(tenant: str) -> Response:
    """Place the order of a cart or quote, where that is permitted."""
    actor = access.actor()
    _check_saas_token(actor)
    checkout = checkout_bodies.read_checkout()

    def work(session: Session, now: datetime) -> Answer:
        try:
            order_id = service.check_out(session, actor, checkout, now=now)
        except Conflict as refusal:
            raise checkout_bodies.naming_order(refusal, checkout) from refusal
        # Nothing here takes money, so there is nothing to tell about the payment.
        body = {"orderId": order_id, "paymentDetails": None, "checkoutId": new_id()}
        return Answer(status=200, body=body)

    return idempotency.once(work)


def _check_saas_token(actor: Actor) -> None:
    """Whoever sends this token as well has to be the person whom it names; few clients do."""
    token = request.headers.get(_SAAS_TOKEN)
    if token and saas.subject_of(token, actor.tenant_id, utcnow()) != actor.person_id:
        words = sentence("The saas-token is not one of the caller, or its time is over.")
        raise Forbidden(words, code="saas_token")
