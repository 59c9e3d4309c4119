"""Bringing a copy back into an empty place: the same kind of database, or the other one."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine

from webapp import migrating
from webapp.backup import rows
from webapp.backup.archive import BadArchive, Reader

Progress = Callable[[str], None]


def restore(engine: Engine, source: Path, *, files: Path, keys: Path, progress: Progress) -> None:
    """Fill an empty database and the folders from a copy, then bring the schema up to date.

    Nothing is written before the whole copy was read once and found sound.

    Raises:
        BadArchive: the copy is damaged or none of ours, or its schema is unknown to this program.
        FileExistsError: the database or the folder of files is not empty.
        OSError: something cannot be written.
    """
    with Reader(source) as reader:
        _require_empty(engine, files)
        progress("Looking through the copy ...")
        reader.check()
        _require_known(reader)
        with migrating.filling(engine, reader.manifest["revision"]) as connection:
            described = reader.manifest["tables"]
            for table in rows.tables(connection):
                if table.name not in described:
                    continue
                progress(f"{table.name}: {described[table.name]['rows']} rows ...")
                lines = reader.lines(f"tables/{table.name}.jsonl")
                rows.write(connection, table, described[table.name]["columns"], lines)
            _unpack(reader, "files", files, by_beginning=True)
            _unpack(reader, "keys", keys)
        migrating.upgrade(engine)


def _require_empty(engine: Engine, files: Path) -> None:
    with engine.connect() as connection:
        if migrating.current(connection) is not None:
            raise FileExistsError(
                "The database holds a desk already. Name an empty one in COUNTERSIGN_DATABASE_URL."
            )
    if any(files.glob("*")):
        raise FileExistsError(
            f"{files} is not empty. Name another folder in COUNTERSIGN_FILES_DIR."
        )


def _require_known(reader: Reader) -> None:
    revision = reader.manifest["revision"]
    if revision not in migrating.revisions():
        raise BadArchive(
            f"The copy was made by a later release: revision {revision} is not known to this "
            "program. Restore it with that release or a newer one."
        )


def _unpack(reader: Reader, kind: str, folder: Path, *, by_beginning: bool = False) -> None:
    for name, stream in reader.members(kind):
        target = folder / name[:2] / name if by_beginning else folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise FileExistsError(f"{target} is there already. Move it away first.") from None
        with os.fdopen(handle, "wb") as written:
            shutil.copyfileobj(stream, written)
            written.flush()
            with suppress(OSError):
                os.fsync(written.fileno())
