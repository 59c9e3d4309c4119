"""What is typed on the practice request: shape only, and it goes nowhere."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from webapp.approvals.forms import MAX_WORDS, storable


class PracticeForm(FlaskForm):  # type: ignore[misc]
    """A step and words, as on a request."""

    note = TextAreaField(
        _l("Comment"),
        validators=[
            storable,
            Length(max=MAX_WORDS, message=_l("Shorten the text to 4,000 characters.")),
        ],
    )
    step = HiddenField()
