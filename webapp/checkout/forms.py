"""The form that asks somebody for approval."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from webapp.approvals.forms import storable

MAX_WORDS = 4000


class AskForm(FlaskForm):  # type: ignore[misc]
    """Whom to ask and what they should know, on the version of the cart that was seen."""

    approver = RadioField(_l("Whom to ask"), validators=[InputRequired(_l("Choose whom to ask."))])
    comment = TextAreaField(
        _l("What should they know?"),
        validators=[
            storable,
            Length(max=MAX_WORDS, message=_l("Shorten the text to 4,000 characters.")),
        ],
    )
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    # What the page offered: ordering alone, or asking. If that changed, the page says so first.
    verdict = HiddenField()
    # The total that the page named, in minor units: shipping that was chosen since may change it.
    total = HiddenField()
    step = HiddenField()

    def offer(self, people: list[tuple[str, str]], *, needed: bool) -> None:
        """The colleagues to choose from as (id, name); nobody is chosen where none is needed."""
        self.approver.choices = [SelectChoice(value, name) for value, name in people]
        if not needed:
            self.approver.validators, self.approver.validate_choice = (), False
        elif self.approver.data is None and people:
            self.approver.data = people[0][0]
