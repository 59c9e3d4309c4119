"""What somebody's own company buys: a CSV file with the columns sku, name, price and tax."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

from webapp.carts.decoding import decode
from webapp.carts.numerals import Unreadable, decimal_mark, price, rate

__all__ = ("Article", "BadArticles", "decode", "read")

COLUMNS = ("sku", "name", "price", "tax")
_FEWEST, _MOST = 4, 500
_LONGEST = 200
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Article:
    """One product: the price is net and for one, the tax a fraction."""

    sku: str
    name: str
    price: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        """The price with its tax, not rounded."""
        return self.price * (1 + self.tax)


class BadArticles(ValueError):
    """Products that cannot be used; `problems` are lines of the file with what is wrong there."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def read(text: str, currency: str, limit: Decimal) -> tuple[Article, ...]:
    """The products of a file in its order; raises `BadArticles`.

    There have to be a few, and one that fits into half the limit, so that stories can be told.
    """
    rows = _rows(text)
    mark = decimal_mark(row["price"] for _, row in rows)
    found: dict[str, Article] = {}
    problems = []
    for line, row in rows:
        try:
            article = _article(row, currency, mark)
            if article.sku in found:
                raise _Wrong(f"the sku '{article.sku}' is in the file twice")
            found[article.sku] = article
        except _Wrong as error:
            problems.append((line, str(error)))
    problems = problems or list(_as_a_whole(found, limit))
    if problems:
        raise BadArticles(problems)
    return tuple(found.values())


class _Wrong(ValueError):
    """What is wrong with one line."""


def _rows(text: str) -> list[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(StringIO(text), delimiter=delimiter, restval="", restkey="")
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if missing := [column for column in COLUMNS if column not in names]:
        raise BadArticles([(1, f"no column {', '.join(missing)}; write {','.join(COLUMNS)}")])
    reader.fieldnames = names
    rows = [(reader.line_num, row) for row in reader]
    return [(line, _cells(row)) for line, row in rows if any(_cells(row).values())]


def _cells(row: dict[str, str]) -> dict[str, str]:
    return {column: (row.get(column) or "").strip() for column in COLUMNS}


def _article(row: dict[str, str], currency: str, mark: str | None) -> Article:
    if not row["sku"] or not row["name"]:
        raise _Wrong("a product needs an sku and a name")
    if max(len(row["sku"]), len(row["name"])) > _LONGEST or not row["name"].isprintable():
        raise _Wrong(f"sku and name are at most {_LONGEST} characters that can be printed")
    try:
        net = price(row["price"], currency, mark)
    except Unreadable:
        raise _Wrong(f"'{row['price']}' is not a price in {currency} such as 12.50") from None
    try:
        tax = rate(row["tax"])
    except Unreadable:
        raise _Wrong(f"'{row['tax']}' is not a tax in percent such as 8.1") from None
    if net <= 0 or net != round(net, _DECIMALS):
        raise _Wrong(f"the price '{row['price']}' must be above zero, such as 12.50")
    if not 0 <= tax < 1:
        raise _Wrong(f"the tax '{row['tax']}' must be from 0 to 99 percent")
    return Article(row["sku"], row["name"], net, tax)


def _as_a_whole(found: dict[str, Article], limit: Decimal) -> Iterator[tuple[int, str]]:
    if not _FEWEST <= len(found) <= _MOST:
        yield 1, f"{len(found)} products; a story needs {_FEWEST} to {_MOST}"
    elif all(article.gross > limit / 2 for article in found.values()):
        yield 1, f"every product costs more than half the limit of {limit}; add a cheaper one"
