"""The page on which a cart or quote is ordered, or handed to somebody for approval."""

from datetime import datetime

from flask import Blueprint, Flask, Response, url_for
from sqlalchemy.orm import Session

from webapp.approvals.earlier import earlier
from webapp.approvals.submission import Submission, submit
from webapp.carts.domain import Resource, ResourceType
from webapp.carts.views import EARLIER, HANDED_TO, VERDICTS
from webapp.checkout import queries, service
from webapp.checkout.forms import AskForm
from webapp.checkout.scene import Scene, load
from webapp.extensions import business_now, db
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.orders.details import shipping_price
from webapp.orders.forms import DeliveryForm
from webapp.orders.terms import Terms, compose
from webapp.web import done, render, wants_fragment

bp = Blueprint("checkout", __name__)

_KINDS = {"cart": ResourceType.CART, "quote": ResourceType.QUOTE}


def init_app(app: Flask) -> None:
    """Let the pages of carts show verdicts, and the requests before and after them."""
    app.extensions[VERDICTS] = queries.verdicts
    app.extensions[EARLIER] = earlier
    app.extensions.setdefault(HANDED_TO, {})["request"] = request_link


def request_link(session: Session, actor: Actor, resource: Resource) -> tuple[Sentence, str] | None:
    """The words and address of the request for a cart or quote, if it is the actor's own."""
    found = queries.request_of(session, actor, resource)
    if found is None:
        return None
    words, approval_id = found
    return words, url_for("approvals.show", approval_id=approval_id)


@bp.get("/carts/<resource_id>/checkout", defaults={"resource_type": "cart"})
@bp.get("/quotes/<resource_id>/checkout", defaults={"resource_type": "quote"})
def show(resource_type: str, resource_id: str) -> Response:
    """Order it, or choose whom to ask; what was handed over leads to its request or order."""
    scene = _scene(resource_type, resource_id)
    finished = _finished(scene)
    if finished is not None:
        return finished
    delivery = DeliveryForm(formdata=None, data={"day": None})
    ask = AskForm(
        formdata=None, data={"version": scene.view.version, "verdict": scene.verdict.code}
    )
    return _page(scene, delivery, ask)


@bp.post("/carts/<resource_id>/checkout", defaults={"resource_type": "cart"})
@bp.post("/quotes/<resource_id>/checkout", defaults={"resource_type": "quote"})
def create(resource_type: str, resource_id: str) -> Response:
    """Place the order or hand it over; sent twice, the second answer is that of the first."""
    now = business_now()
    scene = _scene(resource_type, resource_id)
    finished = _finished(scene)
    if finished is not None:
        return finished
    delivery, ask = DeliveryForm(), AskForm()
    _offer(scene, delivery, ask, now=now)
    if ask.step.data == "preview":
        return _page(scene, delivery, ask, offered=True)
    are_valid = [form.validate() for form in ((delivery, ask) if scene.has_terms else (ask,))]
    if not all(are_valid):
        return _page(scene, delivery, ask, status=422, offered=True)
    moved = _moved(scene, delivery, ask)
    if moved is not None:
        return _page(scene, delivery, ask, status=409, notice=moved, offered=True)
    try:
        return _act(scene, delivery, ask, now=now)
    except (Conflict, Forbidden, Invalid) as refusal:
        return _page(
            scene, delivery, ask, status=_status(refusal), notice=refusal.sentence, offered=True
        )


def _act(scene: Scene, delivery: DeliveryForm, ask: AskForm, *, now: datetime) -> Response:
    actor, resource = current_actor(), scene.resource
    terms = _terms(scene, delivery)
    if scene.alone:
        with db.transaction() as session:
            order_id = service.order_alone(
                session, actor, resource.type, resource.id, terms=terms, now=now
            )
        return done("orders.show", sentence(_ORDERED, order=order_id), order_id=order_id)
    submission = Submission(
        resource_type=resource.type,
        resource_id=resource.id,
        approver_id=ask.approver.data or "",
        comment=ask.comment.data or "",
        details=terms.details,
        delivery_window=terms.delivery_window,
    )
    with db.transaction() as session:
        approval = submit(session, actor, submission, now=now)
    message = sentence(_ASKED, approver=approval.approver_first_name)
    return done("approvals.show", message, approval_id=approval.id)


