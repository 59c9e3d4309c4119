"""Endpoints as those see them who look after them, and the log of what was brought there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from webapp.kernel.errors import NotFound
from webapp.kernel.paging import Page
from webapp.kernel.sentence import N_, sentence
from webapp.outbox import queries as outbox
from webapp.outbox.queries import PAGE, Row
from webapp.webhooks.domain import EventType, State
from webapp.webhooks.models import Attempt, Endpoint
from webapp.webhooks.signing import shown_id

_MOST_ATTEMPTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointView:
    """An endpoint without its secret."""

    tenant_id: str
    id: str
    company_id: str | None
    url: str
    description: str
    event_types: Sequence[str]
    state: State
    version: int
    former_until: datetime | None
    created_at: datetime
    failures: int
    failing_since: datetime | None
    succeeded_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether it gets events."""
        return self.state is State.ACTIVE

    @property
    def events(self) -> list[EventType]:
        """What it is told of, in the order of all events."""
        return [one for one in EventType if one in self.event_types]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One attempt, and what was answered."""

    at: datetime
    url: str
    duration_ms: int
    status: int | None
    answer: str
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message with its attempts, newest first."""

    message: Row
    attempts: list[AttemptView]

    @property
    def shown_id(self) -> str:
        """The id under which its receiver knows it."""
        return shown_id(self.message.id)

    @property
    def body(self) -> str:
        """What is sent, byte for byte."""
        return str(self.message.payload["body"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many endpoints are in each state, and how many of the active ones fail now."""

    states: dict[State, int]
    failing: int


def listed(session: Session, tenant_id: str, company_id: str | None = None) -> list[EndpointView]:
    """The endpoints of a company, or without one all of the tenant, oldest first."""
    query = select(Endpoint).where(Endpoint.tenant_id == tenant_id)
    if company_id is not None:
        query = query.where(Endpoint.company_id == company_id)
    return [_view(row) for row in session.scalars(query.order_by(Endpoint.id))]


def one(
    session: Session, tenant_id: str, endpoint_id: str, company_id: str | None = None
) -> EndpointView:
    """One endpoint of the company; raises `NotFound` (`no_webhook`) for any other."""
    return _view(found(session, tenant_id, endpoint_id, company_id))


def found(
    session: Session, tenant_id: str, endpoint_id: str, company_id: str | None = None
) -> Endpoint:
    """The row of an endpoint, for changing it; raises `NotFound` (`no_webhook`)."""
    row = session.scalars(
        select(Endpoint).where(_is(tenant_id, endpoint_id, company_id))
    ).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such webhook.")), code="no_webhook")
    return row


def deliveries(
    session: Session, endpoint: EndpointView, cursor: str | None = None, *, size: int = PAGE
) -> Page[Row]:
    """What was written for this endpoint, newest first."""
    return outbox.to_target(session, endpoint.tenant_id, endpoint.id, cursor=cursor, size=size)


def delivery(session: Session, endpoint: EndpointView, message_id: str) -> Delivery:
    """One message to this endpoint with its attempts; raises `NotFound` (`no_message`)."""
    message = outbox.one_to_target(session, endpoint.tenant_id, endpoint.id, message_id)
    query = (
        select(*[getattr(Attempt, name) for name in AttemptView.__dataclass_fields__])
        .where(Attempt.tenant_id == endpoint.tenant_id, Attempt.message_id == message_id)
        .order_by(Attempt.id.desc())
        .limit(_MOST_ATTEMPTS)
    )
    attempts = [AttemptView(**row) for row in session.execute(query).mappings()]
    return Delivery(message=message, attempts=attempts)


def figures(session: Session) -> Figures:
    """Numbers for whoever watches the desk."""
    query = select(Endpoint.state, func.count(), func.count(Endpoint.failing_since)).group_by(
        Endpoint.state
    )
    rows = {State(state): (count, failing) for state, count, failing in session.execute(query)}
    return Figures(
        states={state: rows.get(state, (0, 0))[0] for state in State},
        failing=rows.get(State.ACTIVE, (0, 0))[1],
    )


def _is(tenant_id: str, endpoint_id: str, company_id: str | None) -> ColumnElement[bool]:
    own = and_(Endpoint.tenant_id == tenant_id, Endpoint.id == endpoint_id)
    return own if company_id is None else and_(own, Endpoint.company_id == company_id)


def _view(row: Endpoint) -> EndpointView:
    known = {
        name: getattr(row, name) for name in EndpointView.__dataclass_fields__ if name != "state"
    }
    return EndpointView(**known, state=State(row.state))
