"""Bringing a database to the schema of this program, and asking whether it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from webapp.assets import data_root

# Alembic is only imported by who migrates: whether the schema is there is asked at every start, and
# by every process that says whether it is ready.
if TYPE_CHECKING:
    from alembic.config import Config

_NOTED = text("SELECT version_num FROM alembic_version")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision, all in one transaction."""
    from alembic import command

    with _attached(engine) as config:
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to an earlier revision."""
    from alembic import command

    with _attached(engine) as config:
        command.downgrade(config, revision)


@contextmanager
def filling(engine: Engine, revision: str) -> Iterator[Connection]:
    """Bring an empty database to a revision and fill it, all in one transaction.

    Rows may come before those that they refer to where the database lets them; broken references
    are refused at the end.
    """
    from alembic import command

    with _attached(engine) as config:
        command.upgrade(config, revision)
        yield config.attributes["connection"]


@cache
def revisions() -> frozenset[str]:
    """Every revision that this program knows the way from, as the names of the scripts say."""
    scripts = (data_root() / "migrations" / "versions").glob("[0-9]*_*.py")
    return frozenset(one.name.partition("_")[0] for one in scripts)


@cache
def newest() -> str:
    """The revision that this program needs."""
    return max(revisions())


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    is_noted = inspect(connection).has_table("alembic_version")
    return connection.scalar(_NOTED) if is_noted else None


def is_current(connection: Connection) -> bool:
    """Whether the database has the schema of this program."""
    return current(connection) == newest()


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(data_root() / "migrations").replace("%", "%%"))
    return config


@contextmanager
def _attached(engine: Engine) -> Iterator["Config"]:
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
