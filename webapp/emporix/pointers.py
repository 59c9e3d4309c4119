"""Editing one place of a JSON document: the place as in RFC 6901, the deed as in RFC 6902."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence

Document = dict[str, Any]
Pointer = tuple[str, ...]

# "~" begins "~0" or "~1" and nothing else (RFC 6901, section 3).
_POINTER = re.compile(r"(?:/(?:[^/~]|~[01])*)*", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class Op(StrEnum):
    """What an operation does; clients write it in upper and in lower case."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation; `value` is None for `remove`."""

    op: Op
    pointer: Pointer
    value: Any = None


def read(path: str) -> Pointer | None:
    """The segments of a JSON pointer, or None for what is none."""
    if not _POINTER.fullmatch(path):
        return None
    segments = path.split("/")[1:]
    return tuple(segment.replace("~1", "/").replace("~0", "~") for segment in segments)


def edited(node: Any, pointer: Sequence[str], operation: Operation) -> Any:
    """The node with the operation done at the pointer below it; the node itself stays as it is.

    Raises `Invalid` (`patch_missing`) where there is nothing to remove, replace or add to. `add`
    writes over what is there in an object, and moves the rest of an array on.
    """
    if isinstance(node, dict):
        return _in_object(node, pointer, operation)
    if isinstance(node, list):
        return _in_array(node, pointer, operation)
    raise _missing(pointer[0])


def _in_object(node: Document, pointer: Sequence[str], operation: Operation) -> Document:
    name, *below = pointer
    if name not in node and (below or operation.op is not Op.ADD):
        raise _missing(name)
    if below:
        return {**node, name: edited(node[name], below, operation)}
    if operation.op is Op.REMOVE:
        return {key: value for key, value in node.items() if key != name}
    return {**node, name: operation.value}


def _in_array(node: list[Any], pointer: Sequence[str], operation: Operation) -> list[Any]:
    segment, *below = pointer
    is_added = operation.op is Op.ADD and not below
    if segment == "-" and is_added:
        return [*node, operation.value]
    index = int(segment) if _INDEX.fullmatch(segment) else len(node) + 1
    if index > len(node) or (index == len(node) and not is_added):
        raise _missing(segment)
    if is_added:
        return [*node[:index], operation.value, *node[index:]]
    if below:
        return [*node[:index], edited(node[index], below, operation), *node[index + 1 :]]
    kept = [] if operation.op is Op.REMOVE else [operation.value]
    return [*node[:index], *kept, *node[index + 1 :]]


def _missing(name: str) -> Invalid:
    return Invalid(
        sentence(
            "Missing field {field} for this operation.", field=json.dumps(name, ensure_ascii=False)
        ),
        code="patch_missing",
    )
