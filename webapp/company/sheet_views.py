"""The people and the requests of a company as files (R44)."""

from collections.abc import Iterator

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.approvals import sheet
from webapp.approvals.queries import Summary
from webapp.approvals.register import read_search, register
from webapp.company import queries, scene
from webapp.company.domain import SOURCES
from webapp.company.views import bp
from webapp.extensions import db
from webapp.i18n import say
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.identity.recording import Place, open_place
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import require
from webapp.kernel.paging import Page
from webapp.reader import reader
from webapp.sheets import READ_AT_ONCE, Cell, every
from webapp.sheets import sheet as write


@bp.get("/people.csv")
def people_sheet() -> Response:
    """The people of the company, found by the same words as on the page."""
    actor, search = current_actor(), read_search(request.args)
    with db.reading() as session:
        place = open_place(session, actor)
        moves = scene.moves_of(session, actor, now=utcnow())
    heads = [_("Name"), _("E-mail address"), _("Role"), _("In the approval group")]
    heads += [_("Active"), _("Source"), _("Requests that wait for them")]
    return _reply("people", heads, _people(place, search.text, moves))


@bp.get("/requests.csv")
def requests_sheet() -> Response:
    """All requests of the company that the page would list."""
    actor, search = current_actor(), read_search(request.args)
    require(may_administer(actor))

    def page_after(session: Session, cursor: str | None) -> Page[Summary]:
        return register(session, actor, search, cursor=cursor, size=READ_AT_ONCE)

    rows = (sheet.row(one) for one in every(page_after))
    return _reply("company-requests", sheet.heads(), rows)


def _people(place: Place, words: str, moves: dict[str, int]) -> Iterator[list[Cell]]:
    answers = {True: _("yes"), False: _("no")}
    for one in queries.found_people(place, words):
        yield [
            *(one.name, one.email, _(one.role.label), answers[one.in_group]),
            *(answers[one.active], say(SOURCES[one.source]), moves.get(one.person_id, 0)),
        ]


def _reply(name: str, heads: list[str], rows: Iterator[list[Cell]]) -> Response:
    return write(name, heads, rows, utcnow().astimezone(reader().zone).date())
