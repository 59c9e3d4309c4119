"""What is set, what is wrong with it, and whether everything the desk leans on answers."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from webapp import migrating, soundness
from webapp.config import Settings, variable
from webapp.db import make_engine

_TIMEOUT = 5.0
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do when not."""

    what: str
    is_fine: bool
    words: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the settings, then at database, provider and mail server, one after the other."""
    wrong = soundness.problems(settings)
    for problem in wrong:
        yield Finding(problem.name, False, problem.what, problem.remedy)
    if not wrong:
        yield Finding("Settings", True, "They can be used.")
    for check in (_database, _provider, _mail):
        yield from _safely(check, settings)


def _safely(check: Callable[[Settings], Finding], settings: Settings) -> Iterator[Finding]:
    try:
        yield check(settings)
    except (SQLAlchemyError, OSError, ValueError) as error:
        what = check.__name__.strip("_").capitalize()
        yield Finding(what, False, f"{type(error).__name__}: {_first_line(error)}", _REMEDIES[what])


_REMEDIES = {
    "Database": f"Check {variable('database_url')}, and that its server runs and knows this user.",
    "Provider": f"Check {variable('oidc_issuer')}, and that this machine reaches it.",
    "Mail": f"Check {variable('smtp_url')}, and that this machine reaches it.",
}


def _database(settings: Settings) -> Finding:
    engine = make_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            found = migrating.current(connection)
    finally:
        engine.dispose()
    if found == migrating.newest():
        return Finding("Database", True, f"It answers and is at revision {found}.")
    words = f"It is at revision {found or 'none'}, the program needs {migrating.newest()}."
    return Finding("Database", False, words, "Run `countersign db upgrade`.")


def _provider(settings: Settings) -> Finding:
    if not settings.oidc_issuer:
        return Finding("Provider", settings.env != "production", "None is set; nobody can sign in.")
    if settings.demo:
        return Finding("Provider", True, "The demo brings its own.")
    from flask import Flask

    from webapp.identity import oidc

    app = Flask(__name__)
    oidc.init_app(app, settings)
    try:
        with app.app_context():
            where = oidc.probe(settings)
    except oidc.SignInFailed as error:
        return Finding("Provider", False, error.reason, _REMEDIES["Provider"])
    return Finding("Provider", True, f"It answers; people sign in at {where}.")


def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        return Finding("Mail", True, "No server is set; mails wait in the outbox.")
    parts = urlsplit(settings.smtp_url)
    address = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 25))
    with socket.create_connection(address, timeout=_TIMEOUT):
        return Finding("Mail", True, f"{address[0]} answers at port {address[1]}.")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]
