"""Setting the stage: a database with the company, its story, and the mails sent meanwhile."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from webapp import migrating
from webapp.approvals.files import Folder as FilesFolder
from webapp.config import Settings
from webapp.db import Database, make_engine
from webapp.demo import cast, plot, premises, prospect, receiver, story
from webapp.demo.again import copy_back, is_old, is_ready, note_beginning
from webapp.demo.folder import Folder
from webapp.demo.present import INVENTED
from webapp.demo.prospect import Prospect
from webapp.extensions import db, settings
from webapp.kernel.clock import utcnow
from webapp.ledger.keys import KeyFolder
from webapp.outbox import delivery
from webapp.outbox.mailer import write
from webapp.outbox.senders import MailboxSender
from webapp.seeding import service as seeding

# More than a story has mails that are due at once.
_MANY = 1000

Echo = Callable[[str], object]
# `webapp.app.create_app`, which stands above this package and is handed in.
MakeApp = Callable[..., Flask]


def prepare(
    folder: Folder, settings: Settings, *, make_app: MakeApp, reset: bool, echo: Echo
) -> None:
    """Make the database of the demo, or take it back to its first morning."""
    if not folder.database.exists() or reset:
        freshen(folder, settings, make_app=make_app, echo=echo)
        _copy(folder)
    elif is_old(folder.stamp):
        echo("The story began a while ago; `countersign demo --reset` begins it afresh.")
    else:
        freshen(folder, settings, make_app=make_app, echo=echo)
    engine = make_engine(settings.database_url)
    try:
        migrating.upgrade(engine)
        bind(folder, settings, Database(engine), now=utcnow())
    finally:
        engine.dispose()
    keys = KeyFolder(settings.ledger_folder)
    if keys.signing() is None:
        keys.make()


def freshen(folder: Folder, settings: Settings, *, make_app: MakeApp, echo: Echo) -> None:
    """Have a copy that the demo is reset from: of today, and bound to where the desk is."""
    if is_old(folder.template):
        folder.bound.unlink(missing_ok=True)
        echo("Setting the stage: a company, its people and five weeks of requests ...")
        start = utcnow()
        build(folder, settings, make_app=make_app, now=start)
        echo(f"Done in {(utcnow() - start).total_seconds():.1f} seconds.")
    if not is_ready(folder, settings.base_url):
        _bind_template(folder, settings)


def build(folder: Folder, settings: Settings, *, make_app: MakeApp, now: datetime) -> None:
    """Write the template of a fresh demo; it appears as a whole or not at all."""
    target, own = folder.template, own_company(folder)
    draft = target.with_name(f"{target.name}.draft")
    _remove(draft)
    engine = make_engine(f"sqlite:///{draft}")
    try:
        migrating.upgrade(engine)
        _fill_at_once(engine, settings, make_app=make_app, now=now, own=own)
    finally:
        engine.dispose()
    _fold(draft)
    draft.replace(target)


def fill(app: Flask, *, issuer: str, now: datetime, own: Prospect | None = None) -> dict[str, str]:
    """Company, story and mails into the app's database; the ids of the requests by their key.

    It is the invented company, or somebody's `own` one.
    """
    with app.app_context():
        script = plot.script(own) if own else INVENTED
        with db.transaction() as session:
            company = cast.seed_document(issuer, script.company)
            seeding.load(session, company, now=story.begins(script, now))
            files = FilesFolder(settings().files_folder)
            requests = story.play(session, script, files=files, now=now)
            cast.know_their_way(session, script.company)
        _deliver(db.database, now=now)
    return requests


def bind(folder: Folder, settings: Settings, database: Database, *, now: datetime) -> None:
    """Let people sign in and webhooks arrive where the desk is, which may be another port now."""
    own = own_company(folder)
    company = {"customers": premises.customers(own)} if own else None
    with database.transaction() as session:
        seeding.load(session, cast.identities(settings.oidc_issuer, company), now=now)
        receiver.bind(session, settings, now=now)


def own_company(folder: Folder) -> Prospect | None:
    """Somebody's own company, where this folder shows one."""
    kept = folder.company / prospect.FILE
    return prospect.read(kept) if kept.exists() else None


def take_in(folder: Folder, path: Path) -> bool:
    """Let the folder show the company of a file; whether that is news. Raises as `prospect.read`.

    A story that was set up for another state of the file is told no more.
    """
    if prospect.read(path).shows_as(own_company(folder)):
        return False
    prospect.keep(path, folder.company)
    folder.template.unlink(missing_ok=True)
    return True


def restore_running(folder: Folder, settings: Settings, *, make_app: MakeApp) -> None:
    """Take a desk in use back to its first morning; other connections see all of it or nothing."""
    freshen(folder, settings, make_app=make_app, echo=lambda _words: None)
    copy_back(folder)


def _bind_template(folder: Folder, settings: Settings) -> None:
    set_up = folder.template.stat()
    engine = make_engine(f"sqlite:///{folder.template}")
    try:
        bind(folder, settings, Database(engine), now=utcnow())
    finally:
        engine.dispose()
    _fold(folder.template)
    # Its age is that of the story, not that of the address.
    os.utime(folder.template, ns=(set_up.st_atime_ns, set_up.st_mtime_ns))
    folder.bound.write_text(settings.base_url)


def _copy(folder: Folder) -> None:
    """Put the template in place of a database that nobody has open."""
    _remove(folder.database)
    shutil.copyfile(folder.template, folder.database)
    folder.database.chmod(0o600)
    note_beginning(folder)


def _fill_at_once(
    engine: Engine, settings: Settings, *, make_app: MakeApp, now: datetime, own: Prospect | None
) -> None:
    """Everything in one transaction: hundreds of commits would each wait for the disk."""
    with engine.connect() as connection, connection.begin():
        database = Database(connection, join_transaction_mode="create_savepoint")
        known = replace(settings, database_url=engine.url.render_as_string(hide_password=False))
        fill(make_app(known, database=database), issuer=settings.oidc_issuer, now=now, own=own)


def _deliver(database: Database, *, now: datetime) -> None:
    """Deliver what the story wrote into the mailbox, at the moments at which it was written."""
    with MailboxSender(database).visit() as deliver:
        while messages := _claim(database, now=now):
            for message in messages:
                deliver(write(message))
                with database.transaction() as session:
                    delivery.sent(session, message, now=message.created_at)


def _claim(database: Database, *, now: datetime) -> list[delivery.Claimed]:
    with database.transaction() as session:
        return delivery.claim(session, limit=_MANY, now=now)


def _fold(path: Path) -> None:
    """Fold the write-ahead log into the file, so that it can be copied by itself."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _remove(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        database.with_name(database.name + end).unlink(missing_ok=True)
