"""Runs migrations on the connection of `webapp.migrating`, or on COUNTERSIGN_DATABASE_URL."""

from alembic import context
from sqlalchemy import Connection, MetaData


def _metadata() -> MetaData:
    """The tables of the program, for `alembic revision --autogenerate` only."""
    import webapp.app  # noqa: F401 - imports every feature and with it every table
    from webapp.db import Base

    return Base.metadata


def _run(connection: Connection, metadata: MetaData | None = None) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        user_module_prefix="webapp.db.",
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_alone() -> None:
    from webapp.config import Settings
    from webapp.db import make_engine

    with make_engine(Settings.from_environ().database_url).begin() as connection:
        _run(connection, _metadata())


if (attached := context.config.attributes.get("connection")) is not None:
    _run(attached, context.config.attributes.get("metadata"))
else:
    _run_alone()
