"""Floors out of real pages: the same bytes, from a template and tuples that need no more thought.

What repeats on the page becomes a loop over tuples; what differs between its rounds becomes their
values. Everything else stands in the template as it is.
"""

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from jinja2 import Environment

# The rows of the inbox, the items of a request, and its history.
ROW = re.compile(r'<li class="row[ "].*?</li>\s*', re.DOTALL)
ITEM = re.compile(r'<tr>\s*<th scope="row".*?</tr>\s*', re.DOTALL)
EVENT = re.compile(r'<li class="timeline-entry.*?</li>\s*', re.DOTALL)

_FEWEST = 5
_BORDERS = re.compile(r'([<>"])')


class NotThere(Exception):
    """The page holds too little of what repeats, so that it is another page than the one meant."""


@dataclass
class Skeleton:
    """A template, and the tuples that its loops run over, by name."""

    template: str
    rows: dict[str, list[list[str]]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"template": self.template, "rows": self.rows}

    def rendered(self) -> str:
        """The page that comes out of it."""
        template = Environment(autoescape=True, keep_trailing_newline=True).from_string(
            self.template
        )
        return template.render(self.rows)


def skeleton(page: str, *patterns: re.Pattern[str]) -> Skeleton:
    """The floor of a page in which these parts repeat; raises `NotThere`."""
    made, rest = Skeleton(""), page
    for number, pattern in enumerate(patterns):
        found = list(pattern.finditer(rest))
        if len(found) < _FEWEST:
            raise NotThere(f"The page holds only {len(found)} of {pattern.pattern!r}.")
        name = f"rows_{number}"
        loop, made.rows[name] = _loop(name, [match[0] for match in found])
        made.template += _raw(rest[: found[0].start()]) + loop
        rest = rest[found[-1].end() :]
    made.template += _raw(rest)
    return made


def _loop(name: str, parts: list[str]) -> tuple[str, list[list[str]]]:
    """A loop that writes these parts, each in the shape that most of them have."""
    split = [_BORDERS.split(part) for part in parts]
    usual = Counter(map(_shape, split)).most_common(1)[0][0]
    alike = [one for one in split if _shape(one) == usual]
    # A part of another shape is written as one of the usual shape: some bytes more or less.
    rounds = [alike[at % len(alike)] for at in range(len(split))]
    columns = list(zip(*rounds, strict=True))
    # What stands in several places is one value, as somebody would write it by hand; the empty one
    # in front makes every round a tuple.
    varying = {column: f"v{at}" for at, column in enumerate(dict.fromkeys(
        column for column in columns if len(set(column)) > 1))}  # fmt: skip
    body = "".join(
        f"{{{{ {varying[column]} }}}}" if column in varying else _raw(column[0])
        for column in columns
    )
    values = [["", *(html.unescape(one[at]) for one in varying)] for at in range(len(rounds))]
    names = ", ".join(["_", *varying.values()])
    return f"{{% for {names} in {name} %}}{body}{{% endfor %}}", values


def _shape(pieces: list[str]) -> tuple[str, ...]:
    """The tags of a part, without what stands in or between them."""
    tags = (piece for before, piece in pairwise(pieces) if before == "<")
    return tuple(tag.split(" ", 1)[0] for tag in tags)


def _raw(text: str) -> str:
    return f"{{% raw %}}{text}{{% endraw %}}" if "{" in text else text
