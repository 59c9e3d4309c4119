"""Ordering: alone where that is allowed, else what was approved or is approved by ordering."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.approvals import queries as approvals
from webapp.approvals import service as decisions
from webapp.approvals.changes import Change, changes
from webapp.approvals.domain import Action, Status
from webapp.approvals.policy import in_time
from webapp.approvals.recording import demand
from webapp.approvals.service import Decision
from webapp.approvals.submission import owned_resource
from webapp.approvals.substitution import is_party
from webapp.carts import queries as carts
from webapp.carts import quoting
from webapp.carts.domain import QuoteStatus, Resource, ResourceType, require_goods
from webapp.carts.snapshot import freeze
from webapp.checkout import queries
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Forbidden, require
from webapp.kernel.sentence import N_, YES, sentence
from webapp.orders import delivery
from webapp.orders import queries as order_queries
from webapp.orders import service as orders
from webapp.orders.domain import OrderDraft
from webapp.orders.terms import Terms, at_list_price

NO_TERMS = Terms(details=None, delivery_window=None)
ORDERED_FOR = N_("Ordered for")
# What a shop may send beside the terms is shown in the history, where a novel has no place.
_LONGEST_DIFFERENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What a shop sends to order a cart or quote.

    `customer_id` is for whom it says it orders; `note` is what an approver says beside the
    approval that the order is.
    """

    resource_type: ResourceType
    resource_id: str
    terms: Terms = NO_TERMS
    customer_id: str | None = None
    note: str = ""


def order_alone(
    session: Session,
    actor: Actor,
    resource_type: ResourceType,
    resource_id: str,
    *,
    terms: Terms,
    now: datetime,
) -> str:
    """Place the order of a cart or quote without an approval; its id (R24).

    Raises `NotFound`, `Forbidden` with the reason where an approval is needed, `Conflict` when it
    was ordered or submitted meanwhile, and `Invalid` (code `nothing_in_it`) without goods.
    """
    resource = owned_resource(session, actor, resource_type, resource_id)
    require(queries.verdict(session, actor, resource))
    return _place(session, actor, resource, terms, now=now)


def check_out(session: Session, actor: Actor, checkout: Checkout, *, now: datetime) -> str:
    """Place the order of a cart or quote as a shop sends it; the order's id (R24, R25).

    What was approved is ordered as it was approved, and the approver, or whoever represents them,
    approves by ordering; else whoever may order alone does. Raises `NotFound`, `Forbidden` with the
    reason, `Conflict` (`ordered`, `finished`, `resource_closed`, `resource_taken`) and `Invalid`.
    """
    kind, resource_id = checkout.resource_type, checkout.resource_id
    live = approvals.live(session, actor.tenant_id, kind, resource_id)
    if live is not None and is_party(actor, live):
        return _order_approved(session, actor, live.id, checkout, now=now)
    placed = order_queries.id_of_visible(session, actor, kind, resource_id)
    if placed is not None:
        raise Conflict(
            sentence(N_("This was ordered already; the order is {order}."), order=placed),
            code="ordered",
        )
    return _order_own(session, actor, checkout, now=now)


def answer_quote(
    session: Session,
    actor: Actor,
    quote_id: str,
    status: QuoteStatus,
    *,
    comment: str | None = None,
    now: datetime,
) -> None:
    """Accept a quote, which orders it, decline it, or ask for it to be revised (R28).

    Raises what `check_out` and `quoting.answer` raise, and `Conflict` (code `exists`) for another
    answer than ordering while somebody decides on it.
    """
    if status is QuoteStatus.ACCEPTED:
        checkout = Checkout(
            resource_type=ResourceType.QUOTE, resource_id=quote_id, note=comment or ""
        )
        check_out(session, actor, checkout, now=now)
        quoting.remember(session, actor.tenant_id, quote_id, comment)
        return
    live = approvals.live(session, actor.tenant_id, ResourceType.QUOTE, quote_id)
    if live is not None and live.status == Status.PENDING and actor.person_id == live.requester_id:
        raise Conflict(
            sentence(N_("There is a request for this quote; withdraw that first.")), code="exists"
        )
    quoting.answer(session, actor, quote_id, status, comment=comment, now=now)


