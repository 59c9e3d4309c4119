"""The keys that sign checkpoints: Ed25519, in a folder of their own.

`ledger-key.pem` is the private key, readable for its owner only. `public/<key id>.json` are the
public keys, those of before among them: each names the one before it, which signed it.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from webapp.ledger.domain import canonical

_PRIVATE, _PUBLIC = "ledger-key.pem", "public"
_ID_LENGTH = 16


class KeyProblem(OSError):
    """A key is missing or cannot be used; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks a signature; `id` is the beginning of the SHA-256 of the key."""

    raw: bytes
    before: str = ""
    signed_by_before: str = ""

    @property
    def id(self) -> str:
        """Sixteen hexadecimal characters."""
        return hashlib.sha256(self.raw).hexdigest()[:_ID_LENGTH]

    def is_signature(self, signature: str, message: bytes) -> bool:
        """Whether this key signed the message; the signature is base64."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.raw)
            key.verify(_raw(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def follows(self, other: "PublicKey") -> bool:
        """Whether the other key handed over to this one."""
        return self.before == other.id and other.is_signature(
            self.signed_by_before, _handing_over(self.raw)
        )

    def as_data(self) -> dict[str, Any]:
        """As a JSON Web Key (RFC 8037) with what came before it."""
        data = {"kty": "OKP", "crv": "Ed25519", "x": _text(self.raw), "kid": self.id}
        if self.before:
            data |= {"before": self.before, "signed_by_before": self.signed_by_before}
        return data


def public_key(data: Any) -> PublicKey:
    """The key that `as_data` wrote; raises `ValueError`."""
    try:
        if not isinstance(data, Mapping) or (data["kty"], data["crv"]) != ("OKP", "Ed25519"):
            raise ValueError
        raw = _raw(data["x"])
        key = PublicKey(raw, str(data.get("before", "")), str(data.get("signed_by_before", "")))
        Ed25519PublicKey.from_public_bytes(raw)
    except (KeyError, TypeError, ValueError):
        raise ValueError("This is not a public key of a ledger.") from None
    if data.get("kid") != key.id:
        raise ValueError("The key does not fit its id.")
    return key


def read_public(path: Path) -> PublicKey:
    """The key in a file; raises `KeyProblem`."""
    try:
        return public_key(json.loads(path.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        raise KeyProblem(f"{path} holds no public key: {error}") from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs."""

    private: Ed25519PrivateKey
    public: PublicKey

    def sign(self, message: bytes) -> str:
        """The signature, in base64."""
        return _text(self.private.sign(message))


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The folder with the keys of this desk."""

    path: Path

    def signing(self) -> SigningKey | None:
        """The key that signs now; None when none was made, raises `KeyProblem` for a bad one."""
        file = self.path / _PRIVATE
        if not file.exists():
            return None
        try:
            private = serialization.load_pem_private_key(file.read_bytes(), password=None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyProblem(f"{file} holds no Ed25519 key: put the right one back, or make one.")
        raw = private.public_key().public_bytes_raw()
        return SigningKey(private, self.public().get(PublicKey(raw).id, PublicKey(raw)))

    def public(self) -> dict[str, PublicKey]:
        """The public keys by their ids: the one of now and those of before."""
        found = (read_public(file) for file in sorted((self.path / _PUBLIC).glob("*.json")))
        return {one.id: one for one in found}

    def make(self) -> SigningKey:
        """Make a key, which the one before signs when there is one; from now on it signs."""
        before, private = self.signing(), Ed25519PrivateKey.generate()
        raw = private.public_key().public_bytes_raw()
        public = PublicKey(raw)
        if before is not None:
            public = PublicKey(raw, before.public.id, before.sign(_handing_over(raw)))
        (self.path / _PUBLIC).mkdir(mode=0o700, parents=True, exist_ok=True)
        shown = json.dumps(public.as_data(), indent=2) + "\n"
        self.public_file(public.id).write_text(shown, "utf-8")
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write_for_owner(self.path / _PRIVATE, pem)
        return SigningKey(private, public)

    def public_file(self, key_id: str) -> Path:
        """Where this public key lies, to be carried somewhere else."""
        return self.path / _PUBLIC / f"{key_id}.json"


def _handing_over(raw: bytes) -> bytes:
    return canonical({"format": "countersign-key-1", "key": _text(raw)})


def _write_for_owner(path: Path, content: bytes) -> None:
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    """What was written as base64; there is one way to write it, and every other is refused."""
    raw = base64.b64decode(text, validate=True)
    if _text(raw) != text:
        raise ValueError("This is not how base64 is written.")
    return raw
