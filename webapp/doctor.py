"""What is set, what is wrong with it, and whether everything the desk leans on answers."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp import migrating, soundness
from webapp.config import BadSettings, Settings, variable
from webapp.db import Database, make_engine
from webapp.identity import tenant_settings
from webapp.kernel.clock import utcnow
from webapp.ledger.keys import KeyFolder
from webapp.ledger.sealed import checkpoint, not_carried
from webapp.outbox.queries import backlog
from webapp.outbox.smtp import MailServer
from webapp.webhooks import queries as webhooks
from webapp.webhooks.domain import State

_TIMEOUT = 5.0
# A message that waits longer than this has nobody to deliver it.
_SLOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do when not."""

    what: str
    is_fine: bool
    words: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at the settings, then at everything that the desk leans on, database first."""
    wrong = soundness.problems(settings)
    for problem in wrong:
        yield Finding(problem.name, False, problem.what, problem.remedy)
    if not wrong:
        yield Finding("Settings", True, "They can be used.")
    database = list(_safely(_database, settings))
    yield from database
    outbox = (_outbox, _webhooks, _history, _roles) if database[0].is_fine else ()
    checks = (*outbox, _files, _provider, _mail)
    for check in checks:
        yield from _safely(check, settings)


def _safely(check: Callable[[Settings], Finding], settings: Settings) -> Iterator[Finding]:
    try:
        yield check(settings)
    except (BadSettings, SQLAlchemyError, OSError, ValueError) as error:
        what = check.__name__.strip("_").capitalize()
        yield Finding(what, False, f"It does not answer: {_first_line(error)}.", _REMEDIES[what])


_REMEDIES = {
    "Database": f"Check {variable('database_url')}, and that its server runs and knows this user.",
    "Outbox": "See that `countersign serve` or `countersign worker` runs.",
    "Webhooks": "See which with `countersign webhook list TENANT`, and ask who runs the receiver.",
    "Roles": f"Correct the file that {variable('oidc_roles_file')} names.",
    "History": f"See that the worker runs, look for `checkpoint.` in its log, and check "
    f"{variable('checkpoint_to')}.",
    "Files": f"Check {variable('files_dir')}, and that this user may write there.",
    "Provider": f"Check {variable('oidc_issuer')}, and that this machine reaches it.",
    "Mail": f"Check {variable('smtp_url')}, and that this machine reaches it.",
}


def _database(settings: Settings) -> Finding:
    soundness.require_database(settings)
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


def _outbox(settings: Settings) -> Finding:
    with _reading(settings) as session:
        waiting = backlog(session)
    if waiting.dead:
        remedy = "Look why with `countersign outbox list`, then `countersign outbox replay`."
        return Finding("Outbox", False, f"Messages given up: {waiting.dead}.", remedy)
    if not settings.sending:
        words = f"Sending is switched off. Messages waiting: {waiting.pending}."
        return Finding("Outbox", False, words, f"Set {variable('sending')}=yes to let them go.")
    if waiting.oldest is None:
        return Finding("Outbox", True, "No message waits.")
    since = f"{waiting.oldest:%Y-%m-%d %H:%M} UTC"
    is_fine = utcnow() - waiting.oldest < _SLOW
    words = f"Messages waiting: {waiting.pending}, the oldest since {since}."
    if waiting.last_error:
        words += f" The last error was: {waiting.last_error}"
    return Finding("Outbox", is_fine, words, "" if is_fine else _REMEDIES["Outbox"])


def _webhooks(settings: Settings) -> Finding:
    with _reading(settings) as session:
        found = webhooks.figures(session)
    off = found.states[State.GONE] + found.states[State.FAILING]
    words = f"Active: {found.states[State.ACTIVE]}, taking nothing now: {found.failing}."
    if off:
        words += f" Switched off, since they were gone or failed for days: {off}."
    return Finding(
        "Webhooks", not found.failing, words, _REMEDIES["Webhooks"] if found.failing else ""
    )


def _roles(settings: Settings) -> Finding:
    from webapp.identity.directory import read_grants, strangers

    grants = read_grants(settings.oidc_roles_file)
    if not grants:
        return Finding("Roles", True, "The provider says nothing of them; admins do.")
    with _reading(settings) as session:
        unknown = strangers(session, grants)
    if unknown:
        words = f"Groups are mapped to companies that do not exist: {', '.join(unknown)}."
        return Finding("Roles", False, words, _REMEDIES["Roles"])
    return Finding("Roles", True, f"Groups that mean a role: {len({one.group for one in grants})}.")


def _history(settings: Settings) -> Finding:
    key = KeyFolder(settings.ledger_folder).signing() if settings.checkpoint_hours else None
    if key is None:
        return Finding("History", True, "Nothing seals it; `countersign audit key` makes a key.")
    with _reading(settings) as session:
        tenants = tenant_settings.tenant_ids(session)
        found = [checkpoint(session, one) for one in tenants]
        waiting = not_carried(session)
    # Twice the time, since a checkpoint may be under way.
    oldest = (utcnow() - timedelta(hours=2 * settings.checkpoint_hours)).isoformat()
    late = [one for one in found if one is None or one.statement.at < oldest]
    words = f"Key {key.public.id}; tenants without a recent checkpoint: {len(late)}."
    if waiting:
        words += f" Not carried away yet: {waiting}."
    is_fine = not (late or waiting)
    return Finding("History", is_fine, words, "" if is_fine else _REMEDIES["History"])


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    engine = make_engine(settings.database_url)
    try:
        with Database(engine).reading() as session:
            yield session
    finally:
        engine.dispose()


def _files(settings: Settings) -> Finding:
    folder = settings.files_folder
    place = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    is_fine = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    words = "can be written to" if is_fine else "cannot be written to"
    return Finding("Files", is_fine, f"{folder} {words}.", "" if is_fine else _REMEDIES["Files"])


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
    server = MailServer.parse(settings.smtp_url)
    with socket.create_connection((server.host, server.port), timeout=_TIMEOUT):
        return Finding("Mail", True, f"{server.host} answers at port {server.port}.")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200].rstrip(".") or type(error).__name__
