"""The `countersign` program: every command says what it does, and fails with one clear sentence."""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from webapp.config import BadSettings, Settings, explain

_FEW = 200


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("countersign"), prog_name="countersign")
def main() -> None:
    """Countersign, an approvals desk for the carts of business customers.

    Settings come from the environment, as COUNTERSIGN_...; `countersign doctor` explains them.
    """


def _clearly(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what may go wrong into one sentence and a non-zero exit."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        from webapp.assets import AssetError
        from webapp.kernel.errors import DomainError

        try:
            command(*args, **options)
        except BadSettings as error:
            _fail("\n".join(["The settings cannot be used.", *map(str, error.problems)]))
        except DBAPIError as error:
            _fail(f"The database refused: {str(error.orig).strip().partition(chr(10))[0]}")
        except (AssetError, DomainError, OSError) as error:
            _fail(str(error))

    return run


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8080, show_default=True, help="The port to listen at.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Deliver mail as well.")
@_clearly
def serve(host: str, port: int, worker: bool) -> None:
    """Serve the desk, and deliver its mail beside it."""
    from webapp import server
    from webapp.soundness import require_sound

    settings = Settings.from_environ()
    require_sound(settings)
    _require_current(settings)
    click.echo(f"Serving {settings.base_url} at {host}:{port}. Ctrl-C stops it.")
    server.serve(settings, host=host, port=port, with_worker=worker)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=None, type=int, help="The port to listen at; a free one from 8080.")
