"""Reading what lists are sorted by."""

import pytest

from webapp.approvals.criteria import NEWEST_FIRST, Field, Sorting
from webapp.emporix.sorting import parse
from webapp.kernel.errors import Invalid

CREATED = Sorting(Field.CREATED_AT)
LATEST = Sorting(Field.CREATED_AT, is_descending=True)
STATUS = Sorting(Field.STATUS)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", NEWEST_FIRST),
        ("metadata.createdAt", (CREATED,)),
        ("metadata.createdAt:desc", (LATEST,)),
        ("metadata.createdAt:DESC", (LATEST,)),
        ("metadata.createdAt:Desc", (CREATED,)),
        ("metadata.createdAt:asc", (CREATED,)),
        ("metadata.createdAt:downwards", (CREATED,)),
        ("status,metadata.createdAt:desc", (STATUS, LATEST)),
        (" status , , metadata.createdAt:desc,", (STATUS, LATEST)),
        ("nowhere,status", (STATUS,)),
        ("nowhere", NEWEST_FIRST),
        ("resource.items", NEWEST_FIRST),
        ("\x00,\ud800:desc,details.ü", NEWEST_FIRST),
    ],
)
def test_an_order_is_read(text: str, order: tuple[Sorting, ...]) -> None:
    assert parse(text) == order


@pytest.mark.parametrize("text", ["status," * 11, "x" * 100_000, "," * 5000])
def test_too_much_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert refused.value.code == "sort"
    assert set(refused.value.fields) == {"sort"}
