"""The one htmx rule: file `_decision_panel.html`, element `#decision-panel`, swap target."""

import re
from pathlib import Path

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
_FORM = re.compile(r"<form\b(?:[^>\"]|\"[^\"]*\")*>")
_SWAPS = re.compile(r"hx-(get|post|put|patch|delete)=")


def test_a_fragment_is_the_element_of_its_name() -> None:
    for path in FRAGMENTS:
        first_tag = re.search(r"<[a-z][^>]*>", _JINJA.sub("", path.read_text("utf-8")))
        assert first_tag is not None, path
        assert f'id="{_element(path)}"' in first_tag.group(), path


def test_what_htmx_swaps_is_a_fragment() -> None:
    known = {f"#{_element(path)}" for path in FRAGMENTS}
    for path in PAGES:
        assert set(_TARGET.findall(path.read_text("utf-8"))) <= known, path


def test_no_code_and_no_style_stands_inside_a_page() -> None:
    """The Content-Security-Policy would refuse it; mails have their own rules."""
    for path in PAGES:
        if "emails" not in path.parts and path.name != "email.html":
            assert not _INLINE.search(path.read_text("utf-8")), path


def test_a_form_that_htmx_sends_works_without_it() -> None:
    for path in PAGES:
        for tag in _FORM.findall(path.read_text("utf-8")):
            assert not _SWAPS.search(tag) or {"method=", "action="} <= _words(tag), f"{path}: {tag}"


def _element(path: Path) -> str:
    return path.stem.removeprefix("_").replace("_", "-")


def _words(tag: str) -> set[str]:
    return set(re.findall(r"[a-z-]+=", tag))
