"""Words on paper: what the faces can show, and where lines end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.paper.content import Run, plain
from webapp.paper.ink import STRONG, TEXT
from webapp.paper.typography import MISSING, Face, has_missing, legible, line_width, lines, width

ROOM = 200.0
NAMES = [
    "Łódź Zaopatrzenie Sp. z o.o.",
    "Žďár nad Sázavou s.r.o.",
    "ΑΦΟΙ Παπαδόπουλοι Ο.Ε.",
    "ООО «Балтийский груз»",
    "İğdır Şeker A.Ş.",
    "Straße 12, 4 × 6 mm – “ok” 3 €",
]


def words(text: str) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines(plain(text), TEXT, ROOM)]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_europe_are_shown_as_they_are(name: str) -> None:
    assert legible(name) == name
    assert not has_missing(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("שלום", MISSING * 4),
        ("東京", MISSING * 2),
        ("👍🏽", MISSING),
        ("☎️", "☎" if not has_missing("☎") else MISSING),
        ("ﬁne １２", "fine 12"),
        ("e\u0301", "é"),
        ("pay\u202eEUR 001", "payEUR 001"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("a\tb\u2003c\r\nd", "a b c \nd"),
        ("\x07\x9b\ud800", MISSING),
    ],
)
def test_what_the_faces_lack_is_seen_and_what_turns_or_hides_text_is_left_out(
    text: str, shown: str
) -> None:
    assert legible(text) == shown


def test_figures_stand_below_each_other() -> None:
    assert len({width(figure, face, TEXT) for figure in "0123456789" for face in [TEXT.face]}) == 1
    assert len({round(width(f, Face.STRONG, STRONG), 6) for f in "0123456789"}) == 1


def test_lines_end_between_words_and_keep_amounts_together() -> None:
    found = words("Thermotransferetiketten für Drucker mit 1,480.00\N{NO-BREAK SPACE}EUR im Jahr")
    assert len(found) > 1
    assert any("1,480.00\N{NO-BREAK SPACE}EUR" in line for line in found)
    assert all(not line.startswith(" ") and not line.endswith(" ") for line in found)


def test_paragraphs_and_empty_lines_stay() -> None:
    assert words("one\n\ntwo") == ["one", "", "two"]
    assert words("") == [""]


def test_a_word_wider_than_a_line_is_cut_and_nothing_of_it_is_lost() -> None:
    found = words("x" * 10_000)
    assert "".join(found) == "x" * 10_000
    assert len(found) > 100


def test_emphasis_keeps_its_words() -> None:
    text = [Run("is "), Run("480.00 over", True), Run(", so")]
    [line] = lines(text, TEXT, ROOM)
    assert [(piece.text, piece.face) for piece in line] == [
        ("is ", Face.REGULAR),
        ("480.00 over", Face.STRONG),
        (", so", Face.REGULAR),
    ]


@given(st.text(max_size=300))
def test_no_text_is_wider_than_its_room_or_loses_a_letter(text: str) -> None:
    found = lines(plain(text), TEXT, ROOM)
    assert all(line_width(line, TEXT) <= ROOM + 0.01 for line in found)
    set_letters = "".join(piece.text for line in found for piece in line)
    assert set_letters.replace(" ", "") == legible(text).replace(" ", "").replace("\n", "")
