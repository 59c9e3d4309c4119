"""What a checkpoint states, as it is signed, stored, carried away and read again."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from webapp.ledger.domain import canonical
from webapp.ledger.keys import KeyProblem, PublicKey, SigningKey, public_key

FORMAT = "countersign-checkpoint-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """How all histories of a tenant stood at a moment (UTC, ISO 8601).

    `digest` folds the ends of all `streams` histories; `heads` is the SHA-256 of the list of the
    `changed` ones among them; `previous` is the hash of the checkpoint before.
    """

    tenant: str
    number: int
    at: str
    streams: int
    digest: str
    changed: int
    heads: str
    previous: str
    key: str

    def as_bytes(self) -> bytes:
        """What is signed."""
        return canonical({"format": FORMAT, **asdict(self)})

    @property
    def hash(self) -> str:
        """SHA-256 in hex of what is signed."""
        return hashlib.sha256(self.as_bytes()).hexdigest()

    @property
    def file_name(self) -> str:
        """The name of its file: tenant, number, and the beginning of its hash."""
        return f"{self.tenant}-{self.number:06d}-{self.hash[:8]}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A statement with its signature and the key that it names."""

    statement: Statement
    signature: str
    key: PublicKey

    def is_sound(self, key: PublicKey | None = None) -> bool:
        """Whether this key, or the one that came along, signed it."""
        key = key or self.key
        return key.id == self.statement.key and key.is_signature(
            self.signature, self.statement.as_bytes()
        )

    def as_data(self) -> dict[str, Any]:
        """The document that is carried away."""
        return {
            "checkpoint": {"format": FORMAT, **asdict(self.statement)},
            "signature": self.signature,
            "public_key": self.key.as_data(),
        }

    def as_text(self) -> str:
        """The content of its file."""
        return json.dumps(self.as_data(), indent=2, ensure_ascii=False) + "\n"


def sign(statement: Statement, key: SigningKey) -> Signed:
    """The statement, signed."""
    return Signed(statement=statement, signature=key.sign(statement.as_bytes()), key=key.public)


def read(data: Any) -> Signed:
    """The checkpoint of a document; raises `ValueError` when it is none."""
    try:
        stated = dict(data["checkpoint"])
        if stated.pop("format") != FORMAT or not _is_statement(stated):
            raise ValueError("This is not a checkpoint that this program knows.")
        return Signed(
            statement=Statement(**stated),
            signature=str(data["signature"]),
            key=public_key(data["public_key"]),
        )
    except (KeyError, TypeError):
        raise ValueError("This is not a checkpoint.") from None


def read_file(path: Path) -> Signed:
    """The checkpoint of a file; raises `KeyProblem` (an `OSError`) with the sentence."""
    try:
        return read(json.loads(path.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        raise KeyProblem(f"{path} holds no checkpoint: {error}") from None


def _is_statement(stated: Mapping[str, Any]) -> bool:
    kinds = {one.name: one.type for one in fields(Statement)}
    return stated.keys() == kinds.keys() and all(
        type(stated[name]) is kind for name, kind in kinds.items()
    )
