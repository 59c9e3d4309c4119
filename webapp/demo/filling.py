"""Carts of somebody's own products that come to about what a story needs."""

from collections.abc import Sequence
from decimal import Decimal

from webapp.demo.articles import Article

_KINDS = 3
_MOST = 999


def below(articles: Sequence[Article], most: Decimal, *, turn: int) -> str:
    """Goods that come to at most this, as near as whole pieces allow; `turn` varies which."""
    picked = _picked(articles, most, turn)
    counts = [_count(article, most / len(picked)) for article in picked]
    return _written(articles, picked, counts)


def above(articles: Sequence[Article], least: Decimal, *, turn: int) -> str:
    """Goods that come to more than this, by no more than one piece."""
    picked = _picked(articles, least, turn)
    counts = [_count(article, least / len(picked)) for article in picked]
    while _total(picked, counts) <= least:
        counts[0] += 1
    return _written(articles, picked, counts)


def product_id(number: int) -> str:
    """The id of a product by its place in the file."""
    return f"p{number + 1}"


def _picked(articles: Sequence[Article], total: Decimal, turn: int) -> list[Article]:
    """A few products that fit into their share of the total, others at every turn."""
    fitting = [one for one in articles if one.gross <= total / _KINDS]
    if not fitting:
        fitting = [min(articles, key=lambda one: one.gross)]
    start = turn * 2 % len(fitting)
    return [*fitting[start:], *fitting[:start]][:_KINDS]


def _count(article: Article, share: Decimal) -> int:
    return min(max(int(share // article.gross), 1), _MOST)


def _total(picked: Sequence[Article], counts: Sequence[int]) -> Decimal:
    return sum((one.gross * n for one, n in _pairs(picked, counts)), Decimal())


def _pairs(picked: Sequence[Article], counts: Sequence[int]) -> list[tuple[Article, int]]:
    return list(zip(picked, counts, strict=True))


def _written(articles: Sequence[Article], picked: Sequence[Article], counts: Sequence[int]) -> str:
    """As the stories write it: `p1 4, p7 2`."""
    places = {article.sku: number for number, article in enumerate(articles)}
    return ", ".join(f"{product_id(places[one.sku])} {n}" for one, n in _pairs(picked, counts))
