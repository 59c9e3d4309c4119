"""Copies of a desk: `backup` and `restore`."""

from pathlib import Path

import click

from webapp.cli.program import clearly, fail, main, make_engine, require_current
from webapp.config import Settings


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@clearly
def backup(file: Path) -> None:
    """Copy the whole desk into FILE while it is in use: rows, attached files and keys.

    The copy is one moment of the database. It holds secrets: keep it like the database.
    """
    from webapp.backup import making
    from webapp.kernel.clock import utcnow

    settings = Settings.from_environ()
    require_current(settings)
    making.make(
        make_engine(settings),
        file,
        files=settings.files_folder,
        keys=settings.ledger_folder,
        secret_key=settings.secret_key,
        now=utcnow(),
        progress=_say,
    )
    click.echo(f"The copy is in {file}, {file.stat().st_size:,} bytes. It holds secrets.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@clearly
def restore(file: Path) -> None:
    """Bring the copy in FILE back into an empty database, SQLite or PostgreSQL.

    What waited to be sent then waits again: start with COUNTERSIGN_SENDING=no to look first.
    """
    from webapp.backup import restoring
    from webapp.backup.archive import BadArchive
    from webapp.backup.making import KEY_FILE

    settings = Settings.from_environ()
    keys = settings.ledger_folder
    try:
        restoring.restore(
            make_engine(settings), file, files=settings.files_folder, keys=keys, progress=_say
        )
    except BadArchive as error:
        fail(str(error))
    click.echo("The desk is back. Now prove its history: countersign audit verify")
    written = keys / KEY_FILE
    if written.exists() and written.read_text() != settings.secret_key:
        click.echo(
            f"Its secret key was another one: set COUNTERSIGN_SECRET_KEY to what {written} says."
        )


def _say(words: str) -> None:
    click.echo(words, err=True)
