"""The program, and what its commands share: the database, and one clear sentence of failure."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn

import click

from webapp.config import BadSettings, Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="countersign", prog_name="countersign")
def main() -> None:
    """Countersign, an approvals desk for the carts of business customers.

    Settings come from the environment, as COUNTERSIGN_...; `countersign doctor` explains them.
    """


def clearly(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what may go wrong into one sentence and a non-zero exit."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        # Whoever only asks for help does not wait for the database's library.
        from sqlalchemy.exc import DBAPIError

        from webapp.assets import AssetError
        from webapp.kernel.errors import DomainError

        try:
            command(*args, **options)
        except BadSettings as error:
            fail("\n".join(["The settings cannot be used.", *map(str, error.problems)]))
        except DBAPIError as error:
            fail(f"The database refused: {str(error.orig).strip().partition(chr(10))[0]}")
        except (AssetError, DomainError, OSError) as error:
            fail(_sentence(error))

    return run


def _sentence(error: Exception) -> str:
    """What the system says of a file that is there already names no remedy."""
    if isinstance(error, FileExistsError) and error.filename:
        return f"{error.filename} is there already; name a new file."
    return str(error)


def open_database() -> Any:
    """The database of the settings; ends the program when its schema is another one."""
    from webapp.db import Database

    settings = Settings.from_environ()
    require_current(settings)
    return Database(make_engine(settings))


def require_current(settings: Settings) -> None:
    """End the program when the database lacks the schema that it needs."""
    from webapp import migrating

    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            if not migrating.is_current(connection):
                fail(
                    f"The database is at revision {migrating.current(connection) or 'none'}, the "
                    f"program needs {migrating.newest()}: run `countersign db upgrade`."
                )
    finally:
        engine.dispose()


def make_engine(settings: Settings) -> Any:
    """An engine for the database that the settings name; raises `BadSettings`."""
    from webapp import db
    from webapp.soundness import require_database

    require_database(settings)
    return db.make_engine(settings.database_url)


def fail(words: str) -> NoReturn:
    """End the program with these words."""
    click.echo(words, err=True)
    sys.exit(1)
