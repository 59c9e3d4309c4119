"""The worked example of the document is computed again, with nothing but hashlib and json."""

import hashlib
import json
import re
from pathlib import Path

DOCUMENT = (Path(__file__).parents[2] / "docs/ledger.md").read_text("utf-8")


def shown(name: str) -> str:
    found = re.search(rf"^{name} +(\S.*)$", DOCUMENT, re.MULTILINE)
    assert found, name
    return found.group(1)


def canonical(text: str) -> bytes:
    return json.dumps(
        json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def test_the_example_of_an_entry_is_right() -> None:
    assert canonical(shown("content")) == shown("content").encode()
    digest = hashlib.sha256(f"{shown('salt')}\n{shown('content')}".encode()).hexdigest()
    assert digest == shown("digest") == json.loads(shown("entry"))["content"]
    assert canonical(shown("entry")) == shown("entry").encode()
    assert hashlib.sha256(shown("entry").encode()).hexdigest() == shown("hash")


def test_the_example_of_a_leaf_is_right() -> None:
    assert json.loads(shown("document"))["head"] == shown("hash")
    leaf = hashlib.sha256(b"\x00" + canonical(shown("document"))).hexdigest()
    assert leaf == shown("leaf")


def test_the_program_hashes_what_the_document_says() -> None:
    from datetime import datetime

    from webapp.ledger.domain import content_digest, entry_hash
    from webapp.ledger.merkle import leaf

    stated = json.loads(shown("entry"))
    assert content_digest(shown("salt"), shown("content")) == shown("digest")
    hashed = entry_hash(
        tenant_id=stated["tenant"],
        stream_id=stated["stream"],
        sequence=stated["sequence"],
        action=stated["action"],
        revision=stated["revision"],
        at=datetime.fromisoformat(stated["at"]),
        actor_id=stated["actor"],
        for_id=stated["for"],
        digest=stated["content"],
        previous=stated["previous"],
    )
    assert hashed == shown("hash")
    assert leaf("r-1", 1, hashed).hex() == shown("leaf")
