"""The folder in which attached files lie, and what is looked at before one is taken (R47).

What a file is, its first bytes say; the name and the type that a browser sends count for nothing.
"""

import hashlib
import os
import secrets
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, Sentence, sentence

MOST_BYTES = 10 * 1024 * 1024
_LONGEST_NAME = 100
_CHUNK = 64 * 1024
_HEAD = 16
_BEING_WRITTEN = "new-"
# Whoever is this late with the commit is not coming any more.
_GRACE = timedelta(hours=1)

# Media type by the first bytes, and the ending that the name gets.
ENDINGS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
}
_ALSO = {"image/jpeg": (".jpeg",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that was taken and lies under a name for the moment."""

    path: Path
    file: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Attached files under random names; it is made when the first one comes."""

    path: Path

    def take(self, stream: IO[bytes], name: str) -> Kept:
        """Write down what was sent, for the moment; call `settle` or `discard` with it.

        Raises `Invalid` (`bad_file`): empty, too large, or none of the types.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, given = tempfile.mkstemp(prefix=_BEING_WRITTEN, dir=self.path)
        path, digest, size, head = Path(given), hashlib.sha256(), 0, b""
        try:
            with os.fdopen(handle, "wb") as target:
                while chunk := stream.read(_CHUNK):
                    head, size = head or chunk[:_HEAD], size + len(chunk)
                    if size > MOST_BYTES:
                        raise _refused(_TOO_LARGE)
                    digest.update(chunk)
                    target.write(chunk)
            media_type = _media_type(head, size)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Kept(
            path=path,
            file=secrets.token_hex(16),
            name=safe_name(name, media_type),
            media_type=media_type,
            size=size,
            sha256=digest.hexdigest(),
        )

    def settle(self, kept: Kept) -> None:
        """Give the file its name, before the row that names it is committed."""
        target = self.find(kept.file)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        kept.path.replace(target)

    def discard(self, kept: Kept) -> None:
        """Throw away what nobody settled."""
        kept.path.unlink(missing_ok=True)

    def find(self, file: str) -> Path:
        """Where this file lies."""
        return self.path / file[:2] / file

    def old(self, now: datetime) -> Iterator[str]:
        """The names of files that are older than an hour, those half written among them."""
        for path in self.path.glob("*") if self.path.is_dir() else ():
            inside = path.iterdir() if path.is_dir() else [path]
            yield from (one.name for one in inside if _age(one, now) > _GRACE)

    def remove(self, file: str) -> None:
        """Remove a file, half written or not; it may be gone already."""
        path = self.path / file if file.startswith(_BEING_WRITTEN) else self.find(file)
        with suppress(OSError):
            path.unlink()


def media_type(head: bytes) -> str | None:
    """What a file is by its first 16 bytes; None for everything that is not taken."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)


def safe_name(name: str, kind: str) -> str:
    """The name that people see: no folders, nothing that does not print, the ending of the type."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one for one in last if unicodedata.category(one)[0] not in "CZ" or one == " ")
    shown = " ".join(shown.split()).strip(". ")
    endings = (ENDINGS[kind], *_ALSO.get(kind, ()))
    stem, dot, ending = shown.rpartition(".")
    if dot and f".{ending.lower()}" in endings:
        return f"{stem[:_LONGEST_NAME]}.{ending}" if stem else f"file.{ending}"
    return f"{shown[:_LONGEST_NAME] or 'file'}{ENDINGS[kind]}"


def _media_type(head: bytes, size: int) -> str:
    if not size:
        raise _refused(_EMPTY)
    found = media_type(head)
    if found is None:
        raise _refused(_WRONG_TYPE)
    return found


def _refused(text: str) -> Invalid:
    why: Sentence = sentence(text)
    return Invalid(why, code="bad_file", fields={"file": why})


def _age(path: Path, now: datetime) -> timedelta:
    try:
        return now - datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return timedelta(0)


_STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_EMPTY = N_("This file is empty. Choose another one.")
_TOO_LARGE = N_("This file is larger than 10 MB. Choose a smaller one.")
_WRONG_TYPE = N_(
    "This is not a PDF and not a picture (PNG, JPEG, WebP, GIF), whatever its name says."
)
