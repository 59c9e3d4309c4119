"""What the company page says: what limit and group mean, what was changed, what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from webapp.carts.numerals import Unreadable, number
from webapp.identity.domain import CompanyFacts, Member, Role, Source
from webapp.identity.policy import Deed
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money, exponent, is_currency
from webapp.kernel.sentence import N_, Sentence, sentence


class EventFacts(Protocol):
    """What a story needs to know of an entry in the history of a company."""

    @property
    def action(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_name(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One change of the company as the page tells it."""

    sentence: Sentence
    at: datetime
    icon: str


def read_limit(amount: str, currency: str, mark: str) -> Money:
    """The limit that somebody typed; `mark` is the decimal mark of their language.

    Raises:
        Invalid: with the field (`amount` or `currency`) and how to write it (`bad_limit`).
    """
    code = currency.strip().upper()
    if not is_currency(code):
        why = N_("“{code}” is no currency in use. Write its three letters, like EUR.")
        raise _invalid("currency", sentence(why, code=currency.strip()[:10]))
    if not amount.strip():
        raise _invalid("amount", sentence(N_("Write an amount, or choose that there is no limit.")))
    try:
        value = number(amount, mark)
    except Unreadable as unreadable:
        raise _invalid("amount", unreadable.sentence) from None
    if value < 0:
        raise _invalid("amount", sentence(N_("A limit cannot be below zero.")))
    if -int(value.as_tuple().exponent) > exponent(code):
        raise _invalid("amount", _too_fine(amount.strip(), code))
    return Money.of(value, code)


def limit_in_words(company: CompanyFacts) -> Sentence:
    """What follows from the limit of a company, or from there being none (R4, R10, R11)."""
    kind = "none" if company.limit is None else "zero" if company.limit.minor == 0 else "some"
    return sentence(_LIMITS[kind, company.has_group], limit=company.limit or "")


def group_in_words(members: Sequence[Member], company: CompanyFacts) -> Sentence:
    """What follows from an approval group of these members (R11, R12)."""
    deciding = [one for one in members if one.active]
    if not members:
        text = _NO_GROUP if company.limit is None else _NO_GROUP_WITH_LIMIT
        return sentence(text, limit=company.limit or "")
    if not deciding:
        return sentence(
            N_("*Nobody* of the approval group is active, so nobody can approve anything now.")
        )
    if len(deciding) > 1:
        return sentence(
            N_(
                "*{names}* decide on every request, whatever their roles and whatever it costs. "
                "Other admins and buyers do not."
            ),
            names=", ".join(one.name for one in deciding),
        )
    alone = deciding[0]
    text = N_(
        "*{name}* alone decides on every request, whatever it costs. "
        "Other admins and buyers do not."
    )
    if alone.role is not Role.ADMIN:
        text = N_(
            "*{name}* alone decides on every request, whatever it costs. Nobody could approve "
            "what {first} asks for, so choose a second person."
        )
    return sentence(text, name=alone.name, first=alone.first_name)


def tell(events: Sequence[EventFacts]) -> list[Trace]:
    """The changes of a company in sentences, in the order they come in."""
    return [Trace(sentence=_story(one), at=one.at, icon=_ICONS[Deed(one.action)]) for one in events]


def _story(event: EventFacts) -> Sentence:
    if not event.data:
        return sentence(N_("Something was changed here. Who did it was erased."))
    deed, data = Deed(event.action), event.data
    if deed in _AMOUNTS:
        return _AMOUNTS[deed](event.actor_name, _money(data["old"]), _money(data["new"]))
    if deed is Deed.GROUP:
        return _group_story(event.actor_name, data)
    if deed is Deed.PHRASES:
        return sentence(_PHRASES if data["phrases"] else _USUAL_PHRASES, actor=event.actor_name)
    if deed in (Deed.AWAY, Deed.BACK):
        return _absence_story(deed, event.actor_name, data)
    roles = {name: sentence(Role(data[name]).label) for name in _ROLE_KEYS if name in data}
    text = _WAYS[data["deed"]] if deed in (Deed.WEBHOOK, Deed.CLIENT) else _STORIES[deed]
    if deed is Deed.DIRECTORY and not roles:
        text = N_("The identity provider says that {person} acts for the company no more")
    whom = {name: data[name] for name in ("person", "address", "program") if name in data}
    return sentence(text, actor=event.actor_name, **whom, **roles)


