"""The colours of the desk can be read, whatever stands on what, in both themes."""

import pytest

from webapp.assets import data_root
from webapp.design.palette import PAIRS, USES, Reading, contrast, readings, roles, swatches

SHEET = (data_root() / "static/css/tokens.css").read_text("utf-8")
# Colours that are part of a shadow or a veil and never stand under or over words.
UNREAD = {"line", "line-2"}


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
    assert contrast("#2746c2", "#2746c2") == 1


def test_the_sheet_is_read_in_both_themes() -> None:
    sheet = "--one: light-dark(#ffffff, #000000);\n--two: #123456;\n--veil: rgb(0 0 0 / .5);"
    assert roles(sheet) == {"one": ("#ffffff", "#000000"), "two": ("#123456", "#123456")}


@pytest.mark.parametrize("reading", [*readings(roles(SHEET))], ids=str)
def test_every_pair_of_roles_can_be_read(reading: Reading) -> None:
    assert reading.is_enough


def test_every_colour_has_a_use_and_is_measured() -> None:
    assert set(roles(SHEET)) == set(USES)
    measured = {name for pair in PAIRS for name in pair[:2]}
    assert set(USES) - measured == UNREAD


def test_a_swatch_shows_the_pair_that_is_nearest_to_its_limit() -> None:
    quiet = next(one for one in swatches(SHEET) if one.role == "ink-3")
    worst = quiet.worst("light")
    assert worst is not None
    assert worst.ratio == min(one.ratio for one in quiet.readings if one.theme == "light")
