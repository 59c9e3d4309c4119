"""A form with one field of each kind, never stored anywhere."""

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import (  # type: ignore[attr-defined]
    DateField,
    IntegerField,
    SelectChoice,
)
from wtforms.validators import AnyOf, InputRequired


def _choices(values: str) -> list[SelectChoice]:
    return [SelectChoice(value, value) for value in values.split()]


class SampleForm(FlaskForm):  # type: ignore[misc]
    """One field of each kind; sent with nothing in it, it is wrong throughout."""

    class Meta:
        csrf = False

    name = StringField("Name", validators=[InputRequired("Give it a name.")])
    email = EmailField("E-mail")
    quantity = IntegerField("Quantity", validators=[InputRequired("How many?")])
    day = DateField("Deliver on")
    country = SelectField(
        "Country",
        choices=[
            SelectChoice("Denmark", "Denmark"),
            SelectChoice("Germany", "Germany"),
            SelectChoice("Switzerland", "Switzerland"),
        ],
    )
    note = TextAreaField("Note", validators=[InputRequired("Say why, in a few words.")])
    theme = RadioField(
        "Theme",
        choices=[
            SelectChoice("system", "system"),
            SelectChoice("light", "light"),
            SelectChoice("dark", "dark"),
        ],
    )
    agreed = BooleanField("Only this time", validators=[AnyOf([True], "Tick it to go on.")])
    file = FileField("A file")
    approver = RadioField(
        "Who decides?",
        choices=[
            SelectChoice("ada", "ada"),
            SelectChoice("bob", "bob"),
            SelectChoice("rita", "rita"),
        ],
        default="ada",
    )
