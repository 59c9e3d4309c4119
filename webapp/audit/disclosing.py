"""What the desk keeps of a person, for whoever asks to be told (R61)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Row, Table, or_, select, tuple_
from sqlalchemy.orm import Session

from webapp.audit import personal
from webapp.audit.personal import Subject, among, table
from webapp.identity import kept
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.ledger import erasing as ledger

FORMAT = "countersign-person-1"
# What proves that it is them, and would let somebody else say so.
_SECRETS = frozenset({"password_hash", "id_hash", "token_hash", "secret_hash", "salt"})
_HISTORY = "ledger_entries"

Document = dict[str, Any]


def disclose(session: Session, tenant_id: str, person_id: str, *, now: datetime) -> Document:
    """All that is kept of this person, by table; moments are in UTC. For the operator.

    `own` holds every row under their id, and those that belong to it; `named` what names them
    among other things: only the parts that do, since the rest is about others.

    Raises `NotFound` (`no_person`).
    """
    subject = _subject(session, tenant_id, person_id)
    own = {
        name: _under(session, table(name), ids, subject)
        for name, ids in sorted(personal.owned().items())
    }
    for name, column, whole in personal.PARTS:
        ids = [row.id for row in own[whole]]
        own[name] = _parts(session, table(name).c[column], tenant_id, ids)
    named = {
        name: [*_naming(session, table(name), columns, subject)] for name, columns in personal.NAMED
    }
    named[_HISTORY] = list(_entries(session, subject))
    return {
        "format": FORMAT,
        "tenant": tenant_id,
        "person": person_id,
        "at": now.isoformat(),
        "own": {name: [_told(row._mapping) for row in rows] for name, rows in own.items() if rows},
        "named": {
            name: [_told(one) for one in some]
            for name, rows in named.items()
            if (some := _without(rows, table(name), own.get(name, ())))
        },
    }


def as_text(document: Document) -> str:
    """The document as it is handed over."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _subject(session: Session, tenant_id: str, person_id: str) -> Subject:
    people = table("people")
    mine = people.c.tenant_id == tenant_id, people.c.id == person_id
    row = session.execute(select(people).where(*mine)).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    return Subject(
        tenant_id=tenant_id,
        person_id=person_id,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
    )


def _under(
    session: Session, rows: Table, columns: Sequence[str], subject: Subject
) -> list[Row[Any]]:
    mine = or_(*(rows.c[one] == subject.person_id for one in columns))
    query = select(rows).where(rows.c.tenant_id == subject.tenant_id, mine)
    return list(session.execute(query.order_by(*rows.primary_key)))


def _parts(
    session: Session, column: Column[Any], tenant_id: str, values: Sequence[str]
) -> list[Row[Any]]:
    rows = column.table
    return [
        row
        for some in among(values)
        for row in session.execute(
            select(rows)
            .where(rows.c.tenant_id == tenant_id, column.in_(some))
            .order_by(*rows.primary_key)
        )
    ]


def _naming(
    session: Session, rows: Table, columns: Sequence[str], subject: Subject
) -> Iterator[Document]:
    """Of rows in which they are named: the key, and what names them."""
    keys = [one.name for one in rows.primary_key]
    for row in personal.naming(session, rows, columns, subject):
        known = row._mapping
        saying = {one: known[one] for one in columns if personal.is_named(known[one], subject)}
        if saying:
            yield {one: known[one] for one in keys} | saying


def _entries(session: Session, subject: Subject) -> Iterator[Document]:
    """Entries of the history that name them, as a fact or in somebody's words."""
    rows = table(_HISTORY)
    facts, words = ledger.naming(session, subject.tenant_id, subject.names)
    key = tuple_(rows.c.stream_id, rows.c.sequence)
    for some in among(sorted({*facts, *words})):
        query = select(rows).where(rows.c.tenant_id == subject.tenant_id, key.in_(some))
        for row in session.execute(query.order_by(*rows.primary_key)):
            yield dict(row._mapping)


def _without(rows: Iterable[Document], of: Table, known: Iterable[Row[Any]]) -> list[Document]:
    """The rows but for those that are told already."""
    keys = [one.name for one in of.primary_key]
    told = {tuple(row._mapping[one] for one in keys) for row in known}
    return [row for row in rows if tuple(row[one] for one in keys) not in told]


def _told(row: Any) -> Document:
    return {name: _plain(name, value) for name, value in row.items() if name not in _SECRETS}


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if name == "data":
        # Of a session only what was typed; the rest are keys of the moment.
        return {kept.KEY: value[kept.KEY]} if kept.KEY in value else {}
    return json.loads(value) if name == "content" and value else value
