"""What has to be true of every page, whoever asks for it."""

from collections import Counter
from xml.etree.ElementTree import Element

import html5lib

# What HTML5 parsers report and browsers and people do not mind.
_TOLERATED: frozenset[str] = frozenset()
_NEEDS_A_LABEL = {"input", "select", "textarea"}
_LABELS_ITSELF = {"hidden", "submit", "button", "image", "reset"}


def check_page(html: str, where: str) -> None:
    """Fail with a list of everything that is wrong with a whole page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(html)
    wrong = [f"malformed at {at}: {code} {data}" for at, code, data in parser.errors
             if code not in _TOLERATED]  # fmt: skip
    wrong += [*_frame(root), *_ids(root), *_labels(root), *_forms(root), *_inline(root)]
    assert not wrong, f"{where}\n" + "\n".join(wrong)


def check_fragment(html: str, where: str) -> None:
    """Fail with a list of what is wrong with a part of a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parseFragment(html)
    wrong = [f"malformed at {at}: {code} {data}" for at, code, data in parser.errors]
    wrong += [*_ids(root), *_inline(root)]
    assert not wrong, f"{where}\n" + "\n".join(wrong)


def _frame(root: Element) -> list[str]:
    headings = len(root.findall(".//h1"))
    title = root.findtext(".//title") or ""
    found = [] if headings == 1 else [f"{headings} h1 instead of one"]
    if not title.strip(" –").removesuffix("Countersign").strip(" –"):
        found.append("no title")
    html = root if root.tag == "html" else root.find(".//html")
    if html is None or not html.get("lang"):
        found.append("no language")
    if root.find(".//main") is None:
        found.append("no main")
    return found


def _ids(root: Element) -> list[str]:
    ids = Counter(one.get("id") for one in root.iter() if one.get("id"))
    found = [f"id {name!r} {times} times" for name, times in ids.items() if times > 1]
    for one in root.iter():
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            for name in (one.get(attribute) or "").split():
                if name not in ids:
                    found.append(f"{one.tag} {attribute} names {name!r}, which is not there")
    return found


def _labels(root: Element) -> list[str]:
    named = {label.get("for") for label in root.iter("label")}
    wrapped = {id(field) for label in root.iter("label") for field in label.iter()}
    return [
        f"{field.tag} {field.get('name') or field.get('id')!r} has no label"
        for field in root.iter()
        if field.tag in _NEEDS_A_LABEL
        and field.get("type") not in _LABELS_ITSELF
        and field.get("id") not in named
        and id(field) not in wrapped
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
    ]


def _forms(root: Element) -> list[str]:
    found = []
    for form in root.iter("form"):
        if form.get("method") == "dialog":  # closes a dialog and sends nothing
            continue
        if form.get("action") is None or form.get("method") not in {"get", "post"}:
            found.append(f"a form without action or method: {form.attrib}")
        if form.get("method") == "post" and not _has_token(form):
            found.append(f"a form without token: {form.get('action')}")
    return found


def _has_token(form: Element) -> bool:
    # Signing in needs no session, so there is nothing a token could be bound to.
    if form.get("action") in {"/sign-in", "/language"}:
        return True
    return any(field.get("name") == "csrf_token" for field in form.iter("input"))


def _inline(root: Element) -> list[str]:
    found = [f"inline {name} at {one.tag}" for one in root.iter() for name in one.attrib
             if name.startswith("on") or name == "style"]  # fmt: skip
    found += ["an inline script" for one in root.iter("script") if not one.get("src")]
    return [*found, *("an inline style" for _ in root.iter("style"))]
