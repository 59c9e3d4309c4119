"""The forms of the cart pages: shape only; what a line means is decided in `drafting`."""

from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal
from hashlib import sha256

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import HiddenInput

from webapp.carts import numerals
from webapp.carts.decoding import decode
from webapp.carts.domain import Line
from webapp.carts.numerals import Unreadable
from webapp.carts.parsing import FIELDS, Problem, RawLine, Reading, tidy, visible
from webapp.i18n import reader, say
from webapp.kernel.errors import Invalid
from webapp.kernel.ids import is_new_id, new_id
from webapp.kernel.money import exponent
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean

MAX_CART_NAME = 120
# More lines than this are edited as text: so many fields are of no use to anybody.
MAX_ROWS = 100
_EMPTY_ROWS = 3
_MOST_ROWS = 500
_MAX_TEXT = 1_000_000


class RowForm(Form):
    """One row: a SKU of the list, or anything else with its price and tax."""

    sku = StringField(_l("SKU"))
    name = StringField(_l("Product"))
    quantity = StringField(_l("Quantity"))
    price = StringField(_l("Unit price"))
    tax = StringField(_l("Tax"))
    line_id = HiddenField()


class _NamedForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        _l("Name"),
        validators=[
            Length(max=MAX_CART_NAME, message=_l("Shorten the name to 120 characters.")),
        ],
    )
    version = IntegerField(
        widget=HiddenInput(), validators=[Optional(), NumberRange(min=1, max=2_000_000_000)]
    )

    # The newer version that the person was told of and says to replace.
    overwrite = IntegerField(
        widget=HiddenInput(), validators=[Optional(), NumberRange(min=1, max=2_000_000_000)]
    )

    # What a new cart will be called, so that a form that is sent twice makes one.
    new_id = HiddenField(default=new_id)

    @property
    def cart_id(self) -> str | None:
        """The id that the page gave to the new cart."""
        return self.new_id.data if is_new_id(self.new_id.data or "") else None

    @property
    def seen_version(self) -> int:
        """The version that the person saw last; 0 for none."""
        return self.overwrite.data or self.version.data or 0

    @property
    def cart_name(self) -> str:
        """The name without what people do not see."""
        return " ".join(clean(self.name.data).split())

    def validate_name(self, field: StringField) -> None:
        """The name has to be storable."""
        try:
            clean(field.data)
        except Invalid as error:
            field.data = visible(field.data)
            raise ValidationError(say(error.sentence)) from None


class CartForm(_NamedForm):
    """A cart as rows; `version` is the one that the person saw."""

    lines = FieldList(FormField(RowForm))

    def show(self, rows: Sequence[dict[str, str]]) -> None:
        """Put these rows into the form, numbered anew."""
        self.lines.process(None, list(rows))

    def rows(self) -> list[dict[str, str]]:
        """What stands in the rows."""
        return [{name: value or "" for name, value in row.data.items()} for row in self.lines]

    def reading(self) -> Reading:
        """The rows that say something, by their place in the form counted from 1.

        Raises `Invalid` (code `too_many_lines`) for more rows than any page of ours sends.
        """
        if len(self.lines) > _MOST_ROWS:
            raise Invalid(
                sentence(N_("These are too many rows for one form. Paste the lines as text.")),
                code="too_many_lines",
            )
        return tidy([
            RawLine(number=number, **row)
            for number, row in enumerate(self.rows(), 1)
            if _says_something(row)
        ])  # fmt: skip

    def blame(self, problems: Sequence[Problem]) -> None:
        """Put each problem beside the field that it is about."""
        for problem in problems:
            row = self.lines[(problem.line or 1) - 1]
            field = row.form[problem.field or "sku"]
            field.errors = [*field.errors, say(problem.sentence)]
        self.show_marks()

    def show_marks(self) -> None:
        """Show where a character stands that cannot be stored."""
        for row in self.lines:
            for name in FIELDS:
                row.form[name].data = visible(row.form[name].data or "")


class TextForm(_NamedForm):
    """A cart as text, pasted or out of a file."""

    file = FileField(_l("CSV file"))
    text = TextAreaField(
        _l("Lines"),
        validators=[Length(max=_MAX_TEXT, message=_l("That is too much for one cart. Split it."))],
    )
    tax = StringField(_l("Tax where a line names none"))
    step = HiddenField(validators=[Length(max=20)])
    # What the preview showed; other lines than these are shown before they are saved.
    checked = HiddenField(validators=[Length(max=64)])

    default_tax: Decimal | None = None

    @property
    def seal(self) -> str:
        """A short form of what the preview depends on, whatever line ends the browser sends."""
        lines = (self.text.data or "").split()
        return sha256(
            " ".join([*lines, self.tax.data or ""]).encode("utf-8", "replace")
        ).hexdigest()

    @property
    def wants_to_save(self) -> bool:
        """Whether this is the second press; it counts for the lines that were shown."""
        pressed = self.step.data == "create" or bool(self.overwrite.data)
        return pressed and not self.file.data

    def validate_file(self, field: FileField) -> None:
        """A file takes the place of the text, so that what is wrong can be put right in it."""
        if not field.data:
            return
        try:
            with closing(field.data):
                self.text.data = decode(field.data.read())
        except Invalid as error:
            raise ValidationError(say(error.sentence)) from None

    def validate_tax(self, field: StringField) -> None:
        """A rate like 19%, or nothing."""
        if not (field.data or "").strip():
            return
        try:
            self.default_tax = numerals.rate(field.data)
        except Unreadable as error:
            field.data = visible(field.data)
            raise ValidationError(say(error.sentence)) from None
        if not 0 <= self.default_tax <= 1:
            raise ValidationError(_l("The tax must be between 0% and 100%. Write it like 19%."))


class DeletionForm(FlaskForm):  # type: ignore[misc]
    """The version of the cart that is to go."""

    version = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(min=1, max=2_000_000_000)],
    )


def empty_rows(count: int = _EMPTY_ROWS) -> list[dict[str, str]]:
    """Rows to begin with."""
    return [{"quantity": "1"} for _ in range(count)]


def row_of(line: Line, currency: str) -> dict[str, str]:
    """A line of a cart in this currency as its row."""
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "name": line.name,
        "quantity": _typed(line.quantity),
        "price": _typed(line.unit_price, exponent(currency)),
        "tax": f"{_typed(line.tax_rate * 100)}%",
    }


def _says_something(row: dict[str, str]) -> bool:
    """Rows are offered with a quantity of one; such a row was left alone."""
    named = any(row[name].strip() for name in ("sku", "name", "price"))
    return named or row["quantity"].strip() not in ("", "1")


def _typed(value: Decimal, decimals: int = 0) -> str:
    """The number as this reader would type it, with so many decimals where they say it all."""
    text = numerals.plain(value)
    if value == round(value, decimals) and decimals:
        text = numerals.unambiguous(f"{value:.{decimals}f}")
    return text.replace(".", ",") if reader().language == "de" else text
