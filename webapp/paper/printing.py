"""A paper as a file: set on pages, with what stands over and under each of them."""

from itertools import zip_longest

from webapp.paper.blocks import lay
from webapp.paper.content import Paper, plain
from webapp.paper.flow import Flow
from webapp.paper.ink import FOOT, HEIGHT, LEFT, LINE, LINE_2, QUIET, RIGHT, ROOM
from webapp.paper.marks import Rule
from webapp.paper.typography import Face, line_width

_RUNNING_TOP, _FOOT_TOP = 40.0, HEIGHT - 46.0


def printed(paper: Paper) -> bytes:
    """The PDF of a paper, tagged; the same paper gives the same bytes."""
    # Only who prints pays for loading the library.
    from webapp.paper.painting import painted

    flow = Flow()
    for block, after in zip_longest(paper.blocks, paper.blocks[1:]):
        lay(block, flow, after)
    if flow.has_missing:
        flow.skip(8)
        with flow.tagged("P"):
            flow.write(plain(paper.missing_words), QUIET)
    _frame(paper, flow)
    return painted(paper, flow.pages)


def _frame(paper: Paper, flow: Flow) -> None:
    """The lines over and under every page, now that it is known how many there are."""
    pages, edge = flow.pages, Flow()
    for number, page in enumerate(pages, start=1):
        edge.pages = [page]
        words = paper.page_words.format(page=number, pages=len(pages))
        for left, right, top in (
            (paper.running, paper.name, _RUNNING_TOP),
            (paper.foot, words, _FOOT_TOP),
        ):
            strong = FOOT.faced(Face.STRONG) if top == _RUNNING_TOP else FOOT
            last = edge.fit_line(plain(right), FOOT, ROOM * 0.5)
            first = edge.fit_line(plain(left), strong, ROOM - line_width(last, FOOT) - 16)
            edge.set_line(first, strong, x=LEFT, y=top)
            edge.set_line(last, FOOT, x=RIGHT, y=top, right=True)
        edge.mark(Rule(x=LEFT, y=_RUNNING_TOP + 18, width=ROOM, thickness=0.6, colour=LINE_2))
        edge.mark(Rule(x=LEFT, y=_FOOT_TOP - 8, width=ROOM, thickness=0.5, colour=LINE))
