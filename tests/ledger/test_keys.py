"""Keys that sign, are kept from others, and hand over to the next."""

import json
from pathlib import Path

import pytest

from webapp.ledger.keys import KeyFolder, KeyProblem, public_key, read_public
from webapp.ledger.verifying import lineage


def test_a_key_signs_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path / "ledger")
    assert folder.signing() is None
    made = folder.make()
    assert (tmp_path / "ledger/ledger-key.pem").stat().st_mode & 0o777 == 0o600
    again = folder.signing()
    assert again is not None
    assert again.public == made.public
    signature = again.sign(b"words")
    assert made.public.is_signature(signature, b"words")
    assert not made.public.is_signature(signature, b"other words")
    assert not made.public.is_signature(signature[:-3] + "x==", b"words")
    assert read_public(folder.public_file(made.public.id)) == made.public


def test_a_key_hands_over_to_the_next_and_to_no_other(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    first, second = folder.make().public, folder.make().public
    assert second.follows(first)
    assert set(lineage(second, folder.public())) == {first.id, second.id}
    stranger = KeyFolder(tmp_path / "other").make().public
    assert not stranger.follows(first)
    assert set(lineage(first, folder.public())) == {first.id}


def test_what_is_no_key_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger-key.pem").write_text("words")
    with pytest.raises(KeyProblem, match="holds no Ed25519 key"):
        KeyFolder(tmp_path).signing()
    bad = tmp_path / "bad.json"
    for content in ("", "[]", "{}", '{"kty":"OKP","crv":"Ed25519","x":"AA=="}'):
        bad.write_text(content)
        with pytest.raises(KeyProblem, match="holds no public key"):
            read_public(bad)


def test_a_public_key_fits_its_id(tmp_path: Path) -> None:
    data = KeyFolder(tmp_path).make().public.as_data()
    assert public_key(json.loads(json.dumps(data))).id == data["kid"]
    with pytest.raises(ValueError, match="does not fit its id"):
        public_key(data | {"kid": "0" * 16})
