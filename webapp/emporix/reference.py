"""The pages for people who write programs: the reference, its document, and tokens in the demo."""

import json

from flask import Blueprint, Response, abort, g
from sqlalchemy.orm import Session

from webapp.emporix import openapi, operations, prose, samples
from webapp.emporix.samples import Samples
from webapp.extensions import db, settings
from webapp.identity import tokens
from webapp.identity.bearers import Subject
from webapp.identity.domain import Actor, Holder, Origin
from webapp.identity.guards import current_actor
from webapp.kernel.clock import utcnow
from webapp.kernel.ids import new_id
from webapp.web import render

bp = Blueprint("developers", __name__)

_HOUR = 3600


@bp.get("/openapi.json")
def document() -> Response:
    """The description of the API for the desk at this address."""
    # In its own order, which is meant for readers.
    text = json.dumps(openapi.served_at(settings().base_url), ensure_ascii=False, indent=1)
    return Response(text + "\n", mimetype="application/json")


@bp.get("/developers")
def show() -> Response:
    """The same for people: every operation, and a command that calls it."""
    return _page(None)


@bp.post("/developers/token")
def create_token() -> Response:
    """In the demo: a token for whoever is signed in, shown in the commands of this answer only."""
    if not settings().demo:
        abort(404)
    actor = current_actor()
    with db.transaction() as session:
        issued = tokens.issue(session, _subject(actor), now=utcnow())
    return _page(issued.access_token, hours=issued.expires_in // _HOUR + 1)


def _page(token: str | None, *, hours: int = 0) -> Response:
    actor: Actor | None = g.get("actor")
    known = settings()
    with db.reading() as session:
        found = (
            _samples(session, actor, token) if known.demo else samples.to_fill_in(known.base_url)
        )
    return render(
        "developers/show.html",
        services=operations.services(found),
        introduction=list(prose.blocks(openapi.document()["info"]["description"])),
        inline=prose.inline,
        reader=actor,
        base_url=known.base_url,
        token=token,
        hours=hours,
    )


def _samples(session: Session, actor: Actor | None, token: str | None) -> Samples:
    known = settings()
    if not known.demo:
        return samples.to_fill_in(known.base_url)
    if actor is None:
        return Samples(known.base_url)
    return samples.of_reader(session, actor, known.base_url, token=token)


def _subject(actor: Actor) -> Subject:
    """A sign-in as with a key of their own: four hours, and nothing to refresh it with."""
    return Subject(
        tenant_id=actor.tenant_id,
        holder=Holder.CUSTOMER,
        origin=Origin.KEY,
        session_id=new_id(),
        person_id=actor.person_id,
        company_id=actor.company_id,
    )
