"""What the desk keeps of a person and where, to tell them (R61) or to erase it (R59).

Tables are named here and not their models: this is the one place that has to know all of them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    and_,
    delete,
    null,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from webapp.db import Base
from webapp.kernel.text import ERASED_PERSON

ADDRESS = re.compile(r"erased-(\d+)@erased\.invalid")
ERASED = "erased"
_AT_ONCE = 200
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Somebody who asks what is kept, or is erased: then a number stands for them afterwards."""

    tenant_id: str
    person_id: str
    first_name: str
    last_name: str
    email: str
    number: int = 0

    @property
    def names(self) -> list[str]:
        """What nothing may hold any more: the full name, either way round, and the address."""
        name = f"{self.first_name} {self.last_name}".strip()
        turned = f"{self.last_name}, {self.first_name}"
        return [one for one in (name, turned, self.email) if one.strip(", ")]

    @cached_property
    def values(self) -> dict[str, Any]:
        """What stands in a column afterwards, by what the column holds."""
        return {
            "first": ERASED_PERSON,
            "last": str(self.number),
            "name": f"{ERASED_PERSON} {self.number}",
            "email": f"erased-{self.number}@erased.invalid",
            "words": "",
            "nothing": null(),
        }

    def without(self, text: str) -> str:
        """The text with the label in place of names and address."""
        for one in self.names:
            kind = "email" if one == self.email else "name"
            text = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", self.values[kind], text, flags=re.I)
        return text


# What goes as a whole: the table, what it is called, and the columns that hold the person's id.
GOES = (
    ("identities", "bindings to the identity provider", ("person_id",)),
    ("sessions", "browser sessions", ("person_id",)),
    ("tokens", "tokens and keys of the API", ("person_id",)),
    ("idempotency_keys", "answers kept for repeated calls", ("person_id",)),
    ("decision_links", "links of their mails", ("person_id",)),
    ("approval_looks", "notes of what they looked at", ("person_id",)),
    ("absences", "absences and standing in", ("owner_id", "deputy_id")),
)
# What stays under the label: the table, the column with the person's id, and what changes.
STAYS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("people", "id", {
        "first_name": "first", "last_name": "last", "email": "email", "password_hash": "nothing",
    }),
    ("approvals", "requester_id", {
        "requester_first_name": "first", "requester_last_name": "last",
        "requester_email": "email", "comment": "nothing",
    }),
    ("approvals", "approver_id", {
        "approver_first_name": "first", "approver_last_name": "last", "approver_email": "email",
    }),
    ("approvals", "decided_by_id", {"decided_by_name": "name"}),
    ("approval_revisions", "by_id", {"by_name": "name"}),
    ("orders", "owner_id", {"owner_name": "name"}),
    ("orders", "placed_by_id", {"placed_by_name": "name"}),
    ("carts", "owner_id", {"name": "words", "details": "nothing", "delivery_window": "nothing"}),
    ("quotes", "owner_id", {"status_comment": "nothing"}),
)  # fmt: skip
# Where a name may stand among other things: the table, and the columns to look through.
NAMED = (
    ("approval_revisions", ("details", "delivery_window", "delivery_words")),
    ("orders", ("details", "delivery_window", "delivery_words")),
    ("carts", ("details", "delivery_window")),
    ("company_addresses", ("address",)),
    ("outbox_messages", ("address", "payload", "last_error")),
    ("mailbox_mails", ("address", "subject", "text", "html")),
    ("webhook_attempts", ("answer", "error")),
    ("webhook_endpoints", ("description",)),
    ("api_clients", ("name",)),
    ("sessions", ("data",)),
    ("decline_phrases", ("phrases",)),
)
# What has steps of its own in `erasing`, or holds nothing of the person but the id.
STEPS = (
    ("memberships", ("person_id",)),
    ("attachments", ("by_id",)),
    ("ledger_entries", ("actor_id", "for_id")),
    ("outbox_messages", ("recipient_id",)),
    ("mailbox_mails", ("recipient_id",)),
    ("api_clients", ("created_by_id",)),
)
# Parts of such rows: the table, the column that says of which, and the table of the whole.
PARTS = (
    ("approval_group_members", "membership_id", "memberships"),
    ("approval_words", "approval_id", "approvals"),
    ("cart_items", "cart_id", "carts"),
    ("quote_items", "quote_id", "quotes"),
)
# Tables that say nothing of a person.
NOBODYS = frozenset({
    "tenants", "companies", "sites", "products", "request_numbers", "rate_windows", "checkpoints",
    "checkpoint_heads",
})  # fmt: skip


