"""The API console: calls as commands, sent by a press, with what came back."""

import json

from flask import Response, request
from flask_babel import gettext

from webapp.demo import console
from webapp.demo.console import Answer, Question
from webapp.demo.views import bp
from webapp.emporix import curl
from webapp.extensions import db, settings
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.identity.sessions import current_session
from webapp.kernel.clock import utcnow
from webapp.web import done, render

# Only in a demo does a session keep a token in clear.
_TOKEN = "console_token"  # noqa: S105 - the name under which it is kept
_EXPIRED = 401


@bp.get("/console")
def show_console() -> Response:
    """A dozen calls of the API, the chosen one as a command that can be pasted."""
    return _page(console.question(request.args.get("call", "")))


@bp.post("/console/token")
def fetch_token() -> Response:
    """A token for whoever is here, asked for with a key of theirs like a program would."""
    actor, known = current_actor(), settings()
    with db.transaction() as session:
        key = console.make_key(session, actor, now=utcnow())
    answer = console.send(console.token_call(key, known.base_url), known.base_url)
    token = json.loads(answer.text)["access_token"]
    current_session()[_TOKEN] = {"token": token, "company": actor.company_id}
    words = gettext("The token stands in the command now.")
    return done("demo.show_console", words, call=request.form.get("call") or None)


@bp.post("/console")
def call() -> Response:
    """Send the chosen call, and show what came back."""
    asked, actor = console.question(request.form.get("call", "")), current_actor()
    base_url = settings().base_url
    with db.reading() as session:
        made = console.call_of(session, actor, asked, base_url, token=_token(actor))
    answer = console.send(made, base_url)
    if answer.status == _EXPIRED:
        current_session().pop(_TOKEN, None)
    return _page(asked, sent=curl.command(made), answer=answer)


def _page(asked: Question, *, sent: str = "", answer: Answer | None = None) -> Response:
    actor = current_actor()
    token = _token(actor)
    with db.reading() as session:
        made = console.call_of(session, actor, asked, settings().base_url, token=token)
    return render(
        "demo/console.html",
        asked=asked,
        questions=console.QUESTIONS,
        command=sent or curl.command(made),
        has_token=token is not None,
        answer=answer,
    )


def _token(actor: Actor) -> str | None:
    """The token of this session, as long as it speaks for the company that one acts for."""
    kept = current_session().get(_TOKEN)
    return str(kept["token"]) if kept and kept["company"] == actor.company_id else None
