"""What the application is built on, created unbound here and bound to an app in `webapp.app`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import cast

from flask import Flask, current_app, has_app_context
from flask_babel import Babel
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session

from webapp.assets import Assets
from webapp.config import Settings
from webapp.db import Database
from webapp.kernel.clock import utcnow

_KEY = "countersign"
_AHEAD = f"{_KEY}.ahead"


class AppDatabase:
    """The database of the current application."""

    def init_app(self, app: Flask, database: Database) -> None:
        """Bind a database to an application."""
        app.extensions[f"{_KEY}.database"] = database

    @property
    def database(self) -> Database:
        """The `Database` behind the current application."""
        return self.of(current_app)

    @staticmethod
    def of(app: Flask) -> Database:
        """The `Database` behind an application."""
        return cast("Database", app.extensions[f"{_KEY}.database"])

    def transaction(self) -> AbstractContextManager[Session]:
        """A session whose changes are committed when the block ends, and undone when it raises."""
        return self.database.transaction()

    def reading(self) -> AbstractContextManager[Session]:
        """A session that sees one consistent state and never takes the write lock."""
        return self.database.reading()

    def looking(self) -> AbstractContextManager[Session]:
        """A session for a few short statements, each of which sees what is committed by then."""
        return self.database.looking()


db = AppDatabase()
csrf = CSRFProtect()
babel = Babel()


def settings() -> Settings:
    """The settings of the current application."""
    return settings_of(current_app)


def settings_of(app: Flask) -> Settings:
    """The settings of an application."""
    return cast("Settings", app.extensions[f"{_KEY}.settings"])


def assets() -> Assets:
    """The static files of the current application."""
    return cast("Assets", current_app.extensions[f"{_KEY}.assets"])


def bind(app: Flask, *, settings: Settings, database: Database, assets: Assets) -> None:
    """Bind settings, database and static files to an application."""
    app.extensions[f"{_KEY}.settings"] = settings
    app.extensions[f"{_KEY}.assets"] = assets
    db.init_app(app, database)


def business_now(app: Flask | None = None) -> datetime:
    """The present moment of whatever people wait for: requests, reminders, absences, figures.

    It is that of `utcnow`, unless a demo has moved its clock. Sign-in, sessions, tokens and the
    limits of calls always go by `utcnow`, and so does what is no part of an application.
    """
    if app is None and not has_app_context():
        return utcnow()
    return utcnow() + ahead(app or current_app)


def ahead(app: Flask) -> timedelta:
    """By how much the clock of the business is ahead of that of the machine."""
    found: Callable[[], timedelta] | None = app.extensions.get(_AHEAD)
    return found() if found else timedelta()


def move_business(app: Flask, by: Callable[[], timedelta]) -> None:
    """Let the clock of the business be ahead by what this says whenever it is asked."""
    app.extensions[_AHEAD] = by
