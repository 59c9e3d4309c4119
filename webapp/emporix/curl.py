"""One request as a command for the shell, ready to be pasted."""

import shlex
from typing import Any
from urllib.parse import quote, urlencode

from webapp.emporix.openapi import Described
from webapp.emporix.samples import Samples

_FORM = "application/x-www-form-urlencoded"
_INDENT = " \\\n  "


def command(one: Described, samples: Samples) -> str:
    """The command for an operation, one option on a line; variables of the shell stay open."""
    first = f"curl {_quoted(_url(one, samples))}"
    if one.method != "GET":
        first = f"curl -X {one.method} {_quoted(_url(one, samples))}"
    return _INDENT.join([first, *_authorization(one, samples), *_body(one, samples)])


def body_of(one: Described) -> tuple[str, Any] | None:
    """The media type and the first example of what is sent; None where nothing is."""
    for media_type, media in one.operation.get("requestBody", {}).get("content", {}).items():
        examples = [each["value"] for each in media.get("examples", {}).values()]
        return media_type, media.get("example", examples[0] if examples else None)
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


def _authorization(one: Described, samples: Samples) -> list[str]:
    for choice in one.operation["security"]:
        name = next(iter(choice))
        return [f"-H {_quoted('Authorization: Bearer ' + samples.tokens[name])}"]
    return []


def _body(one: Described, samples: Samples) -> list[str]:
    found = body_of(one)
    if found is None:
        return []
    media_type, example = found
    if media_type == _FORM:
        return [f"-d {_quoted(f'{name}={value}')}" for name, value in example.items()]
    sent = shlex.quote(samples.shown(example))
    return [f"-H {_quoted(f'Content-Type: {media_type}')}", f"-d {sent}"]


def _quoted(text: str) -> str:
    """In double quotes where the shell has a variable to fill in, otherwise in single ones."""
    return f'"{text}"' if "$" in text else shlex.quote(text)
