"""The few marks of CommonMark that the document uses: headings, tables, `code`, **strong**."""

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

_CODE = re.compile(r"`([^`]+)`")
_STRONG = re.compile(r"\*\*([^*]+)\*\*")
_RULE = re.compile(r"\|[-| :]+\|")
_HEADING = "## "


def inline(text: str) -> Markup:
    """A line with its code and its strong words."""
    parts = _CODE.split(text)
    marked = [
        Markup("<code>{}</code>").format(part)
        if index % 2
        else Markup(_STRONG.sub(r"<strong>\1</strong>", str(escape(part))))  # noqa: S704 - escaped
        for index, part in enumerate(parts)
    ]
    return Markup().join(marked)


def blocks(text: str) -> Iterator[tuple[str, object]]:
    """What stands between empty lines: `heading` and `text` with markup, `table` with rows."""
    for block in text.strip().split("\n\n"):
        if block.startswith(_HEADING):
            yield "heading", inline(block.removeprefix(_HEADING))
        elif block.startswith("|"):
            rows = [line for line in block.splitlines() if not _RULE.fullmatch(line)]
            yield "table", [_cells(row) for row in rows]
        else:
            yield "text", inline(" ".join(block.splitlines()))


def _cells(row: str) -> list[Markup]:
    return [inline(cell.strip()) for cell in row.strip().strip("|").split("|")]
