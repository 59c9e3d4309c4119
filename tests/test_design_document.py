"""`docs/design.md` speaks of every page, with pictures that are there and light."""

import re
from pathlib import Path

from tests.support.places import PLACES
from tests.support.screenshots import PICTURED

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs/design.md").read_text("utf-8")
PICTURES = ROOT / "docs/pictures"
_MOST_BYTES = 80 * 1024


def test_every_page_is_spoken_of() -> None:
    assert {place.name for place in PLACES} == set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", TEXT))


def test_every_picture_is_shown_and_light() -> None:
    shown = set(re.findall(r"\]\(pictures/([\w-]+)\.png\)", TEXT))
    assert shown == set(PICTURED) == {path.stem for path in PICTURES.glob("*.png")}
    heavy = [path.name for path in PICTURES.glob("*.png") if path.stat().st_size > _MOST_BYTES]
    assert heavy == []
