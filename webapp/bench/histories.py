"""What happened to an approval: the chain of its history, with the hashes of the ledger itself."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

import orjson

from webapp.approvals.domain import Action
from webapp.bench.plan import TENANT, Person
from webapp.ledger.domain import GENESIS, content_digest, entry_hash

COLUMNS = (
    "tenant_id", "stream_id", "sequence", "action", "revision", "at", "actor_id", "for_id",
    "content", "salt", "digest", "previous", "hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened."""

    action: Action
    at: datetime
    actor: Person | None
    text: str = ""
    data: Mapping[str, object] | None = None


def moment(at: datetime) -> str:
    """A moment in UTC as both databases take it."""
    return at.isoformat(" ", "microseconds")[:26]


def chain(stream: str, steps: list[Step], draw: Random) -> Iterator[tuple[object, ...]]:
    """The rows of these steps, each sealed with the hash of the one before; in `COLUMNS`."""
    previous = GENESIS
    for sequence, step in enumerate(steps, 1):
        actor = step.actor
        content = _canonical(
            {
                "actor": actor.name if actor else "Countersign",
                "for": "",
                "text": step.text,
                "data": step.data or {},
            }
        )
        salt = f"{draw.getrandbits(128):032x}"
        digest = content_digest(salt, content)
        actor_id = actor.id if actor else None
        sealed = entry_hash(
            tenant_id=TENANT, stream_id=stream, sequence=sequence, action=step.action, revision=1,
            at=step.at, actor_id=actor_id, for_id=None, digest=digest, previous=previous,
        )  # fmt: skip
        yield (
            TENANT, stream, sequence, str(step.action), 1, moment(step.at), actor_id, None,
            content, salt, digest, previous, sealed,
        )  # fmt: skip
        previous = sealed


def seal(goods: str, conditions: str, draw: Random) -> dict[str, str]:
    """What the first entry says of goods and terms (see `webapp.approvals.seals`)."""
    salt = f"{draw.getrandbits(128):032x}"
    return {
        "goods": hashlib.sha256(goods.encode()).hexdigest(),
        "terms": content_digest(salt, conditions),
        "salt": salt,
    }


def _canonical(document: Mapping[str, object]) -> str:
    """As the ledger writes it; of plain texts this library makes the same bytes, much faster."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