def table(name: str) -> Table:
    """A table of the desk; raises `KeyError` while the feature that owns it is not loaded."""
    return Base.metadata.tables[name]


def owned() -> dict[str, list[str]]:
    """The tables with rows under somebody's id, and in which columns it may stand."""
    known = [(name, column) for name, _, columns in GOES for column in columns]
    known += [(name, column) for name, column, _ in STAYS]
    known += [(name, column) for name, columns in STEPS for column in columns]
    return {name: [one for other, one in known if other == name] for name, _ in known}


def remove(session: Session, subject: Subject) -> dict[str, int]:
    """Take away what goes as a whole; how many of what."""
    found = {}
    for name, told, columns in GOES:
        rows = table(name)
        mine = or_(*(rows.c[column] == subject.person_id for column in columns))
        if name == "idempotency_keys":
            # An answer about a request of theirs is a copy, with their words in it.
            mine = or_(
                mine, *(rows.c.body.icontains(one, autoescape=True) for one in subject.names)
            )
        found[told] = changed(
            session, delete(rows).where(rows.c.tenant_id == subject.tenant_id, mine)
        )
    return found


def rename(session: Session, subject: Subject) -> int:
    """Put the label where the person's name stood by itself; in how many rows."""
    count = changed(session, _decision_note(subject))
    for name, column, kinds in STAYS:
        rows = table(name)
        values = {one: subject.values[kind] for one, kind in kinds.items()}
        mine = and_(rows.c.tenant_id == subject.tenant_id, rows.c[column] == subject.person_id)
        count += changed(session, update(rows).where(mine).values(values))
    return count


def scrub(session: Session, subject: Subject, seen: Callable[[str, Any], None]) -> int:
    """Put the label where the name stands among other things; `seen` gets table and row of each."""
    count = 0
    for name, columns in NAMED:
        rows = table(name)
        for row in naming(session, rows, columns, subject):
            old = {column: getattr(row, column) for column in columns}
            new = {column: _scrubbed(value, subject) for column, value in old.items()}
            if new != old:
                key = and_(*(one == getattr(row, one.name) for one in rows.primary_key.columns))
                count += changed(session, update(rows).where(key).values(new))
                seen(name, row)
    return count


def naming(session: Session, rows: Table, columns: Sequence[str], subject: Subject) -> list[Any]:
    """The rows in which one of these columns may name them; a few may only have similar words."""

    def holds(text: str) -> ColumnElement[bool]:
        return or_(*(_text(rows.c[one]).icontains(text, autoescape=True) for one in columns))

    both = [holds(one) for one in (subject.first_name, subject.last_name) if one]
    wanted = or_(holds(subject.email), *([and_(*both)] if both else []))
    mine = rows.c.tenant_id == subject.tenant_id
    return list(session.execute(select(rows).where(mine, wanted)).all())


def is_named(value: Any, subject: Subject) -> bool:
    """Whether a value holds their full name or their address."""
    return bool(_scrubbed(value, subject) != value)


def among(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values, as many at once as a statement takes."""
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def changed(session: Session, statement: Any) -> int:
    """Run it; how many rows it met."""
    return session.execute(statement).rowcount  # type: ignore[attr-defined, no-any-return]


def _decision_note(subject: Subject) -> Any:
    """The note of the decision, unless somebody else decided for them."""
    rows, person_id = table("approvals"), subject.person_id
    alone = or_(rows.c.decided_by_id.is_(None), rows.c.decided_by_id == rows.c.requester_id)
    theirs = or_(
        rows.c.decided_by_id == person_id, and_(rows.c.approver_id == person_id, alone)
    ) & (rows.c.requester_id != person_id)
    mine = and_(rows.c.tenant_id == subject.tenant_id, rows.c.approver_comment.is_not(None), theirs)
    return update(rows).where(mine).values(approver_comment=null())


def _text(column: Any) -> Any:
    """A column as the text that is stored."""
    return type_coerce(column, Text)


def _scrubbed(value: Any, subject: Subject) -> Any:
    if isinstance(value, str):
        return subject.without(value)
    if isinstance(value, list):
        return [_scrubbed(one, subject) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _scrubbed(one, subject) for key, one in value.items()}
    texts = [one for one in found.values() if isinstance(one, str)]
    if subject.first_name in texts and subject.last_name in texts:
        parts = {subject.first_name: "first", subject.last_name: "last"}
        found = {
            key: subject.values[parts[one]] if isinstance(one, str) and one in parts else one
            for key, one in found.items()
        }
    return found
