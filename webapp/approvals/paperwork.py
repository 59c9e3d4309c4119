"""Parts of a request as blocks of printed pages, in the reader's language, zone and formats.

On paper nobody is "you": it is read by others than whom it was printed for. Times are absolute,
since nobody knows when they are read.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import unescape

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.approvals.changes import Change
from webapp.approvals.models import Attachment
from webapp.approvals.reasons import Reason
from webapp.approvals.timeline import TimelineEntry
from webapp.carts.snapshot import Snapshot, SnapshotLine
from webapp.i18n import amount, date, money, number, percent, reader, say, say_html, unit_price
from webapp.kernel.money import Money
from webapp.kernel.sentence import Sentence
from webapp.orders.delivery import Delivery
from webapp.orders.details import Address, DetailsView
from webapp.paper.content import (
    Block,
    Cell,
    Column,
    Entry,
    Fact,
    Facts,
    Heading,
    History,
    Meter,
    Run,
    Sum,
    Table,
    Text,
)

_SUM = re.compile(r"(\d) ([A-Z]{3})\b")
_STRONG = re.compile(r"</?strong>")


def stamp(moment: datetime) -> str:
    """`17 Nov 2026, 09:12` in the reader's zone."""
    return f"{date(moment)}, {moment.astimezone(reader().zone):%H:%M}"


def runs(sentence: Sentence | str) -> Text:
    """The sentence in the reader's language, with its emphasis."""
    # Values are escaped before the marks are set, so every one that is found here is a mark.
    parts = _STRONG.split(str(say_html(sentence)))
    return [
        Run(unbroken(unescape(part)), bool(place % 2)) for place, part in enumerate(parts) if part
    ]


def unbroken(text: str) -> str:
    """The text with its amounts beside their currency wherever a line ends."""
    return _SUM.sub("\\1\N{NO-BREAK SPACE}\\2", text)


def meter(reason: Reason) -> Iterator[Block]:
    """What was compared against the limit; nothing where the two cannot be compared."""
    limit, value = reason.limit, reason.compared
    if limit is None or limit.currency != value.currency or limit.minor < 0:
        return
    words = _("{over} over").format(over=amount(reason.over)) if reason.over else ""
    yield Meter(
        value=max(value.minor, 0),
        limit=limit.minor,
        limit_words=(Run(f"{_('Company limit')} "), Run(amount(limit), True)),
        over_words=words,
    )


def goods(snapshot: Snapshot, view: DetailsView, order_total: Money) -> Iterator[Block]:
    """What is bought, with its sums and what the order costs."""
    count = len(snapshot.lines)
    note = ngettext("{n} item", "{n} items", count).format(n=number(count))
    yield Heading(title=_("What is being bought"), note=note)
    net = _("Net, {currency}").format(currency=snapshot.currency)
    yield Table(
        columns=(
            Column(head=_("Item"), share=5),
            Column(head=_("Quantity"), share=1.3, number=True),
            Column(head=_("Unit price"), share=1.6, number=True),
            Column(head=_("Tax"), share=0.9, number=True),
            Column(head=net, share=1.7, number=True),
        ),
        rows=[_line(line, snapshot.currency) for line in snapshot.lines],
        sums=list(_sums(snapshot, view, order_total)),
    )


def terms(view: DetailsView, delivery: Delivery) -> Iterator[Block]:
    """Where it goes and how it is paid."""
    yield Heading(title=_("Where it goes and how it is paid"))
    day = date(delivery.day) if delivery.day else _("As soon as possible")
    window = ", ".join(filter(None, (day, delivery.slot)))
    listed = "" if delivery.is_listed else _("The price of shipping is not from the price list.")
    yield Facts(
        (
            _address(_("Deliver to"), view.shipping_address),
            Fact(
                _("Ship"),
                view.shipping_name or _("Not given"),
                "\n".join(filter(None, (window, listed))),
            ),
            Fact(_("Pay"), delivery.payment or _("Not given")),
            _address(_("Invoice to"), view.billing_address),
        )
    )


def files(attachments: Iterable[Attachment]) -> Iterator[Block]:
    """What is attached, each file with its hash."""
    rows = [
        (
            Cell(one.name, (f"SHA-256 {one.sha256}",)),
            Cell(f"{number(one.shown_size[0])} {one.shown_size[1]}"),
            Cell(one.by_name, (stamp(one.at),)),
        )
        for one in attachments
    ]
    if not rows:
        return
    yield Heading(title=_("Attachments"))
    yield Table(
        columns=(
            Column(head=_("File"), share=5),
            Column(head=_("Size"), share=1, number=True),
            Column(head=_("From"), share=2.4),
        ),
        rows=rows,
    )


def history(entries: Iterable[TimelineEntry]) -> Iterator[Block]:
    """What was said and done."""
    yield Heading(title=_("Conversation and history"), note=_("Oldest first"))
    yield History([_entry(entry) for entry in entries])


def _line(line: SnapshotLine, currency: str) -> tuple[Cell, ...]:
    price = line.unit_price if line.new_unit_price is None else line.new_unit_price
    notes = [line.sku]
    if price != line.unit_price:
        old = unit_price(line.unit_price, currency)
        notes.append(_("instead of {price}").format(price=old))
    return (
        Cell(line.name, [note for note in notes if note]),
        Cell(number(line.quantity)),
        Cell(unit_price(price, currency)),
        Cell(percent(line.tax_rate)),
        Cell(amount(line.totals.net)),
    )


def _sums(snapshot: Snapshot, view: DetailsView, order_total: Money) -> Iterator[Sum]:
    yield Sum(label=_("Items"), amount=amount(snapshot.totals.net))
    yield Sum(label=_("Tax"), amount=amount(snapshot.totals.tax))
    if view.shipping is not None:
        yield Sum(label=_("Goods with tax"), amount=amount(snapshot.totals.gross))
        yield Sum(label=view.shipping_name or _("Shipping"), amount=amount(view.shipping))
    yield Sum(label=_("Total"), amount=money(order_total), total=True)


def _address(label: str, address: Address | None) -> Fact:
    if address is None:
        return Fact(label, _("Not given"))
    return Fact(label, address.name, "\n".join((*address.lines, address.phone)).strip())


def _entry(entry: TimelineEntry) -> Entry:
    told = [_change(change) for change in entry.changes]
    if entry.replaced:
        told.append(f"{_('Before')}: {entry.replaced}")
    return Entry(when=stamp(entry.at), text=runs(entry.sentence), words=entry.words, changes=told)


def _change(change: Change) -> str:
    label, old, new = (say(part) for part in change.told())
    both = " → ".join(filter(None, (old, new)))
    return f"{label}: {both}" if both else label
