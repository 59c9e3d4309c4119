"""What a search can ask about, as SQL: columns, the lines of the snapshot, documents beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.postgresql import JSONB

from webapp.approvals.criteria import (
    ByType,
    Document,
    Field,
    Inside,
    Joined,
    LineField,
    Operand,
    Presence,
    Test,
)
from webapp.approvals.documents import Part
from webapp.approvals.models import Approval, Revision
from webapp.approvals.values import Amount, Condition, Moment, Real, Text, Value, Whole
from webapp.carts.domain import ResourceType

Key = ColumnElement[object]
Single = Field | LineField | Joined

_TEXTS: dict[Field, ColumnElement[Any]] = {
    Field.TENANT: Approval.tenant_id.expression,
    Field.ID: Approval.id.expression,
    Field.STATUS: Approval.status.expression,
    Field.RESOURCE_TYPE: Approval.resource_type.expression,
    Field.RESOURCE_ID: Approval.resource_id.expression,
    Field.SITE: Approval.site_code.expression,
    Field.COMPANY: Approval.company_id.expression,
    Field.REQUESTER_ID: Approval.requester_id.expression,
    Field.REQUESTER_FIRST_NAME: Approval.requester_first_name.expression,
    Field.REQUESTER_LAST_NAME: Approval.requester_last_name.expression,
    Field.REQUESTER_EMAIL: Approval.requester_email.expression,
    Field.APPROVER_ID: Approval.approver_id.expression,
    Field.APPROVER_FIRST_NAME: Approval.approver_first_name.expression,
    Field.APPROVER_LAST_NAME: Approval.approver_last_name.expression,
    Field.CURRENCY: Approval.currency.expression,
    Field.COMMENT: Approval.comment.expression,
    Field.NOTE: Approval.approver_comment.expression,
    Field.ORDER: Approval.order_id.expression,
}
_OPTIONAL = (Field.COMMENT, Field.NOTE, Field.ORDER)
_CURRENCY = Approval.currency.expression
_NO_LINE: ColumnElement[Any] = null()
_AMOUNTS = {
    Field.NET: Approval.net_minor.expression,
    Field.TAX: Approval.tax_minor.expression,
    Field.GROSS: Approval.gross_minor.expression,
}
_MOMENTS = {
    Field.CREATED_AT: Approval.created_at.expression,
    Field.MODIFIED_AT: Approval.modified_at.expression,
    Field.EXPIRES_AT: Approval.expires_at.expression,
}
_DOCUMENTS = {
    Document.DETAILS: Revision.details.expression,
    Document.WINDOW: Revision.delivery_window.expression,
}
_REALS = (LineField.QUANTITY, LineField.UNIT_PRICE, LineField.NEW_UNIT_PRICE)
_LINE_AMOUNTS = (LineField.NET, LineField.TAX, LineField.GROSS)
_ABSENT = (Presence.MISSING, Presence.NULL)


@dataclass(frozen=True, slots=True)
class Operands:
    """Tests and sort keys of operands in the SQL of one kind of database.

    Every one is about a row of `Approval` joined with its current `Revision`.
    """

    is_postgresql: bool

    def meets(self, operand: Operand, test: Test) -> Condition:
        """Whether the request has this there."""
        match operand:
            case ByType(cart, quote):
                return or_(
                    self._of_type(ResourceType.CART, cart, test),
                    self._of_type(ResourceType.QUOTE, quote, test),
                )
            case Inside():
                return self._part(operand).meets(test)
        if _is_of_lines(operand):
            return self._some_line_meets(operand, test)
        return self._value(operand).meets(test)

    def order(self, operand: Operand, *, is_descending: bool) -> Iterator[ColumnElement[object]]:
        """How to sort by it; what has no value comes last."""
        is_optional = not isinstance(operand, Field | Joined) or operand in _OPTIONAL
        for key in self._keys(operand, is_descending=is_descending):
            directed = key.desc() if is_descending else key.asc()
            # Said only where it matters, since it keeps PostgreSQL from walking back an index.
            yield directed.nulls_last() if is_optional else directed

    def _of_type(self, kind: ResourceType, operand: Operand | None, test: Test) -> Condition:
        is_of_type = Approval.resource_type == kind
        if operand is None:
            return and_(is_of_type, literal_column("1 = 1" if test in _ABSENT else "1 = 0"))
        return and_(is_of_type, self.meets(operand, test))

    def _some_line_meets(self, operand: Single, test: Test) -> Condition:
        lines, line = self._lines()
        value = self._value(operand, line)
        if test in _ABSENT:
            return not_(_exists(lines, value.meets(Presence.EXISTS)))
        return _exists(lines, value.meets(test))

    def _keys(self, operand: Operand, *, is_descending: bool) -> Sequence[Key]:
        match operand:
            case ByType(cart, quote):
                return self._keys_by_type(cart, quote, is_descending=is_descending)
            case Inside():
                return self._part(operand).keys()
        if not _is_of_lines(operand):
            return self._value(operand).keys()
        lines, line = self._lines()
        value = self._value(operand, line)
        inner = value.keys()[0] if isinstance(value, Text) else value.expression
        outermost = func.max(inner) if is_descending else func.min(inner)
        found: Select[Any] = select(outermost).select_from(lines).correlate(Approval, Revision)
        return replace(value, expression=found.scalar_subquery()).keys()

    def _keys_by_type(
        self, cart: Operand | None, quote: Operand | None, *, is_descending: bool
    ) -> Sequence[Key]:
        columns = [
            [
                (Approval.resource_type == kind, key)
                for key in self._keys(part, is_descending=is_descending)
            ]
            for kind, part in ((ResourceType.CART, cart), (ResourceType.QUOTE, quote))
            if part is not None
        ]
        return [case(*whens) for whens in zip(*columns, strict=True)]

    def _part(self, inside: Inside) -> Part:
        column = _DOCUMENTS[inside.document]
        return Part(document=column, path=inside.path, is_postgresql=self.is_postgresql)

    def _value(self, operand: Single, line: ColumnElement[object] = _NO_LINE) -> Value:
        if isinstance(operand, Joined):
            expression = self._joined(operand, line)
            return Text(expression=expression, is_postgresql=self.is_postgresql)
        if isinstance(operand, LineField):
            return self._line_value(operand, line)
        return self._field_value(operand)

    def _field_value(self, field: Field) -> Value:
        sql = self.is_postgresql
        if field in _MOMENTS:
            return Moment(expression=_MOMENTS[field], is_postgresql=sql)
        if field in _AMOUNTS:
            return Amount(expression=_AMOUNTS[field], currency=_CURRENCY, is_postgresql=sql)
        if field is Field.VERSION:
            return Whole(expression=Approval.version.expression, is_postgresql=sql)
        return Text(expression=_TEXTS[field], is_postgresql=sql)

    def _joined(self, joined: Joined, line: ColumnElement[object]) -> ColumnElement[str]:
        parts = (
            self._value(part, line).expression
            if isinstance(part, Field | LineField)
            else literal(part, SqlText)
            for part in joined.parts
        )
        return reduce(add, parts)

    def _lines(self) -> tuple[FromClause, ColumnElement[object]]:
        """The lines of the current snapshot, and one of them as JSON."""
        if self.is_postgresql:
            lines = cast(Revision.snapshot, JSONB).op("->")(literal_column("'lines'"))
            line = func.jsonb_array_elements(lines, type_=JSONB).column_valued("line")
            return line.scalar_alias, line
        table = func.json_each(Revision.snapshot, "$.lines").table_valued("value", name="line")
        return table, table.c.value

    def _line_value(self, field: LineField, line: ColumnElement[object]) -> Value:
        sql = self.is_postgresql
        if field in _REALS:
            return Real(expression=cast(self._member(line, field), Double), is_postgresql=sql)
        if field in _LINE_AMOUNTS:
            amount = self._line_amount(field, line)
            return Amount(expression=amount, currency=_CURRENCY, is_postgresql=sql)
        if field is LineField.PRODUCT_OR_LINE:
            product = func.nullif(self._member(line, LineField.PRODUCT), "", type_=SqlText)
            either = func.coalesce(product, self._member(line, LineField.LINE))
            return Text(expression=either, is_postgresql=sql)
        return Text(expression=self._member(line, field), is_postgresql=sql)

    def _line_amount(self, field: LineField, line: ColumnElement[object]) -> ColumnElement[int]:
        if field is LineField.GROSS:
            return self._line_amount(LineField.NET, line) + self._line_amount(LineField.TAX, line)
        return cast(self._member(line, field), BigInteger)

    def _member(self, line: ColumnElement[object], name: str) -> ColumnElement[str]:
        """A member of a line; the fields are named as `carts.snapshot` writes them."""
        if self.is_postgresql:
            return line.op("->>", return_type=SqlText())(literal_column(f"'{name}'"))
        return func.json_extract(line, f"$.{name}", type_=SqlText)


def _is_of_lines(operand: Single) -> bool:
    if isinstance(operand, Joined):
        return any(isinstance(part, LineField) for part in operand.parts)
    return isinstance(operand, LineField)


def _exists(lines: FromClause, condition: Condition) -> Condition:
    found: Select[Any] = select(literal_column("1")).select_from(lines).where(condition)
    return found.correlate(Approval, Revision).exists()
