"""The lists of a company as files (R44)."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.approvals import oversight, sheet
from webapp.approvals.figures import Month, figures
from webapp.approvals.queries import Summary
from webapp.approvals.register import read_search, register
from webapp.approvals.succession import Crew
from webapp.company import queries, scene
from webapp.company.domain import SOURCES, Trace
from webapp.company.message_sheet import message_cells, message_heads
from webapp.company.views import bp
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity.domain import Member
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.identity.recording import open_front, open_place
from webapp.kernel.errors import require
from webapp.kernel.paging import Page
from webapp.outbox.queries import Row
from webapp.reader import reader
from webapp.sheets import READ_AT_ONCE, Cell, every
from webapp.sheets import sheet as write
from webapp.webhooks import queries as webhooks
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.signing import shown_id


@bp.get("/people.csv")
def people_sheet() -> Response:
    """The people of the company, found by the same words as on the page."""
    actor, search = current_actor(), read_search(request.args)
    with db.reading() as session:
        place = open_place(session, actor)
        known = Crew(company=place.company, members=place.members)
        pending = oversight.pending(session, actor, now=business_now(), known=known)
    found = queries.found_people(place.members, search.text)
    heads = [_("Name"), _("E-mail address"), _("Role"), _("In the approval group")]
    heads += [_("Active"), _("Source"), _("Requests that wait for them")]
    return write("people", heads, _people(found, scene.moves(pending)))


@bp.get("/requests.csv")
def requests_sheet() -> Response:
    """All requests of the company that the page would list."""
    actor, search = current_actor(), read_search(request.args)
    require(may_administer(actor))

    def page_after(session: Session, cursor: str | None) -> Page[Summary]:
        return register(session, actor, search, cursor=cursor, size=READ_AT_ONCE)

    rows = (sheet.row(one) for one in every(page_after))
    return write("company-requests", sheet.heads(), rows)


@bp.get("/figures.csv")
def figures_sheet() -> Response:
    """How the company decided in the last twelve months."""
    actor = current_actor()
    with db.reading() as session:
        open_front(session, actor)
        found = figures(session, actor, now=business_now(), zone=reader().zone)
    heads = [_("First day of the month"), _("Decided"), _("Declined"), _("Median in minutes")]
    rows = ([one.first_day, one.decided, one.declined, _minutes(one)] for one in found.months)
    return write("figures", heads, rows)


@bp.get("/changes.csv")
def changes_sheet() -> Response:
    """Everything that was changed in the company."""
    actor = current_actor()
    with db.reading() as session:
        place = open_front(session, actor)

    def page_after(session: Session, cursor: str | None) -> Page[Trace]:
        return queries.changes(session, actor, place, cursor=cursor, size=READ_AT_ONCE)

    rows = map(_change, every(page_after))
    return write("changes", [_("When"), _("What happened")], rows)


@bp.get("/webhooks.csv")
def webhooks_sheet() -> Response:
    """The webhooks of the company, without their secrets."""
    actor = current_actor()
    with db.reading() as session:
        found = webhooks.listed(session, actor.tenant_id, open_front(session, actor).company.id)
    heads = [_("Address"), _("What it is for"), _("Events"), _("State")]
    heads += [_("Fails since"), _("Last success")]
    return write("webhooks", heads, map(_webhook, found))


@bp.get("/webhooks/<webhook_id>/deliveries.csv")
def deliveries_sheet(webhook_id: str) -> Response:
    """What was sent to one webhook."""
    actor = current_actor()
    with db.reading() as session:
        company = open_front(session, actor).company
        endpoint = webhooks.one(session, actor.tenant_id, webhook_id, company.id)

    def page_after(session: Session, cursor: str | None) -> Page[Row]:
        return webhooks.deliveries(session, endpoint, cursor, size=READ_AT_ONCE)

    rows = ([one.topic, shown_id(one.id), *message_cells(one)] for one in every(page_after))
    return write("deliveries", [_("Event"), _("Id"), *message_heads()], rows)


def _people(found: list[Member], moves: dict[str, int]) -> Iterator[list[Cell]]:
    answers = {True: _("yes"), False: _("no")}
    for one in found:
        yield [
            *(one.name, one.email, _(one.role.label), answers[one.in_group]),
            *(answers[one.active], say(SOURCES[one.source]), moves.get(one.person_id, 0)),
        ]


def _minutes(month: Month) -> int | None:
    return None if month.median is None else round(month.median / timedelta(minutes=1))


def _change(one: Trace) -> list[Cell]:
    return [one.at, say(one.sentence)]


def _webhook(one: EndpointView) -> list[Cell]:
    return [
        *(one.url, one.description, " ".join(one.events), _(one.state.label)),
        *(one.failing_since, one.succeeded_at),
    ]
