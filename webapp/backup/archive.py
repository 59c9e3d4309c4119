"""The file that holds a copy: a ZIP with a list of its contents and the hash of each.

manifest.json         format, program, schema, when, tables and files with SHA-256
tables/NAME.jsonl     a row a line, columns as in the manifest
files/NAME            what people attached
keys/NAME             what signs and encrypts; NAME may be in a folder
"""

import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

FORMAT = 1
_MANIFEST = "manifest.json"
_CHUNK = 1024 * 1024
_PART = re.compile(r"([a-z]+/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


class BadArchive(Exception):
    """The file cannot be used; the words say why."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A new copy; nobody sees it under its name before it is complete."""

    archive: zipfile.ZipFile
    hashes: dict[str, str]

    def add_lines(self, name: str, lines: Iterable[str]) -> int:
        """Add a member that is made line by line; how many there were."""
        count = 0
        with self._member(name) as write:
            for line in lines:
                write(f"{line}\n".encode())
                count += 1
        return count

    def add_stream(self, name: str, stream: IO[bytes]) -> None:
        """Add a member that is read from somewhere else."""
        with self._member(name) as write:
            while chunk := stream.read(_CHUNK):
                write(chunk)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Add the list of contents; nothing can come after it."""
        whole = {"format": FORMAT, **manifest, "sha256": self.hashes}
        self.archive.writestr(_MANIFEST, json.dumps(whole, indent=1, sort_keys=True))

    @contextmanager
    def _member(self, name: str) -> Iterator[Any]:
        digest = hashlib.sha256()
        with self.archive.open(name, "w", force_zip64=True) as target:

            def write(data: bytes) -> None:
                digest.update(data)
                target.write(data)

            yield write
        self.hashes[name] = digest.hexdigest()


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """A copy that only its owner can read, and that is there as a whole or not at all.

    Raises `FileExistsError`: an older copy is never overwritten.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already. Name another file.")
    part = target.with_name(f"{target.name}.part")
    try:
        with (
            os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            yield Writer(archive, {})
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


class Reader:
    """A copy whose contents are looked through before any of them is used."""

    def __init__(self, source: Path) -> None:
        """Raises `BadArchive`: it is none of ours, of a later release, or damaged."""
        try:
            self._archive = zipfile.ZipFile(source)
            self.manifest: dict[str, Any] = json.loads(self._archive.read(_MANIFEST))
            self._hashes: dict[str, str] = self.manifest["sha256"]
            later = self.manifest["format"] != FORMAT
        except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
            raise BadArchive(f"{source} is not a copy made by `countersign backup`.") from error
        if later:
            raise BadArchive(f"{source} was made by another release. Use that one to restore it.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._archive.close()

    def check(self) -> None:
        """Return when every member is there and as it was written; raises `BadArchive`."""
        for name, expected in self._hashes.items():
            digest = hashlib.sha256()
            try:
                with self._archive.open(name) as stream:
                    while chunk := stream.read(_CHUNK):
                        digest.update(chunk)
            except (KeyError, zipfile.BadZipFile, EOFError) as error:
                raise BadArchive(f"The copy is damaged: {name} cannot be read.") from error
            if digest.hexdigest() != expected:
                raise BadArchive(f"The copy is damaged: {name} is not what was written.")

    def lines(self, name: str) -> Iterator[str]:
        """The lines of a member."""
        with self._archive.open(name) as stream:
            for line in stream:
                yield line.decode()

    def members(self, folder: str) -> Iterator[tuple[str, IO[bytes]]]:
        """The names below a folder of the copy, each with its content; no name leads out of it."""
        for member in self._hashes:
            kind, _, name = member.partition("/")
            if kind == folder and _PART.fullmatch(name):
                with self._archive.open(member) as stream:
                    yield name, stream
