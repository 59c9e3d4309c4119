"""The story's times hold on every day of the week and at every hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from webapp.demo import cast, goods
from webapp.demo.present import BASKETS, INVENTED, PENDING
from webapp.demo.script import ZONE, Basket, Do, Request, ago, on

# Two weeks around a change to winter time and around New Year, at awkward hours.
MOMENTS = [
    datetime(year, month, day, tzinfo=UTC) + timedelta(days=days, hours=hours)
    for year, month, day in ((2026, 10, 19), (2026, 12, 28))
    for days in range(14)
    for hours in (0.5, 7, 12.25, 22.9)
]
EACH = [(now, request) for now in MOMENTS for request in INVENTED.requests]


def test_everything_happens_in_the_order_in_which_it_is_told() -> None:
    for now, request in EACH:
        times = [request.at.before(now), *(act.at.before(now) for act in request.then)]
        assert all(before < after for before, after in pairwise(times)), (now, request.key)
        assert times[-1] < now, (now, request.key)


def test_what_is_answered_was_answered_in_time_and_what_is_open_is_not_over() -> None:
    week = timedelta(days=7)
    for now, request in EACH:
        asked = request.at.before(now)
        ends = [act.at.before(now) for act in request.then if act.do in _ENDS]
        assert all(end < asked + week for end in ends), (now, request.key)
        if request in PENDING:
            assert asked + week > now, (now, request.key)


def test_a_cart_comes_back_only_after_the_first_answer() -> None:
    by_key = {request.key: request for request in INVENTED.requests}
    for now, request in EACH:
        if request.resubmits:
            before = by_key[request.resubmits]
            ends = [act.at.before(now) for act in before.then if act.do is Do.DECLINE]
            end = ends[0] if ends else before.at.before(now) + timedelta(days=7, minutes=1)
            assert end + timedelta(minutes=10) < request.at.before(now), (now, request.key)


def test_a_working_day_is_never_a_weekend() -> None:
    for days in range(14):
        now = datetime(2026, 11, 16, 9, tzinfo=UTC) + timedelta(days=days)
        told = [on(count, "09:12").before(now).astimezone(ZONE) for count in range(1, 25)]
        assert {moment.weekday() for moment in told} == {0, 1, 2, 3, 4}
        assert len(set(told)) == len(told)
        assert all(moment.strftime("%H:%M") == "09:12" for moment in told)


def test_so_long_ago_is_so_long_ago() -> None:
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert ago(hours=5).before(now) == datetime(2026, 11, 16, 4, tzinfo=UTC)


def test_everything_that_is_wanted_is_on_the_price_list_in_the_currency_of_its_site() -> None:
    currency = {"main": "EUR", "basel": "CHF"}
    baskets: list[Request | Basket] = [*INVENTED.requests, *BASKETS]
    for basket in baskets:
        wanted = list(goods.wanted(basket.goods, INVENTED.products))
        assert {one.product["currency"] for one in wanted} == {currency[basket.site]}, basket.key


def test_the_company_has_what_a_wholesaler_sells() -> None:
    products = cast.invented()["products"]
    assert len(products) >= 60
    assert len({product["sku"] for product in products}) == len(products)


_ENDS = frozenset({Do.APPROVE, Do.PROMISE, Do.DECLINE, Do.WITHDRAW})
