"""The receiver of webhooks that the demo brings along, and the page that shows what it heard."""

from pathlib import Path

from flask import Flask, Response, abort, make_response, request
from flask_babel import gettext

from webapp.demo import cast, receiver
from webapp.demo.folder import Folder
from webapp.demo.idp import folder
from webapp.demo.views import bp
from webapp.extensions import business_now, csrf, db, settings
from webapp.identity.domain import Role
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict
from webapp.kernel.sentence import N_, sentence
from webapp.web import allow_json, done, render
from webapp.webhooks import publishing, rotation
from webapp.webhooks.service import Desk

# Answered while the switch says so: the receiver is away, and the desk tries again.
_TAKEN, _AWAY = 204, 503


def init_app(app: Flask) -> None:
    """Let programs send the receiver what they send: JSON."""
    allow_json(app, "demo.receive")


@bp.post("/hooks")
def receive() -> Response:
    """Take a delivery, or refuse it while the switch says so; what it proves is only shown."""
    here = _folder()
    request.max_content_length = receiver.MOST_BYTES
    body, headers = request.get_data(as_text=True), {k.lower(): v for k, v in request.headers}
    with db.reading() as session:
        known = rotation.secrets_at(
            session, cast.TENANT, settings().base_url + receiver.PATH,
            Desk.of(settings()), now=business_now(),
        )  # fmt: skip
    answer = _AWAY if here.refusing.exists() else _TAKEN
    fault = receiver.judge(body, headers, known)
    receiver.note(here.heard, at=utcnow(), headers=headers, body=body, fault=fault, answer=answer)
    return make_response("", answer)


# Whoever sends something here proves it by its signature, and gets nothing for it.
csrf.exempt(receive)


@bp.get("/webhooks")
def show_webhooks() -> Response:
    """What the receiver heard, newest first."""
    here = _folder()
    with db.reading() as session:
        endpoint = receiver.endpoint(session, settings().base_url)
        first = cast.company_ids(session)[0]
        admins = [
            one
            for house in cast.houses(session)
            for one in house.people
            if house.company.id == first and one.role is Role.ADMIN
        ]
    return render(
        "demo/webhooks.html",
        heard=receiver.heard(here.heard),
        endpoint=endpoint,
        admin=admins[0] if admins else None,
        is_away=here.refusing.exists(),
        address=settings().base_url + receiver.PATH,
    )


@bp.post("/webhooks/answer")
def choose_answer() -> Response:
    """Let the receiver be away, or be there again."""
    path: Path = _folder().refusing
    if request.form.get("answer") == "error":
        path.touch()
        return done(
            "demo.show_webhooks", gettext("From now on the receiver answers with an error.")
        )
    path.unlink(missing_ok=True)
    return done("demo.show_webhooks", gettext("From now on the receiver takes what arrives."))


@bp.post("/webhooks/test")
def send_test() -> Response:
    """Let the desk send something that only tries the way."""
    _folder()
    with db.transaction() as session:
        endpoint = receiver.endpoint(session, settings().base_url)
        if endpoint is None or not endpoint.is_active:
            raise Conflict(sentence(N_("This webhook is off. Switch it on first.")), code="off")
        publishing.ping(session, endpoint, now=business_now())
    return done("demo.show_webhooks", gettext("A test is on its way."))


def _folder() -> Folder:
    """Where this demo keeps its files; 404 where it has none."""
    here = folder()
    if here is None:
        abort(404)
    return here
