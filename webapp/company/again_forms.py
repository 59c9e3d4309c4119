"""The form in which a company says above which amount people sign in again (R53)."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired

from webapp.company.forms import LIMITED, UNLIMITED, LimitForm
from webapp.i18n import amount
from webapp.identity.recording import Place


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


def fresh_again(place: Place, currency: str) -> AgainForm:
    """The form as the rule stands."""
    above = place.company.again_above
    data = {
        "kind": UNLIMITED if above is None else LIMITED,
        "amount": "" if above is None else amount(above),
        "currency": currency if above is None else above.currency,
        "version": place.version,
    }
    return AgainForm(formdata=None, prefix="again", data=data)
