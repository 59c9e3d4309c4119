"""The one way to change a company: lock it, ask who may, count what changed, write history.

The lock keeps two admins from each taking away the other's last colleague, and makes the entries of
the company's history follow each other (R30).
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.identity import companies, queries
from webapp.identity.domain import Actor, CompanyFacts, Member
from webapp.identity.models import Company
from webapp.identity.policy import Deed, may_administer
from webapp.kernel.clock import SENT_AGAIN
from webapp.kernel.errors import Conflict, NotFound, require
from webapp.kernel.sentence import N_, sentence
from webapp.ledger import queries as history
from webapp.ledger import service as ledger
from webapp.ledger.service import Entry, Head

# Ids may be as long as a column of ids; longer names of streams are hashed into it.
_LONGEST_STREAM = 66


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A company as its admin sees it, without its people: only how many they are.

    `version` rises with every change of limit and group, and when somebody of it is erased.
    """

    company: CompanyFacts
    version: int
    headcount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Front):
    """A company with its people, by name."""

    members: list[Member]

    def member(self, person_id: str) -> Member:
        """One of its people; raises `NotFound` for anybody else."""
        return _known(next((one for one in self.members if one.person_id == person_id), None))

    @property
    def group(self) -> list[Member]:
        """Who stands in the approval group."""
        return [one for one in self.members if one.in_group]


def open_front(session: Session, actor: Actor) -> Front:
    """The company that this admin acts for; raises `Forbidden` for everybody else."""
    require(may_administer(actor))
    company_id = str(actor.company_id)
    company = queries.company(session, actor.tenant_id, company_id)
    headcount = companies.headcount(actor.tenant_id, company_id)
    version, people = session.execute(
        select(Company.version, headcount).where(
            Company.tenant_id == actor.tenant_id, Company.id == company_id
        )
    ).one()
    return Front(company=company, version=version, headcount=people)


def open_place(session: Session, actor: Actor) -> Place:
    """The same company with its people."""
    front = open_front(session, actor)
    return Place(
        company=front.company,
        version=front.version,
        headcount=front.headcount,
        members=queries.members(session, actor.tenant_id, front.company.id),
    )


def one_of(session: Session, actor: Actor, person_id: str) -> Member:
    """One person of the company that is acted for; raises `NotFound` for anybody else."""
    return _known(queries.member(session, actor.tenant_id, str(actor.company_id), person_id))


def enter(session: Session, actor: Actor) -> Place:
    """The company, locked until the transaction ends; the actor must still be its admin by then."""
    require(may_administer(actor))
    lock(session, actor)
    place = open_place(session, actor)
    own = queries.member(session, actor.tenant_id, place.company.id, actor.person_id)
    require(may_administer(replace(actor, role=own.role if own and own.active else None)))
    return place


def lock(session: Session, actor: Actor) -> None:
    """Keep everybody else from changing the company until the transaction ends."""
    session.execute(
        select(Company.id)
        .where(Company.tenant_id == actor.tenant_id, Company.id == actor.company_id)
        # Not the key: requests of its people go on being made meanwhile.
        .with_for_update(key_share=True)
    )


def raise_version(session: Session, actor: Actor, seen: int) -> None:
    """Count the change of limit or group; raises `Conflict` when another one came before."""
    count(
        session,
        update(Company)
        .where(
            Company.tenant_id == actor.tenant_id,
            Company.id == actor.company_id,
            Company.version == seen,
        )
        .values(version=seen + 1),
    )


def count(session: Session, statement: Any) -> None:
    """Run an update that has to find its one row as it was seen."""
    done = session.execute(statement.execution_options(synchronize_session=False))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise changed()


def changed() -> Conflict:
    """The refusal to write over what is not as it was seen."""
    return Conflict(
        sentence(N_("This was changed by somebody else while you were looking at it.")),
        code="changed",
    )


def trace(
    session: Session,
    actor: Actor,
    deed: Deed,
    data: dict[str, Any],
    *,
    place: Place,
    now: datetime,
) -> None:
    """Write the change into the history of the company."""
    _append(session, actor, deed, data, company_id=place.company.id, version=place.version, now=now)


def write(
    session: Session,
    actor: Actor,
    deed: Deed,
    data: dict[str, Any],
    *,
    company_id: str,
    now: datetime,
) -> None:
    """Write what is no change of the company itself into its history; the company is locked."""
    version = session.scalars(
        select(Company.version).where(
            Company.tenant_id == actor.tenant_id, Company.id == company_id
        )
    ).one()
    _append(session, actor, deed, data, company_id=company_id, version=version, now=now)


def is_repeated(
    session: Session, actor: Actor, deed: Deed, data: dict[str, Any], *, now: datetime
) -> bool:
    """Whether this is the last thing that happened in the company, by this person, just now (R64).

    Ask once the company is locked.
    """
    stream_id = stream_of(str(actor.company_id))
    return any(
        (last.actor_id, last.action, last.data) == (actor.person_id, deed, data)
        and now - last.at < SENT_AGAIN
        for last in history.last_events(session, actor.tenant_id, stream_id, limit=1)
    )


def note(session: Session, tenant_id: str, company_id: str, deed: Deed, *, now: datetime) -> None:
    """Write into the history of a company what the operator did, who is nobody of it."""
    mine = Company.tenant_id == tenant_id, Company.id == company_id
    version = session.scalars(
        select(Company.version).where(*mine).with_for_update(key_share=True)
    ).one()
    stream_id = stream_of(company_id)
    length, sealed = history.head_of_stream(session, tenant_id, stream_id)
    ledger.append(
        session,
        Head(tenant_id=tenant_id, stream_id=stream_id, length=length, hash=sealed),
        Entry(
            action=deed,
            revision=version,
            actor_id=None,
            actor_name="",
            data={"by": "operator"},
        ),
        now=now,
    )


def stream_of(company_id: str) -> str:
    """The stream in which the history of a company is kept; never the id of an approval (R8)."""
    stream = f"company:{company_id}"
    if len(stream) <= _LONGEST_STREAM:
        return stream
    return f"company:{hashlib.sha256(company_id.encode()).hexdigest()[:48]}"


def _known(found: Member | None) -> Member:
    if found is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    return found


def _append(
    session: Session,
    actor: Actor,
    deed: Deed,
    data: dict[str, Any],
    *,
    company_id: str,
    version: int,
    now: datetime,
) -> None:
    stream_id = stream_of(company_id)
    length, sealed = history.head_of_stream(session, actor.tenant_id, stream_id)
    ledger.append(
        session,
        Head(tenant_id=actor.tenant_id, stream_id=stream_id, length=length, hash=sealed),
        Entry(
            action=deed,
            revision=version,
            actor_id=actor.person_id,
            actor_name=actor.name,
            data=data,
        ),
        now=now,
    )
