"""Being somebody else in one press, through the real sign-in, and back on the same page."""

from urllib.parse import unquote, urlencode

from flask import Response, current_app, make_response, redirect, request, url_for
from flask_babel import gettext

from webapp.demo.views import bp, choose
from webapp.extensions import db, settings
from webapp.identity import oidc, session_store
from webapp.identity.frame import is_no_place_of
from webapp.identity.guards import current_actor
from webapp.identity.sessions import CSRF_KEY, current_session
from webapp.identity.views import NEXT
from webapp.kernel.clock import utcnow
from webapp.web import done, is_local

_REFUSED = 400


@bp.get("/people")
def show_people() -> Response:
    """Who are you today? One press leads through the whole sign-in."""
    return choose("demo/people.html", action=url_for("demo.switch_person"))


@bp.post("/people")
def switch_person() -> Response:
    """Leave as one person and come back as another, on the same page."""
    return become(request.form.get("person", ""), request.form.get(NEXT, ""))


def become(person_id: str, next_path: str) -> Response:
    """The way through a real sign-in, as this person and to this page.

    The provider is told who it will be and to ask nobody (`login_hint`, `prompt=none`); state,
    nonce and PKCE challenge are fresh as for every other sign-in.
    """
    session = current_session()
    token, actor = session.get(CSRF_KEY), session.actor
    if actor is not None and actor.session_id:
        with db.transaction() as writing:
            session_store.end(
                writing, actor.tenant_id, actor.person_id, actor.session_id, now=utcnow()
            )
    session.restart()
    session[CSRF_KEY] = token
    session[NEXT] = url_for("demo.arrive", at=next_path) if is_local(next_path) else ""
    way = oidc.start(settings().base_url + url_for("identity.callback"))
    hint = urlencode({"prompt": "none", "login_hint": person_id})
    return make_response(redirect(f"{way.location}&{hint}", 303))


@bp.get("/arrival")
def arrive() -> Response:
    """Go on to the page where the person before was, or to the start where one may not see it."""
    at, actor = request.args.get("at", ""), current_actor()
    path, _, query = at.partition("?")
    if is_local(at) and not is_no_place_of(actor, path) and _is_there(path, query):
        return make_response(redirect(at))
    words = gettext("That page is not for {name}, who begins here.").format(name=actor.name)
    return done("identity.start", words)


def _is_there(path: str, query: str) -> bool:
    """Whether the desk shows this page to whoever is here now: it is asked as a browser would."""
    asked = {"PATH_INFO": unquote(path, "latin-1"), "QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    with current_app.request_context({**request.environ, **asked}):
        return current_app.full_dispatch_request().status_code < _REFUSED