def _limit_story(actor: str, old: Money | None, new: Money | None) -> Sentence:
    if old is None or new is None:
        text = _SET_LIMIT if old is None else _REMOVED_LIMIT
    elif old.currency != new.currency:
        text = N_("*{actor}* changed the limit from {old} to {new}")
    elif new > old:
        text = N_("*{actor}* raised the limit from {old:bare} to {new}")
    else:
        text = N_("*{actor}* lowered the limit from {old:bare} to {new}")
    return sentence(text, actor=actor, old=old or "", new=new or "")


def _again_story(actor: str, _old: Money | None, new: Money | None) -> Sentence:
    if new is None:
        return sentence(N_("*{actor}* asks for no fresh sign-in before decisions"), actor=actor)
    text = N_("*{actor}* asks for a fresh sign-in before decisions above {amount}")
    return sentence(text, actor=actor, amount=new)


def _link_story(actor: str, _old: Money | None, new: Money | None) -> Sentence:
    if new is None:
        return sentence(
            N_("*{actor}* lets no link of a mail decide without a sign-in"), actor=actor
        )
    text = N_("*{actor}* lets links of mails decide below {amount} without a sign-in")
    return sentence(text, actor=actor, amount=new)


_AMOUNTS = {Deed.LIMIT: _limit_story, Deed.AGAIN: _again_story, Deed.LINK: _link_story}


def _group_story(actor: str, data: dict[str, Any]) -> Sentence:
    joined, left = ", ".join(data["joined"]), ", ".join(data["left"])
    if not data["size"]:
        text = N_("*{actor}* emptied the approval group, so that the roles say who decides")
    elif joined and left:
        text = N_("*{actor}* put {joined} into the approval group and took {left} out of it")
    elif joined:
        text = N_("*{actor}* put {joined} into the approval group")
    else:
        text = N_("*{actor}* took {left} out of the approval group")
    return sentence(text, actor=actor, joined=joined, left=left)


def _absence_story(deed: Deed, actor: str, data: dict[str, Any]) -> Sentence:
    days = {key: date.fromisoformat(data[key]) for key in ("first_day", "last_day")}
    text = _ABSENCES[deed, actor == data["person"]]
    return sentence(text, actor=actor, person=data["person"], deputy=data["deputy"], **days)


def _money(data: dict[str, Any] | None) -> Money | None:
    return None if data is None else Money(data["minor"], data["currency"])


def _too_fine(amount: str, currency: str) -> Sentence:
    decimals = exponent(currency)
    if decimals == 0:
        text = N_("{currency} has no decimals, so “{amount}” cannot be a limit.")
    else:
        text = N_("{currency} has {decimals} decimals, so “{amount}” cannot be a limit.")
    return sentence(text, currency=currency, decimals=decimals, amount=amount)


def _invalid(field: str, why: Sentence) -> Invalid:
    return Invalid(why, code="bad_limit", fields={field: why})


