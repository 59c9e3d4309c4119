"""What a shop does with carts for people and for guests: made, found, filled, merged, deleted.

All of it acts on open carts of the shopper; any other cart does not exist (law 4). Changes of one
cart wait for each other, so that none is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from webapp.carts import baskets, listing, picking, queries, recording
from webapp.carts.baskets import Basket, Criteria, Shopper
from webapp.carts.domain import CartStatus, Line, SiteFacts
from webapp.carts.picking import Doubt, Listed, Wanted
from webapp.carts.recording import Key
from webapp.kernel.errors import Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBasket:
    """A cart to be made: without a site at the default one; the currency has to be the site's.

    `parts` are delivery window and addresses as for `change`.
    """

    currency: str
    site_code: str | None = None
    company_id: str | None = None
    kind: str = ""
    parts: Mapping[str, Any] | None = None


def create(session: Session, shopper: Shopper, new: NewBasket, *, now: datetime) -> str:
    """A new empty cart; its id.

    Raises `Forbidden` (code `foreign_company`), and `Invalid`: `no_site`, `currency`.
    """
    company_id = baskets.company_of(session, shopper, new.company_id)
    site = _site(session, shopper.tenant_id, new.site_code)
    if new.currency != site.currency:
        text = N_("This shop sells in {currency}.")
        why = sentence(text, currency=site.currency)
        raise Invalid(why, code="currency", fields={"currency": why})
    criteria = Criteria(site_code=site.code, company_id=company_id, kind=new.kind)
    return _store(session, shopper, criteria, site.currency, now=now, parts=new.parts or {})


def find(session: Session, shopper: Shopper, criteria: Criteria) -> Basket | None:
    """The shopper's cart that fits and was changed last; raises as `baskets.company_of` does."""
    return baskets.find(session, shopper, _resolved(session, shopper, criteria))


def find_or_create(
    session: Session, shopper: Shopper, criteria: Criteria, *, now: datetime
) -> Basket:
    """The shopper's cart that fits; if there is none, a new one, also for two who ask at once.

    Raises `NotFound` (code `no_site`) and `Forbidden` (code `foreign_company`).
    """
    resolved = _resolved(session, shopper, criteria)
    site = queries.site(session, shopper.tenant_id, criteria.site_code)
    baskets.hold_site(session, site, shopper.tenant_id)
    basket = baskets.find(session, shopper, resolved)
    if basket is not None:
        return basket
    cart_id = _store(session, shopper, resolved, site.currency, now=now)
    return baskets.get(session, shopper, cart_id)


def add_item(
    session: Session, shopper: Shopper, cart_id: str, wanted: Wanted, *, now: datetime
) -> Line:
    """The line that holds it now; raises `NotFound`, and `Invalid` as `picking.line_of` does."""
    outcome = add_items(session, shopper, cart_id, [wanted], now=now)[0]
    if isinstance(outcome, Invalid):
        raise outcome
    return outcome


def add_items(
    session: Session, shopper: Shopper, cart_id: str, wanted: Sequence[Wanted], *, now: datetime
) -> list[Line | Invalid]:
    """Each line, or why there is none; one that cannot be added keeps no other from it.

    Raises `NotFound` (code `no_cart`).
    """
    basket = baskets.claim(session, shopper, cart_id)
    listed = _listed(session, basket, wanted)
    lines, outcomes = list(basket.lines), []
    for each in wanted:
        outcomes.append(_add(lines, each, listed, basket.currency))
    if any(isinstance(outcome, Line) for outcome in outcomes):
        _save(session, basket, lines, now=now)
    return outcomes


def change_item(
    session: Session,
    shopper: Shopper,
    cart_id: str,
    line_id: str,
    *,
    quantity: Decimal,
    now: datetime,
) -> None:
    """Have this quantity of a line; 0 takes it out.

    Raises `NotFound` (codes `no_cart`, `no_line`) and `Invalid` (code `bad_line`).
    """
    basket = baskets.claim(session, shopper, cart_id)
    lines = list(basket.lines)
    if quantity:
        picking.set_quantity(lines, line_id, quantity, basket.currency)
    else:
        picking.drop(lines, line_id)
    _save(session, basket, lines, now=now)


def remove_item(
    session: Session, shopper: Shopper, cart_id: str, line_id: str, *, now: datetime
) -> None:
    """Take a line out; raises `NotFound` (codes `no_cart`, `no_line`)."""
    change_item(session, shopper, cart_id, line_id, quantity=Decimal(0), now=now)


def clear(session: Session, shopper: Shopper, cart_id: str, *, now: datetime) -> None:
    """Take every line out; raises `NotFound` (code `no_cart`)."""
    basket = baskets.claim(session, shopper, cart_id)
    if basket.lines:
        _save(session, basket, [], now=now)


def change(
    session: Session,
    shopper: Shopper,
    cart_id: str,
    *,
    parts: Mapping[str, Any],
    seen_version: int | None,
    now: datetime,
) -> None:
    """Replace what is named in `parts`: `delivery_window` (or None) and `addresses` (a list).

    Raises `NotFound` (code `no_cart`) and `Conflict` (code `cart_changed`) when it is not the
    version that was seen, if one is named.
    """
    basket = baskets.claim(session, shopper, cart_id)
    if seen_version not in (None, basket.version):
        raise recording.changed()
    values = _columns(parts, basket.details)
    if values:
        _save(session, basket, basket.lines, now=now, **values)


