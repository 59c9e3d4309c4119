"""Reading the query language of lists."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.approvals.criteria import (
    EVERYTHING,
    NOTHING,
    All,
    Any,
    Between,
    ByType,
    Comparing,
    Criterion,
    Document,
    Field,
    Inside,
    Like,
    Literal,
    OneOf,
    Operand,
    Presence,
    Where,
)
from webapp.emporix.filtering import MAX_CRITERIA, MAX_DEPTH, MAX_LENGTH, MAX_VALUES, parse
from webapp.kernel.errors import Invalid

SITE = Where(Field.SITE, OneOf((Literal("main"),)))
JANUARY = Between(
    (
        (Comparing.AT_LEAST, Literal("2026-01-01T00:00:00.000Z", is_quoted=True)),
        (Comparing.LESS, Literal("2026-02-01T00:00:00.000Z", is_quoted=True)),
    )
)


def where(operand: Operand, *values: str) -> Where:
    return Where(operand, OneOf(tuple(Literal(value) for value in values)))


ONE, TWO, THREE = (where(Field.ID, number) for number in "123")


@pytest.mark.parametrize(
    ("query", "criterion"),
    [
        ("", EVERYTHING),
        ("  ", EVERYTHING),
        ("q=", EVERYTHING),
        ("status:PENDING", where(Field.STATUS, "PENDING")),
        ("q=status:PENDING", where(Field.STATUS, "PENDING")),
        (" status: PENDING ", where(Field.STATUS, "PENDING")),
        ("status:PENDING resource.siteCode:main", All((where(Field.STATUS, "PENDING"), SITE))),
        ("status:PENDING\nresource.siteCode:main", All((where(Field.STATUS, "PENDING"), SITE))),
        (
            "status:(PENDING,DECLINED) resource.siteCode:main",
            All((where(Field.STATUS, "PENDING", "DECLINED"), SITE)),
        ),
        (
            'status:("PENDING" , DECLINED)',
            Where(Field.STATUS, OneOf((Literal("PENDING", is_quoted=True), Literal("DECLINED")))),
        ),
        ("status:(PENDING)", where(Field.STATUS, "PENDING")),
        ("nowhere:1", NOTHING),
        ("nowhere:~(1)", NOTHING),
        ("nowhere:exists", NOTHING),
        ("nowhere:missing", EVERYTHING),
        ("nowhere:null", EVERYTHING),
        ("resource.items:x", NOTHING),
        ("requestor:exists", Where(Field.REQUESTER_ID, Presence.EXISTS)),
        ("comment:null", Where(Field.COMMENT, Presence.NULL)),
        (
            'comment:"null"',
            Where(Field.COMMENT, OneOf((Literal("null", is_quoted=True),))),
        ),
        ("createdResource:missing", Where(Field.ORDER, Presence.MISSING)),
        (
            'metadata.createdAt:(>="2026-01-01T00:00:00.000Z" AND <"2026-02-01T00:00:00.000Z")',
            Where(Field.CREATED_AT, JANUARY),
        ),
        (
            "metadata.version:>5",
            Where(Field.VERSION, Between(((Comparing.MORE, Literal("5")),))),
        ),
        ("id:urn:a;b", where(Field.ID, "urn:a;b")),
        ("id:-5", where(Field.ID, "-5")),
        ("id:AND", where(Field.ID, "AND")),
        (
            r'comment:"say \"a\\b\" (c)"',
            Where(Field.COMMENT, OneOf((Literal(r'say "a\b" (c)', is_quoted=True),))),
        ),
        ("comment:~abc", Where(Field.COMMENT, Like("abc"))),
        ("comment:~(two words)", Where(Field.COMMENT, Like("two words"))),
        ("comment:~(a (b|c) [)] d)", Where(Field.COMMENT, Like("a (b|c) [)] d"))),
        (r"comment:~(\(x\))", Where(Field.COMMENT, Like(r"\(x\)"))),
        ("comment:~()", Where(Field.COMMENT, Like(""))),
        (r'comment:~"\"a\.b"', Where(Field.COMMENT, Like(r'"a\.b'))),
        (
            "details.name.en:x",
            where(ByType(Inside(Document.DETAILS, ("name", "en")), None), "x"),
        ),
        ("details.a..b:x", NOTHING),
        ("compoundLogicalQuery:(id:1)", ONE),
        ("compoundLogicalQuery:((id:1))", ONE),
        ("compoundLogicalQuery:((id:1) OR (id:2))", Any((ONE, TWO))),
        ("compoundLogicalQuery:(id:1 OR id:2)", Any((ONE, TWO))),
        ("compoundLogicalQuery:((id:1) OR (id:2) AND (id:3))", Any((ONE, All((TWO, THREE))))),
        ("compoundLogicalQuery:(((id:1) OR (id:2)) AND (id:3))", All((Any((ONE, TWO)), THREE))),
        ("compoundLogicalQuery:((id:1 id:2) OR (id:3))", Any((All((ONE, TWO)), THREE))),
        (
            "compoundLogicalQuery:((compoundLogicalQuery:((id:1) OR (id:2))) AND (id:3))",
            All((Any((ONE, TWO)), THREE)),
        ),
        ("id:1 compoundLogicalQuery:((id:2) OR (id:3))", All((ONE, Any((TWO, THREE))))),
        ("compoundLogicalQuery:" + "(" * 1900 + "id:1" + ")" * 1900, ONE),
    ],
)
def test_a_query_is_read(query: str, criterion: Criterion) -> None:
    assert parse(query) == criterion


def test_the_search_of_a_storefront_is_read() -> None:
    paths = (
        "id",
        "status",
        *(
            f"{who}.{name}"
            for who in ("requestor", "approver")
            for name in ("firstName", "lastName")
        ),
    )
    found = parse(f"compoundLogicalQuery:({' OR '.join(f'({path}:~(x))' for path in paths)})")
    assert isinstance(found, Any)
    assert [part.test for part in found.parts if isinstance(part, Where)] == [Like("x")] * 6


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("query", "remedy"),
    [
        ("status:(PENDING", "closes it (at character 16)"),
        ("compoundLogicalQuery:((id:1) OR (id:2)", "closes it"),
        ("status:", "lacks a value"),
        ("status:(", "lacks a value"),
        ("status:()", "lacks a value"),
        ("status:(a,)", "lacks a value"),
        ("id:<", "lacks a value"),
        ("id:~", "lacks a value"),
        ('id:"x', "lacks a value"),
        ("status", "a field and a colon"),
        ("status:a b", "double quotes (at character 10)"),
        (":a", "a field and a colon"),
        ("ü:a", "a field and a colon"),
        ("()", "a field and a colon"),
        ("compoundLogicalQuery:()", "a field and a colon"),
        ("compoundLogicalQuery:((id:1)(id:2))", "unexpected"),
        ("status:a)", "unexpected: )"),
        ("status:(a b)", "unexpected"),
        ("id:(>=1 OR <=2)", "unexpected"),
        ("id:a,b", "double quotes"),
        ("id:~[x", "(at character 5)"),
        ('id:~"[x"', "(at character 5)"),
        ("id:~(a++)", "(at character 6)"),
        (r"id:~((a)\1)", "regular expression"),
        ("id:~((?=a))", "regular expression"),
        ("id:~(" + "x" * 300 + ")", "at most 200 characters"),
        ("id:\x00", "holds a control character; leave it out (at character 4)"),
        ("id:\ud800", "control character"),
        ("x" * (MAX_LENGTH + 1), "longer than 4000"),
        ("x" * 100_000, "longer than 4000"),
        ("(" * 5000, "longer than 4000"),
        ("(" * MAX_LENGTH, "a field and a colon"),
        ("compoundLogicalQuery:" + "(" * 3000, "lacks"),
        ('"' * MAX_LENGTH, "a field and a colon"),
        ("id:(" + "1," * MAX_VALUES + "1)", "more than 200 values"),
        ("id:1 " * (MAX_CRITERIA + 1), "more than 50 criteria"),
        (
            "compoundLogicalQuery:(" + "(id:1 OR " * MAX_DEPTH + "id:1" + ")" * (MAX_DEPTH + 1),
            "deeper than 20",
        ),
        ("\N{GRINNING FACE}", "a field and a colon"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_write(query: str, remedy: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(query)
    assert refused.value.code == "query"
    sentence = refused.value.sentence.plain()
    assert remedy in sentence
    assert sentence.startswith("The query ")
    assert sentence.endswith(".")
    assert {name: why.plain() for name, why in refused.value.fields.items()} == {
        "q": sentence.removeprefix("The query ").removesuffix(".")
    }


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("x" * (MAX_LENGTH + 1), "The query is longer than 4000 characters."),
        (
            "status:(aa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)",
            "The query has something unexpected: bbbbbbbbbbbbbbbbbbbb (at character 12).",
        ),
    ],
)
def test_a_refusal_is_one_sentence(query: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(query)
    assert refused.value.sentence.plain() == sentence


@pytest.mark.parametrize(
    "query",
    [
        "id:1 " * MAX_CRITERIA,
        "id:(" + "1," * (MAX_VALUES - 1) + "1)",
        "id:~a " * (MAX_CRITERIA - 1) + "id:(" + "1," * (MAX_VALUES - MAX_CRITERIA) + "1)",
        "compoundLogicalQuery:(" + "(id:1 OR " * (MAX_DEPTH - 1) + "id:1" + ")" * MAX_DEPTH,
    ],
)
def test_what_is_just_allowed_is_read(query: str) -> None:
    assert parse(query) not in (EVERYTHING, NOTHING)


@given(st.text(alphabet=st.sampled_from('ab:().,"~<>= \\[]|*+?{}1-AND ORé\n'), max_size=60))
def test_anything_is_read_or_refused(noise: str) -> None:
    for query in (noise, f"id:{noise}", f"id:~({noise})", f"compoundLogicalQuery:({noise})"):
        with suppress(Invalid):
            parse(query)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-01", "2026-01-01T00:00:00+00:00"),
        ("2026-01-01T05:00Z", "2026-01-01T05:00:00+00:00"),
        ("2026-01-01T05:00:00.123456789+02:00", "2026-01-01T03:00:00.123456+00:00"),
        ("20260101", None),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
    ],
)
def test_a_literal_may_be_a_moment(text: str, moment: str | None) -> None:
    found = Literal(text, is_quoted=True).moment
    assert (found and found.isoformat()) == moment


def test_what_stands_in_quotation_marks_is_no_number() -> None:
    assert Literal("5").number == 5
    assert Literal("true").truth is True
    quoted = Literal("5", is_quoted=True)
    assert quoted.number is None
    assert quoted.truth is None
