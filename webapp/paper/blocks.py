"""How each block of a paper is set; tables have a module of their own."""

from collections.abc import Callable, Iterator
from typing import Any

from webapp.paper import tables
from webapp.paper.content import (
    Block,
    Entry,
    Fact,
    Facts,
    Heading,
    History,
    Lead,
    Meter,
    Paragraph,
    Quote,
    Seal,
    Signature,
    Signatures,
    Table,
    Tone,
    plain,
)
from webapp.paper.flow import Flow
from webapp.paper.ink import (
    CONTROL,
    HEADLINE,
    INK,
    INK_2,
    LEFT,
    LINE,
    LINE_2,
    OVER,
    OVER_MARK,
    QUIET,
    RIGHT,
    ROOM,
    SIGN,
    STATE,
    STORY,
    STRONG,
    TEXT,
    TITLE,
    TONES,
    TOP,
)
from webapp.paper.marks import Box, Disc, Rule
from webapp.paper.typography import ELLIPSIS, Face, Line, Piece, Style, line_width

_GAP = 20.0
_BAR = 5.0
_WHEN = 104.0
_BEGINNING = 50.0
_GROUP = 8

_Lines = list[tuple[list[Line], Style]]


def lay(block: Block, flow: Flow, after: Block | None = None) -> None:
    """Set one block below what is there; a heading stays with the beginning of the one after."""
    if isinstance(block, Heading):
        _heading(block, flow, _beginning(after, flow))
    else:
        _LAYERS[type(block)](block, flow)


def _lead(lead: Lead, flow: Flow) -> None:
    colour = INK_2 if lead.tone is Tone.WAITING else TONES[lead.tone]
    _sign(lead.tone, colour, flow)
    with flow.tagged("P"):
        state = flow.fit_line(plain(lead.state), STATE.coloured(colour), ROOM / 2 - 14)
        note = flow.fit_line(plain(lead.note), QUIET, ROOM * 0.48)
        flow.set_line(state, STATE.coloured(colour), x=LEFT + 14, y=flow.y)
        flow.set_line(note, QUIET, x=RIGHT, y=flow.y + 1, right=True)
    flow.y += STATE.leading + 6
    with flow.tagged("H1"):
        flow.write(plain(lead.headline), HEADLINE)
    flow.y += 5
    with flow.tagged("P"):
        flow.write(lead.story, STORY, room=ROOM * 0.86)
    flow.y += 10


def _meter(meter: Meter, flow: Flow) -> None:
    """The bar of the request's page: quiet up to the limit, marked beyond, a tick between."""
    whole = max(meter.value, meter.limit, 1)
    tick = ROOM * meter.limit / whole
    used = ROOM * min(meter.value, whole) / whole
    label = flow.fit_line(meter.limit_words, QUIET, ROOM * 0.6)
    over = flow.fit_line(plain(meter.over_words), QUIET, ROOM * 0.38)
    flow.need(44)
    flow.y += 6
    room = ROOM - (line_width(over, QUIET) + 12 if over else 0)
    with flow.tagged("P"):
        flow.set_line(label, QUIET, x=_label_start(label, tick, room), y=flow.y)
        flow.set_line(over, QUIET.coloured(OVER), x=RIGHT, y=flow.y, right=True)
    top = flow.y + QUIET.leading + 4
    flow.mark(Box(x=LEFT, y=top, width=ROOM, height=_BAR, colour=LINE))
    flow.mark(Box(x=LEFT, y=top, width=min(used, tick), height=_BAR, colour=CONTROL))
    if used > tick:
        flow.mark(Box(x=LEFT + tick, y=top, width=used - tick, height=_BAR, colour=OVER_MARK))
    flow.mark(Box(x=LEFT + tick - 0.8, y=top - 3, width=1.6, height=_BAR + 6, colour=INK))
    flow.y = top + _BAR + 12


def _label_start(label: Line, tick: float, room: float) -> float:
    """The label of the limit ends at its tick where there is room, and never meets the other."""
    wide = line_width(label, QUIET)
    return LEFT + max(0.0, min(tick - wide, room - wide))


def _signatures(block: Signatures, flow: Flow) -> None:
    count = len(block.signatures)
    room = (ROOM - _GAP * (count - 1)) / count
    set_up = [_signature(one, flow, room) for one in block.signatures]
    title_height = max(len(title) for title, _ in set_up) * STRONG.leading
    flow.skip(10)
    flow.need(title_height + 6 + max(len(lines) for _, lines in set_up) * QUIET.leading)
    line = flow.y + title_height + 4
    ends = []
    for number, (one, (title, lines)) in enumerate(zip(block.signatures, set_up, strict=True)):
        x, colour = LEFT + number * (room + _GAP), TONES[one.tone]
        dotted = one.tone is Tone.WAITING
        with flow.tagged("P"):
            shown = STRONG.coloured(INK_2 if dotted else colour)
            flow.stack(title, shown, x=x, y=line - 4 - len(title) * STRONG.leading)
            ends.append(flow.stack(lines, QUIET, x=x, y=line + 6))
        flow.mark(Rule(x=x, y=line, width=room, thickness=1.6, colour=colour, dotted=dotted))
    flow.y = max(ends) + 6


def _signature(one: Signature, flow: Flow, room: float) -> tuple[list[Line], list[Line]]:
    title = flow.fit(plain(one.title), STRONG, room)
    return title, [line for text in one.lines for line in flow.fit(plain(text), QUIET, room)]


