"""How carts are written: one row with the sums of its lines, and its lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, Update, delete, func, insert, select, update
from sqlalchemy.orm import Session

from webapp.carts.domain import CartStatus, Line, total
from webapp.carts.lines import NewLine
from webapp.carts.models import Cart, CartItem
from webapp.kernel.errors import Conflict
from webapp.kernel.ids import is_client_id, new_id
from webapp.kernel.sentence import N_, sentence


class Key(NamedTuple):
    """Which cart."""

    tenant_id: str
    cart_id: str


def store(
    session: Session,
    tenant_id: str,
    lines: Sequence[NewLine],
    *,
    currency: str,
    now: datetime,
    cart_id: str | None = None,
    **rest: Any,
) -> str:
    """A new open cart with these lines, whose other columns are `rest`; its id."""
    key = Key(tenant_id, cart_id or new_id())
    kept = with_ids(lines)
    session.execute(
        insert(Cart).values(
            tenant_id=tenant_id,
            id=key.cart_id,
            currency=currency,
            created_at=now,
            updated_at=now,
            **sums(kept, currency),
            **rest,
        )
    )
    _add_lines(session, key, kept)
    return key.cart_id


def claim(session: Session, key: Key, seen_version: int, values: Mapping[str, Any]) -> None:
    """Write these columns of the open cart as it was seen; the version goes up by one.

    Raises `Conflict` (code `cart_changed`) when it is another version by now, or not open (R29).
    """
    statement = update(Cart).where(
        Cart.tenant_id == key.tenant_id,
        Cart.id == key.cart_id,
        Cart.status == CartStatus.OPEN,
        Cart.version == seen_version,
    )
    if count(session, statement.values(**values, version=Cart.version + 1)) != 1:
        raise changed()


def changed() -> Conflict:
    """The refusal to write over what somebody else wrote meanwhile."""
    return Conflict(
        sentence(N_("This cart was changed meanwhile, in another window or by the shop.")),
        code="cart_changed",
    )


def replace_lines(session: Session, key: Key, lines: Sequence[Line]) -> None:
    """Give the cart these lines in this order instead of those that it has."""
    session.execute(delete(CartItem).where(*_of(key)))
    _add_lines(session, key, lines)


def amend_lines(session: Session, key: Key, before: Sequence[Line], after: Sequence[Line]) -> None:
    """Write what differs between the lines that the cart has and those that it is to have.

    New lines go to the end; what stays as it is, is not written again.
    """
    known, wanted = {line.line_id: line for line in before}, {line.line_id for line in after}
    gone = [line.line_id for line in before if line.line_id not in wanted]
    if not after:
        session.execute(delete(CartItem).where(*_of(key)))
    elif gone:
        session.execute(delete(CartItem).where(*_of(key), CartItem.id.in_(gone)))
    for line in after:
        if line.line_id in known and line != known[line.line_id]:
            session.execute(
                update(CartItem)
                .where(*_of(key), CartItem.id == line.line_id)
                .values(**_columns(line))
                .execution_options(synchronize_session=False)
            )
    _append_lines(session, key, [line for line in after if line.line_id not in known])


def with_ids(lines: Sequence[NewLine]) -> list[Line]:
    """A kept line keeps its id, the first time it appears; what can be none gets a new one."""
    used: set[str] = set()
    kept = []
    for line in lines:
        is_kept = is_client_id(line.line_id) and line.line_id not in used
        line_id = line.line_id if is_kept else new_id()
        used.add(line_id)
        kept.append(line.as_line(line_id))
    return kept


def sums(lines: Sequence[Line], currency: str) -> dict[str, int]:
    """The columns of a cart that follow from its lines: totals in minor units, and their number."""
    totals = total(lines, currency)
    return {
        "net_minor": totals.net.minor,
        "tax_minor": totals.tax.minor,
        "gross_minor": totals.gross.minor,
        "item_count": len(lines),
    }


def count(session: Session, statement: Update) -> int:
    """Run the statement; how many rows it changed."""
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount


def _append_lines(session: Session, key: Key, lines: Sequence[Line]) -> None:
    last = session.scalar(select(func.max(CartItem.position)).where(*_of(key)))
    _add_lines(session, key, lines, first=(last or 0) + 1)


def _add_lines(session: Session, key: Key, lines: Sequence[Line], *, first: int = 1) -> None:
    if not lines:
        return
    session.execute(
        insert(CartItem),
        [
            {
                "tenant_id": key.tenant_id,
                "cart_id": key.cart_id,
                "id": line.line_id,
                "position": position,
                **_columns(line),
            }
            for position, line in enumerate(lines, first)
        ],
    )


def _columns(line: Line) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": format(line.quantity, "f"),
        "unit_price": format(line.unit_price, "f"),
        "tax_rate": format(line.tax_rate, "f"),
        "price_id": line.price_id,
    }


def _of(key: Key) -> tuple[Any, ...]:
    return CartItem.tenant_id == key.tenant_id, CartItem.cart_id == key.cart_id
