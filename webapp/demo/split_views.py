"""Requester and approver side by side in one window, each with a session of their own."""

from flask import Response, g, make_response, redirect, request, url_for

from webapp import errors
from webapp.demo import cast, seats
from webapp.demo.switch_views import become
from webapp.demo.views import bp
from webapp.extensions import settings
from webapp.headers import content_security_policy
from webapp.web import render

_WHO = {"left": "rita", "right": "ada"}


@bp.get("/split")
def show_split() -> Response:
    """Two seats, with Rita and Ada in them to begin with; not in a seat once more."""
    if seats.seat():
        return errors.show(404, "")
    response = render("demo/split.html", who=_WHO)
    policy = content_security_policy(settings().oidc_origin)
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return response


@bp.get("/seat")
def take_seat() -> Response:
    """Whoever sits here goes on; an empty seat is taken through the real sign-in.

    OpenID Connect calls this a sign-in that somebody else begins (Core 1.0, 4); it never ends a
    session that is there, and nothing outside the seats of a demo can be signed in by it.
    """
    if not seats.seat():
        return errors.show(404, "")
    if g.actor is not None:
        return make_response(redirect(url_for("identity.start")))
    person = request.args.get("login_hint", "")
    return become(person if person in cast.LINES else "rita", "")
