"""The description of the API: hand-kept parts, one for each service, put together once.

Nothing is checked here; the tests hold the parts against the routes and against real answers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# In the order in which a client meets them.
PARTS = (
    "tokens",
    "customers",
    "carts",
    "approvals",
    "checkout",
    "orders",
    "quotes",
    "configuration",
    "shop",
)
METHODS = ("get", "post", "put", "patch", "delete")
_FOLDER = Path(__file__).with_name("openapi")


@dataclass(frozen=True, slots=True)
class Described:
    """One operation as the document has it, with the parameters of its path."""

    method: str
    path: str
    operation: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]


@cache
def document() -> dict[str, Any]:
    """The whole description, without the address of the server."""
    whole = _part("shared")
    whole["tags"], whole["paths"] = [], {}
    for name in PARTS:
        part = _part(name)
        whole["tags"] += part["tags"]
        whole["paths"] |= part["paths"]
        for kind, found in part.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(found)
    return whole


def served_at(base_url: str) -> dict[str, Any]:
    """The whole description for the desk at this address."""
    first = {"openapi": document()["openapi"], "info": document()["info"]}
    return {**first, "servers": [{"url": base_url}], **document()}


def operations() -> Iterator[Described]:
    """Every operation, in the order of the parts."""
    for path, item in document()["paths"].items():
        shared = [resolve(one) for one in item.get("parameters", [])]
        for method in METHODS:
            if method in item:
                own = [resolve(one) for one in item[method].get("parameters", [])]
                yield Described(method.upper(), path, item[method], (*shared, *own))


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; anything else as it is."""
    found = node
    while "$ref" in found:
        target: Any = document()
        for step in found["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        found = target
    return found


def _part(name: str) -> dict[str, Any]:
    part: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text("utf-8"))
    return part
