"""The forms of the approval pages: shape only; whether it may happen is the rules' business."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, StopValidation
from wtforms.widgets import HiddenInput

from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.carts.parsing import visible
from webapp.i18n import say
from webapp.kernel.errors import Invalid
from webapp.kernel.text import clean

MAX_WORDS = 4000
# WTForms would look for a catalogue of its own to name a field that nobody sees.
_UNSEEN = ""
_TOO_LONG = _l("Shorten the text to 4,000 characters.")


def storable(_form: FlaskForm, field: Field) -> None:
    """Refuse what no database keeps; the field shows a mark in its place."""
    try:
        clean(field.data)
    except Invalid as refusal:
        field.data = visible(field.data)
        raise StopValidation(say(refusal.sentence)) from None


class WordsForm(FlaskForm):  # type: ignore[misc]
    """A comment, a question or an answer."""

    text = TextAreaField(
        _l("Comment"),
        validators=[
            InputRequired(_l("Write a few words first.")),
            storable,
            Length(max=MAX_WORDS, message=_TOO_LONG),
        ],
    )
    line = HiddenField(_l("What is it about?"), validators=[storable, Length(max=200)])


_FIRST_PRESSES = ("ready", "seen", "approve", "decline", "ask")


# What a second press decides, and whether it places the order as well.
_DECISIONS = {
    "order": (Action.APPROVE, True),
    "approved": (Action.APPROVE, False),
    "declined": (Action.DECLINE, False),
}


class _Deciding:
    """A form whose second press decides; every other press only shows the next step."""

    note: TextAreaField
    step: HiddenField

    @property
    def decides(self) -> bool:
        """Whether this is such a press."""
        return self.step.data in _DECISIONS

    def decision(self, seen_revision: int | None = None) -> Decision:
        """What it decides."""
        action, place_order = _DECISIONS[self.step.data or ""]
        return Decision(
            action=action,
            note=self.note.data or "",
            seen_revision=seen_revision,
            place_order=place_order,
        )


class DecisionForm(_Deciding, FlaskForm):  # type: ignore[misc]
    """A decision on the revision that was seen; it counts once it is confirmed."""

    note = TextAreaField(
        _l("Comment"), validators=[storable, Length(max=MAX_WORDS, message=_TOO_LONG)]
    )
    step = HiddenField(
        _UNSEEN,
        validators=[
            InputRequired(),
            AnyOf((*_FIRST_PRESSES, "order", "approved", "declined", "asked")),
        ],
    )
    revision = IntegerField(
        _UNSEEN,
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)],
    )


class _Picking:
    """A press on a reason that is offered: it goes to the words, which can be changed further."""

    note: TextAreaField
    phrase = HiddenField(_UNSEEN, validators=[InputRequired(), storable, Length(max=MAX_WORDS)])

    def pick(self) -> None:
        """Put the reason behind what was typed; nothing typed is lost."""
        typed, phrase = (self.note.data or "").rstrip(), self.phrase.data or ""
        if phrase not in typed:
            self.note.data = f"{typed}\n{phrase}".lstrip("\n")


class PhraseForm(_Picking, DecisionForm):
    """A reason picked for one request, whatever the step says."""

    step = HiddenField(_UNSEEN)


class LinkForm(_Deciding, FlaskForm):  # type: ignore[misc]
    """The decision on a page that a mail leads to; the link says on which revision."""

    note = TextAreaField(
        _l("Comment"), validators=[storable, Length(max=MAX_WORDS, message=_TOO_LONG)]
    )
    step = HiddenField(
        _UNSEEN, validators=[InputRequired(), AnyOf(("order", "approved", "declined"))]
    )


class BulkForm(FlaskForm):  # type: ignore[misc]
    """One decision on all the requests that are selected."""

    note = TextAreaField(
        _l("Comment"), validators=[storable, Length(max=MAX_WORDS, message=_TOO_LONG)]
    )
    step = HiddenField(
        _UNSEEN, validators=[InputRequired(), AnyOf(("order", "approved", "declined"))]
    )

    def validate_note(self, field: Field) -> None:
        """A decline without a reason helps nobody."""
        if self.step.data == "declined" and not (field.data or "").strip():
            raise StopValidation(_l("Say why, so that everybody who asked can act on it."))


class BulkPhraseForm(_Picking, BulkForm):
    """A reason picked for all of them, whatever the step says."""

    step = HiddenField(_UNSEEN)


class RevisionForm(FlaskForm):  # type: ignore[misc]
    """The revision that was seen, beside another form."""

    revision = IntegerField(
        _UNSEEN,
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)],
    )
