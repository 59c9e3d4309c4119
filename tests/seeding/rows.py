"""Looking at what an import wrote."""

from typing import Any

from sqlalchemy import func, select, update

from webapp.db import Base, Database


def one(database: Database, model: type[Any], **where: object) -> Any:
    with database.reading() as session:
        return session.scalars(select(model).filter_by(**where)).one()


def count(database: Database, model: type[Base]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def change(database: Database, model: type[Base], own: str, **values: object) -> None:
    with database.transaction() as session:
        identity: Any = model
        session.execute(update(model).where(identity.id == own).values(**values))
