"""One request as a command for the shell, ready to be pasted."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from webapp.emporix.openapi import Described
from webapp.emporix.samples import Samples

_FORM = "application/x-www-form-urlencoded"
_INDENT = " \\\n  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as a program makes it; a form has its fields in `parts`, anything else one."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    is_form: bool = False


def call(one: Described, samples: Samples, example: str = "") -> Call:
    """The request for an operation, with the named example or the first one as its body."""
    sent = body_of(one, example)
    headers, parts = list(_authorization(one, samples)), []
    is_form = sent is not None and sent[0] == _FORM
    if sent is not None and is_form:
        parts = [f"{name}={value}" for name, value in sent[1].items()]
    elif sent is not None:
        headers.append(("Content-Type", sent[0]))
        parts = [samples.shown(sent[1])]
    return Call(
        method=one.method,
        url=_url(one, samples),
        headers=tuple(headers),
        parts=tuple(parts),
        is_form=is_form,
    )


def command(made: Call) -> str:
    """The command for a request, one option on a line; variables of the shell stay open."""
    method = "" if made.method == "GET" else f"-X {made.method} "
    quoted = _quoted if made.is_form else shlex.quote
    return _INDENT.join(
        [
            f"curl {method}{_quoted(made.url)}",
            *(f"-H {_quoted(f'{name}: {text}')}" for name, text in made.headers),
            *(f"-d {quoted(part)}" for part in made.parts),
        ]
    )


def body_of(one: Described, example: str = "") -> tuple[str, Any] | None:
    """The media type and an example of what is sent, the first or that one; None where nothing is.

    Raises `KeyError` when there is no example of this name.
    """
    for media_type, media in one.operation.get("requestBody", {}).get("content", {}).items():
        examples = {name: each["value"] for name, each in media.get("examples", {}).items()}
        if example:
            return media_type, examples[example]
        return media_type, media.get("example", next(iter(examples.values()), None))
    return None


def _url(one: Described, samples: Samples) -> str:
    path, query = one.path, {}
    for part in one.parameters:
        name = part["name"]
        value = samples.parameters.get(name, str(part.get("example", "")))
        if part["in"] == "path":
            path = path.replace(f"{{{name}}}", value if value.startswith("$") else quote(value, ""))
        elif part["in"] == "query" and (part.get("required") or part.get("x-in-command")):
            query[name] = value
    asked = urlencode(query, safe="$") if query else ""
    return f"{samples.base_url}{path}{'?' if asked else ''}{asked}"


def _authorization(one: Described, samples: Samples) -> Iterator[tuple[str, str]]:
    for choice in one.operation["security"][:1]:
        yield "Authorization", f"Bearer {samples.tokens[next(iter(choice))]}"


def _quoted(text: str) -> str:
    """In double quotes where the shell has a variable to fill in, otherwise in single ones."""
    return f'"{text}"' if "$" in text else shlex.quote(text)
