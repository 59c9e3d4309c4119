"""A reader who stands for every reader, so that a statement for them is put together once.

What differs from one person to the next are three values, which go along when it is asked.
"""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import bindparam

from webapp.identity.domain import Actor, Role


@dataclass(frozen=True, slots=True)
class Kind:
    """What of a reader decides how statements about them are put together."""

    has_company: bool
    has_role: bool


def kind_of(actor: Actor) -> Kind | None:
    """The kind of a reader; None for those who stand in for others, each in their own way."""
    if actor.has_represented:
        return None
    return Kind(has_company=actor.company_id is not None, has_role=actor.role is not None)


def anybody(kind: Kind) -> Actor:
    """A reader of this kind whose values are told when the statement is asked."""
    return Actor(
        tenant_id=_told("reader_tenant"),
        person_id=_told("reader_person"),
        first_name="",
        last_name="",
        email="",
        company_id=_told("reader_company") if kind.has_company else None,
        role=Role.BUYER if kind.has_role else None,
    )


def told(actor: Actor) -> dict[str, Any]:
    """The values of this reader, for a statement about anybody."""
    return {
        "reader_tenant": actor.tenant_id,
        "reader_person": actor.person_id,
        "reader_company": actor.company_id,
    }


def _told(name: str) -> str:
    # A column is compared with it as with a value.
    return cast("str", bindparam(name))
