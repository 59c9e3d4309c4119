"""What stands on printed pages: blocks of words that are ready to be read, in their order.

Whoever makes a paper has the words, amounts and times in the reader's language already; from here
on nothing is looked up, translated or decided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar, cast

_Part = TypeVar("_Part")


class Tone(StrEnum):
    """What a state means to whom it is shown."""

    DONE = "done"
    WAITING = "waiting"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight inside a text."""

    text: str
    strong: bool = False


Text = Sequence[Run]


def plain(text: str) -> Text:
    """A text without emphasis."""
    return (Run(text),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How it stands, the headline, and the story in a sentence or two."""

    tone: Tone
    state: str
    note: str
    headline: str
    story: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """A value against a limit, both counted alike, with the words over the bar."""

    value: int
    limit: int
    limit_words: Text
    over_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An act on its line: what was done; beneath, by whom and when."""

    tone: Tone
    title: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Acts side by side, at most four."""

    signatures: Sequence[Signature]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The title of a part, and a quiet word at the right edge."""

    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text over the whole width; `quiet` for what is only said for completeness."""

    text: Text
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a person said, and who that was."""

    title: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its head, and the share of the width; numbers stand at the right."""

    head: str
    share: float
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and quieter lines beneath."""

    text: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A line under a table; the total is set apart."""

    label: str
    amount: str
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose head is repeated on every page that it reaches."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    sums: Sequence[Sum] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A label, the fact, and what is to be added."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts in two columns; the last of an odd number has the whole width."""

    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened: when, what, the words that were said, and what was changed."""

    when: str
    text: Text
    words: str = ""
    changes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What happened, in its order."""

    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A hash in hex that is to be compared by eye, and what it stands for."""

    label: str
    digest: str


Block = Lead | Meter | Signatures | Heading | Paragraph | Quote | Table | Facts | History | Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file inside the file, which readers list as an attachment."""

    name: str
    media_type: str
    content: bytes
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document.

    `language` is a tag such as `de`; `made_at` is the moment that stands in the file's own data.
    `running` stands over every page at the left, `name` at the right, `foot` beneath. `page_words`
    holds `{page}` and `pages`; `missing_words` explain the box that stands for a character which
    the faces cannot show, and are printed only where there is one.
    """

    title: str
    language: str
    made_at: datetime
    running: str
    name: str
    foot: str
    page_words: str
    missing_words: str
    blocks: Sequence[Block] = field(default=())
    enclosed: Enclosure | None = None


def reworded(part: _Part, word: Callable[[str], str]) -> _Part:
    """The same paper, or part of one, with every text as `word` writes it."""
    return cast("_Part", _reworded(part, word))


def _reworded(part: object, word: Callable[[str], str]) -> object:
    match part:
        case StrEnum():
            return part
        case str():
            return word(part)
        case list() | tuple():
            return [_reworded(one, word) for one in part]
    if not is_dataclass(part) or isinstance(part, type):
        return part
    return replace(
        part, **{one.name: _reworded(getattr(part, one.name), word) for one in fields(part)}
    )
