"""What endpoints can be told, in which states they are, and when they are asked again."""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.outbox.domain import Plan

MOST_ENDPOINTS = 20
LONGEST_URL = 500
LONGEST_DESCRIPTION = 200
# What a receiver said is kept up to here.
MOST_ANSWER = 1024
# A former secret signs for so long beside the new one.
OVERLAP = timedelta(hours=24)
# An endpoint that took nothing for so long is switched off.
PATIENCE = timedelta(days=5)
# The retry schedule that Standard Webhooks recommends: ten attempts in about three days. While it
# is the endpoint that is away, a message waits half an hour at most, so that it arrives soon after.
LIFE = timedelta(days=3)
_LONGEST_AWAY = timedelta(minutes=30)
PLAN = Plan(
    waits=tuple(
        timedelta(seconds=seconds)
        for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    ),
    refusals=10,
)
# Nothing is tried without end, not even what kills every worker that tries it.
MOST_TRIES = Plan(waits=(timedelta(hours=1),) * 500, refusals=500)
_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=5)
_SECRET_BYTES = 32


class EventType(StrEnum):
    """What happens, in the names that receivers get."""

    CREATED = "approval.created"
    UPDATED = "approval.updated"
    COMMENTED = "approval.commented"
    APPROVED = "approval.approved"
    DECLINED = "approval.declined"
    CLOSED = "approval.closed"
    EXPIRED = "approval.expired"
    ORDERED = "order.created"
    SEALED = "ledger.checkpoint"

    @property
    def label(self) -> str:
        """What it means, to be translated."""
        return _LABELS[self]


# What happens in a company. A checkpoint covers all companies of a tenant, so it is the operator's.
COMPANY_EVENTS = tuple(one for one in EventType if one is not EventType.SEALED)
# What the button sends to try an endpoint; nobody subscribes to it.
PING = "ping"

_LABELS = {
    EventType.CREATED: N_("A request was made"),
    EventType.UPDATED: N_("A request was changed, or passed on to somebody else"),
    EventType.COMMENTED: N_("Something was said about a request"),
    EventType.APPROVED: N_("A request was approved"),
    EventType.DECLINED: N_("A request was declined"),
    EventType.CLOSED: N_("A request was withdrawn"),
    EventType.EXPIRED: N_("A request expired"),
    EventType.ORDERED: N_("An order was placed"),
    EventType.SEALED: N_("The history was sealed"),
}


class State(StrEnum):
    """Whether an endpoint gets anything, and if not, why."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    GONE = "GONE"
    FAILING = "FAILING"

    @property
    def label(self) -> str:
        """The word on pages, to be translated."""
        return _STATES[self]


_STATES = {
    State.ACTIVE: N_("Active"),
    State.PAUSED: N_("Paused"),
    State.GONE: N_("Off: it said that it is gone"),
    State.FAILING: N_("Off: it failed for days"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `stream_id` names what it is about, so that order is kept.

    `data` holds ids, states, amounts and hashes, and no words or names of people. `at` is when it
    happened, where that is not when it is told (R60).
    """

    type: EventType
    tenant_id: str
    company_id: str | None
    stream_id: str
    data: dict[str, Any]
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt; `status` None: there was no answer, and `error` says why."""

    status: int | None
    answer: str = ""
    error: str | None = None
    duration_ms: int = 0

    @property
    def is_ok(self) -> bool:
        """Whether it was taken: any 2xx."""
        return self.status is not None and self.status // 100 == 2

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == 410

    @property
    def is_away(self) -> bool:
        """Whether it is the endpoint that fails, and not this one message."""
        return self.status in (None, 429, 502, 503, 504)

    def in_words(self) -> str:
        """Why it was not taken, in English."""
        if self.status is None:
            return self.error or "There was no answer."
        if self.status // 100 == 3:
            return f"It answered {self.status}; redirects are not followed."
        return f"It answered {self.status}."


def new_secret() -> str:
    """A fresh secret in the form of Standard Webhooks."""
    return "whsec_" + b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def sound_description(text: str) -> str:
    """What an endpoint is for, in one line; raises `Invalid` (`bad_webhook`)."""
    cleaned = " ".join(clean(text).split())
    if len(cleaned) > LONGEST_DESCRIPTION:
        why = sentence(N_("Use up to {most} characters."), most=LONGEST_DESCRIPTION)
        raise Invalid(why, code="bad_webhook", fields={"description": why})
    return cleaned


def sound_events(chosen: Iterable[str], offered: Iterable[EventType]) -> list[str]:
    """The chosen events in the order of all; raises `Invalid` for none and for others."""
    wanted = set(chosen)
    if not wanted or not wanted <= set(offered):
        why = sentence(N_("Choose at least one event from the list."))
        raise Invalid(why, code="bad_webhook", fields={"event_types": why})
    return [str(one) for one in EventType if one in wanted]


def rest_after(failures: int, chance: float) -> timedelta:
    """How long to leave an endpoint alone after so many failures in a row: 5 s to 5 minutes."""
    doubled = min(_FIRST_REST * 2 ** min(max(failures - 1, 0), 10), _LONGEST_REST)
    return timedelta(seconds=doubled.total_seconds() * (0.75 + chance / 2))


def wait_after(
    attempts: int, written_at: datetime, *, is_away: bool, chance: float, now: datetime
) -> timedelta | None:
    """How long a message waits after so many attempts failed; None when it is given up."""
    if attempts >= PLAN.attempts and now - written_at >= LIFE:
        return None
    planned = PLAN.wait(attempts, chance)
    return min(planned, _LONGEST_AWAY) if is_away else planned


def is_lost(failing_since: datetime | None, now: datetime) -> bool:
    """Whether an endpoint failed for so long that it is switched off."""
    return failing_since is not None and now - failing_since >= PATIENCE
