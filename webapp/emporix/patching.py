"""Changing an approval by operations on its document (RFC 6902, as far as the service knows it).

`add`, `remove` and `replace`, on words, status, details and delivery window; the other paths of an
approval cannot be changed. Nothing that is given is altered: what comes back is a new document.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from webapp.approvals.domain import UNSET, Amendable, Amendment, Status
from webapp.emporix import pointers
from webapp.emporix.pointers import Document, Op, Operation, Pointer
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence
from webapp.kernel.text import clean

MAX_OPERATIONS = 50
MAX_PATH = 1_000
# How deep a document may be nested, and how many characters of JSON it may have.
MAX_DEPTH = 40
MAX_SIZE = 2_000_000
# R23
MAX_WORDS = 4_000

_STATUS: Pointer = ("status",)
_WORDS: tuple[Pointer, ...] = (("comment",), ("approverComment",))
_DETAILS: Pointer = ("details",)
_WINDOW: Pointer = ("resource", "deliveryWindow")
# Clients send the labels that they show along; only these are kept.
_WINDOW_KEYS = ("id", "slotId", "deliveryDate")
_SET_BY_PEOPLE = (Status.APPROVED, Status.DECLINED, Status.CLOSED)

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?")


def parse(body: Any) -> list[Operation]:
    """The operations of a JSON body: an array of them, or one alone.

    Raises `Invalid`: `body` for what is no operation, `patch_op` for operations and paths that
    there are not.
    """
    entries = [body] if isinstance(body, dict) else body
    if not isinstance(entries, list) or not entries:
        raise _bad("body", "has to be an array of operations")
    if len(entries) > MAX_OPERATIONS:
        raise _bad("body", f"has more than {MAX_OPERATIONS} operations")
    return [_operation(entry, index) for index, entry in enumerate(entries)]


def amendment(current: Amendable, operations: Sequence[Operation]) -> Amendment:
    """What the operations make of a pending approval; raises what `apply` raises."""
    document = apply(_document(current), operations)
    touched = {operation.pointer[0] for operation in operations}
    return Amendment(
        comment=document.get("comment") if "comment" in touched else UNSET,
        note=document.get("approverComment") if "approverComment" in touched else UNSET,
        details=document["details"] if "details" in touched else UNSET,
        delivery_window=(
            document["resource"].get("deliveryWindow") if "resource" in touched else UNSET
        ),
        status=Status(document["status"]) if "status" in touched else UNSET,
    )


def apply(document: Document, operations: Sequence[Operation]) -> Document:
    """The document after all operations, one after the other.

    Raises `Invalid` when one of them cannot be done: `patch_missing` for what is not there, `body`
    for a value that does not fit, `status_unknown`, `status_change` for a status that people do not
    set, `patch_op` for a status that is removed.
    """
    for operation in operations:
        _check(operation)
        document = _settled(pointers.edited(document, operation.pointer, operation))
    touched = {operation.pointer[0] for operation in operations}
    if "details" in touched:
        _check_details(document)
    if "resource" in touched:
        document = _with_window(document)
    return document


def _operation(entry: Any, index: int) -> Operation:
    if not isinstance(entry, dict):
        raise _bad(f"{index}", "has to be an object")
    op, path = (_text(entry, name, index) for name in ("op", "path"))
    if op.lower() not in list(Op):
        raise _unsupported(f"{index}.op", op)
    pointer = _pointer(path, f"{index}.path")
    found = Op(op.lower())
    # Scripts leave out what is undefined, and mean by it that there are no words.
    if found is not Op.REMOVE and "value" not in entry and pointer not in _WORDS:
        raise _bad(f"{index}.value", "is missing")
    return Operation(
        op=found, pointer=pointer, value=None if found is Op.REMOVE else entry.get("value")
    )


def _text(entry: Document, name: str, index: int) -> str:
    text = entry.get(name)
    if not isinstance(text, str):
        raise _bad(f"{index}.{name}", "has to be a string")
    return text


def _pointer(path: str, field: str) -> Pointer:
    if len(path) > MAX_PATH or path.count("/") > MAX_DEPTH:
        raise _bad(field, "is too long")
    pointer = pointers.read(path) or ()
    if pointer in (_STATUS, *_WORDS) or pointer[:1] == _DETAILS or pointer[:2] == _WINDOW:
        return pointer
    raise _unsupported(field, path)


def _document(current: Amendable) -> Document:
    values = {
        "status": Status.PENDING.value,
        "comment": current.comment,
        "approverComment": current.note,
        "details": current.details,
        "resource": {"deliveryWindow": current.delivery_window},
    }
    return _settled(values)


def _check(operation: Operation) -> None:
    pointer, value = operation.pointer, operation.value
    if pointer == _STATUS:
        _check_status(operation)
    elif pointer in _WORDS and value is not None:
        _check_words(value, pointer[0])
    elif pointer == _DETAILS and operation.op is not Op.REMOVE and not isinstance(value, dict):
        raise _bad("details", "has to be an object")


def _check_status(operation: Operation) -> None:
    if operation.op is Op.REMOVE:
        raise _unsupported("path", "/status")
    if not isinstance(operation.value, str) or operation.value not in list(Status):
        raise Invalid(
            sentence("There is no status {status}.", status=_quoted(operation.value)),
            code="status_unknown",
        )
    if operation.value not in _SET_BY_PEOPLE:
        raise Invalid(
            sentence("The status cannot be set to {status}.", status=operation.value),
            code="status_change",
        )


def _check_words(value: Any, field: str) -> None:
    if not isinstance(value, str):
        raise _bad(field, "has to be a string or null")
    try:
        words = clean(value)
    except Invalid:
        raise _bad(field, "holds a character that cannot be stored") from None
    if len(words) > MAX_WORDS:
        raise _bad(field, f"has more than {MAX_WORDS} characters")


def _settled(document: Document) -> Document:
    """The document without what is null at the top: words or a delivery window that are none."""
    found = {name: value for name, value in document.items() if value is not None}
    resource = found["resource"]
    if "deliveryWindow" in resource and resource["deliveryWindow"] is None:
        found["resource"] = {k: v for k, v in resource.items() if k != "deliveryWindow"}
    return found


def _check_details(document: Document) -> None:
    if "details" not in document:
        raise _bad("details", "cannot be removed")
    if _is_deep(document["details"]):
        raise _bad("details", "is nested too deeply")
    text = json.dumps(document["details"], ensure_ascii=False, separators=(",", ":"))
    if len(text) > MAX_SIZE:
        raise _bad("details", f"has more than {MAX_SIZE} characters")


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _with_window(document: Document) -> Document:
    resource = document["resource"]
    if "deliveryWindow" not in resource:
        return document
    window = resource["deliveryWindow"]
    field = "resource.deliveryWindow"
    if not isinstance(window, dict):
        raise _bad(field, "has to be an object")
    kept = {key: window[key] for key in _WINDOW_KEYS if window.get(key) is not None}
    if not kept:
        raise _bad(field, "has to name a delivery window")
    for key, value in kept.items():
        if not isinstance(value, str) or len(value) > MAX_PATH:
            raise _bad(f"{field}.{key}", "has to be a short string")
    if "deliveryDate" in kept and not _is_day(kept["deliveryDate"]):
        raise _bad(f"{field}.deliveryDate", "has to be a date of ISO 8601")
    return {**document, "resource": {**resource, "deliveryWindow": kept}}


def _is_day(text: str) -> bool:
    found = _DAY.fullmatch(text)
    try:
        return found is not None and bool(date.fromisoformat(found[1]))
    except ValueError:
        return False


def _unsupported(field: str, what: str) -> Invalid:
    why = sentence("{what} is not supported", what=_quoted(what))
    message = sentence("This operation is not supported: {what}.", what=_quoted(what))
    return Invalid(message, code="patch_op", fields={field: why})


def _bad(field: str, why: str) -> Invalid:
    message = sentence("Problem with validation: {field} {why}.", field=field, why=why)
    return Invalid(message, code="body", fields={field: sentence("{why}", why=why)})


def _quoted(value: Any) -> str:
    """The value as JSON, cut where it is long."""
    return json.dumps(value, ensure_ascii=False)[:100]
