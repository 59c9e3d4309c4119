"""What programs sign in with: a person's own API keys, and the API clients of a company.

A secret is shown in the answer to the form that made it and nowhere else: it stands in no address,
no session and no cache.
"""

from collections.abc import Iterable
from typing import TypeVar

from flask import Blueprint, Response
from flask_wtf import FlaskForm

from webapp.extensions import db, settings
from webapp.identity import clients, keys, queries
from webapp.identity.clients import Client
from webapp.identity.domain import Workplace
from webapp.identity.forms import ClientForm, KeyForm
from webapp.identity.guards import current_actor
from webapp.identity.keys import Key
from webapp.identity.policy import may_administer
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import NotFound, require
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render

bp = Blueprint("credentials", __name__, url_prefix="/account")

_CREATED = 201
_ENDED = N_("“{name}” opens nothing any more.")

Credential = TypeVar("Credential", Key, Client)


@bp.get("/keys/new")
def new_key() -> Response:
    """What a key is to be called, may do, and how long."""
    places = _places()
    return _key_page(KeyForm(places, data={"company_id": current_actor().company_id}), places)


@bp.post("/keys/new")
def create_key() -> Response:
    """Make a key; the answer is the one page that shows its secret."""
    actor, places = current_actor(), _places()
    form = KeyForm(places)
    if not form.validate():
        return _key_page(form, places, status=422)
    with db.transaction() as session:
        made = keys.create(
            session,
            actor,
            str(form.name.data),
            lifetime=form.lifetime,
            company_id=form.company,
            scopes_=form.scopes,
            now=utcnow(),
            minted=form.minted(settings().secret_key, actor),
        )
    place = next((one for one in places if one.company_id == made.key.company_id), None)
    return _shown("account/key.html", made.key, made.secret, place=place)


@bp.get("/keys/<key_id>/revocation")
def new_key_revocation(key_id: str) -> Response:
    """Ask once more before a key ends."""
    with db.reading() as session:
        key = _one(keys.listed(session, current_actor(), now=utcnow()), key_id, "no_key")
    return render("account/new_revocation.html", credential=key, kind="key", form=FlaskForm())


@bp.post("/keys/<key_id>/revocation")
def create_key_revocation(key_id: str) -> Response:
    """End a key and every token it brought."""
    with db.transaction() as session:
        name = keys.revoke(session, current_actor(), key_id, now=utcnow())
    return done("account.show", sentence(_ENDED, name=name))


@bp.get("/clients/new")
def new_client() -> Response:
    """What a program of the company is to be called, and may do."""
    require(may_administer(current_actor()))
    return render("account/new_client.html", form=ClientForm())


@bp.post("/clients/new")
def create_client() -> Response:
    """Make a client of the company; the answer is the one page that shows its secret."""
    actor, form = current_actor(), ClientForm()
    require(may_administer(actor))
    if not form.validate():
        return render("account/new_client.html", status=422, form=form)
    with db.transaction() as session:
        made = clients.add_own(
            session,
            actor,
            str(form.name.data),
            scopes_=form.scopes,
            now=utcnow(),
            minted=form.minted(settings().secret_key, actor),
        )
    return _shown("account/client.html", made.client, made.secret)


@bp.get("/clients/<client_id>/revocation")
def new_client_revocation(client_id: str) -> Response:
    """Ask once more before a client ends."""
    actor = current_actor()
    require(may_administer(actor))
    with db.reading() as session:
        client = _one(clients.listed_own(session, actor), client_id, "no_client")
    return render("account/new_revocation.html", credential=client, kind="client", form=FlaskForm())


@bp.post("/clients/<client_id>/revocation")
def create_client_revocation(client_id: str) -> Response:
    """End a client and its tokens."""
    with db.transaction() as session:
        name = clients.revoke_own(session, current_actor(), client_id, now=utcnow())
    return done("account.show", sentence(_ENDED, name=name))


def _places() -> list[Workplace]:
    actor = current_actor()
    with db.reading() as session:
        return queries.workplaces(session, actor.tenant_id, actor.person_id)


def _key_page(form: KeyForm, places: list[Workplace], *, status: int = 200) -> Response:
    return render("account/new_key.html", status=status, form=form, places=places)


def _shown(
    template: str, made: Key | Client, secret: str, *, place: Workplace | None = None
) -> Response:
    response = render(
        template,
        status=_CREATED,
        made=made,
        secret=secret,
        place=place,
        token_url=f"{settings().base_url}/oauth/token",
    )
    # The headers say so of every page; this one must not depend on it.
    response.headers["Cache-Control"] = "no-store"
    return response


def _one(found: Iterable[Credential], wanted: str, code: str) -> Credential:
    match = next((one for one in found if one.id == wanted), None)
    if match is None:
        raise NotFound(sentence(N_("It is not there, or was revoked already.")), code=code)
    return match
