"""What a report of an import says, and how it names what stands in a file (R35)."""

import pytest

from webapp.seeding.domain import Problem, Refused, Report, place, printable, values_at


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ((), "(file)"),
        (("customers",), "customers"),
        (("customers", 3, "contactAssignments", 0, "role"),
         "customers[3].contactAssignments[0].role"),
        ((0, "a"), "[0].a"),
        (("a.",), "a."),
        (("", ""), "."),
    ],
)  # fmt: skip
def test_a_place_is_written_like_a_path(steps: tuple[str | int, ...], shown: str) -> None:
    assert place(*steps) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Müller & Söhne 1", "Müller & Söhne 1"),
        ("a\x1b[31m\nb", "a\\x1b[31m\\nb"),
        ("\ud800", "\\ud800"),
        ("\u202e", "\\u202e"),
        ("x" * 201, "x" * 200),
    ],
)
def test_what_a_terminal_cannot_print_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_refusal_counts_its_problems_and_keeps_them() -> None:
    problems = [Problem("a", "is missing"), Problem("b[0]", "is no text")]
    refused = Refused(problems)
    assert (refused.code, refused.problems) == ("bad_seed", problems)
    assert refused.sentence.plain() == "Nothing was loaded. Problems: 2."
    assert str(problems[1]) == "b[0]: is no text"


def test_a_report_has_a_line_for_each_kind_in_the_order_of_the_file() -> None:
    report = Report()
    report.added["people"] = 3
    report.unchanged["people"] = 8
    report.changed["companies"] = 1
    report.leave("people", "Bob Buyer is looked after on the page.")
    report.leave("people", "Rita Roe is looked after on the page.")
    report.leave("carts", "c1 was submitted.")
    assert list(report.lines()) == [
        "people: 3 added, 8 unchanged, 2 left alone",
        "companies: 1 changed",
        "carts: 1 left alone",
    ]
    assert report.notes[1:] == ["Rita Roe is looked after on the page.", "c1 was submitted."]


@pytest.mark.parametrize(
    ("document", "path", "found"),
    [
        ({"a": {"b": 1}}, ("a", "b"), [1]),
        ({"a": [{"b": 1}, {"c": 2}, 3, [{"b": 4}]]}, ("a", "b"), [1, 4]),
        ([{"a": None}, {"a": [5, 6]}], ("a",), [None, 5, 6]),
        ("text", ("a",), []),
        ("text", (), ["text"]),
    ],
)
def test_values_are_found_through_lists(
    document: object, path: tuple[str, ...], found: list[object]
) -> None:
    assert list(values_at(document, *path)) == found
