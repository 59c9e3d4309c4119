"""`countersign audit verify`: the whole history, since a checkpoint, or of one request (R30)."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webapp.approvals import recording
from webapp.approvals.agreeing import disagreements
from webapp.audit.carrying import HEADS
from webapp.config import Settings
from webapp.db import Database
from webapp.identity import tenant_settings
from webapp.ledger import queries, sealed, service, verifying
from webapp.ledger.keys import KeyFolder, PublicKey, read_public
from webapp.ledger.sealing import read_head
from webapp.ledger.service import Break
from webapp.ledger.statements import Signed, read_file


class Unproven(Exception):
    """The history does not hold; the sentence names the first entry that does not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be proven, and against what."""

    tenant: str | None = None
    approval: str | None = None
    sealed: Path | None = None
    since: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One run; `progress` is called after each history."""

    database: Database
    settings: Settings
    wanted: Wanted
    progress: Callable[[], None] = lambda: None

    def run(self) -> Iterator[str]:
        """What was found to be whole, in sentences.

        Raises `Unproven` at the first thing that is not, and `OSError` for a file of no use.
        """
        file = self.wanted.since or self.wanted.sealed
        signed = read_file(file) if file else None
        if signed is not None and (problem := verifying.distrust(signed, self._trusted)):
            raise Unproven(f"{file}: {problem}.")
        with _one_state(self.database) as session:
            if self.wanted.approval is not None:
                yield self._one(session, self.wanted.approval)
            else:
                yield from self._all(session, signed)
            if file is not None and signed is not None:
                yield self._as_sealed(session, signed, file)

    def _all(self, session: Session, signed: Signed | None) -> Iterator[str]:
        known = sorted({*tenant_settings.tenant_ids(session), *queries.tenants(session)})
        # A checkpoint speaks of one tenant only.
        wanted = signed.statement.tenant if signed and self.wanted.since else self.wanted.tenant
        if wanted is not None and wanted not in known:
            raise Unproven("There is no such tenant.")
        for tenant_id in known if wanted is None else [wanted]:
            since = signed.statement.number if signed and self.wanted.since else 0
            self._checkpoints(session, tenant_id)
            chains = self._chains(session, tenant_id, since)
            from_here = f" since checkpoint {since}" if since else ""
            yield f"{tenant_id}: {chains} chains{from_here}, every entry fits."
        yield "The history is whole."

    def _chains(self, session: Session, tenant_id: str, since: int) -> int:
        stated = recording.heads(session, tenant_id)
        found = verifying.histories(
            session, tenant_id, stated, needs_row=recording.is_request, since=since
        )
        count = 0
        with closing(stated), closing(found):
            for _, broken in found:
                _demand(broken)
                count += 1
                self.progress()
        self._agree(session, tenant_id)
        return count

    def _agree(self, session: Session, tenant_id: str, approval_id: str | None = None) -> None:
        try:
            with closing(disagreements(session, tenant_id, approval_id)) as found:
                _demand(next(found, None))
        except (KeyError, TypeError, ValueError) as error:
            raise Unproven(f"{tenant_id}: a request cannot be read: {error}.") from error

    def _checkpoints(self, session: Session, tenant_id: str) -> None:
        if problem := verifying.line_of_checkpoints(session, tenant_id, self._trusted):
            raise Unproven(f"{tenant_id}: {problem}.")
        newest = sealed.checkpoint(session, tenant_id)
        if newest is not None:
            _demand(verifying.against(session, newest))

    def _one(self, session: Session, approval_id: str) -> str:
        found = recording.heads_of(session, approval_id, self.wanted.tenant)
        if not found:
            raise Unproven("There is no such request.")
        for head in found:
            _demand(service.verify(session, head))
            self._agree(session, head.tenant_id, approval_id)
        return f"The history of {approval_id} is whole: {found[0].length} entries, all fit."

    def _as_sealed(self, session: Session, signed: Signed, file: Path) -> str:
        stated = signed.statement
        _demand(verifying.against(session, signed, _carried(file, signed)))
        stored = sealed.checkpoint(session, stated.tenant, stated.number)
        if stored is None or stored.statement != stated:
            raise Unproven(f"{file}: the desk does not know this checkpoint of {stated.tenant}.")
        return (
            f"{stated.tenant}: all {stated.streams} histories are as checkpoint {stated.number} "
            f"saw them at {stated.at}, signed by the key {stated.key}."
        )

    @property
    def _trusted(self) -> dict[str, PublicKey]:
        known = KeyFolder(self.settings.ledger_folder).public()
        if self.wanted.key_file is None:
            return known
        return verifying.lineage(read_public(self.wanted.key_file), known)


def _demand(broken: Break | None) -> None:
    if broken is None:
        return
    where = f"{broken.stream_id}, entry {broken.sequence}" if broken.stream_id else "a checkpoint"
    raise Unproven(f"{broken.tenant_id}, {where}: {broken.problem}.")


def _carried(file: Path, signed: Signed) -> Iterator[tuple[str, int, str]]:
    """The heads that lie beside a checkpoint and beside those before it, the newest first."""
    while True:
        stated = signed.statement
        yield from _heads(file.with_suffix(HEADS), stated.heads)
        name = f"{stated.tenant}-{stated.number - 1:06d}-{stated.previous[:8]}.json"
        file = file.with_name(name)
        if not file.is_file():
            return
        signed = read_file(file)


def _heads(path: Path, digest: str) -> Iterator[tuple[str, int, str]]:
    """The heads in a file, if they are those that the checkpoint was signed with."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        is_genuine = hashlib.file_digest(file, "sha256").hexdigest() == digest
        file.seek(0)
        yield from (read_head(line) for line in file if is_genuine)


@contextmanager
def _one_state(database: Database) -> Iterator[Session]:
    """A session that sees one state of the database, however many statements it needs."""
    with database.reading() as session:
        bind = session.get_bind()
        if isinstance(bind, Engine) and bind.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