_LIMITS = {
    ("none", False): N_(
        "There is *no limit*: buyers order alone, whatever it costs. "
        "What requesters ask for, an admin or a buyer approves."
    ),
    ("none", True): N_(
        "There is *no limit*: buyers order alone, whatever it costs. "
        "What requesters ask for, the approval group decides."
    ),
    ("zero", False): N_(
        "Buyers order nothing alone that costs anything: an admin approves every order of theirs "
        "and of the requesters."
    ),
    ("zero", True): N_(
        "Buyers order nothing alone that costs anything: the approval group decides on every "
        "order of theirs and of the requesters."
    ),
    ("some", False): N_(
        "Buyers order alone up to *{limit}*; above that an admin approves. What requesters ask "
        "for, an admin or a buyer approves up to the limit, and an admin above it."
    ),
    ("some", True): N_(
        "Buyers order alone up to *{limit}*; above that the approval group decides, and on "
        "everything that requesters ask for."
    ),
}
_NO_GROUP = N_(
    "Nobody is chosen, so the roles say who decides: an admin or a buyer on what requesters "
    "ask for."
)
_NO_GROUP_WITH_LIMIT = N_(
    "Nobody is chosen, so the roles say who decides: an admin on everything over *{limit}*, "
    "an admin or a buyer on what requesters ask for below."
)
ROLE_HINTS = {
    Role.ADMIN: N_("Looks after the company, orders alone, and approves whatever it costs."),
    Role.BUYER: N_("Orders alone up to the limit, and approves what requesters ask for below it."),
    Role.REQUESTER: N_("Hands over carts, and orders nothing alone."),
    Role.CONTACT: N_("Looks on: buys nothing and approves nothing."),
}
BECAME = {
    Role.ADMIN: N_("{name} is an admin now."),
    Role.BUYER: N_("{name} is a buyer now."),
    Role.REQUESTER: N_("{name} is a requester now."),
    Role.CONTACT: N_("{name} is a contact now."),
}
SOURCES = {
    Source.PAGE: N_("This page"),
    Source.IMPORT: N_("Import"),
    Source.CLAIMS: N_("Identity provider"),
}
_SET_LIMIT = N_("*{actor}* set a limit of {new}")
_REMOVED_LIMIT = N_("*{actor}* removed the limit of {old}")
_PHRASES = N_("*{actor}* changed the reasons for declining")
_USUAL_PHRASES = N_("*{actor}* went back to the usual reasons for declining")

_ABSENCES = {
    (Deed.AWAY, True): N_(
        "*{actor}* is away from {first_day} to {last_day}, represented by {deputy}"
    ),
    (Deed.AWAY, False): N_(
        "*{actor}* had {person} represented by {deputy} from {first_day} to {last_day}"
    ),
    (Deed.BACK, True): N_(
        "*{actor}* ended being represented by {deputy}, planned until {last_day}"
    ),
    (Deed.BACK, False): N_(
        "*{actor}* ended that {deputy} represents {person}, planned until {last_day}"
    ),
}
_WAYS = {
    "added": N_("*{actor}* set up a webhook to {address}"),
    "changed": N_("*{actor}* changed the webhook to {address}"),
    "paused": N_("*{actor}* switched off the webhook to {address}"),
    "resumed": N_("*{actor}* switched on the webhook to {address}"),
    "rotated": N_("*{actor}* made a new secret for the webhook to {address}"),
    "removed": N_("*{actor}* removed the webhook to {address}"),
    "client_added": N_("*{actor}* made an API client for {program}"),
    "client_revoked": N_("*{actor}* revoked the API client for {program}"),
}
_ROLE_KEYS = ("role", "old", "new")
_STORIES = {
    Deed.ADD: N_("*{actor}* added {person} ({role})"),
    Deed.DIRECTORY: N_("The identity provider says what {person} is here: {role}"),
    Deed.ROLE: N_("*{actor}* changed the role of {person} from {old} to {new}"),
    Deed.ACTIVATE: N_("*{actor}* let {person} act for the company again"),
    Deed.DEACTIVATE: N_("*{actor}* ended that {person} acts for the company"),
    Deed.TAKE_OVER: N_("*{actor}* took {person} over from the import"),
    Deed.INVITE: N_("*{actor}* sent {person} the invitation again"),
    Deed.ERASE: N_("The operator erased the names and words of somebody"),
}
_ICONS = {
    Deed.ADD: "plus",
    Deed.ROLE: "arrow-left-right",
    Deed.ACTIVATE: "rotate-ccw",
    Deed.DEACTIVATE: "lock",
    Deed.TAKE_OVER: "pencil",
    Deed.INVITE: "mail",
    Deed.LIMIT: "credit-card",
    Deed.AGAIN: "lock",
    Deed.LINK: "mail",
    Deed.DIRECTORY: "users",
    Deed.GROUP: "users",
    Deed.PHRASES: "pencil",
    Deed.AWAY: "users",
    Deed.BACK: "rotate-ccw",
    Deed.ERASE: "trash-2",
    Deed.WEBHOOK: "arrow-right",
    Deed.CLIENT: "lock",
}
