"""The one htmx rule: the file `_decision_panel.html` is the element `#decision-panel` is the target."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
FRAGMENTS = [
    path
    for path in PAGES
    if path.name.startswith("_") and path.parent.name not in {"layouts", "emails"}
]
_TARGET = re.compile(r'hx-target="([^"]+)"')
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
_JINJA = re.compile(r"{%-? *macro .*?endmacro *-?%}|{[#%].*?[#%]}", re.DOTALL)
_SWAPS = re.compile(r"hx-(get|post|put|patch|delete)=")


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", FRAGMENTS, ids=_name)
def test_a_fragment_is_the_element_of_its_name(path: Path) -> None:
    element = path.stem.removeprefix("_").replace("_", "-")
    first_tag = re.search(r"<[a-z][^>]*>", _JINJA.sub("", path.read_text("utf-8")))
    assert first_tag is not None
    assert f'id="{element}"' in first_tag.group()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_what_htmx_swaps_is_a_fragment(path: Path) -> None:
    known = {f"#{p.stem.removeprefix('_').replace('_', '-')}" for p in FRAGMENTS}
    assert set(_TARGET.findall(path.read_text("utf-8"))) <= known


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_code_and_no_style_stands_inside_a_page(path: Path) -> None:
    """The Content-Security-Policy would refuse it; mails have their own rules."""
    if "emails" in path.parts or path.name == "email.html":
        return
    assert not _INLINE.search(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_form_that_htmx_sends_works_without_it(path: Path) -> None:
    for tag in re.findall(r"<form\b(?:[^>\"]|\"[^\"]*\")*>", path.read_text("utf-8")):
        if _SWAPS.search(tag):
            assert "method=" in tag, tag
            assert "action=" in tag, tag
