"""How often something may be asked for: counted in windows of time that all processes share."""

import hashlib
import math
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.identity.models import RateWindow

_PRUNED_AT_ONCE = 500
_PREFIX = 64


def allow(
    session: Session, what: str, who: str, *, limit: int, per: timedelta, now: datetime
) -> int | None:
    """Count one more; None while it is within the limit, else the seconds until the next window.

    The first one opens a window of length `per`. Use a transaction of its own, so that what is
    counted stays counted when the rest of the request is undone, and nobody waits for the row.
    """
    window = _window(session, _key(what, who), ends_at=now + per, now=now)
    ends_at, count = session.execute(window).one()
    return None if count <= limit else max(1, math.ceil((ends_at - now).total_seconds()))


def forgive(session: Session, what: str, who: str) -> None:
    """Take one back: it went well, and only what fails counts."""
    session.execute(
        update(RateWindow)
        .where(RateWindow.key_hash == _key(what, who), RateWindow.count > 0)
        .values(count=RateWindow.count - 1)
    )


def network(address: str) -> str:
    """Whom an address stands for: of IPv6 the network, since a home has as many as it likes."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return address if known.version == 4 else str(ip_network((known, _PREFIX), strict=False))


def prune(session: Session, *, now: datetime) -> int:
    """Forget windows that are over; how many there were."""
    over = select(RateWindow.key_hash).where(RateWindow.ends_at <= now).limit(_PRUNED_AT_ONCE)
    gone = session.execute(
        delete(RateWindow).where(RateWindow.key_hash.in_(over), RateWindow.ends_at <= now)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _window(session: Session, key: str, *, ends_at: datetime, now: datetime) -> Any:
    """One statement that opens the window, counts in it, or begins the next one."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(RateWindow)
    new = insert.values(key_hash=key, ends_at=ends_at, count=1)
    # One that ends later than a new one was opened by a clock that was ahead.
    is_over = or_(RateWindow.ends_at <= now, RateWindow.ends_at > new.excluded.ends_at)
    return new.on_conflict_do_update(
        index_elements=[RateWindow.key_hash],
        set_={
            "ends_at": case((is_over, new.excluded.ends_at), else_=RateWindow.ends_at),
            "count": case((is_over, 1), else_=RateWindow.count + 1),
        },
    ).returning(RateWindow.ends_at, RateWindow.count)


def _key(what: str, who: str) -> str:
    return hashlib.sha256(f"{what}\n{who}".encode("utf-8", "surrogateescape")).hexdigest()
