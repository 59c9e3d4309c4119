"""Which introductions are for somebody: by what they do here, until they put them away."""

from enum import StrEnum

from webapp.identity.domain import Actor, Role


class Part(StrEnum):
    """What somebody does on the desk; each has an introduction."""

    APPROVER = "approver"
    REQUESTER = "requester"
    ADMIN = "admin"


def parts_of(actor: Actor) -> list[Part]:
    """What this person does where they act now."""
    does = {
        Part.APPROVER: actor.approves,
        Part.REQUESTER: actor.role in {Role.REQUESTER, Role.BUYER},
        Part.ADMIN: actor.role is Role.ADMIN,
    }
    return [part for part, is_theirs in does.items() if is_theirs]


def put_away(before: str, part: Part) -> str:
    """What is put away afterwards, as it is kept: `admin approver`."""
    return " ".join(sorted({*before.split(), part}))


def is_new(actor: Actor, kept: str, part: Part) -> bool:
    """Whether this person has yet to see what they do here in this part."""
    return part in parts_of(actor) and part not in kept.split()