def _order_approved(
    session: Session, actor: Actor, approval_id: str, checkout: Checkout, *, now: datetime
) -> str:
    # Locked, so that whoever decides at the same moment is waited for and not contradicted.
    approval = approvals.claim(session, actor, approval_id)
    differences = _differences(session, actor, approval_id, checkout)
    if approval.status != Status.PENDING:
        approval = decisions.place_order(
            session, actor, approval_id, differences=differences, now=now
        )
    elif actor.person_id != approval.requester_id:
        decision = Decision(action=Action.APPROVE, note=checkout.note, place_order=True)
        approval = decisions.decide(
            session, actor, approval_id, decision, differences=differences, now=now
        )
    else:
        demand(approval, in_time(approval, now))
        raise Forbidden(
            sentence(N_("{approver} has not decided yet."), approver=approval.approver_first_name),
            code="pending",
        )
    return approval.order_id or ""


def _differences(
    session: Session, actor: Actor, approval_id: str, checkout: Checkout
) -> Sequence[Change]:
    """What a shop sends otherwise than it was approved; what it leaves out is no difference."""
    approval = approvals.get(session, actor, approval_id)
    revision = approvals.revision(session, approval)
    found: list[Change] = []
    if checkout.customer_id not in (None, approval.requester_id, actor.person_id):
        requester = f"{approval.requester_first_name} {approval.requester_last_name}"
        found.append(Change(label=ORDERED_FOR, old=requester, new=checkout.customer_id or ""))
    if revision.details is not None:
        stored = Terms(details=revision.details, delivery_window=revision.delivery_window)
        sent = _over(stored, checkout.terms)
        site = carts.site(session, actor.tenant_id, approval.site_code)
        found += changes(stored, sent, currency=approval.currency, site=site)
    return [
        replace(one, old=one.old[:_LONGEST_DIFFERENCE], new=one.new[:_LONGEST_DIFFERENCE])
        for one in found
    ]


def _over(stored: Terms, sent: Terms) -> Terms:
    """What was sent, and what was stored where nothing was sent.

    Shops choose one of a method's names in several languages; that is the same method.
    """
    before, details = stored.details or {}, {**(stored.details or {}), **(sent.details or {})}
    old, new = before.get("shipping"), details.get("shipping")
    if isinstance(old, dict) and isinstance(new, dict):
        names = old.get("methodName")
        if isinstance(names, dict) and new.get("methodName") in names.values():
            details["shipping"] = {**new, "methodName": names}
    return Terms(details=details, delivery_window=sent.delivery_window or stored.delivery_window)


def _order_own(session: Session, actor: Actor, checkout: Checkout, *, now: datetime) -> str:
    resource = owned_resource(session, actor, checkout.resource_type, checkout.resource_id)
    taken = queries.unless_taken(YES, resource)
    if taken.reason is not None:
        raise Conflict(taken.reason, code=taken.code)
    if not _is_private(session, actor):
        require(queries.verdict(session, actor, resource))
    site = carts.site(session, actor.tenant_id, resource.site_code)
    terms = _completed(at_list_price(checkout.terms, site), resource)
    return _place(session, actor, resource, terms, now=now)


def _is_private(session: Session, actor: Actor) -> bool:
    """Whether the actor buys for themselves: nobody's rules are asked then.

    Somebody with several companies who chose none is not a private customer.
    """
    return actor.company_id is None and not identity.workplaces(
        session, actor.tenant_id, actor.person_id
    )


def _completed(terms: Terms, resource: Resource) -> Terms:
    """The terms in the currency of the resource, with its own delivery window if none is sent."""
    details = terms.details
    if details is not None:
        details = {**details, "currency": resource.currency}
    return Terms(details=details, delivery_window=terms.delivery_window or resource.delivery_window)


def _place(
    session: Session, actor: Actor, resource: Resource, terms: Terms, *, now: datetime
) -> str:
    require_goods(resource)
    if approvals.live(session, actor.tenant_id, resource.type, resource.id) is not None:
        raise Conflict(
            sentence(N_("There is a request for this; order it from there.")), code="exists"
        )
    words = delivery.freeze(terms, carts.site(session, actor.tenant_id, resource.site_code))
    return orders.place(
        session,
        actor,
        OrderDraft(
            resource_type=resource.type,
            resource_id=resource.id,
            approval_id=None,
            owner_id=actor.person_id,
            owner_name=actor.name,
            company_id=actor.company_id,
            company_name=actor.company_name,
            site_code=resource.site_code,
            snapshot=freeze(resource),
            details=terms.details,
            delivery_window=terms.delivery_window,
            delivery_words=words,
        ),
        now=now,
    )
