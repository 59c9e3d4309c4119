"""Deciding for somebody who is away: who represents the approver of a request, and when (R52)."""

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from webapp.identity import deputies
from webapp.identity.domain import Actor, Away


class Case(Protocol):
    """What has to be known of a request."""

    @property
    def company_id(self) -> str: ...
    @property
    def requester_id(self) -> str: ...
    @property
    def approver_id(self) -> str: ...


def represented(actor: Actor, approval: Case) -> Away | None:
    """The absence in which this person acts for its approver; nobody represents them otherwise.

    Whoever asked for it acts for themselves (R12).
    """
    if actor.person_id in (approval.requester_id, approval.approver_id):
        return None
    for one in actor.represents:
        if (one.company_id, one.owner_id) == (approval.company_id, approval.approver_id):
            return one
    return None


def is_party(actor: Actor, approval: Case) -> bool:
    """Whether this person asked for it, decides on it, or represents whoever does."""
    own = actor.person_id in (approval.requester_id, approval.approver_id)
    return own or represented(actor, approval) is not None


def held(session: Session, actor: Actor, approval: Case, *, now: datetime) -> bool:
    """Whether this person represents its approver at this moment, whatever they came with.

    The absence is locked until the transaction ends, so that it holds for as long as they act.
    """
    away = represented(actor, approval)
    return away is not None and deputies.holds(session, actor.tenant_id, away.id, now=now)
