"""Clients that do not give up: they repeat a call with its key until it was answered."""

import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import requests
from sqlalchemy.exc import DBAPIError

from tests.support.cast import BOB, DETAILS, RITA, ROB
from tests.support.desk import UNDER, Desk
from webapp.identity import tokens
from webapp.identity.bearers import Subject
from webapp.identity.domain import Actor, Holder, Origin
from webapp.kernel.clock import utcnow
from webapp.kernel.ids import new_id

APPROVE = [{"op": "replace", "path": "/status", "value": "APPROVED"}]
_TIMEOUT = 30
_PAUSE = 0.05
# Somebody is at work with this key, or nobody can work right now: both are worth another try.
_AGAIN = frozenset({409, 429, 500, 502, 503, 504})


@dataclass
class Story:
    """One request from asking to order, as its two people saw it."""

    approval_id: str
    approved: bool = False
    order_id: str = ""


@dataclass
class Load:
    """People who ask, approve and order, one after the other in each thread."""

    desk: Desk
    stories: list[Story] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    answers: int = 0
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self, threads: int = 4) -> None:
        """Begin; each thread has a requester of its own kind."""
        who = {one.person_id: token(self.desk, one) for one in (RITA, ROB, BOB)}
        for number in range(threads):
            asker = (RITA, ROB)[number % 2]
            thread = Thread(target=self._work, args=(asker, who), daemon=True)
            self._threads.append(thread)
            thread.start()

    def end(self) -> None:
        """Let everybody come to the end of what they began."""
        self._over.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), "a client never got its answer"

    def has(self, stories: int) -> bool:
        """Whether so many have begun."""
        return len(self.stories) >= stories

    def has_heard(self, answers: int) -> bool:
        """Whether so many calls were answered as they should be."""
        return self.answers >= answers

    def _work(self, asker: Actor, who: dict[str, str]) -> None:
        while not self._over.is_set():
            try:
                self._play(asker, who)
            except Exception as error:
                self.faults.append(f"{type(error).__name__}: {error}")
                return

    def _play(self, asker: Actor, who: dict[str, str]) -> None:
        approval_id = self._persist(lambda: self.desk.ask(asker, BOB, UNDER))
        story = Story(approval_id)
        self.stories.append(story)
        path = f"/approval/acme/approvals/{approval_id}"
        self._call("PATCH", path, who[BOB.person_id], APPROVE)
        story.approved = True
        body = {
            "cartId": self._persist(lambda: self.desk.approval(approval_id).resource_id),
            "customer": {"id": asker.person_id},
            **deepcopy(DETAILS),
        }
        answer = self._call("POST", "/checkout/acme/checkouts/order", who[asker.person_id], body)
        story.order_id = answer["orderId"]

    def _call(self, method: str, path: str, token: str, body: Any) -> Any:
        """Repeat with one key until there is an answer; other refusals are faults."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_id()}
        while True:
            try:
                reply = requests.request(
                    method, self.desk.url + path, json=body, headers=headers, timeout=_TIMEOUT
                )
            except requests.RequestException:
                time.sleep(_PAUSE)
                continue
            if reply.status_code < 300:
                self.answers += 1
                return reply.json() if reply.content else None
            if reply.status_code == 500:
                self.faults.append(f"500 from {method} {path}")
            if reply.status_code not in _AGAIN:
                raise AssertionError(f"{method} {path}: {reply.status_code} {reply.text}")
            time.sleep(_PAUSE)

    def _persist(self, step: Callable[[], str]) -> str:
        """The same for what the test does at the database itself."""
        while True:
            try:
                return step()
            except DBAPIError:
                if self._over.is_set():
                    raise
                time.sleep(_PAUSE)


def token(desk: Desk, actor: Actor) -> str:
    """An access token of this person."""
    subject = Subject(
        tenant_id=actor.tenant_id,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        session_id=new_id(),
        person_id=actor.person_id,
        company_id=actor.company_id,
    )
    with desk.database.transaction() as session:
        return tokens.issue(session, subject, now=utcnow()).access_token
