"""What an import says afterwards: what it added and changed, or every problem it found (R35)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence

_TOP = "(file)"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that cannot be loaded, and where it stands."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Refused(Invalid):
    """Nothing was loaded; `problems` lists everything that is wrong with the file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            sentence(N_("Nothing was loaded. Problems: {count}."), count=len(problems)),
            code="bad_seed",
        )
        self.problems = problems


@dataclass(slots=True)
class Report:
    """How many of each kind were added, changed, unchanged, or left alone as they must be."""

    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    left_alone: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        """The kinds that the file held, in the order in which they were loaded."""
        counters = (self.added, self.changed, self.unchanged, self.left_alone)
        return list(dict.fromkeys(kind for counter in counters for kind in counter))

    def leave(self, kind: str, reason: str) -> None:
        """Count one that stays as it is, and say why."""
        self.left_alone[kind] += 1
        self.notes.append(reason)

    def lines(self) -> Iterator[str]:
        """One line for each kind, such as `people: 3 added, 8 unchanged`."""
        words = {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "left alone": self.left_alone,
        }
        for kind in self.kinds:
            parts = [f"{counter[kind]} {word}" for word, counter in words.items() if counter[kind]]
            yield f"{kind}: {', '.join(parts)}"


def place(*steps: str | int) -> str:
    """The address of a value, such as `customers[3].contactAssignments[0].role`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return printable(text.removeprefix(".")) or _TOP


def printable(text: str, length: int = 200) -> str:
    """The text without anything that a terminal cannot print, and not endless."""
    shown = text[:length].encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def values_at(document: object, *path: str) -> Iterator[object]:
    """Every value at this path, through lists; what has another shape is passed over."""
    if isinstance(document, list):
        for item in document:
            yield from values_at(item, *path)
    elif not path:
        yield document
    elif isinstance(document, dict) and path[0] in document:
        yield from values_at(document[path[0]], *path[1:])