@click.option("--reset", is_flag=True, help="Begin the story afresh.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
@_clearly
def demo(host: str, port: int | None, reset: bool, open_browser: bool) -> None:
    """Show an invented company with a story, people to sign in as and a mailbox."""
    from webapp.app import create_app
    from webapp.demo import jobs

    jobs.run(
        make_app=create_app,
        host=host,
        port=port,
        reset=reset,
        open_browser=open_browser,
        echo=click.echo,
    )


@main.command()
@_clearly
def worker() -> None:
    """Deliver mail and let requests expire; only needed beside `serve --no-worker`."""
    from webapp import server

    _require_current(Settings.from_environ())
    click.echo("Delivering messages. Ctrl-C stops it.")
    server.work()


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
@_clearly
def upgrade() -> None:
    """Bring the database to the schema of this program."""
    from webapp import migrating

    engine = _engine(Settings.from_environ())
    with engine.connect() as connection:
        before = migrating.current(connection)
    if before == migrating.newest():
        click.echo(f"The database is at revision {before} already.")
        return
    click.echo(f"Upgrading from {before or 'an empty database'} to {migrating.newest()} ...")
    migrating.upgrade(engine)
    click.echo("Done.")


@db.command()
@_clearly
def check() -> None:
    """Say whether the database has the schema of this program; fails when not."""
    _require_current(Settings.from_environ())
    click.echo("The database has the schema of this program.")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@_clearly
def import_(file: Path, dry_run: bool) -> None:
    """Load tenants, companies, people, carts and quotes from a JSON FILE."""
    from flask import Flask

    from webapp.extensions import db as extension
    from webapp.seeding import jobs

    app = Flask("webapp")
    extension.init_app(app, _database())
    with app.app_context():
        code = jobs.import_file(file, dry_run=dry_run, echo=click.echo)
    sys.exit(code)


@main.command()
@_clearly
def doctor() -> None:
    """Explain every setting, and look whether everything that the desk leans on answers."""
    from webapp import doctor as examiner

    settings = Settings.from_environ()
    for one in explain(settings):
        click.echo(click.style(one.name, bold=True) + f" = {one.value or '(nothing)'}")
        click.echo(f"    {one.explained}")
    click.echo()
    is_well = True
    for finding in examiner.examine(settings):
        mark = (
            click.style("fine ", fg="green") if finding.is_fine else click.style("wrong", fg="red")
        )
        click.echo(f"{mark}  {finding.what}: {finding.words} {finding.remedy}".rstrip())
        is_well = is_well and finding.is_fine
    if not is_well:
        _fail("Something needs your attention; it is marked as wrong above.")


@main.group()
def client() -> None:
    """Look after the programs that call the API."""


@client.command("add")
@click.argument("tenant")
@click.argument("name")
@click.option("--company", help="The company that the program is bound to; without, all of them.")
@click.option("--scope", "scopes_", multiple=True, help="What it may do; without, all that fits.")
@click.option(
    "--grant", "grants", multiple=True, default=["client_credentials"], show_default=True,
    help="client_credentials, or anonymous for a shop that lets visitors in.",
)  # fmt: skip
@_clearly
def add_client(tenant: str, name: str, company: str | None, **chosen: Any) -> None:
    """Let a program of TENANT call the API; its secret is shown once."""
    from webapp.identity import clients
    from webapp.kernel.clock import utcnow

    with _database().transaction() as session:
        shown = clients.add(session, tenant, name, company_id=company, now=utcnow(), **chosen)
    click.echo(f"client_id      {shown.client.id}")
    click.echo(f"client_secret  {shown.secret}")
    click.echo("Keep the secret now: it is shown this once.", err=True)


@client.command("list")
@click.argument("tenant")
@_clearly
def list_clients(tenant: str) -> None:
    """Show the programs of TENANT that may call the API."""
    from webapp.identity import clients

    with _database().reading() as session:
        for one in clients.listed(session, tenant):
            state = "revoked" if one.revoked_at else ", ".join(one.grants)
            click.echo(f"{one.id}  {one.name}  {one.company_id or 'all companies'}  {state}")


@client.command("revoke")
@click.argument("tenant")
@click.argument("client_id")
@_clearly
def revoke_client(tenant: str, client_id: str) -> None:
    """Let a program of TENANT call the API no more; its tokens end at once."""
    from webapp.identity import clients
    from webapp.kernel.clock import utcnow

    with _database().transaction() as session:
        name = clients.revoke(session, tenant, client_id, now=utcnow())
    click.echo(f"{name} gets no tokens any more.")


@main.group()
def audit() -> None:
    """Prove the history."""


@audit.command()
@_clearly
def verify() -> None:
    """Recompute every chain of the history, and name the first entry that does not fit."""
    from webapp.ledger import service

    chains = 0
    database = _database()
    with database.reading() as listing, database.reading() as session:
        for head in _heads(listing):
            if found := service.verify(session, head):
                _fail(
                    f"{found.tenant_id}, {found.stream_id}, entry {found.sequence}: "
                    f"{found.problem}."
                )
            session.expunge_all()
            chains += 1
            if chains % _FEW == 0:
                click.echo(f"{chains} chains checked ...", err=True)
    click.echo(f"The history is whole: {chains} chains, every entry fits.")


def _heads(session: Any) -> Iterator[Any]:
    """The end of every chain: requests state theirs, the others are taken as they stand."""
    from webapp.approvals import recording
    from webapp.ledger import queries
    from webapp.ledger.service import Head

    stated = set()
    for head in recording.heads(session):
        stated.add((head.tenant_id, head.stream_id))
        yield head
    for tenant_id, stream_id in queries.streams(session):
        if (tenant_id, stream_id) not in stated:
            length, hash_ = queries.head_of_stream(session, tenant_id, stream_id)
            yield Head(tenant_id=tenant_id, stream_id=stream_id, length=length, hash=hash_)


def _database() -> Any:
    from webapp.db import Database

    settings = Settings.from_environ()
    _require_current(settings)
    return Database(_engine(settings))


def _require_current(settings: Settings) -> None:
    from webapp import migrating

    engine = _engine(settings)
    try:
        with engine.connect() as connection:
            if not migrating.is_current(connection):
                _fail(
                    f"The database is at revision {migrating.current(connection) or 'none'}, the "
                    f"program needs {migrating.newest()}: run `countersign db upgrade`."
                )
    finally:
        engine.dispose()


def _engine(settings: Settings) -> Any:
    from webapp.db import make_engine
    from webapp.soundness import require_database

    require_database(settings)
    return make_engine(settings.database_url)


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(1)
