"""The forms of the approval pages: shape only; whether it may happen is the rules' business."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

MAX_WORDS = 4000
_TOO_LONG = _l("Shorten the text to 4,000 characters.")


class WordsForm(FlaskForm):  # type: ignore[misc]
    """A comment, a question or an answer."""

    text = TextAreaField(
        _l("Comment"),
        validators=[
            InputRequired(_l("Write a few words first.")),
            Length(max=MAX_WORDS, message=_TOO_LONG),
        ],
    )


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """A decision on the revision that was seen; it counts once it is confirmed."""

    note = TextAreaField(_l("Comment"), validators=[Length(max=MAX_WORDS, message=_TOO_LONG)])
    step = HiddenField(
        validators=[
            InputRequired(),
            AnyOf(("ready", "approve", "decline", "ask", "order", "approved", "declined", "asked")),
        ]
    )
    revision = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)],
    )


class RevisionForm(FlaskForm):  # type: ignore[misc]
    """The revision that was seen, beside another form."""

    revision = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)],
    )


class EmptyForm(FlaskForm):  # type: ignore[misc]
    """A button with its CSRF token."""
