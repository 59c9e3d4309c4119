"""Finds texts that people read and no catalogue knows of, in templates and in Python."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment, nodes

# What marks a text for the catalogues.
MARKS = {"N_", "_", "_l", "gettext", "lazy_gettext", "ngettext", "npgettext", "pgettext"}
# The same in every language: the product, a key of the keyboard, and a command of the shell.
NAMES = {"Countersign", "Enter", "export TOKEN="}

# Attributes that people read or hear; those that scripts show begin with data-.
_READ = {"alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder"}
_READ |= {"summary", "title"}
_UNREAD_ELEMENTS = {"script", "style"}
# Macros that write attributes and keys instead of words.
_KEYS = re.compile(r"{%-? macro (_rest|_kind|_described|expiry_kind)\b.*?{%-? endmacro -?%}", re.S)
# Arguments of macros that are no words.
_KEYWORDS = {"rel", "class"}

# In Python these hand their texts to people.
_SPEAKERS = {"ValidationError", "StopValidation", "done", "announce", "show"}
_SPEAKERS |= {"Sentence", "sentence", "no", "yes", "SelectChoice"}
_SPEAKERS |= {"InputRequired", "DataRequired", "Length", "AnyOf", "NumberRange", "Email", "Regexp"}

_WORD = re.compile(r"[^\W\d_]{2,}")
# Several words, or one that begins like a sentence; keys, classes and addresses are neither.
_TEXT = re.compile(r"[^\W\d_]{2,}[,.:;]? +(?:[^\W\d_]|…)|^[A-Z][a-z]+[.!?]?$")


def unmarked_in_page(source: str) -> list[str]:
    """The words of an HTML template that stand outside `_()`, each with its line."""
    bare = _without_keys(source)
    reader = _Reader()
    reader.feed(_written(bare))
    return reader.found + _in_expressions(bare)


def unmarked_in_text(source: str) -> list[str]:
    """The words of a plain text template that stand outside `_()`."""
    return _words(_written(source)) + _in_expressions(source)


def unmarked_in_code(source: str) -> list[str]:
    """The texts that Python hands to people, or makes the labels of a form, without a mark."""
    return [
        f"{call.lineno}: {text}"
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and _speaks(_name(call.func))
        for text in _given(call)
        if _TEXT.search(text) and text not in NAMES
    ]


def _without_keys(source: str) -> str:
    return _KEYS.sub(lambda macro: "\n" * macro[0].count("\n"), source)


def _environment() -> Environment:
    return Environment(  # noqa: S701 - templates are read, not rendered
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"]
    )


def _written(source: str) -> str:
    """What a template writes by itself, with a space for everything that is computed."""
    return "".join(
        text if kind == "data" else " " if kind == "variable_begin" else "\n" * text.count("\n")
        for _, kind, text in _environment().lex(source)
    )


def _in_expressions(source: str) -> list[str]:
    return [f"{line}: {text}" for line, text in _constants(_environment().parse(source))]


def _constants(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Compare | nodes.Test | nodes.Include | nodes.Extends):
        return
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in MARKS:
        return
    if isinstance(node, nodes.Keyword) and node.key in _KEYWORDS:
        return
    if isinstance(node, nodes.Pair) and _is_for_htmx(node.key):
        return
    text = node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else ""
    if _TEXT.search(text) and text not in NAMES:
        yield node.lineno, text
    for child in node.iter_child_nodes():
        yield from _constants(child)


def _is_for_htmx(key: nodes.Expr) -> bool:
    """Whether this names an attribute that htmx reads: when to send, and what to wait for."""
    return isinstance(key, nodes.Const) and str(key.value).startswith("hx-")


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word not in NAMES]


class _Reader(HTMLParser):
    """Collects the words of a page that are seen or heard, but not what is marked as English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._is_unread = False
        self._english = ("", 0)  # the element marked as English, and how deep inside it this is

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_unread = tag in _UNREAD_ELEMENTS
        element, depth = self._english
        if depth:
            self._english = (element, depth + (tag == element))
        elif ("lang", "en") in attrs:
            self._english = (tag, 1)
        else:
            self._read(attrs)

    def handle_endtag(self, tag: str) -> None:
        self._is_unread = False
        element, depth = self._english
        if depth and tag == element:
            self._english = (element, depth - 1)

    def handle_data(self, data: str) -> None:
        if not self._is_unread and not self._english[1] and _words(data):
            self.found.append(f"{self.getpos()[0]}: {' '.join(data.split())}")

    def _read(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_text = name in _READ and _words(value or "")
            if is_text or (name.startswith("data-") and _TEXT.search(value or "")):
                self.found.append(f"{self.getpos()[0]}: {name}={value!r}")


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _speaks(name: str) -> bool:
    return name in _SPEAKERS or name.endswith("Field")


def _given(call: ast.Call) -> Iterator[str]:
    for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
        yield from _strings(argument)


def _strings(argument: ast.expr) -> Iterator[str]:
    """What the argument says, also where it is chosen by a condition or pieced together."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield argument.value
    elif isinstance(argument, ast.JoinedStr):
        yield "".join("".join(_strings(part)) or "…" for part in argument.values)
    elif isinstance(argument, ast.IfExp):
        yield from (*_strings(argument.body), *_strings(argument.orelse))
    elif isinstance(argument, ast.BoolOp):
        for value in argument.values:
            yield from _strings(value)
