"""Regular expressions of the portable subset."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, select

from tests.support.databases import Backend
from webapp.db import Database
from webapp.kernel.patterns import MAX_LENGTH, BadPattern, parse
from webapp.sqlite import matches

_LETTERS = st.sampled_from("abAB .1\nüÜ-")
_ATOMS = st.one_of(
    st.sampled_from("abAZ1 ü"),
    st.sampled_from([".", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\.", r"\-"]),
    st.sampled_from(["[ab]", "[^ab]", "[a-c1]", r"[\da]", r"[\W]", "[]a]", "[^-]", "^", "$"]),
)
_COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"])


@st.composite
def _pieces(draw: st.DrawFn) -> str:
    atom = draw(_ATOMS)
    return atom if atom in "^$" else atom + draw(_COUNTS)


_CHAINS = st.lists(_pieces(), max_size=4).map("".join)
_PATTERNS = st.one_of(
    _CHAINS,
    st.tuples(_CHAINS, _CHAINS).map("|".join),
    st.tuples(_CHAINS, st.sampled_from(["a|b", "ab|", "a|^b"]), _COUNTS, _CHAINS).map(
        lambda parts: f"{parts[0]}({parts[1]}){parts[2]}{parts[3]}"
    ),
)


def _naive(text: str, pattern: str) -> bool:
    in_python = pattern.replace("$", r"\Z").replace(r"[^\Z", "[^$").replace("[]a]", r"[\]a]")
    flags = re.IGNORECASE | re.ASCII
    # ASCII keeps the classes to ASCII letters; the one other letter of these tests is folded here.
    fold = str.maketrans("Ü", "ü")
    return re.search(in_python.translate(fold), text.translate(fold), flags) is not None


@given(_PATTERNS, st.text(_LETTERS, max_size=8))
def test_a_pattern_means_what_it_means_in_python(pattern: str, text: str) -> None:
    assert matches(text, pattern) == _naive(text, pattern)


@given(pattern=_PATTERNS, text=st.text(_LETTERS, max_size=8))
def test_the_written_form_means_the_same(pattern: str, text: str) -> None:
    assert (re.search(parse(pattern).portable, text) is not None) == matches(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("do", "Jane DOE", True),
        ("müll", "MÜLLER", True),
        ("^roe$", "Roe", True),
        ("^roe$", "Roe\n", False),
        ("a.c", "a\nc", False),
        ("[^a]", "A", False),
        ("", "", True),
        ("ab{3}c", "xabbbcx", True),
        ("(?:ab)+", "xABab", True),
        (r"\(2\)", "box (2)", True),
        ("a|", "", True),
        ("[A-c_]", "_", True),
        ("ſ", "S", True),
    ],
)
def test_a_pattern_is_found(pattern: str, text: str, found: bool) -> None:
    assert matches(text, pattern) is found


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "(a", "[a", "[", "[^", "\\", "a{", "a{2", "{2}", "*", "+a", "?", "a{3,2}"),
        *("a{51}", "a{999}", "a**", "a+?", "a*+", "(a*)*", "(a|b+){2}", "^*", "$+", "(^)*"[1:]),
        *(
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?P<n>a)",
            "(?i)a",
            "(?#x)",
            r"(a)\1",
            r"\b",
            r"\A",
            r"\u00e4",
        ),
        *("[[:alpha:]]", "[z-a]", "[ -\U0010ffff]", "(" * 11 + ")" * 11, "x" * (MAX_LENGTH + 1)),
        *("(abcdefghij){50}", "(" * 200, "[" * 200, "\\" * 199),
    ],
)
def test_everything_else_is_refused_with_a_remedy(pattern: str) -> None:
    with pytest.raises(BadPattern, match=r"[A-Z“].*\."):
        parse(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(x|x|x)" * 9 + "y", ".*.*.*.*.*.*b", "a.{40}b", "[^b]{0,50}[^c]{0,50}c", ".+.+.+$^"],
)
def test_no_pattern_is_slow(pattern: str) -> None:
    text = "ax" * 2000
    started = time.perf_counter()
    matches(text, pattern)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "pattern",
    ["(x|x|x)" * 9 + "y", ".*.*.*.*.*.*b", "a.{40}b", "([^b]x){0,40}[^c]{0,50}c", r"[\D]$"],
)
def test_no_pattern_is_too_much_for_a_database(database: Database, pattern: str) -> None:
    with database.reading() as session:
        if session.get_bind().dialect.name == "sqlite":
            return
        found = select(literal("ax" * 2000).op("~")(parse(pattern).portable))
        started = time.perf_counter()
        session.execute(found)
        assert time.perf_counter() - started < 2


def test_postgresql_reads_the_written_form_alike(backend: Backend) -> None:
    if backend.name != "postgresql":
        return
    texts = ["", "a", "Ab", "ü-1", "a\nb", "b b", ".", "AAB1", "ab ab", "\\", "[x]", "***:"]
    patterns = [
        r"\W",
        "[^a]",
        "a|",
        "^$",
        "a{2,}",
        r"[\W_]",
        "(a|^b)b?",
        "[]a]",
        r"\\",
        r"\[",
        "***:",
    ]
    patterns[-1] = r"\*\*\*:"
    with backend.rolled_back() as database, database.reading() as session:
        for pattern in patterns:
            for text in texts:
                query = select(literal(text).op("~")(parse(pattern).portable))
                assert session.scalar(query) is matches(text, pattern), (pattern, text)
