"""Nobody gets in by accident: every endpoint asks people to sign in, unless it stands here."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError

from webapp import i18n
from webapp.errors import show
from webapp.identity import kept
from webapp.identity.domain import Actor
from webapp.identity.sessions import CSRF_KEY, current_session, form_token
from webapp.web import called_api, from_htmx, is_local, same_origin

# Whoever watches the desk asks these, with a token of its own or none.
_WATCHED = frozenset({"health", "readiness", "metrics"})
# The one list of what strangers may open; everything else asks them to sign in.
PUBLIC = frozenset({
    *_WATCHED,
    "identity.sign_in",
    "identity.start_sign_in",
    "identity.callback",
    "identity.tenant_choice",
    "identity.choose_tenant",
    "identity.signed_out",
    "identity.choose_language",
    # The link of a mail says by its token for whom it is; it asks them to sign in itself (R58).
    "approvals.open_link",
    "approvals.press_link",
    # How to write programs for this desk; nothing of anybody stands there.
    "developers.show",
    "developers.document",
    # The demo's own identity provider, present in demos only.
    "demo.discovery",
    "demo.keys",
    "demo.authorize",
    "demo.sign_in",
    "demo.token",
    "demo.userinfo",
    "demo.end_session",
    # Choosing a person of the demo is how one signs in there.
    "demo.show_stage",
    "demo.follow_story",
    "demo.show_split",
    "demo.take_seat",
    "demo.show_people",
    "demo.switch_person",
    "demo.reset",
    # Programs prove what they send there by its signature.
    "demo.receive",
    # What a company of its own shows of itself there.
    "demo.show_brand_sheet",
    "demo.show_logo",
})  # fmt: skip
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """The person has to sign in first."""


def init_app(app: Flask) -> None:
    """Ask at every request who is there; must be bound before the CSRF check."""
    app.before_request(guard)
    app.register_error_handler(SignInNeeded, lambda _error: ask_to_sign_in())
    app.register_error_handler(CSRFError, show_stale_form)


def current_actor() -> Actor:
    """Who acts in this request.

    Raises:
        SignInNeeded: nobody is signed in; answered by the way to the sign-in page.
    """
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded
    return actor


def guard() -> Response | None:
    """Look who is there, write for them, and send strangers to the sign-in page."""
    # The API knows its callers by their tokens (`webapp.emporix.access`).
    if request.endpoint in _WATCHED or called_api():
        return None
    session = current_session()
    g.actor = session.actor
    if g.actor is not None:
        i18n.read_by(g.actor.language, g.actor.time_zone)
        if CSRF_KEY in session:
            form_token()
        return None
    # An address that does not exist is no secret: everybody gets the same 404.
    return None if request.endpoint in {None, *PUBLIC} else ask_to_sign_in()


def ask_to_sign_in() -> Response:
    """The way to the sign-in page and back here; a form that was sent meanwhile is kept."""
    if request.method in _READING:
        return _to_sign_in(_asked_for())
    is_kept = kept.keep()
    if from_htmx():
        return _to_sign_in(url_for("identity.resend") if is_kept else _page_of_htmx())
    page = render_template("identity/expired.html", is_kept=is_kept, next=_next_after_form(is_kept))
    return make_response(page, 401)


def show_stale_form(_error: CSRFError) -> Response:
    """419: the token of the form is too old; what was typed is shown and can be sent again."""
    if not same_origin():
        return show(403, gettext("This form was sent from another site, so it was not accepted."))
    fields = kept.posted_fields()
    if from_htmx() and kept.keep():
        response = make_response("", 419)
        response.headers["HX-Redirect"] = url_for("identity.resend")
        return response
    if not fields or from_htmx():
        return show(419, gettext("The page was open for so long that its form is no longer valid."))
    form = kept.Kept(path=request.full_path.rstrip("?"), fields=fields)
    return make_response(render_template("identity/resend.html", kept=form, is_stale=True), 419)


def _to_sign_in(next_path: str) -> Response:
    url = url_for("identity.sign_in", next=next_path if next_path != "/" else None)
    if not from_htmx():
        return make_response(redirect(url, 302))
    response = make_response("", 401)
    response.headers["HX-Redirect"] = url
    return response


def _asked_for() -> str:
    return _page_of_htmx() if from_htmx() else _local(request.full_path.rstrip("?"))


def _page_of_htmx() -> str:
    parts = _parts(request.headers.get("HX-Current-URL", "/"))
    return _local(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _next_after_form(is_kept: bool) -> str:
    if is_kept:
        return url_for("identity.resend")
    parts = _parts(request.headers.get("Referer", "/"))
    return _local(parts.path) if parts.netloc == request.host else "/"


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("/")


def _local(path: str) -> str:
    return path if is_local(path) else "/"
