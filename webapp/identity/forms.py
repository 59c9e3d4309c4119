"""The forms of the account page: settings, absences, API keys and API clients."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, StopValidation

from webapp.config import LANGUAGES
from webapp.i18n import say, time_zones
from webapp.identity.absence_rules import Days
from webapp.identity.domain import Actor, Member, Workplace
from webapp.identity.keys import LONGEST_NAME
from webapp.identity.minting import Minted, mint
from webapp.kernel.errors import Invalid
from webapp.kernel.ids import is_new_id, new_id
from webapp.kernel.sentence import N_
from webapp.kernel.text import clean

# What a key may do; one without scopes of its own may do all that its owner may.
READ_ONLY = (
    "approval.approval_read_own",
    "cart.cart_read_own",
    "customer.customerprofile_view",
    "customermanagement.legalentity_read_own",
    "iam.group_read_own",
    "iam.scope_read_own",
    "order.order_readascustomer",
    "quote.quote_read_own",
)
_ACCESSES: dict[str, tuple[str, ...]] = {"read": READ_ONLY, "act": ()}
_DAYS = (30, 90, 365)

_THEMES = {"system": N_("As the system"), "light": N_("Light"), "dark": N_("Dark")}


class PreferencesForm(FlaskForm):
    """Language, time zone, theme and shortcuts."""

    language = SelectField(lazy_gettext("Language"))
    time_zone = SelectField(lazy_gettext("Time zone"))
    theme = RadioField(lazy_gettext("Theme"))
    has_shortcuts = BooleanField(lazy_gettext("Single letters press buttons (A approves)"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
        self.time_zone.choices = [
            SelectChoice(zone, zone.replace("_", " ")) for zone in time_zones()
        ]
        self.theme.choices = [SelectChoice(key, gettext(text)) for key, text in _THEMES.items()]


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _storable(_form: FlaskForm, field: Field) -> None:
    try:
        clean(field.data)
    except Invalid as refusal:
        # What cannot be stored cannot be shown again either.
        field.data = "".join(one if one.isprintable() else "\ufffd" for one in field.data)
        raise StopValidation(say(refusal.sentence)) from None


class OnceForm(FlaskForm):
    """Something with a secret: the form that is sent twice makes one, and shows it twice (R64)."""

    # What only this form has.
    once = HiddenField(default=new_id)

    def minted(self, secret_key: str, actor: Actor) -> Minted | None:
        """Id and secret of what this person asks for here; None for a form that may be any."""
        if not is_new_id(self.once.data or ""):
            return None
        values = {name: said for name, said in self.data.items() if name != "csrf_token"}
        who = actor.tenant_id, actor.person_id, actor.company_id
        return mint(secret_key, type(self).__name__, *who, sorted(values.items()))


class NamedForm(OnceForm):
    """Something that is found again by the name that somebody gave it."""

    name = StringField(
        lazy_gettext("Name"),
        filters=[_one_line],
        validators=[
            DataRequired(lazy_gettext("Write what it is for, to find it again.")),
            Length(max=LONGEST_NAME, message=lazy_gettext("Shorten the name to 100 characters.")),
            _storable,
        ],
    )


class KeyForm(NamedForm):
    """An API key to be made; whoever has one company is not asked for it."""

    access = RadioField(
        lazy_gettext("What it may do"),
        choices=[SelectChoice("read", ""), SelectChoice("act", "")],
        default="read",
        validators=[InputRequired(lazy_gettext("Choose what the key may do."))],
    )
    company_id = RadioField(
        lazy_gettext("For which company"),
        validators=[InputRequired(lazy_gettext("Choose the company it is for."))],
    )
    days = RadioField(
        lazy_gettext("How long it works"),
        default="90",
        validators=[InputRequired(lazy_gettext("Choose how long it works."))],
    )

    def __init__(self, places: Sequence[Workplace], **values: object) -> None:
        super().__init__(**values)
        self.days.choices = [SelectChoice(str(n), gettext("{n} days").format(n=n)) for n in _DAYS]
        self.company_id.choices = [
            SelectChoice(place.company_id, place.company_name) for place in places
        ]
        self._only = places[0].company_id if len(places) == 1 else None
        if len(places) < 2:
            del self.company_id

    @property
    def company(self) -> str | None:
        """The company the key is for; None for somebody who has none."""
        return str(self.company_id.data) if "company_id" in self else self._only

    @property
    def lifetime(self) -> timedelta:
        """How long the key works."""
        return timedelta(days=int(self.days.data))

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the key is narrowed to."""
        return _ACCESSES[self.access.data]


class ClientForm(NamedForm):
    """An API client to be made, with at least one thing that it may do."""

    reads_company = BooleanField(lazy_gettext("Read the company"))
    reads_orders = BooleanField(lazy_gettext("Read the orders"))

    def validate_reads_company(self, field: BooleanField) -> None:
        """A program that may do nothing is of no use, and nothing chosen must not mean all."""
        if not (field.data or self.reads_orders.data):
            raise StopValidation(gettext("Choose what the program may do."))

    @property
    def scopes(self) -> tuple[str, ...]:
        """What the client may do."""
        chosen = {
            "customermanagement.legalentity_read": self.reads_company.data,
            "order.order_read": self.reads_orders.data,
        }
        return tuple(scope for scope, is_wanted in chosen.items() if is_wanted)


class AbsenceForm(FlaskForm):
    """From which day to which, and who decides meanwhile."""

    first_day = DateField(
        lazy_gettext("First day"),
        validators=[InputRequired(lazy_gettext("Choose the first day, like 2026-12-24."))],
    )
    last_day = DateField(
        lazy_gettext("Last day"),
        validators=[InputRequired(lazy_gettext("Choose the last day, like 2026-12-31."))],
    )
    deputy = RadioField(
        lazy_gettext("Who decides meanwhile"),
        validators=[InputRequired(lazy_gettext("Choose who decides meanwhile."))],
    )

    def __init__(self, deputies: Sequence[Member], **values: object) -> None:
        super().__init__(**values)
        self.deputy.choices = [SelectChoice(one.person_id, one.name) for one in deputies]

    @property
    def days(self) -> Days:
        """The chosen days; only of a form that is valid."""
        first, last = self.first_day.data, self.last_day.data
        assert first is not None  # noqa: S101 - required above
        assert last is not None  # noqa: S101 - required above
        return Days(first, last)
