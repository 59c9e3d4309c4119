"""The forms in which a company says how people have to be signed in to decide (R53, R58)."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from webapp.company.forms import LIMITED, UNLIMITED, LimitForm, as_it_stands
from webapp.identity.recording import Front


class AgainForm(LimitForm):
    """An amount or none, on the version of the company that was seen."""

    kind = RadioField(
        _l("Signing in again"),
        choices=[
            SelectChoice(LIMITED, _l("Above an amount")),
            SelectChoice(UNLIMITED, _l("Never")),
        ],
        validators=[InputRequired(_l("Choose whether there is such an amount."))],
    )


def fresh_again(place: Front, currency: str) -> AgainForm:
    """The form as the rule stands."""
    data = as_it_stands(place, place.company.again_above, currency)
    return AgainForm(formdata=None, prefix="again", data=data)


class LinkForm(LimitForm):
    """An amount below which the link of a mail decides without a sign-in, or none."""

    kind = RadioField(
        _l("Links of mails"),
        choices=[
            SelectChoice(UNLIMITED, _l("Always after signing in")),
            SelectChoice(LIMITED, _l("Without signing in, below an amount")),
        ],
        validators=[InputRequired(_l("Choose whether there is such an amount."))],
    )


def fresh_link(place: Front, currency: str) -> LinkForm:
    """The form as the rule stands."""
    data = as_it_stands(place, place.company.link_below, currency)
    return LinkForm(formdata=None, prefix="link", data=data)