def _scene(resource_type: str, resource_id: str) -> Scene:
    with db.reading() as session:
        kind = _KINDS[resource_type]
        return load(session, current_actor(), kind, resource_id, now=business_now())


def _finished(scene: Scene) -> Response | None:
    """Where a cart leads that was handed over or ordered before."""
    if scene.is_handed_over and wants_fragment():
        # A preview that was asked for in the moment in which the form was sent.
        return Response(status=204)
    if scene.order_id is not None:
        return done(
            "orders.show", sentence(_ORDERED, order=scene.order_id), order_id=scene.order_id
        )
    if scene.request_id is not None:
        return done("approvals.show", sentence(_ASKED_BEFORE), approval_id=scene.request_id)
    return None


def _page(
    scene: Scene,
    delivery: DeliveryForm,
    ask: AskForm,
    *,
    status: int = 200,
    notice: Sentence | None = None,
    offered: bool = False,
) -> Response:
    if not offered:
        _offer(scene, delivery, ask, now=business_now())
    shipping = _shipping(scene, delivery)
    total = _total(scene, shipping)
    ask.total.data = str(total.minor)
    is_preview = ask.step.data == "preview"
    return render(
        "checkout/show.html",
        "checkout/_preview.html" if is_preview else None,
        status=status,
        scene=scene,
        earlier=scene.earlier,
        delivery=delivery,
        ask=ask,
        chosen=scene.candidate(ask.approver.data),
        shipping=shipping,
        order_total=total,
        is_fragment=is_preview and wants_fragment(),
        notice=notice,
    )


def _offer(scene: Scene, delivery: DeliveryForm, ask: AskForm, *, now: datetime) -> None:
    delivery.offer(scene.offer, scene.terms, today=now.date())
    people = [(c.member.person_id, c.member.name) for c in scene.candidates if c.verdict]
    ask.offer(people, needed=scene.asks)


def _moved(scene: Scene, delivery: DeliveryForm, ask: AskForm) -> Sentence | None:
    """What changed between the page that was seen and now, if anything did."""
    if ask.verdict.data and ask.verdict.data != scene.verdict.code:
        return scene.verdict.reason or sentence(_RULES_CHANGED)
    if ask.version.data is not None and ask.version.data != scene.view.version:
        return sentence(_CART_CHANGED)
    total = _total(scene, _shipping(scene, delivery))
    if scene.alone and ask.total.data and ask.total.data != str(total.minor):
        return sentence(_TOTAL_CHANGED, total=total)
    return None


def _terms(scene: Scene, delivery: DeliveryForm) -> Terms:
    if not scene.has_terms:
        return Terms(details=None, delivery_window=None)
    return compose(scene.terms, delivery.choice(), scene.offer, scene.goods)


def _shipping(scene: Scene, delivery: DeliveryForm) -> Money | None:
    """The price of the chosen shipping; None while what came in cannot be read."""
    if not scene.has_terms:
        return None
    prices = queries.shipping_prices(scene.offer)
    kept = shipping_price(scene.terms.details, scene.goods.currency)
    chosen_before = "shipping" in (scene.terms.details or {})
    if not chosen_before and delivery.shipping_method.data is None:
        return next(iter(prices.values()), kept)
    return prices.get(delivery.shipping_method.data or "", kept)


def _total(scene: Scene, shipping: Money | None) -> Money:
    return scene.goods + (shipping or Money.zero(scene.goods.currency))


def _status(refusal: DomainError) -> int:
    return {Conflict: 409, Forbidden: 403}.get(type(refusal), 422)


_ORDERED = N_("The order {order} is placed.")
_ASKED = N_("{approver} is asked, and gets a mail.")
_ASKED_BEFORE = N_("This was handed over before; here is the request.")
_RULES_CHANGED = N_("What you may do with this cart changed meanwhile. Look at it again.")
_TOTAL_CHANGED = N_("With this shipping the order costs {total}. Nothing is ordered yet.")
_CART_CHANGED = N_("The cart changed in another window. Look at it again before you hand it over.")
