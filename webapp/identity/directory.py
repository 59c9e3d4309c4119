"""Memberships that the identity provider decides on: groups of its claims become roles (R57)."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webapp.config import BadSettings, Problem, variable
from webapp.identity import queries
from webapp.identity.absences import tell_bereft
from webapp.identity.domain import Account, Actor, Member, Role, Source
from webapp.identity.models import Company, GroupMember, Membership
from webapp.identity.policy import Deed
from webapp.identity.recording import lock, write
from webapp.kernel.ids import new_id

# Who is in several groups of one company gets the most that one of them gives.
_RANK = tuple(Role)
_NAMES = ("group", "tenant", "company", "role")
# Where features bind who else is told, in the same transaction, when somebody became something
# else in a company without an admin having looked at what that means.
LISTENERS = "countersign.directory"
Listener = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Grant:
    """What a group of the provider means: a role in a company of a tenant."""

    group: str
    tenant_id: str
    company_id: str
    role: Role


def read_grants(path: str) -> tuple[Grant, ...]:
    """The grants of a file: a JSON list of objects with `group`, `tenant`, `company` and `role`.

    No path is no grants. Raises `BadSettings` for what cannot be read.
    """
    if not path:
        return ()
    try:
        return tuple(_grant(one) for one in json.loads(Path(path).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = f"{path} cannot be used: {type(error).__name__}: {error}."
        remedy = (
            "It holds a JSON list like "
            '[{"group": "buyers", "tenant": "acme", "company": "le1", "role": "B2B_BUYER"}].'
        )
        raise BadSettings([Problem(variable("oidc_roles_file"), what, remedy)]) from None


def strangers(session: Session, grants: Iterable[Grant]) -> list[str]:
    """The companies of the grants that are not in the database, as `tenant/company`."""
    named = {(one.tenant_id, one.company_id) for one in grants}
    found = session.execute(select(Company.tenant_id, Company.id))
    known = {(tenant_id, company_id) for tenant_id, company_id in found}
    return [f"{tenant}/{company}" for tenant, company in sorted(named - known)]


def bring_into_line(
    session: Session,
    account: Account,
    groups: Sequence[str],
    grants: Sequence[Grant],
    *,
    now: datetime,
) -> list[str]:
    """Give a person exactly the memberships that their groups mean now, and record each change.

    Memberships of another source are left alone (R33). Without grants nothing is changed. Returns
    the ids of the companies in which they became something else.
    """
    if not grants:
        return []
    wanted = _wanted(account.tenant_id, groups, grants)
    owned = select(Membership.company_id).where(
        Membership.tenant_id == account.tenant_id,
        Membership.person_id == account.person_id,
        Membership.source == Source.CLAIMS,
    )
    known = set(session.scalars(select(Company.id).where(Company.tenant_id == account.tenant_id)))
    return [
        company_id
        for company_id in sorted({*(wanted.keys() & known), *session.scalars(owned)})
        if _align(session, account, company_id, wanted.get(company_id), now=now)
    ]


def _wanted(tenant_id: str, groups: Sequence[str], grants: Sequence[Grant]) -> dict[str, Role]:
    wanted: dict[str, Role] = {}
    for one in grants:
        if one.tenant_id == tenant_id and one.group in groups:
            before = wanted.get(one.company_id, one.role)
            wanted[one.company_id] = min(before, one.role, key=_RANK.index)
    return wanted


def _align(
    session: Session, account: Account, company_id: str, role: Role | None, *, now: datetime
) -> bool:
    actor = Actor(
        tenant_id=account.tenant_id,
        person_id=account.person_id,
        first_name=account.name,
        last_name="",
        email="",
        company_id=company_id,
    )
    # Whoever changes the company at the same moment is waited for.
    lock(session, actor)
    member = queries.member(session, account.tenant_id, company_id, account.person_id)
    if member is not None and member.source is not Source.CLAIMS:
        return False
    if _is_so(session, member, account, role):
        return False
    before = queries.members(session, account.tenant_id, company_id)
    _store(session, account, company_id, member, role=role)
    data = {"person": account.name, "person_id": account.person_id}
    data |= {"role": str(role)} if role else {}
    write(session, actor, Deed.DIRECTORY, data, company_id=company_id, now=now)
    tell_bereft(session, actor, company_id, before, now=now, is_directory=True)
    return True


def _is_so(session: Session, member: Member | None, account: Account, role: Role | None) -> bool:
    if member is None:
        return role is None
    active = session.scalar(
        select(Membership.active).where(
            Membership.tenant_id == account.tenant_id, Membership.id == member.membership_id
        )
    )
    return not active if role is None else bool(active) and member.role is role


def _store(
    session: Session,
    account: Account,
    company_id: str,
    member: Member | None,
    *,
    role: Role | None,
) -> None:
    if member is None:
        values = {
            "tenant_id": account.tenant_id,
            "id": new_id(),
            "person_id": account.person_id,
            "company_id": company_id,
            "role": role,
            "source": Source.CLAIMS,
        }
        session.execute(insert(Membership).values(**values))
        return
    own = (Membership.tenant_id == account.tenant_id) & (Membership.id == member.membership_id)
    changed = {"active": False} if role is None else {"active": True, "role": role}
    session.execute(update(Membership).where(own).values(**changed))
    if role in (None, Role.CONTACT):
        session.execute(
            delete(GroupMember).where(
                GroupMember.tenant_id == account.tenant_id,
                GroupMember.company_id == company_id,
                GroupMember.membership_id == member.membership_id,
            )
        )


def _grant(given: dict[str, Any]) -> Grant:
    group, tenant_id, company_id, role = (given[name] for name in _NAMES)
    if set(given) != set(_NAMES) or not all(isinstance(one, str) for one in given.values()):
        raise ValueError(f"each entry holds {', '.join(_NAMES)}, as texts, and nothing else")
    return Grant(group, tenant_id, company_id, Role(role))
