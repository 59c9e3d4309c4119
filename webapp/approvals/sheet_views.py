"""The lists of requests as files: the same tab, the same filters, all of the rows (R44)."""

from flask import Response
from sqlalchemy.orm import Session

from webapp.approvals import sheet
from webapp.approvals.list_views import open_list_here
from webapp.approvals.listing import listing
from webapp.approvals.queries import Side, Summary
from webapp.approvals.views import bp
from webapp.extensions import db
from webapp.identity.guards import current_actor
from webapp.kernel.paging import Page
from webapp.sheets import READ_AT_ONCE, every
from webapp.sheets import sheet as write


@bp.get("/inbox.csv")
def inbox_sheet() -> Response:
    """The inbox as a file."""
    return _sheet(Side.APPROVER, "inbox")


@bp.get("/requests.csv")
def requests_sheet() -> Response:
    """One's own requests as a file."""
    return _sheet(Side.REQUESTER, "requests")


def _sheet(side: Side, name: str) -> Response:
    actor = current_actor()
    with db.reading() as session:
        place = open_list_here(session, side).place

    def page_after(session: Session, cursor: str | None) -> Page[Summary]:
        return listing(
            session,
            actor,
            side,
            place.box,
            wanted=place.filter.wanted,
            cursor=cursor,
            size=READ_AT_ONCE,
        )

    rows = (sheet.row(one) for one in every(page_after))
    return write(name, sheet.heads(), rows)
