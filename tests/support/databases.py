"""Both databases with the schema of the migrations, made once for each test process."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, make_url

from tests.support.postgres import Server
from webapp import migrating
from webapp.db import Database, make_engine

Name = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Backend:
    """One kind of database: an empty desk to test in, and copies of it to ruin."""

    name: Name
    url: str
    engine: Engine
    copy: Callable[[], str]
    drop: Callable[[str], None]

    @contextmanager
    def rolled_back(self) -> Iterator[Database]:
        """The shared desk; whatever is committed in the block is gone after it."""
        with self.engine.connect() as connection:
            outer = connection.begin()
            try:
                yield Database(connection, join_transaction_mode="create_savepoint")
            finally:
                outer.rollback()

    @contextmanager
    def own(self) -> Iterator[Database]:
        """A desk of one's own, with real commits and as many connections as needed."""
        url = self.copy()
        engine = make_engine(url)
        try:
            yield Database(engine)
        finally:
            engine.dispose()
            self.drop(url)


@contextmanager
def sqlite(folder: Path) -> Iterator[Backend]:
    """SQLite files in a folder."""
    numbers = count(1)
    schema = folder / "schema.db"
    _migrate(f"sqlite:///{schema}")

    def copy() -> str:
        made = folder / f"desk-{next(numbers)}.db"
        shutil.copyfile(schema, made)
        return f"sqlite:///{made}"

    def drop(url: str) -> None:
        made = Path(url.removeprefix("sqlite:///"))
        for left in made.parent.glob(f"{made.name}*"):
            left.unlink()

    with _backend("sqlite", copy, drop) as backend:
        yield backend


@contextmanager
def postgresql(server: Server) -> Iterator[Backend]:
    """Databases of a server, copied from one that only serves as their pattern."""
    numbers = count(1)
    _migrate(server.create_database("schema"))

    def copy() -> str:
        return server.create_database(f"desk_{next(numbers)}", template="schema")

    def drop(url: str) -> None:
        server.drop_database(str(make_url(url).database))

    with _backend("postgresql", copy, drop) as backend:
        yield backend


@contextmanager
def _backend(name: Name, copy: Callable[[], str], drop: Callable[[str], None]) -> Iterator[Backend]:
    url = copy()
    engine = make_engine(url)
    try:
        yield Backend(name, url, engine, copy, drop)
    finally:
        engine.dispose()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    try:
        migrating.upgrade(engine)
    finally:
        engine.dispose()
