"""The demo's own pages: its OpenID provider, whose sign-in page is a choice of people.

Registered only where the settings say demo; production refuses that (`webapp.config`).
"""

from pathlib import Path
from threading import Lock
from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, current_app, jsonify, request
from flask_babel import gettext
from sqlalchemy.engine import make_url

from webapp import errors
from webapp.demo import cast as people
from webapp.demo.folder import signing_key
from webapp.demo.grants import Grants, digest
from webapp.demo.provider import Client, Provider, claims_in_scope, make_provider
from webapp.extensions import csrf, db, settings
from webapp.kernel.money import Money
from webapp.web import render

bp = Blueprint("demo", __name__, url_prefix="/demo")

_PROVIDER = "countersign.demo.provider"
_making = Lock()


@bp.get("/idp/.well-known/openid-configuration")
def discovery() -> Response:
    """What the provider can do and where."""
    return jsonify(provider().discovery())


@bp.get("/idp/jwks.json")
def keys() -> Response:
    """The public keys that ID tokens are signed with."""
    return jsonify(provider().public_keys())


@bp.get("/idp/authorize")
def authorize() -> Response:
    """The sign-in page: who are you today?"""
    try:
        provider().server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _refused(error)
    with db.reading() as session:
        houses = people.houses(session)
    return render(
        "demo/authorize.html",
        houses=houses,
        lines=people.LINES,
        example=Money(148000, "EUR"),
        action=request.full_path,
    )


@bp.post("/idp/authorize")
def sign_in() -> Response:
    """Send the chosen person back to the desk with a code that works once."""
    server = provider().server
    person = provider().find_person(request.form.get("person", ""))
    try:
        grant = server.get_consent_grant(end_user=person)
    except OAuth2Error as error:
        return _refused(error)
    return cast("Response", server.create_authorization_response(grant=grant, grant_user=person))


@bp.post("/idp/token")
def token() -> Response:
    """An ID token and an access token for a code."""
    return cast("Response", provider().server.create_token_response())


@bp.route("/idp/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """The claims of the person whose access token this is."""
    known = provider()
    shown = known.protector.acquire_token("openid")
    claims = known.find_person(shown.subject)
    return jsonify(claims_in_scope(claims or {}, shown.get_scope()))


@bp.route("/idp/logout", methods=["GET", "POST"])
def end_session() -> Response:
    """Back to the desk: nobody stays signed in at this provider."""
    answer = provider().server.create_endpoint_response("end_session")
    return cast("Response", answer) if answer else render("demo/end_session.html")


# Programs come to the first two with a secret of their own; a logout here ends nothing.
for _view in (token, userinfo, end_session):
    csrf.exempt(_view)


def provider() -> Provider:
    """The provider of this application, made when it is needed first."""
    with _making:
        if _PROVIDER not in current_app.extensions:
            current_app.extensions[_PROVIDER] = _make_provider()
    return cast("Provider", current_app.extensions[_PROVIDER])


def _make_provider() -> Provider:
    known = settings()
    client = Client(
        client_id=known.oidc_client_id,
        secret_digest=digest(known.oidc_client_secret),
        redirect_uris=frozenset({f"{known.base_url}/auth/callback"}),
        post_logout_redirect_uris=frozenset({f"{known.base_url}/signed-out"}),
    )
    return make_provider(
        issuer=known.oidc_issuer,
        client=client,
        key=signing_key(_key_file(known.database_url)),
        find_person=_find_person,
        grants=Grants(),
    )


def _key_file(database_url: str) -> Path | None:
    """Beside the SQLite file, so that a restarted desk signs with the key that its pages know."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database).with_name("signing-key.json")


def _find_person(person_id: str) -> dict[str, Any] | None:
    with db.reading() as session:
        return people.claims(session, person_id)


def _refused(error: OAuth2Error) -> Response:
    """Back to the desk with the error where its address is certain, otherwise a page."""
    if getattr(error, "redirect_uri", None):
        return cast("Response", provider().server.handle_error_response(cast("Any", None), error))
    return errors.show(400, gettext("The desk asked for this sign-in in a way that does not work."))
