"""The demo's own pages: its OpenID provider, the mailbox and the reset.

Registered only where the settings say demo, which production never does (`webapp.config`).
"""

from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    jsonify,
    make_response,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext

from webapp import errors
from webapp.demo import cast as people
from webapp.demo import mailbox, stage
from webapp.demo.folder import began
from webapp.demo.idp import folder, provider
from webapp.demo.provider import claims_in_scope
from webapp.demo.stage import MakeApp
from webapp.extensions import csrf, db, settings
from webapp.headers import content_security_policy
from webapp.identity.domain import Member
from webapp.identity.frame import NavItem
from webapp.identity.sessions import current_session
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_
from webapp.outbox import queries as outbox
from webapp.web import go, render

bp = Blueprint("demo", __name__, url_prefix="/demo")

_MAKE_APP = "demo_make_app"
# The picture beside the people shows the first request of the story.
EXAMPLE = Money(148000, "EUR")


def init_app(app: Flask, *, make_app: MakeApp) -> None:
    """Let the reset play the story anew; an application is needed to write its mails."""
    app.extensions[_MAKE_APP] = make_app


@bp.post("/reset")
def reset() -> Response:
    """Begin the story afresh: everybody is signed out, and nothing of today is left."""
    here = folder()
    if here is None:
        return errors.show(404, gettext("This desk cannot be reset from here."))
    current_session().restart()
    make_app = current_app.extensions[_MAKE_APP]
    stage.restore_running(here, settings(), make_app=make_app)
    return go(url_for("demo.show_stage"))


@bp.get("/mailbox")
def list_mails() -> Response:
    """Every mail that would have been sent, newest first."""
    person_id = request.args.get("person") or None
    with db.reading() as session:
        members = _members(session)
        page = outbox.mails(session, people.TENANT, request.args.get("cursor"), person_id=person_id)
    return render("demo/mailbox.html", mails=page, people=members, person_id=person_id or "")


@bp.get("/mailbox/<mail_id>")
def show_mail(mail_id: str) -> Response:
    """One mail, in a frame as its reader would see it, or as text."""
    with db.reading() as session:
        mail = outbox.mail(session, people.TENANT, mail_id)
        members = _members(session)
    response = render(
        "demo/mail.html",
        mail=mail,
        reader=members.get(mail.recipient_id or ""),
        parts=list(mailbox.parts(mail.text, settings().base_url)),
        as_html=request.args.get("as") != "text",
    )
    policy = content_security_policy(settings().oidc_origin)
    response.headers["Content-Security-Policy"] = f"{policy}; frame-src 'self'"
    return response


@bp.get("/mailbox/<mail_id>/html")
def show_mail_html(mail_id: str) -> Response:
    """The HTML of a mail, for the frame only: nothing in it may run, send or load."""
    with db.reading() as session:
        mail = outbox.mail(session, people.TENANT, mail_id)
    response = make_response(mailbox.framed(mail.html, settings().base_url))
    response.headers["Content-Security-Policy"] = mailbox.frame_policy(mail.html)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


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
    """The provider's sign-in page: who are you today? With `prompt=none`, whom `login_hint` names.

    Nobody proves anything in a demo, so a hint is as good as a press on a name.
    """
    if request.args.get("prompt") == "none":
        return _let_in(request.args.get("login_hint", ""))
    try:
        provider().server.get_consent_grant(end_user=None)
    except OAuth2Error as error:
        return _refused(error)
    return choose("demo/authorize.html", action=f"{request.script_root}{request.full_path}")


@bp.post("/idp/authorize")
def sign_in() -> Response:
    """Send the chosen person back to the desk with a code that works once."""
    return _let_in(request.form.get("person", ""))


@bp.post("/idp/token")
def token() -> Response:
    """An ID token and an access token for a code."""
    return cast("Response", provider().server.create_token_response())


@bp.route("/idp/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """The claims of the person whose access token this is."""
    known = provider()
    try:
        shown = known.protector.acquire_token("openid")
    except OAuth2Error as error:
        return cast("Response", known.server.handle_error_response(None, error))
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


def choose(page: str, *, action: str) -> Response:
    """A page with everybody of the demo, each a button of a form that leads to `action`."""
    with db.reading() as session:
        houses = people.houses(session)
    here = folder()
    return render(
        page,
        houses=houses,
        lines=people.LINES,
        example=EXAMPLE,
        action=action,
        began=began(here.stamp) if here and here.stamp.exists() else None,
    )


@bp.record
def add_to_menu(state: BlueprintSetupState) -> None:
    """Put the demo's pages into the account menu of everybody."""
    items: list[NavItem] = state.app.extensions.setdefault("account_menu", [])
    items += [
        NavItem("stage", N_("Stories of the demo"), "/demo", "list", False),
        NavItem("mailbox", N_("Mailbox of the demo"), "/demo/mailbox", "mail", False),
        NavItem("people", N_("Be somebody else"), "/demo/people", "users", False),
    ]


def _let_in(person_id: str) -> Response:
    server, person = provider().server, provider().find_person(person_id)
    try:
        grant = server.get_consent_grant(end_user=person)
    except OAuth2Error as error:
        return _refused(error)
    return cast("Response", server.create_authorization_response(grant=grant, grant_user=person))


def _members(session: Any) -> dict[str, Member]:
    """Everybody who may be shown, by id."""
    houses = people.houses(session)
    return {member.person_id: member for house in houses for member in house.people}


def _refused(error: OAuth2Error) -> Response:
    """Back to the desk with the error where its address is certain, otherwise a page."""
    if getattr(error, "redirect_uri", None):
        return cast("Response", provider().server.handle_error_response(None, error))
    return errors.show(400, gettext("The desk asked for this sign-in in a way that does not work."))
