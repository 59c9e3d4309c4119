"""The folder in which a demo keeps its database, its keys and the copy it is reset from."""

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from joserfc.jwk import RSAKey

_KEY_BITS = 2048
_KEY_ID = "demo-1"


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything of one demo lies; deleting it is the way to start from nothing."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file that the desk works on."""
        return self.path / "desk.db"

    @property
    def template(self) -> Path:
        """The company as it was on the first morning; a reset copies it."""
        return self.path / "template.db"

    @property
    def bound(self) -> Path:
        """Names the address at which people sign in to what the template holds."""
        return self.path / "bound"

    @property
    def stamp(self) -> Path:
        """Bears the time at which the story on the desk began."""
        return self.path / "began"

    @property
    def clock(self) -> Path:
        """By how many seconds the clock of the business was moved; all processes read it."""
        return self.path / "clock"

    @property
    def heard(self) -> Path:
        """What the receiver of webhooks heard since the story began."""
        return self.path / "heard.json"

    @property
    def refusing(self) -> Path:
        """Is there while the receiver of webhooks answers with an error."""
        return self.path / "refusing"

    @property
    def company(self) -> Path:
        """Somebody's own company, where one is shown; otherwise it is not there."""
        return self.path / "company"

    @property
    def signing_key(self) -> Path:
        """The key that the provider signs with."""
        return self.path / "signing-key.json"

    def make(self) -> None:
        """Make the folder, readable for its owner only, and out of sight of git."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignored = self.path / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n")

    def secret(self, name: str) -> str:
        """A random text that stays the same from start to start."""
        return _once(self.path / f"{name}.txt", lambda: secrets.token_urlsafe(48))

    @contextmanager
    def alone(self, address: str) -> Iterator[str]:
        """Keep the folder for this process; gives the address of whoever has it, or nothing."""
        with (self.path / "lock").open("a+") as file:
            if not _lock(file.fileno()):
                file.seek(0)
                yield file.read() or "another address"
                return
            file.truncate(0)
            file.write(address)
            file.flush()
            yield ""


def began(path: Path) -> datetime:
    """When a file was written, which for the template and the stamp is when the story began."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def signing_key(path: Path | None) -> RSAKey:
    """The provider's RSA key: made once and kept in the file; without one, for this process."""
    if path is None:
        return _new_key()
    return RSAKey.import_key(json.loads(_once(path, _new_key_as_json)))


def _new_key() -> RSAKey:
    return RSAKey.generate_key(
        _KEY_BITS, {"kid": _KEY_ID, "use": "sig", "alg": "RS256"}, private=True
    )


def _new_key_as_json() -> str:
    return json.dumps(_new_key().as_dict(private=True))


def _once(path: Path, make: Callable[[], str]) -> str:
    """The content of the file, which the first call writes for its owner only."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        draft.replace(path)
    return path.read_text()


def _lock(descriptor: int) -> bool:
    """Whether nobody else has it; the lock goes with the process. Without fcntl there is none."""
    with suppress(ImportError):
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True
