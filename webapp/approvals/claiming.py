"""Locking a request, and learning in the same statement what a verdict on it needs."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, aliased

from webapp.approvals import queries
from webapp.approvals.anybody import Kind, anybody, kind_of, told
from webapp.approvals.models import Approval
from webapp.identity.deciders import Parties, parties, with_parties
from webapp.identity.domain import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A locked request, with its company and its people as they are now."""

    approval: Approval
    parties: Parties


def claim(session: Session, actor: Actor, approval_id: str) -> Claimed:
    """The request, locked until the transaction ends, so that one change waits for the other.

    Raises `NotFound` (`no_approval`) when it is not this person's.
    """
    kind = kind_of(actor)
    query = _query(actor) if kind is None else _of_anybody(kind)
    row = session.execute(query, {**told(actor), "request": approval_id}).one_or_none()
    if row is None:
        raise queries.absent(session, actor, approval_id)
    approval, *columns = row
    return Claimed(approval=approval, parties=parties(columns))


def beside(requests: Select[Approval]) -> Select[Any]:
    """These requests, each with columns that `parties` reads."""
    found = aliased(Approval, requests.cte("found"))
    return with_parties(select(found), found)


@lru_cache
def _of_anybody(kind: Kind) -> Select[Any]:
    return _query(anybody(kind))


def _query(actor: Actor) -> Select[Any]:
    own = (queries.visible_to(actor), Approval.id == bindparam("request"))
    # Locked first: those whom it names by then are looked up after that. And what this session
    # read before may be of the past.
    locked = select(Approval).where(*own).with_for_update()
    return beside(locked).execution_options(populate_existing=True)
