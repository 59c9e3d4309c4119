"""A request that was asked once more: which one it replaces, and what differs (R51)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.changes import changes
from webapp.approvals.domain import Status
from webapp.approvals.models import Approval, Revision
from webapp.carts import queries as carts
from webapp.carts.snapshot import Snapshot, SnapshotLine, thaw
from webapp.identity.domain import Actor
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.orders.terms import Terms

# What it is, as it was, and as it is.
Row = tuple[Sentence, Sentence, Sentence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another request about the same goods; without an id for a reader whose it is not."""

    number: int
    id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """The request before this one with what differs, and the one that came after it."""

    earlier: Other | None = None
    later: Other | None = None
    differences: list[Row] = field(default_factory=list)


def replacing(session: Session, actor: Actor, approval: Approval) -> Replacing:
    """What this request replaces and what replaces it; differences only for a party of both."""
    later = _later(session, actor, approval)
    if approval.replaces_id is None:
        return Replacing(later=later)
    try:
        old = queries.get(session, actor, approval.replaces_id)
    except NotFound:
        return Replacing(earlier=_unseen(session, approval), later=later)
    return Replacing(
        earlier=Other(number=old.number, id=old.id),
        later=later,
        differences=_differences(session, old, approval),
    )


def goods(old: Snapshot, new: Snapshot) -> list[Row]:
    """The goods that came, went, or are other in quantity or price, in the order of their names."""
    before, after = _by_product(old), _by_product(new)
    names = {key: name for lines in (before, after) for key, (name, _, _) in lines.items()}
    return [
        (_plain(names[key]), _told(before, after, key), _told(after, before, key))
        for key in sorted(names, key=lambda key: (names[key], key))
        if before.get(key, _NOTHING)[1:] != after.get(key, _NOTHING)[1:]
    ]


_Lines = Mapping[str, tuple[str, Decimal, Money | None]]
_NOTHING = ("", Decimal(0), None)


def _by_product(snapshot: Snapshot) -> _Lines:
    found: dict[str, tuple[str, Decimal, Money | None]] = {}
    for line in snapshot.lines:
        key = _key(line)
        _, quantity, net = found.get(key, _NOTHING)
        total = line.totals.net if net is None else net + line.totals.net
        found[key] = (line.name, quantity + line.quantity, total)
    return found


def _key(line: SnapshotLine) -> str:
    return line.sku or line.product_id or line.name


def _told(own: _Lines, others: _Lines, key: str) -> Sentence:
    """The quantity, and what it costs where only that is other."""
    if key not in own:
        return _plain("")
    _, quantity, net = own[key]
    if key in others and others[key][1] == quantity:
        return sentence(N_("{n} for {net}"), n=quantity, net=net)
    return _plain(quantity)


def _plain(value: object) -> Sentence:
    return sentence("{value}", value=value)


def _differences(session: Session, old: Approval, new: Approval) -> list[Row]:
    before, after = queries.revision(session, old), queries.revision(session, new)
    site = carts.site(session, new.tenant_id, new.site_code)
    found = goods(thaw(before.snapshot), thaw(after.snapshot))
    terms = changes(_terms(before), _terms(after), currency=new.currency, site=site)
    found += [change.told() for change in terms]
    if (old.total_minor, old.currency) != (new.total_minor, new.currency):
        totals = [Money(one.total_minor, one.currency) for one in (old, new)]
        found.append((sentence(N_("Total")), _plain(totals[0]), _plain(totals[1])))
    return found


def _terms(revision: Revision) -> Terms:
    return Terms(details=revision.details, delivery_window=revision.delivery_window)


def _unseen(session: Session, approval: Approval) -> Other | None:
    old = session.get(Approval, (approval.tenant_id, approval.replaces_id))
    return None if old is None else Other(number=old.number, id=None)


def _later(session: Session, actor: Actor, approval: Approval) -> Other | None:
    # Goods are asked for once more when they come back, which they do at the end.
    if approval.status == Status.PENDING:
        return None
    row = session.execute(
        select(Approval.number, Approval.id)
        .where(
            Approval.tenant_id == approval.tenant_id,
            Approval.replaces_id == approval.id,
            queries.visible_to(actor),
        )
        .order_by(Approval.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else Other(number=row.number, id=row.id)
