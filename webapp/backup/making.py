"""Making a copy of a desk while it is in use."""

import io
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, Engine

from webapp import migrating
from webapp.backup import rows
from webapp.backup.archive import Writer, writing
from webapp.db import READ_ONLY

Progress = Callable[[str], None]
# The file of the keys in which a restored desk finds the secret key of the one before.
KEY_FILE = "secret-key"


def make(
    engine: Engine,
    target: Path,
    *,
    files: Path,
    keys: Path,
    secret_key: str,
    now: datetime,
    progress: Progress,
) -> None:
    """Write everything that a desk consists of into one file.

    The tables are those of one moment, whatever is decided meanwhile. A file that is attached
    meanwhile may come along without its row; the desk removes such files by itself. The folder
    `keys` comes along as a whole, and with it the secret key of the settings: without that one,
    what is encrypted in the tables could not be read.

    Raises:
        FileExistsError: the target is there already.
        OSError: it cannot be written, or a file that a row names cannot be read.
    """
    with writing(target) as writer, _one_moment(engine) as connection:
        described = {}
        for table in rows.tables(connection):
            progress(f"{table.name} ...")
            count = writer.add_lines(f"tables/{table.name}.jsonl", rows.read(connection, table))
            described[table.name] = {"columns": table.columns.keys(), "rows": count}
        _add_files(writer, files, progress)
        _add_keys(writer, keys, secret_key)
        writer.finish(
            {
                "made_at": now.isoformat(),
                "program": version("countersign"),
                "revision": migrating.current(connection),
                "database": engine.dialect.name,
                "tables": described,
            }
        )


def _one_moment(engine: Engine) -> Connection:
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(**{READ_ONLY: True})
    return engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )


def _add_files(writer: Writer, folder: Path, progress: Progress) -> None:
    """The attached files as they lie there; a file never changes once it has its name."""
    found = sorted(one for one in folder.glob("??/*") if one.is_file())
    if found:
        progress(f"{len(found)} attached files ...")
    for path in found:
        try:
            stream = path.open("rb")
        except FileNotFoundError:
            # Taken back by its owner since the folder was listed.
            continue
        with stream:
            writer.add_stream(f"files/{path.name}", stream)


def _add_keys(writer: Writer, folder: Path, secret_key: str) -> None:
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.name != KEY_FILE:
            with path.open("rb") as stream:
                writer.add_stream(f"keys/{path.relative_to(folder).as_posix()}", stream)
    if secret_key:
        writer.add_stream(f"keys/{KEY_FILE}", io.BytesIO(secret_key.encode()))
