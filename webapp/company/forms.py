"""The forms of the company page: shape only; whether it may happen is the rules' business."""

from collections.abc import Sequence
from dataclasses import replace

from babel.numbers import get_decimal_symbol
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    StopValidation,
    ValidationError,
)
from wtforms.widgets import HiddenInput

from webapp.carts.parsing import visible
from webapp.company.domain import group_in_words, limit_in_words, read_limit
from webapp.i18n import amount, reader, say
from webapp.identity.domain import CompanyFacts, Member, Role
from webapp.identity.policy import Newcomer
from webapp.identity.recording import Front
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import Sentence
from webapp.kernel.text import clean

_LONGEST_NAME = 100
_LONGEST_EMAIL = 254
_LONGEST_AMOUNT = 100
LIMITED, UNLIMITED = "limited", "unlimited"
PREVIEW = "preview"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _storable(_form: FlaskForm, field: Field) -> None:
    try:
        clean(field.data)
    except Invalid as refusal:
        field.data = visible(field.data)
        raise StopValidation(say(refusal.sentence)) from None


class CompanyForm(FlaskForm):  # type: ignore[misc]
    """A form that takes back what the rules refused."""

    def refuse(self, refusal: Invalid) -> None:
        """Put the words of a refusal beside their fields."""
        for name, why in refusal.fields.items():
            self[name].errors = [*self[name].errors, say(why)]


class PhrasesForm(CompanyForm):
    """The list, a reason in each line, with the version that was seen."""

    phrases = TextAreaField(
        _l("Reasons, one in each line"),
        validators=[
            Length(max=20_000, message=_l("This is too long for a list of reasons.")),
            _storable,
        ],
    )
    step = HiddenField()
    version = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=0, max=2_000_000_000)],
    )


class PersonForm(CompanyForm):
    """Somebody to add."""

    email = StringField(
        _l("E-mail address"),
        filters=[_one_line],
        validators=[
            DataRequired(_l("Write the address they sign in with.")),
            Length(max=_LONGEST_EMAIL, message=_l("This address is too long for an e-mail.")),
            _storable,
        ],
    )
    first_name = StringField(
        _l("First name"),
        filters=[_one_line],
        validators=[
            DataRequired(_l("Write their first name.")),
            Length(max=_LONGEST_NAME, message=_l("Shorten the name to 100 characters.")),
            _storable,
        ],
    )
    last_name = StringField(
        _l("Last name"),
        filters=[_one_line],
        validators=[
            DataRequired(_l("Write their last name.")),
            Length(max=_LONGEST_NAME, message=_l("Shorten the name to 100 characters.")),
            _storable,
        ],
    )
    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose what they are here."))])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.role.choices = role_choices()

    def validate_email(self, field: StringField) -> None:
        """The shape of an address; whether it exists is seen at the first sign-in."""
        try:
            validate_email(field.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            raise ValidationError(_("Write the address like name@company.example.")) from None

    def newcomer(self) -> Newcomer:
        """Who was typed."""
        return Newcomer(
            email=str(self.email.data).lower(),
            first_name=self.first_name.data,
            last_name=self.last_name.data,
            role=Role(self.role.data),
        )


class RoleForm(CompanyForm):
    """Another role for somebody, beside the one that was seen."""

    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose what they are here."))])
    seen = HiddenField(validators=[InputRequired()])
    step = HiddenField()

    @property
    def wants_preview(self) -> bool:
        """Whether somebody asks what it would mean."""
        return self.step.data == PREVIEW and not self.errors

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.role.choices = role_choices()

    def validate_seen(self, field: HiddenField) -> None:
        """One of the roles there are."""
        if field.data not in set(Role):
            raise ValidationError(_("Open the page again."))


class SuccessorForm(CompanyForm):
    """Another approver for a request, beside the one that was seen."""

    approver = RadioField(
        _l("Who decides instead"),
        validators=[InputRequired(_l("Choose who decides instead."))],
        validate_choice=False,
        choices=[],
    )
    seen = HiddenField(validators=[InputRequired()])

    def validate_approver(self, field: RadioField) -> None:
        """An id that can be looked for; who it is and whether they may is the rules' business."""
        _storable(self, field)

    def validate_seen(self, field: HiddenField) -> None:
        """An id that can be compared."""
        _storable(self, field)


class LimitForm(CompanyForm):
    """A limit or none, on the version of the company that was seen."""

    kind = RadioField(
        _l("Company limit"),
        choices=[
            SelectChoice(LIMITED, _l("Up to an amount")),
            SelectChoice(UNLIMITED, _l("No limit")),
        ],
        validators=[InputRequired(_l("Choose whether there is a limit."))],
    )
    amount = StringField(
        _l("Amount"),
        validators=[
            Length(max=_LONGEST_AMOUNT, message=_l("Write a shorter number.")),
            _storable,
        ],
    )
    currency = StringField(
        _l("Currency"),
        validators=[
            Length(max=_LONGEST_AMOUNT, message=_l("Write three letters, like EUR.")),
            _storable,
        ],
    )
    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)]
    )
    step = HiddenField()

    def read(self) -> Money | None:
        """What was typed; raises `Invalid` with the field that cannot be read."""
        if self.kind.data == UNLIMITED:
            return None
        mark = get_decimal_symbol(reader().language)
        return read_limit(self.amount.data or "", self.currency.data or "", mark)

    @property
    def wants_preview(self) -> bool:
        """Whether somebody asks what it would mean, of something that can be read."""
        return self.step.data == PREVIEW and not self.errors

    def meaning(self, place: Front) -> Sentence | None:
        """What would follow from what was typed, once somebody asks for the preview."""
        if not self.wants_preview:
            return None
        return limit_in_words(replace(place.company, limit=self.read()))


class GroupForm(CompanyForm):
    """Who stands in the approval group, on the version of the company that was seen."""

    people = SelectMultipleField(_l("Approval group"), validate_choice=False)
    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)]
    )
    step = HiddenField()

    @property
    def wants_preview(self) -> bool:
        """Whether somebody asks what it would mean."""
        return self.step.data == PREVIEW and not self.errors

    @property
    def chosen(self) -> list[str]:
        """The ids of who was chosen."""
        return list(self.people.data or ())

    def meaning(self, company: CompanyFacts, members: Sequence[Member]) -> Sentence | None:
        """What would follow from who was chosen, once somebody asks for the preview."""
        if not self.wants_preview:
            return None
        chosen = [one for one in members if one.person_id in self.chosen]
        return group_in_words(chosen, company)


def role_choices() -> list[SelectChoice]:
    """The four roles, in the order of what they may."""
    return [SelectChoice(str(role), _(role.label)) for role in Role]


def fresh_limit(place: Front, currency: str) -> LimitForm:
    """The form as the limit stands."""
    data = as_it_stands(place, place.company.limit, currency)
    return LimitForm(formdata=None, prefix="limit", data=data)


def fresh_group(place: Front, members: Sequence[Member]) -> GroupForm:
    """The form as the group stands."""
    group = [one.person_id for one in members if one.in_group]
    data = {"people": group, "version": place.version}
    return GroupForm(formdata=None, prefix="group", data=data)


def as_it_stands(place: Front, bound: Money | None, currency: str) -> dict[str, str | int]:
    """What stands in a form of an amount or none; `currency` where there is none."""
    return {
        "kind": UNLIMITED if bound is None else LIMITED,
        "amount": "" if bound is None else amount(bound),
        "currency": currency if bound is None else bound.currency,
        "version": place.version,
    }