def _heading(heading: Heading, flow: Flow, room: float) -> None:
    flow.skip(20)
    flow.need(TITLE.leading + 16 + room)
    if flow.y > TOP:
        flow.mark(Rule(x=LEFT, y=flow.y, width=ROOM, thickness=0.6, colour=LINE_2))
        flow.y += 10
    with flow.tagged("H2"):
        title = flow.fit_line(plain(heading.title), TITLE, ROOM * 0.7)
        note = flow.fit_line(plain(heading.note), QUIET, ROOM * 0.28)
        flow.set_line(title, TITLE, x=LEFT, y=flow.y)
        flow.set_line(note, QUIET, x=RIGHT, y=flow.y + 3, right=True)
    flow.y += TITLE.leading + 6


def _paragraph(paragraph: Paragraph, flow: Flow) -> None:
    style = QUIET if paragraph.quiet else TEXT
    with flow.tagged("P"):
        flow.write(paragraph.text, style, room=ROOM * 0.86)
    flow.skip(4)


def _quote(quote: Quote, flow: Flow) -> None:
    flow.skip(6)
    flow.need(QUIET.leading + TEXT.leading)
    with flow.tagged("BlockQuote"):
        flow.write(plain(quote.title), QUIET)
        flow.write(plain(quote.words), TEXT, room=ROOM * 0.86)
    flow.skip(4)


def _facts(block: Facts, flow: Flow) -> None:
    for room, pair in _pairs(block, flow):
        flow.need(min(flow.fresh, max(_height(fact) for fact in pair)))
        top, ends = flow.y, []
        for number, fact in enumerate(pair):
            x, y = LEFT + number * (room + _GAP), top
            with flow.tagged("P"):
                for lines, style in fact:
                    y = flow.stack(lines, style, x=x, y=y)
            ends.append(y)
        flow.y = max(ends) + 8


def _pairs(block: Facts, flow: Flow) -> Iterator[tuple[float, list[_Lines]]]:
    """The facts that stand side by side, and how wide each is."""
    for start in range(0, len(block.facts), 2):
        facts = block.facts[start : start + 2]
        room = (ROOM - _GAP) / 2 if len(facts) > 1 else ROOM
        yield room, [_fact(one, flow, room) for one in facts]


def _fact(fact: Fact, flow: Flow, room: float) -> _Lines:
    parts = ((fact.label, QUIET), (fact.value, STRONG), (fact.note, TEXT.coloured(INK_2)))
    found = [(flow.fit(plain(text), style, room), style) for text, style in parts if text]
    return [(_shortened(lines), style) for lines, style in found]


def _shortened(lines: list[Line]) -> list[Line]:
    """Nobody has an address of more lines than this, but a program may send one."""
    if len(lines) <= _MOST_LINES:
        return lines
    return [*lines[:_MOST_LINES], [Piece(ELLIPSIS, Face.REGULAR)]]


def _height(fact: _Lines) -> float:
    return sum(len(lines) * style.leading for lines, style in fact)


def _history(block: History, flow: Flow) -> None:
    for entry in block.entries:
        _entry(entry, flow)


def _entry(entry: Entry, flow: Flow) -> None:
    x, room = LEFT + _WHEN, ROOM - _WHEN
    flow.need(TEXT.leading * (2 if entry.words or entry.changes else 1))
    with flow.tagged("P"):
        when = flow.fit_line(plain(entry.when), QUIET, _WHEN - 12)
        flow.set_line(when, QUIET, x=LEFT, y=flow.y + 0.5)
        flow.write(entry.text, TEXT.coloured(INK_2), x=x, room=room)
    for text, kind in ((entry.words, "BlockQuote"), *((one, "P") for one in entry.changes)):
        if text:
            with flow.tagged(kind):
                flow.write(plain(text), TEXT, x=x, room=room)
    flow.skip(7)


def _seal(seal: Seal, flow: Flow) -> None:
    digest = seal.digest
    groups = [digest[start : start + _GROUP] for start in range(0, len(digest), _GROUP)]
    flow.need(QUIET.leading + TEXT.leading)
    with flow.tagged("P"):
        flow.write(plain(seal.label), QUIET)
        flow.write(plain(" ".join(groups)), STRONG)
    flow.skip(4)


def _sign(tone: Tone, colour: str, flow: Flow) -> None:
    """The circle before the state: open while nobody decided, then with a sign of its own."""
    middle, sign = flow.y + 7, _SIGNS.get(tone, "")
    flow.mark(Disc(x=LEFT + 4.6, y=middle, radius=4.6, colour=colour, filled=bool(sign)))
    for line in flow.fit(plain(sign), SIGN, ROOM):
        x = LEFT + 4.6 - line_width(line, SIGN) / 2
        flow.set_line(line, SIGN, x=x, y=middle - SIGN.leading / 2)


def _beginning(block: Block | None, flow: Flow) -> float:
    """How much of a block has to stand under its heading."""
    if not isinstance(block, Facts) or not block.facts:
        return _BEGINNING
    _, pair = next(_pairs(block, flow))
    return min(max(_height(fact) for fact in pair), flow.fresh / 3)


_SIGNS = {Tone.GOOD: "✓", Tone.BAD: "×", Tone.DONE: "–"}
_LAYERS: dict[type, Callable[[Any, Flow], None]] = {
    Lead: _lead,
    Meter: _meter,
    Signatures: _signatures,
    Paragraph: _paragraph,
    Quote: _quote,
    Table: tables.lay,
    Facts: _facts,
    History: _history,
    Seal: _seal,
}
_MOST_LINES = 20
