"""What a person asked for, as a list; and what every list of requests shows around its rows."""

from dataclasses import dataclass
from datetime import date as calendar_date
from itertools import islice
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from webapp.approvals.around import Offer
from webapp.approvals.domain import Status
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.filters import Filter
from webapp.approvals.list_scene import ListScene, Place, about, open_list
from webapp.approvals.queries import PAGE_SIZE, Box, Side
from webapp.approvals.views import bp
from webapp.extensions import business_now, db
from webapp.fragments import far
from webapp.i18n import date, money, reader
from webapp.identity.frame import frame
from webapp.identity.guards import current_actor
from webapp.kernel.ids import is_client_id
from webapp.kernel.sentence import N_
from webapp.web import address, render, wants_fragment
from webapp.wording import gettext as _

ENDPOINTS = {Side.APPROVER: "approvals.inbox", Side.REQUESTER: "approvals.requests"}
STATUSES = {
    Status.PENDING: N_("Waiting"),
    Status.APPROVED: N_("Approved"),
    Status.DECLINED: N_("Declined"),
    Status.CLOSED: N_("Withdrawn"),
    Status.EXPIRED: N_("Expired"),
}
# The ids of the requests on a page that is open and asks for itself once more (live-page.js).
SHOWN = "X-Shown"
_MARKS = {"de": ","}


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that a list is narrowed to, in words, and the address without it."""

    text: str
    href: str


@bp.get("/requests")
def requests() -> Response:
    """What this person asked for, and whose turn it is."""
    now = business_now()
    today = now.astimezone(reader().zone).date()
    with db.looking() as session:
        scene = open_list_here(session, Side.REQUESTER)
        own = about(session, current_actor(), scene.page.items, now=now)
    response = render(
        "approvals/requests.html",
        "approvals/_request_list.html",
        **list_context(scene),
        about=own,
        made_of=lambda row: (row, own.made_of(row.id), today, far(row.expires_at, now)),
    )
    if wants_fragment():
        # Empty fields of the form need not stand in the address.
        response.headers["HX-Push-Url"] = url_of(scene.place)
    return response


def open_list_here(session: Session, side: Side) -> ListScene:
    """The list that the address of this request names, for its reader."""
    actor, zone = current_actor(), reader().zone
    mark = _MARKS.get(reader().language, ".")
    ids = filter(is_client_id, request.headers.get(SHOWN, "").split(","))
    shown = list(islice(ids, PAGE_SIZE * 2))
    scene = open_list(session, actor, side, request.args, zone=zone, mark=mark, shown=shown)
    frame().waiting = scene.waiting
    return scene


def list_context(scene: ListScene) -> dict[str, Any]:
    """What the templates of a list need beside the scene: addresses, chips, borders of time."""
    place = scene.place
    return {
        "scene": scene,
        "place": place,
        "box": str(place.box),
        "tab_urls": {str(box): url_of(place, box=box, after=None) for box in Box},
        "first": url_of(place, after=None) if place.cursor else None,
        "older": url_of(place, after=scene.page.next_cursor) if scene.page.next_cursor else None,
        "chips": _chips(place, scene.offer),
        "everything": address(ENDPOINTS[place.side], box=place.box),
        "options": _options(place.box, scene.offer),
        "is_fragment": wants_fragment(),
        "now": business_now(),
        "soon": SOON,
        "very_soon": VERY_SOON,
    }


def url_of(place: Place, **changes: str | None) -> str:
    """The address of this list with these parts changed."""
    return address(ENDPOINTS[place.side], **place.parts(**changes))


def _options(box: Box, offer: Offer) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen in the filters: values of the address, and words."""
    statuses = [one for one in STATUSES if one is not Status.PENDING or box is Box.ALL]
    return {
        "person": list(offer.people.items()),
        "status": [(str(one), _(STATUSES[one])) for one in statuses],
        "site": [(code, code) for code in offer.sites],
        "currency": [(code, code) for code in offer.currencies],
    }


def _chips(place: Place, offer: Offer) -> list[Chip]:
    return [
        Chip(text, address(ENDPOINTS[place.side], box=place.box, **place.filter.without(name)))
        for name, text in _words(place.filter, offer)
    ]


def _words(filter_: Filter, offer: Offer) -> list[tuple[str, str]]:
    """What is asked for, in words, by the names in the address."""
    wanted = filter_.wanted
    found = [
        ("q", _("“{words}”").format(words=" ".join(wanted.words)) if wanted.words else ""),
        ("status", _(STATUSES[wanted.status]) if wanted.status else ""),
        ("person", offer.people.get(wanted.person_id, wanted.person_id)),
        ("site", wanted.site_code),
        ("low", _("from {total}").format(total=money(wanted.low)) if wanted.low else ""),
        ("high", _("up to {total}").format(total=money(wanted.high)) if wanted.high else ""),
        ("since", _day(_("asked from {day}"), filter_, "since")),
        ("until", _day(_("asked until {day}"), filter_, "until")),
    ]
    return [(name, text) for name, text in found if text]


def _day(words: str, filter_: Filter, name: str) -> str:
    if getattr(filter_.wanted, name) is None:
        return ""
    return words.format(day=date(calendar_date.fromisoformat(filter_.typed[name])))
