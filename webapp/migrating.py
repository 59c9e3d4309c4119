"""Bringing a database to the schema of this program, and asking whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from webapp.assets import data_root


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, all in one transaction."""
    with _attached(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an earlier revision."""
    with _attached(engine) as config:
        command.downgrade(config, revision)


@contextmanager
def filling(engine: Engine, revision: str) -> Iterator[Connection]:
    """Bring an empty database to a revision and fill it, all in one transaction.

    Rows may come before those that they refer to where the database lets them; broken references
    are refused at the end.
    """
    with _attached(engine) as config:
        command.upgrade(config, revision)
        yield config.attributes["connection"]


@cache
def revisions() -> frozenset[str]:
    """Every revision that this program knows the way from."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(one.revision for one in script.walk_revisions())


@cache
def newest() -> str:
    """The revision that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def is_current(connection: Connection) -> bool:
    """Whether the database has the schema of this program."""
    return current(connection) == newest()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_root() / "migrations").replace("%", "%%"))
    return config


@contextmanager
def _attached(engine: Engine) -> Iterator[Config]:
    """A configuration whose migrations run in one transaction on one connection."""
    config = _config()
    with engine.connect() as connection, _free_to_rebuild(connection), connection.begin():
        config.attributes["connection"] = connection
        yield config
        if connection.dialect.name == "sqlite":
            _refuse_broken_references(connection)


@contextmanager
def _free_to_rebuild(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, which its foreign keys must not notice."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"The migration would break a reference of the table {broken[0]}.")
