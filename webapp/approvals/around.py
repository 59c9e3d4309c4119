"""What stands around a list of requests: its counters, and what it can be narrowed to."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, and_, func, literal_column, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.listing import OTHERS, box_of, capped
from webapp.approvals.models import Approval
from webapp.approvals.queries import Box, Side, visible_from
from webapp.db import kept_beside
from webapp.identity.companies import version_of
from webapp.identity.domain import Actor

# Filters are offered from the newest so many requests of a person, however many there are.
_OFFERED_FROM = 500
# So many offers are kept, each as long as it is made from the same requests.
_KEPT = 500
# What waits for this person stands in the navigation of every page.
_INBOX = (Side.APPROVER, Box.TURN)
_REQUESTS = (Side.REQUESTER, Box.TURN)
Place = tuple[Side, Box]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What a person's list can be narrowed to: people of the other side, shops, currencies.

    The currency of most requests comes first. One of them is equal to itself alone, and is the same
    for the same requests.
    """

    people: dict[str, str]
    sites: tuple[str, ...]
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """How many requests are in some boxes, counted up to 100, and what a list offers."""

    counts: Mapping[Place, int]
    offer: Offer

    @property
    def waiting(self) -> dict[str, int]:
        """What waits for this person, by the names in the navigation."""
        return {"inbox": self.counts[_INBOX], "requests": self.counts[_REQUESTS]}


def waiting(session: Session, actor: Actor) -> dict[str, int]:
    """What waits for this person, by the names in the navigation; counted up to 100."""
    return _read(session, actor, None, frozenset()).waiting


def around(session: Session, actor: Actor, side: Side, boxes: frozenset[Box]) -> Around:
    """How many requests are in these boxes of a side, and what its list can be narrowed to."""
    return _read(session, actor, side, boxes)


def offer(session: Session, actor: Actor, side: Side) -> Offer:
    """What there is to narrow the list to, from the newest 500 requests."""
    return _read(session, actor, side, frozenset()).offer


def _read(session: Session, actor: Actor, side: Side | None, boxes: frozenset[Box]) -> Around:
    kind = kind_of(actor)
    query = _query(actor, side, boxes) if kind is None else _of_anybody(kind, side, boxes)
    rows = session.connection().execute(query, told(actor)).all()
    counts = {(Side(row.side), Box(row.box)): row.n for row in rows if row[1] is not None}
    made_of = [(row.n, row.requests) for row in rows if row.requests is not None]
    if side is None or not made_of:
        return Around(counts, _NOTHING)
    return Around(counts, _kept_offer(session, actor, side, made_of[0]))


@lru_cache
def _of_anybody(kind: Kind, side: Side | None, boxes: frozenset[Box]) -> CompoundSelect[Any]:
    return _query(anybody(kind), side, boxes)


def _query(actor: Actor, side: Side | None, boxes: frozenset[Box]) -> CompoundSelect[Any]:
    """Rows of counters, which have a box, and behind them what an offer is made of."""
    places = {_INBOX, _REQUESTS, *((side, box) for box in boxes if side is not None)}
    counters: list[Select[*tuple[Any, ...]]] = [
        select(
            literal_column(f"'{place}'").label("side"),
            literal_column(f"'{box}'").label("box"),
            capped(box_of(actor, place, box)).label("n"),
            null().label("requests"),
        )
        for place, box in sorted(places)
    ]
    return union_all(*counters, *([] if side is None else [_made_of(actor, side)]))


def _made_of(actor: Actor, side: Side) -> Select[*tuple[Any, ...]]:
    """The newest requests as one text, by their index alone, and the version of the company.

    Requester, shop and currency of a request never change. Its approver does, and stands in the
    text. Names change when somebody is erased, and then the version does.
    """
    newest = _newest(actor, side, Approval.id, OTHERS[side][0]).subquery()
    version = version_of(actor.tenant_id, actor.company_id)
    requests = func.aggregate_strings(newest.c[0] + " " + newest.c[1], "\n")
    return select(null(), null(), version, requests)


def _newest(
    actor: Actor, side: Side, *columns: InstrumentedAttribute[str]
) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .where(visible_from(actor, side))
        .order_by(Approval.created_at.desc(), Approval.id.desc())
        .limit(literal_column(str(_OFFERED_FROM)))
    )


def _kept_offer(
    session: Session, actor: Actor, side: Side, made_of: tuple[int | None, str]
) -> Offer:
    """What is offered from these requests, asked for once as long as they are the same."""
    version, requests = made_of
    digest = hashlib.sha256(requests.encode()).digest()
    key = actor.tenant_id, actor.company_id, side, version, digest
    kept = kept_beside(session)
    found: Offer | None = kept.get(key)
    if found is None:
        found = _offer(session.execute(_offered(actor, side)).all())
        if len(kept) >= _KEPT:
            kept.clear()
        # Without a company nothing would tell that somebody was erased.
        if version is not None:
            kept[key] = found
    return found


def _offered(actor: Actor, side: Side) -> Select[*tuple[Any, ...]]:
    """The other side of the newest requests, by their index alone, and then the names of each."""
    other_id, first, last = OTHERS[side]
    newest = _newest(actor, side, other_id, Approval.site_code, Approval.currency, Approval.id)
    person, site, currency, request = newest.subquery().c
    kinds = (
        select(person, site, currency, func.max(request).label("one"), func.count().label("n"))
        .group_by(person, site, currency)
        .subquery()
    )
    is_of_kind = and_(Approval.tenant_id == actor.tenant_id, Approval.id == kinds.c.one)
    columns = (other_id, first, last, Approval.site_code, Approval.currency, kinds.c.n)
    return select(*columns).join_from(kinds, Approval, is_of_kind)


def _offer(rows: Sequence[Any]) -> Offer:
    people, sites, used = {}, set(), Counter[str]()
    for person_id, first, last, site, currency, n in rows:
        people[person_id] = f"{first} {last}"
        sites.add(site)
        used[currency] += n
    return Offer(
        people=dict(sorted(people.items(), key=lambda one: (one[1].casefold(), one[0]))),
        sites=tuple(sorted(sites)),
        currencies=tuple(sorted(used, key=lambda code: (-used[code], code))),
    )


_NOTHING = Offer({}, (), ())
