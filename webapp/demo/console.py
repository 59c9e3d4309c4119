"""A dozen calls of the API that somebody of the demo makes by pressing a button.

They are the calls of the reference, with the person's own things in them, and go through everything
that a call from outside goes through; the token is one that a program of theirs would be given.
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from flask import current_app, request
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from webapp.emporix import curl, openapi, samples
from webapp.emporix.curl import Call
from webapp.identity import keys
from webapp.identity.domain import Actor
from webapp.kernel.sentence import N_

KEY_NAME = "Console of the demo"
_A_DAY = timedelta(days=1)
_FORM = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Question:
    """A call on offer: what it asks, the operation, and which of its examples is sent."""

    name: str
    title: str
    operation: str
    example: str = ""


QUESTIONS = (
    Question("profile", N_("Who am I?"), "getProfile"),
    Question("cart", N_("Read a cart"), "getCart"),
    Question("item", N_("Put something into it"), "addItem"),
    Question("permitted", N_("May I order it alone?"), "checkPermission"),
    Question("approvers", N_("Who may approve it?"), "searchUsers"),
    Question("ask", N_("Ask for approval"), "createApproval", "cart"),
    Question("list", N_("List requests"), "listApprovals"),
    Question("one", N_("Read a request"), "getApproval"),
    Question("comment", N_("Comment on it"), "patchApproval", "word"),
    Question("approve", N_("Approve it"), "patchApproval", "approve"),
    Question("decline", N_("Decline it"), "patchApproval", "decline"),
    Question("orders", N_("List orders"), "listOrders"),
    Question("company", N_("What is the company limit?"), "getLegalEntity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: status, headers, text, and how long it took in milliseconds."""

    status: int
    headers: list[tuple[str, str]]
    text: str
    ms: int

    @property
    def phrase(self) -> str:
        """Status and reason, as HTTP writes them."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    @property
    def is_good(self) -> bool:
        """Whether it did what was asked."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def pretty(self) -> str:
        """The body as people read it, or as it is where it is no JSON."""
        with suppress(ValueError):
            return json.dumps(json.loads(self.text), ensure_ascii=False, indent=2)
        return self.text


def question(name: str) -> Question:
    """The call of this name, or the first one."""
    return next((one for one in QUESTIONS if one.name == name), QUESTIONS[0])


def call_of(
    session: Session, actor: Actor, asked: Question, base_url: str, *, token: str | None
) -> Call:
    """The request for a call, about things of this person; without a token it names a variable."""
    known = samples.of_reader(session, actor, base_url, token=token)
    found = replace(known, tokens=dict.fromkeys(samples.TOKENS, token or "$TOKEN"))
    described = next(
        one for one in openapi.operations() if one.operation["operationId"] == asked.operation
    )
    return curl.call(described, found, asked.example)


def make_key(session: Session, actor: Actor, *, now: datetime) -> tuple[str, str]:
    """A key of this person for the console, in place of the one before; its id and secret."""
    for known in keys.listed(session, actor, now=now):
        if known.name == KEY_NAME:
            keys.revoke(session, actor, known.id, now=now)
    made = keys.create(
        session, actor, KEY_NAME, lifetime=_A_DAY, company_id=actor.company_id, now=now
    )
    return made.key.id, made.secret


def token_call(key: tuple[str, str], base_url: str) -> Call:
    """The request that brings a token for this key (RFC 6749, section 4.4)."""
    fields = {"grant_type": "client_credentials", "client_id": key[0], "client_secret": key[1]}
    return Call(
        method="POST",
        url=f"{base_url}/oauth/token",
        headers=(_FORM,),
        parts=(urlencode(fields),),
        is_form=True,
    )


def send(made: Call, base_url: str) -> Answer:
    """What the API answers; it is asked inside this process, in a context of its own."""
    environ = EnvironBuilder(
        path=made.url.removeprefix(base_url),
        base_url=base_url,
        method=made.method,
        headers=list(made.headers),
        data="&".join(made.parts) or None,
    ).get_environ()
    environ["REMOTE_ADDR"] = request.environ.get("REMOTE_ADDR", "")
    start = time.monotonic()
    with current_app.app_context(), current_app.request_context(environ):
        response = current_app.full_dispatch_request()
        text = response.get_data(as_text=True)
    return Answer(
        status=response.status_code,
        headers=list(response.headers),
        text=text,
        ms=round((time.monotonic() - start) * 1000),
    )