def merge(
    session: Session, shopper: Shopper, cart_id: str, ids: Sequence[str], *, now: datetime
) -> Basket:
    """Put the lines of the other carts into this one, and delete those.

    They may be other carts of the person, and those of the session from before they signed in.
    Raises `Forbidden` (code `not_signed_in`), `NotFound` (code `no_cart`) and `Invalid`
    (codes `other_currency`, `too_many_lines`, `bad_line`).
    """
    if shopper.actor is None:
        text = N_("Sign in first. Carts are merged into the cart of a person.")
        raise Forbidden(sentence(text), code="not_signed_in")
    others = [each for each in dict.fromkeys(ids) if each != cart_id]
    found = baskets.claim_all(session, shopper, [cart_id, *others])
    target = found.get(cart_id)
    if target is None or target.owner_id is None or any(each not in found for each in others):
        raise baskets.no_cart()
    lines = list(target.lines)
    for other in (found[each] for each in others):
        _pour(other, lines, target.currency)
        recording.claim(session, _key(other), other.version, _deleted(now))
    _save(session, target, lines, now=now)
    return baskets.get(session, shopper, cart_id)


def delete(session: Session, shopper: Shopper, cart_id: str, *, now: datetime) -> None:
    """Delete the cart; raises `NotFound` (code `no_cart`)."""
    basket = baskets.claim(session, shopper, cart_id)
    recording.claim(session, _key(basket), basket.version, _deleted(now))


def doubts(session: Session, shopper: Shopper, cart_id: str) -> list[Doubt]:
    """What the shop should look at again before it is ordered; raises `NotFound`."""
    basket = baskets.get(session, shopper, cart_id)
    ids = [line.product_id for line in basket.lines]
    by_id = listing.products_by_id(session, basket.tenant_id, basket.currency, ids)
    return picking.doubts(basket.lines, Listed(by_id=by_id))


def _resolved(session: Session, shopper: Shopper, criteria: Criteria) -> Criteria:
    company_id = baskets.company_of(session, shopper, criteria.company_id)
    return Criteria(site_code=criteria.site_code, company_id=company_id, kind=criteria.kind)


def _site(session: Session, tenant_id: str, code: str | None) -> SiteFacts:
    if code is None:
        return queries.default_site(session, tenant_id)
    try:
        return queries.site(session, tenant_id, code)
    except NotFound as unknown:
        why = unknown.sentence
        raise Invalid(why, code="no_site", fields={"siteCode": why}) from None


def _store(
    session: Session,
    shopper: Shopper,
    criteria: Criteria,
    currency: str,
    *,
    now: datetime,
    parts: Mapping[str, Any] | None = None,
) -> str:
    actor = shopper.actor
    return recording.store(
        session,
        shopper.tenant_id,
        [],
        owner_id=actor.person_id if actor else None,
        session_id=None if actor else shopper.session_id,
        company_id=criteria.company_id,
        site_code=criteria.site_code,
        kind=criteria.kind,
        currency=currency,
        now=now,
        **_columns(parts or {}, None),
    )


def _columns(parts: Mapping[str, Any], details: dict[str, Any] | None) -> dict[str, Any]:
    """Addresses are a part of the choices that a checkout starts from; the others stay."""
    values: dict[str, Any] = {}
    if "delivery_window" in parts:
        values["delivery_window"] = parts["delivery_window"]
    if "addresses" in parts:
        kept = {name: part for name, part in (details or {}).items() if name != "addresses"}
        given = {"addresses": parts["addresses"]} if parts["addresses"] else {}
        values["details"] = {**kept, **given} or None
    return values


def _listed(session: Session, basket: Basket, wanted: Sequence[Wanted]) -> Listed:
    scope = session, basket.tenant_id, basket.currency
    ids = {each.product_id for each in wanted if each.product_id}
    skus = ids | {each.sku for each in wanted if each.sku}
    return Listed(
        by_id=listing.products_by_id(*scope, ids), by_sku=listing.products_by_sku(*scope, skus)
    )


def _add(lines: list[Line], wanted: Wanted, listed: Listed, currency: str) -> Line | Invalid:
    try:
        line = picking.line_of(wanted, listed.find(wanted), currency)
        return picking.place(lines, line, currency, is_separate=wanted.is_separate)
    except Invalid as refusal:
        return refusal


def _pour(other: Basket, lines: list[Line], currency: str) -> None:
    if other.currency != currency:
        text = N_("Carts of different currencies cannot be merged.")
        raise Invalid(sentence(text), code="other_currency", fields={"carts": sentence(text)})
    for line in other.lines:
        picking.place(lines, picking.as_new(line), currency)


def _save(
    session: Session, basket: Basket, lines: Sequence[Line], *, now: datetime, **values: Any
) -> None:
    columns = {**values, **recording.sums(lines, basket.currency), "updated_at": now}
    recording.claim(session, _key(basket), basket.version, columns)
    recording.amend_lines(session, _key(basket), basket.lines, lines)


def _key(basket: Basket) -> Key:
    return Key(basket.tenant_id, basket.id)


def _deleted(now: datetime) -> dict[str, Any]:
    return {"status": CartStatus.DELETED, "updated_at": now}
