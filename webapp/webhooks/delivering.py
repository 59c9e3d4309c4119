"""Bringing messages to their endpoints: in order for each approval, slow ones beside the others.

Every endpoint has at most one message on its way from this process. One that is away rests, longer
each time; the first message that arrives again lets everything go that waited for it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from webapp.db import Database
from webapp.kernel.clock import utcnow
from webapp.outbox import delivery
from webapp.outbox import service as outbox
from webapp.outbox.delivery import Claimed, Lane
from webapp.outbox.domain import Kind, MessageStatus
from webapp.outbox.sequence import next_id
from webapp.webhooks import notices, signing
from webapp.webhooks.domain import MOST_TRIES, Outcome, State, is_lost, rest_after, wait_after
from webapp.webhooks.models import Attempt, Endpoint
from webapp.webhooks.sending import Way
from webapp.webhooks.vault import Unreadable, Vault

log = structlog.get_logger()

BATCH = 20
_OFF = "The webhook was switched off."


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """What bringing messages needs."""

    database: Database
    vault: Vault
    way: Way = field(default_factory=Way)
    clock: Callable[[], datetime] = utcnow
    ahead: timedelta = timedelta()
    chance: Callable[[], float] = random.random  # noqa: S311 - spreads attempts, guards nothing

    def claim(self, busy: frozenset[tuple[str, str]] = frozenset()) -> list[list[Claimed]]:
        """Messages that are due, together by endpoint; none for endpoints that are busy."""
        now = self._now()
        lane = Lane(kind=Kind.WEBHOOK, plan=MOST_TRIES, resting=_resting(now), busy=busy)
        with self.database.reading() as session:
            if not delivery.anything_due(session, now=now, lane=lane):
                return []
        with self.database.transaction() as session:
            if given_up := delivery.bury(session, now=now, lane=lane):
                log.error("webhook.dead", count=given_up)
            claimed = delivery.claim(session, limit=BATCH, now=now, lane=lane)
        together: dict[tuple[str, str | None], list[Claimed]] = {}
        # The longest due first: what fails again and again stands behind what never failed.
        for message in sorted(claimed, key=lambda one: (one.due_at or now, one.id)):
            together.setdefault((message.tenant_id, message.target_id), []).append(message)
        return list(together.values())

    def bring(self, messages: list[Claimed]) -> None:
        """Bring the messages of one endpoint one after the other, until it turns out to be away."""
        left = list(messages)
        while left:
            message = left.pop(0)
            if not self._bring(message):
                with self.database.transaction() as session:
                    for waiting in left:
                        delivery.release(session, waiting, None)
                return

    def _now(self) -> datetime:
        # Messages are due by the clock of the business; signatures bear the time of the machine.
        return self.clock() + self.ahead

    def _bring(self, message: Claimed) -> bool:
        """Make one attempt; whether the endpoint is there for the next message."""
        with self.database.transaction() as session:
            ours = delivery.begin(session, message, now=self._now())
            endpoint = _endpoint(session, message)
            if ours is None:
                return True
            if endpoint is None or endpoint.state != State.ACTIVE:
                delivery.release(session, ours, None)
                return False
            url, secrets = endpoint.url, self._secrets(endpoint)
        outcome = self._attempt(ours, url, secrets)
        with self.database.transaction() as session:
            return self._note(session, ours, url, outcome)

    def _secrets(self, endpoint: Endpoint) -> list[str] | str:
        owner = f"{endpoint.tenant_id}/{endpoint.id}"
        sealed = [endpoint.secret]
        if endpoint.former_secret and endpoint.former_until and endpoint.former_until > self._now():
            sealed.append(endpoint.former_secret)
        try:
            return [self.vault.open(one, owner) for one in sealed]
        except Unreadable as error:
            return str(error)

    def _attempt(self, message: Claimed, url: str, secrets: list[str] | str) -> Outcome:
        if isinstance(secrets, str):
            return Outcome(status=None, error=secrets)
        body = message.payload["body"]
        return self.way.post(
            url, body, signing.headers(message.id, body, secrets, now=self.clock())
        )

    def _note(self, session: Session, message: Claimed, url: str, outcome: Outcome) -> bool:
        now = self._now()
        endpoint = _endpoint(session, message)
        if endpoint is None:
            return False
        session.add(_logged(message, url, outcome, now))
        if outcome.is_ok:
            delivery.sent(session, message, now=now)
            self._thank(session, endpoint, now)
            log.info("webhook.sent", message=message.id, tenant=message.tenant_id)
            return True
        wait = wait_after(
            message.attempts,
            message.created_at,
            is_away=outcome.is_away,
            chance=self.chance(),
            now=now,
        )
        status = delivery.put_off(session, message, outcome.in_words(), wait=wait, now=now)
        self._blame(session, endpoint, outcome, now)
        _report(message, outcome, status)
        return not outcome.is_away and endpoint.state == State.ACTIVE

    def _thank(self, session: Session, endpoint: Endpoint, now: datetime) -> None:
        was_away = endpoint.rests_until is not None
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        endpoint.succeeded_at = now
        session.flush()
        if was_away:
            outbox.wake(session, endpoint.tenant_id, endpoint.id, now=now)

    def _blame(self, session: Session, endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        if outcome.is_away:
            endpoint.rests_until = now + rest_after(endpoint.failures, self.chance())
        if outcome.is_gone or is_lost(endpoint.failing_since, now):
            endpoint.state = State.GONE if outcome.is_gone else State.FAILING
            endpoint.version += 1
            session.flush()
            outbox.give_up(session, endpoint.tenant_id, endpoint.id, _OFF)
            told = notices.tell_of_end(session, endpoint, outcome.in_words(), now=now)
            log.error("webhook.off", endpoint=endpoint.id, tenant=endpoint.tenant_id, told=told)


def _resting(now: datetime) -> Select[str, str]:
    """The endpoints that get nothing now: switched off, or left alone for a while."""
    return select(Endpoint.tenant_id, Endpoint.id).where(
        or_(Endpoint.state != State.ACTIVE, Endpoint.rests_until > now)
    )


def _endpoint(session: Session, message: Claimed) -> Endpoint | None:
    """The endpoint, locked, so that attempts of several workers count one after the other."""
    return session.scalars(
        select(Endpoint)
        .where(Endpoint.tenant_id == message.tenant_id, Endpoint.id == message.target_id)
        .with_for_update()
    ).one_or_none()


def _logged(message: Claimed, url: str, outcome: Outcome, now: datetime) -> Attempt:
    return Attempt(
        tenant_id=message.tenant_id,
        id=next_id(),
        endpoint_id=message.target_id,
        message_id=message.id,
        url=url,
        at=now,
        duration_ms=outcome.duration_ms,
        status=outcome.status,
        answer=outcome.answer,
        error=None if outcome.is_ok else outcome.in_words(),
    )


def _report(message: Claimed, outcome: Outcome, status: MessageStatus) -> None:
    level = log.error if status is MessageStatus.DEAD else log.warning
    level(
        "webhook.failed",
        message=message.id,
        tenant=message.tenant_id,
        attempt=message.attempts,
        status=str(status),
        error=outcome.in_words(),
    )
