"""The document as the reference page shows it: services, their operations, and commands."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from webapp.emporix import curl, openapi
from webapp.emporix.openapi import Described, resolve
from webapp.emporix.samples import Samples

_HOLDERS = {
    "CustomerToken": "customer",
    "AnonymousToken": "visitor",
    "ServiceToken": "program",
}
_TYPES = {"integer": "whole number", "string": "text", "boolean": "yes or no"}
_EVERYWHERE = frozenset({"413", "500", "503"})


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter: its name, where it stands, and what it may be."""

    name: str
    place: str
    is_required: bool
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One of the answers, with an example where it has a body."""

    status: str
    phrase: str
    description: str
    headers: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation with all that somebody needs who calls it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    access: tuple[tuple[str, tuple[str, ...]], ...]
    fields: tuple[Field, ...]
    body_type: str
    body: str
    replies: tuple[Reply, ...]
    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The operations that belong together."""

    name: str
    anchor: str
    description: str
    operations: tuple[Operation, ...]


def services(samples: Samples) -> list[Service]:
    """Everything, in the order of the document, with commands for these samples."""
    known = list(openapi.operations())
    return [
        Service(
            name=tag["name"],
            anchor=tag["name"].lower(),
            description=tag["description"],
            operations=tuple(
                _shown(one, samples) for one in known if tag["name"] in one.operation["tags"]
            ),
        )
        for tag in openapi.document()["tags"]
    ]


def _shown(one: Described, samples: Samples) -> Operation:
    operation, sent = one.operation, curl.body_of(one)
    return Operation(
        name=operation["operationId"],
        method=one.method,
        path=one.path,
        summary=operation["summary"],
        description=operation["description"],
        access=tuple(_access(operation)),
        fields=tuple(_field(part) for part in one.parameters),
        body_type=sent[0] if sent else "",
        body=samples.shown(sent[1]) if sent else "",
        replies=tuple(
            _reply(status, answer, samples)
            for status, answer in sorted(operation["responses"].items())
        ),
        command=curl.command(curl.call(one, samples)),
    )


def _access(operation: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for choice in operation["security"]:
        for name, scopes in choice.items():
            yield _HOLDERS[name], tuple(scopes)


def _field(part: dict[str, Any]) -> Field:
    return Field(
        name=part["name"],
        place=part["in"],
        is_required=part.get("required", False),
        kind=", ".join(_kind(part["schema"])),
        description=part["description"],
    )


def _kind(schema: dict[str, Any]) -> Iterator[str]:
    yield _TYPES.get(schema["type"], schema["type"])
    if "minimum" in schema:
        most = f" to {schema['maximum']:,}" if "maximum" in schema else " on"
        yield f"from {schema['minimum']:,}{most}"
    if "maxLength" in schema:
        least = schema.get("minLength", 0)
        yield f"{least} to {schema['maxLength']:,} characters"
    if "default" in schema:
        yield f"usually {schema['default']}"


def _reply(status: str, answer: dict[str, Any], samples: Samples) -> Reply:
    whole = resolve(answer)
    return Reply(
        status=status,
        phrase=HTTPStatus(int(status)).phrase,
        description=whole["description"],
        headers=tuple(whole.get("headers", {})),
        example="" if status in _EVERYWHERE else _example(whole, samples),
    )


def _example(answer: dict[str, Any], samples: Samples) -> str:
    for media in answer.get("content", {}).values():
        named = [each["value"] for each in media.get("examples", {}).values()]
        example = media.get("example", named[0] if named else None)
        return samples.shown(example)
    return ""
