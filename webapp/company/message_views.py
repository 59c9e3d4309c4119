"""The page on which admins see what was sent for their company, and send again what was not."""

from enum import StrEnum
from urllib.parse import urlencode

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.company.message_sheet import message_cells, message_heads
from webapp.company.message_words import fault_in_words, topic_in_words
from webapp.company.views import bp
from webapp.extensions import business_now, db, settings
from webapp.i18n import say
from webapp.identity.guards import current_actor
from webapp.identity.recording import open_front
from webapp.kernel.paging import Page
from webapp.kernel.sentence import N_, sentence
from webapp.outbox import queries, service
from webapp.outbox.domain import Kind, MessageStatus
from webapp.outbox.queries import Row
from webapp.sheets import READ_AT_ONCE, every, sheet
from webapp.web import done, render


class Box(StrEnum):
    """The parts of the page, in the words of its addresses."""

    WAITING = "waiting"
    FAILED = "failed"
    SENT = "sent"

    @property
    def status(self) -> MessageStatus:
        """The state of the messages in this part."""
        return _STATUSES[self]


_STATUSES = {
    Box.WAITING: MessageStatus.PENDING,
    Box.FAILED: MessageStatus.DEAD,
    Box.SENT: MessageStatus.SENT,
}


@bp.get("/messages")
def list_messages() -> Response:
    """The mails and webhooks of the company, one state at a time."""
    actor, cursor = current_actor(), request.args.get("after")
    box, kind = _chosen(request.args.get("box", ""), request.args.get("kind", ""))
    with db.reading() as session:
        place = open_front(session, actor)
        key = (actor.tenant_id, place.company.id)
        page = queries.of_company(session, *key, box.status, kind=kind, cursor=cursor)
        counts = queries.counts_of_company(session, *key)
        waits = oversight.count(session, actor)
    return render(
        "company/list_messages.html",
        place=place,
        waits=waits,
        box=box,
        kind=kind,
        messages=page.items,
        waiting=counts[MessageStatus.PENDING],
        failed=counts[MessageStatus.DEAD],
        topic_in_words=topic_in_words,
        fault_in_words=fault_in_words,
        sheet=_address(box, kind, endpoint="company.messages_sheet"),
        older=_address(box, kind, page.next_cursor) if page.next_cursor else None,
        first=_address(box, kind) if cursor else None,
        sending=settings().sending,
    )


@bp.get("/messages.csv")
def messages_sheet() -> Response:
    """The messages that the page would list (R44)."""
    actor = current_actor()
    box, kind = _chosen(request.args.get("box", ""), request.args.get("kind", ""))
    with db.reading() as session:
        key = actor.tenant_id, open_front(session, actor).company.id

    def page_after(session: Session, cursor: str | None) -> Page[Row]:
        return queries.of_company(
            session, *key, box.status, kind=kind, cursor=cursor, size=READ_AT_ONCE
        )

    heads = [_("What"), _("Request"), _("To"), *message_heads()]
    rows = (
        [say(topic_in_words(one.topic)), one.number, one.address, *message_cells(one)]
        for one in every(page_after)
    )
    return sheet("messages", heads, rows)


@bp.post("/messages/<message_id>/replay")
def replay_message(message_id: str) -> Response:
    """Send one again that was given up."""
    actor = current_actor()
    with db.transaction() as session:
        place = open_front(session, actor)
        service.replay(
            session, actor.tenant_id, message_id, now=business_now(), company_id=place.company.id
        )
    return done("company.list_messages", sentence(_AGAIN), box=str(Box.WAITING))


def _chosen(box: str, kind: str) -> tuple[Box, Kind | None]:
    known = Box(box) if box in set(Box) else Box.WAITING
    return known, Kind(kind) if kind in set(Kind) else None


def _address(
    box: Box,
    kind: Kind | None,
    cursor: str | None = None,
    *,
    endpoint: str = "company.list_messages",
) -> str:
    parts = {"box": str(box), "kind": kind and str(kind), "after": cursor}
    chosen = {name: text for name, text in parts.items() if text}
    return f"{url_for(endpoint)}?{urlencode(chosen)}"


_AGAIN = N_("It is sent again.")
