"""Carrying checkpoints away: to folders, to people by mail, and to webhooks that ask for them.

A place that is no folder has a scheme, as in `mailto:auditor@example.com`. What is carried twice is
the same file or says the same; nothing is marked as carried before every folder has it and the
messages are written.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.db import Database
from webapp.ledger import sealed
from webapp.ledger.sealing import head_line, mark_sent
from webapp.ledger.statements import Signed
from webapp.outbox.service import Recipient, post
from webapp.webhooks.domain import Event, EventType
from webapp.webhooks.publishing import publish

HEADS = ".heads"
_MAIL = "mailto:"


@dataclass(frozen=True, slots=True)
class Places:
    """Where checkpoints go."""

    folders: tuple[Path, ...]
    addresses: tuple[str, ...]


def places(settings: Settings) -> Places:
    """The places that the settings name; without any, the folder `checkpoints` beside the keys."""
    named = [one.strip() for one in settings.checkpoint_to.split(",") if one.strip()]
    folders = tuple(Path(one) for one in named if not one.startswith(_MAIL))
    addresses = tuple(one.removeprefix(_MAIL) for one in named if one.startswith(_MAIL))
    return Places(folders if named else (settings.ledger_folder / "checkpoints",), addresses)


def carry(database: Database, tenant_id: str, where: Places, *, now: datetime) -> int:
    """Carry away what was not yet; how many checkpoints. Raises `OSError` for a bad folder."""
    with database.reading() as session:
        waiting = sealed.checkpoints(session, tenant_id, unsent=True)
    for signed in waiting:
        for folder in where.folders:
            with database.reading() as session:
                grown = sealed.grown(session, tenant_id, signed.statement.number)
                write(folder, signed, (head_line(*one) for one in grown))
        with database.transaction() as session:
            if mark_sent(session, signed.statement, now=now):
                for address in where.addresses:
                    _post(session, signed, address, now=now)
                publish(session, _event(signed), now=now)
    return len(waiting)


def write(folder: Path, signed: Signed, heads: Iterable[bytes]) -> Path:
    """Write the list of heads and then the checkpoint; each is there as a whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / signed.statement.file_name
    _write(target.with_suffix(HEADS), heads)
    _write(target, [signed.as_text().encode()])
    return target


def _write(path: Path, lines: Iterable[bytes]) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _post(session: Session, signed: Signed, address: str, *, now: datetime) -> None:
    stated = signed.statement
    post(
        session,
        tenant_id=stated.tenant,
        stream_id=f"checkpoints:{stated.tenant}"[:66],
        template="checkpoint",
        to=Recipient(person_id=None, address=address, language="en", time_zone="UTC"),
        context={
            "tenant": stated.tenant,
            "number": stated.number,
            "file": stated.file_name,
            "streams": stated.streams,
            "content": signed.as_text(),
        },
        now=now,
    )


def _event(signed: Signed) -> Event:
    stated = signed.statement
    return Event(
        type=EventType.SEALED,
        tenant_id=stated.tenant,
        company_id=None,
        stream_id="checkpoints",
        data={
            "tenant": stated.tenant,
            "number": stated.number,
            "streams": stated.streams,
            "file": stated.file_name,
            "content": signed.as_text(),
        },
    )
