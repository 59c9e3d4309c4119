"""A desk with its cast, keys in a folder, and somebody with the rights of the database's owner."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import make_settings
from tests.support.cast import LATER, TENANT, Desk, desk, own_desk
from webapp.audit import jobs
from webapp.audit.carrying import Places, carry
from webapp.audit.proving import Proof, Unproven, Wanted
from webapp.config import Settings
from webapp.ledger.domain import GENESIS, content_digest, entry_hash
from webapp.ledger.keys import KeyFolder, SigningKey
from webapp.ledger.statements import Signed

__all__ = ["desk", "own_desk"]


class House:
    """A desk that makes checkpoints and proves itself."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder
        self.settings: Settings = make_settings(ledger_dir=str(folder / "ledger"))
        self.keys = KeyFolder(self.settings.ledger_folder)
        self.key: SigningKey = self.keys.make()
        self.outside = folder / "outside"

    def seal(self, *, now: datetime = LATER) -> Signed:
        """A checkpoint, carried to a folder outside."""
        signed = jobs.checkpoint(self.desk.database, TENANT, self.key, now=now)
        assert signed is not None
        carry(self.desk.database, TENANT, Places((self.outside,), ()), now=now)
        return signed

    def file(self, signed: Signed) -> Path:
        """Where a checkpoint was carried to."""
        return self.outside / signed.statement.file_name

    def prove(self, **wanted: Any) -> list[str]:
        """What `audit verify` says."""
        proof = Proof(database=self.desk.database, settings=self.settings, wanted=Wanted(**wanted))
        return list(proof.run())

    def doubt(self, **wanted: Any) -> str:
        """What `audit verify` finds wrong."""
        with pytest.raises(Unproven) as caught:
            self.prove(**wanted)
        return str(caught.value)

    def unlock(self) -> None:
        """Take the guards of the table away."""
        if self.desk.database.bind.dialect.name == "postgresql":
            self.desk.sql("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
            return
        for name in ("keep", "seal", "add"):
            self.desk.sql(f"DROP TRIGGER ledger_entries_{name}")

    def rewrite(self, approval_id: str, *, upto: int = 100, old: str, new: str) -> None:
        """Change words in every entry up to this one, and make chain and row fit again."""
        previous = GENESIS
        for event in self.desk.history(approval_id):
            row = self._row(approval_id, event.sequence)
            content = row["content"]
            if event.sequence <= upto:
                content = content.replace(old, new)
            digest = content_digest(row["salt"], content)
            sealed = entry_hash(
                tenant_id=TENANT,
                stream_id=approval_id,
                sequence=event.sequence,
                action=event.action,
                revision=event.revision,
                at=event.at,
                actor_id=event.actor_id,
                for_id=event.for_id,
                digest=digest,
                previous=previous,
            )
            self.desk.sql(
                "UPDATE ledger_entries SET content = :content, digest = :digest, hash = :hash, "
                "previous = :previous WHERE stream_id = :stream AND sequence = :sequence",
                content=content,
                digest=digest,
                hash=sealed,
                previous=previous,
                stream=approval_id,
                sequence=event.sequence,
            )
            previous = sealed
        self.desk.sql(
            "UPDATE approvals SET ledger_head = :head WHERE id = :id", head=previous, id=approval_id
        )

    def rewrite_notes(self, approval_id: str) -> None:
        """Make what the desk noted of its checkpoints fit the rewritten history."""
        self.desk.sql(
            "UPDATE checkpoint_heads SET head = (SELECT hash FROM ledger_entries e WHERE "
            "e.stream_id = checkpoint_heads.stream_id AND e.sequence = checkpoint_heads.length) "
            "WHERE stream_id = :id",
            id=approval_id,
        )

    def _row(self, approval_id: str, sequence: int) -> dict[str, Any]:
        found = self.desk.sql(
            "SELECT content, salt FROM ledger_entries WHERE stream_id = :s AND sequence = :n",
            s=approval_id,
            n=sequence,
        )
        return dict(zip(("content", "salt"), found[0], strict=True))


@pytest.fixture
def house(desk: Desk, tmp_path: Path) -> House:
    """The desk with a key and a place outside."""
    return House(desk, tmp_path)


Tamper = Callable[[House, str], None]
