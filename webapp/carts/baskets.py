"""Open carts as a shop reads them for people, and for guests who have not signed in yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from webapp.carts import queries
from webapp.carts.domain import CartStatus, Line, SiteFacts, Totals
from webapp.carts.models import Cart, Site
from webapp.identity import queries as identity
from webapp.identity.domain import Actor
from webapp.kernel.errors import Forbidden, NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence

_COLUMNS = (
    *(Cart.tenant_id, Cart.id, Cart.owner_id, Cart.session_id, Cart.company_id, Cart.site_code),
    *(Cart.currency, Cart.kind, Cart.details, Cart.delivery_window, Cart.version),
    *(Cart.net_minor, Cart.tax_minor, Cart.created_at, Cart.updated_at),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopper:
    """Who shops: a person (`actor`) in a session, or whoever has this session and no name."""

    tenant_id: str
    session_id: str
    actor: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which cart of the shopper is meant; no `kind` is a kind of its own."""

    site_code: str
    company_id: str | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """An open cart of a person (`owner_id`) or of a guest (`session_id`)."""

    tenant_id: str
    id: str
    owner_id: str | None
    session_id: str | None
    company_id: str | None
    site_code: str
    currency: str
    kind: str
    lines: tuple[Line, ...]
    totals: Totals
    details: dict[str, Any] | None
    delivery_window: dict[str, Any] | None
    version: int
    created_at: datetime
    updated_at: datetime


def visible_to(shopper: Shopper) -> ColumnElement[bool]:
    """The open carts of this shopper; one that was handed over or deleted does not exist.

    A person has those of the company that was chosen; without one, those of every company in which
    they are active now and those without a company (R17). A guest has those of their session.
    """
    mine = [Cart.tenant_id == shopper.tenant_id, Cart.status == CartStatus.OPEN]
    if shopper.actor is None:
        return and_(*mine, _of_session(shopper))
    return and_(*mine, Cart.owner_id == shopper.actor.person_id, _in_company(shopper.actor))


def company_of(session: Session, shopper: Shopper, asked: str | None) -> str | None:
    """The company for which a cart is bought: the chosen one, else the one that is asked for.

    Raises `Forbidden` (code `foreign_company`) for any but the chosen one, or, where none was
    chosen, for one in which the person is not active now.
    """
    actor = shopper.actor
    if actor is None or actor.company_id is not None:
        own = actor.company_id if actor and actor.role else None
        is_own = asked in (None, own) and (actor is None or own is not None)
    else:
        own = asked
        member = asked and identity.member(session, actor.tenant_id, asked, actor.person_id)
        is_own = asked is None or bool(member and member.active)
    if not is_own:
        text = N_("You do not act for this company here.")
        raise Forbidden(sentence(text), code="foreign_company")
    return own


def get(session: Session, shopper: Shopper, cart_id: str) -> Basket:
    """The shopper's open cart; raises `NotFound` (code `no_cart`)."""
    return _one(session, visible_to(shopper), cart_id)


def claim(session: Session, shopper: Shopper, cart_id: str) -> Basket:
    """The shopper's open cart, locked until the transaction ends, so that changes queue up.

    Raises `NotFound` (code `no_cart`).
    """
    return _one(session, visible_to(shopper), cart_id, lock=True)


def claim_all(session: Session, shopper: Shopper, ids: Iterable[str]) -> dict[str, Basket]:
    """Those of these carts that are the shopper's or of guests of the same session, locked, by id.

    They are locked in the order of their ids, so that two merges do not wait for each other.
    """
    mine = or_(visible_to(shopper), _guests_of(shopper))
    query = select(*_COLUMNS).where(mine, Cart.id.in_(sorted(set(ids))))
    rows = session.execute(query.order_by(Cart.id).with_for_update()).all()
    return {basket.id: basket for basket in _baskets(session, rows)}


def find(session: Session, shopper: Shopper, criteria: Criteria) -> Basket | None:
    """The shopper's cart that fits and was changed last, or None."""
    query = (
        select(*_COLUMNS)
        .where(
            visible_to(shopper),
            Cart.site_code == criteria.site_code,
            Cart.kind == criteria.kind,
            Cart.company_id == criteria.company_id,
        )
        .order_by(Cart.updated_at.desc(), Cart.id.desc())
    )
    return next(iter(_baskets(session, session.execute(query.limit(1)).all())), None)


def no_cart() -> NotFound:
    """The answer for every cart that is not an open one of the shopper."""
    return NotFound(sentence(N_("There is no such cart.")), code="no_cart")


def hold_site(session: Session, site: SiteFacts, tenant_id: str) -> None:
    """Let whoever makes carts at this site on demand wait for each other until the end."""
    session.execute(
        select(Site.code)
        .where(Site.tenant_id == tenant_id, Site.code == site.code)
        .with_for_update(key_share=True)
    )


def _of_session(shopper: Shopper) -> ColumnElement[bool]:
    if not shopper.session_id:
        return false()
    return and_(Cart.session_id == shopper.session_id, Cart.owner_id.is_(None))


def _guests_of(shopper: Shopper) -> ColumnElement[bool]:
    return and_(
        Cart.tenant_id == shopper.tenant_id,
        Cart.status == CartStatus.OPEN,
        _of_session(shopper),
    )


def _in_company(actor: Actor) -> ColumnElement[bool]:
    if actor.company_id is not None:
        # A token may name a company that the person has left since.
        return Cart.company_id == actor.company_id if actor.role else false()
    own = identity.company_ids(actor.tenant_id, actor.person_id)
    return or_(Cart.company_id.is_(None), Cart.company_id.in_(own))


def _one(
    session: Session, mine: ColumnElement[bool], cart_id: str, *, lock: bool = False
) -> Basket:
    query = select(*_COLUMNS).where(mine, Cart.id == cart_id)
    if lock:
        query = query.with_for_update()
    baskets = _baskets(session, session.execute(query).all())
    if not baskets:
        raise no_cart()
    return baskets[0]


def _baskets(session: Session, rows: Sequence[Any]) -> list[Basket]:
    if not rows:
        return []
    lines = queries.lines_of(session, rows[0].tenant_id, [row.id for row in rows])
    return [_basket(dict(row._mapping), tuple(lines.get(row.id, ()))) for row in rows]


def _basket(row: dict[str, Any], lines: tuple[Line, ...]) -> Basket:
    currency = row["currency"]
    totals = Totals(Money(row.pop("net_minor"), currency), Money(row.pop("tax_minor"), currency))
    return Basket(**row, lines=lines, totals=totals)
