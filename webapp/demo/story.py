"""The story of the demo, played through the real use cases at the moments at which it happened.

Nothing is written past a use case, so every page, mail and history of the demo is what the desk
itself makes of it. The same story comes out every time, told from the moment at which it is played.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from webapp.approvals import conversation, queries, service, submission
from webapp.approvals.domain import Action
from webapp.approvals.files import Folder
from webapp.approvals.service import Decision
from webapp.approvals.submission import Submission
from webapp.carts import queries as carts
from webapp.carts import service as cart_service
from webapp.carts.domain import Resource, ResourceType
from webapp.checkout.service import order_alone
from webapp.demo import around, cast, goods
from webapp.demo.script import (
    BY_REQUESTER,
    Absence,
    Act,
    Basket,
    Choices,
    Do,
    Invitation,
    Request,
    Script,
)
from webapp.identity import deputies
from webapp.identity.domain import Actor
from webapp.orders.offers import offer
from webapp.orders.terms import Choice, Offer, Terms, compose, key_of
from webapp.seeding import service as seeding

NOTHING = Terms(details=None, delivery_window=None)
# People fill a cart a while before they hand it over.
_FILLING = timedelta(minutes=25)
# The worker looks for expired requests this long after the hour.
_SWEEP = timedelta(seconds=20)


@dataclass(slots=True)
class _Played:
    """The story while it is played: what waits to happen, and the ids that the desk gave."""

    session: Session
    script: Script
    now: datetime
    files: Folder
    approvals: dict[str, str] = field(default_factory=dict)
    _waiting: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _planned: int = 0

    def plan(self, at: datetime, happens: Callable[[datetime], None]) -> None:
        """Let this happen at its moment, unless that is still to come."""
        if at < self.now:
            self._planned += 1
            heapq.heappush(self._waiting, (at, self._planned, happens))

    def play(self) -> None:
        """Let everything happen in the order of time."""
        while self._waiting:
            at, _, happens = heapq.heappop(self._waiting)
            happens(at)


@dataclass(frozen=True, slots=True)
class _Scene:
    """Who does something with which request, and when."""

    session: Session
    actor: Actor
    approval_id: str
    at: datetime
    files: Folder


def begins(script: Script, now: datetime) -> datetime:
    """When the company came to the desk: a week before the first request."""
    return min(request.at.before(now) for request in script.requests) - timedelta(days=7)


def play(session: Session, script: Script, *, files: Folder, now: datetime) -> dict[str, str]:
    """Play the story up to `now` in the caller's transaction; the ids of the requests by key.

    What people attach lies in the folder `files` afterwards.
    """
    played = _Played(session, script, now, files)
    for absence in script.absences:
        played.plan(absence.at.before(now), lambda at, one=absence: _leave(played, one, at))  # type: ignore[misc]
    for invitation in script.invitations:
        played.plan(invitation.at.before(now), lambda at, one=invitation: _invite(played, one, at))  # type: ignore[misc]
    for request in script.requests:
        _plan_request(played, request)
    for basket in script.baskets:
        _plan_basket(played, basket)
    played.play()
    return played.approvals


def _plan_request(played: _Played, request: Request) -> None:
    asked = request.at.before(played.now)
    if not request.resubmits:
        played.plan(asked - _FILLING, lambda at: _fill(played, request, at))
    played.plan(asked, lambda at: _submit(played, request, at))
    for act in request.then:
        played.plan(act.at.before(played.now), lambda at, act=act: _act(played, request, act, at))  # type: ignore[misc]


def _plan_basket(played: _Played, basket: Basket) -> None:
    played.plan(basket.at.before(played.now), lambda at: _fill(played, basket, at))
    if basket.ordered:
        played.plan(basket.ordered.before(played.now), lambda at: _order(played, basket, at))


def _leave(played: _Played, absence: Absence, at: datetime) -> None:
    actor = cast.actor(played.session, absence.by, absence.company)
    around.leave(played.session, actor, absence, at=at, now=played.now)


def _invite(played: _Played, invitation: Invitation, at: datetime) -> None:
    actor = cast.actor(played.session, invitation.by, invitation.company)
    around.invite(played.session, actor, invitation, at=at)


def _fill(played: _Played, basket: Request | Basket, at: datetime) -> None:
    seeding.load(played.session, goods.document(basket, played.script.products), now=at)


def _submit(played: _Played, request: Request, at: datetime) -> None:
    actor = cast.actor(played.session, request.by, request.company)
    cart_id = _again(played, actor, request, at) if request.resubmits else request.key
    resource = _resource(played.session, cart_id, quote=request.quote)
    terms = NOTHING
    if not request.quote:
        terms = _compose(
            _Scene(played.session, actor, "", at, played.files), resource, request.choices
        )
    approval = submission.submit(
        played.session,
        actor,
        Submission(
            resource_type=resource.type,
            resource_id=resource.id,
            approver_id=request.to,
            comment=request.words,
            details=terms.details,
            delivery_window=terms.delivery_window,
        ),
        now=at,
    )
    played.approvals[request.key] = approval.id
    played.plan(approval.expires_at + _SWEEP, lambda due: _sweep(played.session, due))


def _again(played: _Played, actor: Actor, request: Request, at: datetime) -> str:
    """The cart that a failed request gave back, with what the requester made of it."""
    before = played.approvals[request.resubmits]
    cart_id = service.resubmit(played.session, actor, before, now=at - timedelta(minutes=5))
    cart_service.change(
        played.session,
        actor,
        cart_id,
        name="",
        lines=goods.lines(request.goods, played.script.products),
        seen_version=1,
        now=at - timedelta(minutes=2),
    )
    return cart_id


def _act(played: _Played, request: Request, act: Act, at: datetime) -> None:
    who = act.by or (request.by if act.do in BY_REQUESTER else request.to)
    person = cast.actor(played.session, who, request.company)
    actor = deputies.empowered(played.session, person, now=at)
    approval_id = played.approvals[request.key]
    _DO[act.do](_Scene(played.session, actor, approval_id, at, played.files), act)


def _say(scene: _Scene, act: Act) -> None:
    action = Action[act.do.name]
    conversation.say(
        scene.session, scene.actor, scene.approval_id, action, text=act.words, now=scene.at
    )


def _change(scene: _Scene, act: Act) -> None:
    session, actor = scene.session, scene.actor
    approval = queries.get(session, actor, scene.approval_id)
    current = queries.revision(session, approval)
    before = Terms(details=current.details, delivery_window=current.delivery_window)
    resource = _resource(session, approval.resource_id, quote=False)
    terms = _compose(scene, resource, act.choices, current=before)
    conversation.change(
        session, actor, approval.id, terms, seen_revision=approval.revision, now=scene.at
    )


def _decide(scene: _Scene, act: Act) -> None:
    action = Action.DECLINE if act.do is Do.DECLINE else Action.APPROVE
    decision = Decision(action=action, note=act.words, place_order=act.do is Do.APPROVE)
    service.decide(scene.session, scene.actor, scene.approval_id, decision, now=scene.at)


def _withdraw(scene: _Scene, _act: Act) -> None:
    service.withdraw(scene.session, scene.actor, scene.approval_id, now=scene.at)


def _place(scene: _Scene, _act: Act) -> None:
    service.place_order(scene.session, scene.actor, scene.approval_id, now=scene.at)


def _remark(scene: _Scene, act: Act) -> None:
    around.remark(scene.session, scene.actor, scene.approval_id, act, at=scene.at)


def _attach(scene: _Scene, act: Act) -> None:
    session, folder = scene.session, scene.files
    around.attach(session, scene.actor, scene.approval_id, act, folder=folder, at=scene.at)


def _look(scene: _Scene, _act: Act) -> None:
    around.look(scene.session, scene.actor, scene.approval_id, at=scene.at)


def _hand_over(scene: _Scene, act: Act) -> None:
    around.hand_over(scene.session, scene.actor, scene.approval_id, act, at=scene.at)


def _take_again(scene: _Scene, _act: Act) -> None:
    around.take_again(scene.session, scene.actor, scene.approval_id, at=scene.at)


_DO: dict[Do, Callable[[_Scene, Act], None]] = {
    **dict.fromkeys((Do.COMMENT, Do.ASK, Do.ANSWER), _say),
    **dict.fromkeys((Do.APPROVE, Do.PROMISE, Do.DECLINE), _decide),
    Do.CHANGE: _change,
    Do.WITHDRAW: _withdraw,
    Do.ORDER: _place,
    Do.REMARK: _remark,
    Do.ATTACH: _attach,
    Do.LOOK: _look,
    Do.HAND_OVER: _hand_over,
    Do.TAKE_AGAIN: _take_again,
}


def _order(played: _Played, basket: Basket, at: datetime) -> None:
    actor = cast.actor(played.session, basket.by, basket.company)
    resource = _resource(played.session, basket.key, quote=basket.quote)
    terms = _compose(_Scene(played.session, actor, "", at, played.files), resource, Choices())
    order_alone(played.session, actor, resource.type, resource.id, terms=terms, now=at)


def _sweep(session: Session, at: datetime) -> None:
    service.expire_due(session, now=at)


def _resource(session: Session, resource_id: str, *, quote: bool) -> Resource:
    kind = ResourceType.QUOTE if quote else ResourceType.CART
    found = carts.resource(session, cast.TENANT, kind, resource_id)
    if found is None:
        raise LookupError(f"the story speaks of {resource_id!r}, which is not there")
    return found


def _compose(
    scene: _Scene, resource: Resource, choices: Choices, *, current: Terms | None = None
) -> Terms:
    """What was chosen; at first the first of everything on offer, later what was chosen before."""
    there = offer(scene.session, scene.actor, resource.site_code)
    kept = Choice() if current else _first_of(there)
    choice = Choice(
        shipping_address=choices.deliver_to or kept.shipping_address,
        billing_address=kept.billing_address,
        shipping_method=choices.ship or kept.shipping_method,
        payment_method=choices.pay or kept.payment_method,
        window=choices.window,
        day=(scene.at + timedelta(days=choices.days_ahead)).date() if choices.window else None,
    )
    return compose(current or NOTHING, choice, there, resource.totals.gross)


def _first_of(there: Offer) -> Choice:
    return Choice(
        shipping_address=next(iter(there.shipping_addresses)),
        billing_address=next(iter(there.billing_addresses)),
        shipping_method=key_of(there.site.shipping_methods[0]),
        payment_method=key_of(there.site.payment_methods[0]),
    )
