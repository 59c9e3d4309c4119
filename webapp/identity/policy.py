"""What an admin may change in their company, and why not: people, roles, the limit, the group."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from webapp.identity.domain import Actor, Member, Role, Source
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money, is_currency
from webapp.kernel.sentence import N_, YES, Sentence, Verdict, no, sentence

INVITED_EVERY = timedelta(hours=1)


class Deed(StrEnum):
    """What can be changed in a company; also the kinds of entries in its history."""

    ADD = "ADD"
    ROLE = "ROLE"
    ACTIVATE = "ACTIVATE"
    DEACTIVATE = "DEACTIVATE"
    TAKE_OVER = "TAKE_OVER"
    INVITE = "INVITE"
    LIMIT = "LIMIT"
    AGAIN = "AGAIN"
    LINK = "LINK"
    DIRECTORY = "DIRECTORY"
    GROUP = "GROUP"
    PHRASES = "PHRASES"
    AWAY = "AWAY"
    BACK = "BACK"
    WEBHOOK = "WEBHOOK"
    CLIENT = "CLIENT"
    ERASE = "ERASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody to add to a company; the e-mail address is in lower case."""

    email: str
    first_name: str
    last_name: str
    role: Role


def may_administer(actor: Actor) -> Verdict:
    """Whether this person looks after the company they act for."""
    if actor.company_id is None:
        return no("no_company", N_("You act for no company here, so there is none to look after."))
    if actor.role is Role.ADMIN:
        return YES
    return no(
        "not_admin",
        N_("Only admins of {company} look after its people, its limit and its approvers."),
        company=actor.company_name,
    )


def may_edit(member: Member) -> Verdict:
    """Whether the page is the source of this membership; other sources are only shown (R33)."""
    if member.source is Source.PAGE:
        return YES
    return no("other_source", _KEPT_ELSEWHERE[member.source], name=member.first_name)


def may_take_over(member: Member) -> Verdict:
    """Whether the page may become its source; an import then leaves the membership alone (R33)."""
    if member.source is Source.IMPORT:
        return YES
    return no("source", _CANNOT_TAKE_OVER[member.source], name=member.first_name)


def may_change_role(member: Member, role: Role, members: Iterable[Member]) -> Verdict:
    """Whether this person may get this role; a company keeps an admin, a group who can decide."""
    editable = may_edit(member)
    if not editable or role is member.role:
        return editable
    if is_last_admin(member, members):
        return no(
            "last_admin",
            N_(
                "{name} is the only active admin. Make somebody else an admin first, "
                "or nobody could look after the company."
            ),
            name=member.first_name,
        )
    if role is Role.CONTACT and member.in_group:
        return no(
            "contact_in_group",
            N_(
                "Contacts decide nothing, and {name} belongs to the approval group. "
                "Take them out of it first."
            ),
            name=member.first_name,
        )
    return YES


def may_deactivate(member: Member, members: Iterable[Member]) -> Verdict:
    """Whether this person may stop acting for the company."""
    people, editable = list(members), may_edit(member)
    if not editable:
        return editable
    if is_last_admin(member, people):
        return no(
            "last_admin",
            N_(
                "{name} is the only active admin. Make somebody else an admin first, "
                "or nobody could look after the company."
            ),
            name=member.first_name,
        )
    if member.in_group and not any(one.in_group and one.active for one in _others(member, people)):
        return no(
            "last_in_group",
            N_(
                "{name} is the last active member of the approval group. Choose somebody else "
                "for it or empty it first, so that it is you who says who decides."
            ),
            name=member.first_name,
        )
    return YES


def may_activate(member: Member, *, account_active: bool) -> Verdict:
    """Whether this person may act for the company again; accounts are not the company's."""
    if not account_active:
        return no(
            "account_off",
            N_(
                "The account of {name} is switched off for every company. "
                "It can be switched on again only where it was switched off."
            ),
            name=member.first_name,
        )
    return may_edit(member)


def may_invite(
    member: Member, *, can_sign_in: bool, last: datetime | None, now: datetime
) -> Verdict:
    """Whether an invitation may be sent again: to who has not come yet, once an hour (R43)."""
    if not member.active:
        return no("inactive", N_("{name} does not act for the company."), name=member.first_name)
    if can_sign_in:
        return no("has_come", N_("{name} has signed in already."), name=member.first_name)
    if last is not None and now - last < INVITED_EVERY:
        return no(
            "invited_just_now",
            N_("An invitation was sent to {address} less than an hour ago."),
            address=member.email,
        )
    return YES


def may_join_group(member: Member) -> Verdict:
    """Whether this person may stand in the approval group: active, any role but contact (R11)."""
    if not member.active:
        return no("inactive", N_("{name} is not active, so decides nothing."), name=member.name)
    if member.role is Role.CONTACT:
        return no(
            "contact",
            N_("{name} is a contact, and contacts only look on."),
            name=member.name,
        )
    return YES


def require_sound_limit(limit: Money | None) -> None:
    """Return when a company can have this limit; otherwise raise `Invalid` with the field."""
    if limit is None:
        return
    if not is_currency(limit.currency):
        raise _invalid(
            "currency",
            sentence(
                N_("“{code}” is no currency in use. Write its three letters, like EUR."),
                code=limit.currency,
            ),
        )
    if limit.minor < 0:
        raise _invalid("amount", sentence(N_("A limit cannot be below zero.")))


def is_last_admin(member: Member, members: Iterable[Member]) -> bool:
    """Whether the company would be without an active admin but for this person."""
    if member.role is not Role.ADMIN or not member.active:
        return False
    return not any(one.role is Role.ADMIN and one.active for one in _others(member, members))


def _others(member: Member, members: Iterable[Member]) -> list[Member]:
    return [one for one in members if one.person_id != member.person_id]


def _invalid(field: str, why: Sentence) -> Invalid:
    return Invalid(why, code="bad_limit", fields={field: why})


_KEPT_ELSEWHERE = {
    Source.IMPORT: N_(
        "What {name} is here comes from the import of your company’s directory, so it is only "
        "shown. Change it there, or look after it here from now on."
    ),
    Source.CLAIMS: N_(
        "What {name} is here comes from your identity provider at every sign-in, so it is only "
        "shown. Change it there."
    ),
}
_CANNOT_TAKE_OVER = {
    Source.PAGE: N_("What {name} is here is looked after on this page already."),
    Source.CLAIMS: N_(
        "Your identity provider says at every sign-in what {name} is here, so it cannot be "
        "looked after on this page."
    ),
}
