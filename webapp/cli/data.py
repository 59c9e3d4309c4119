"""The data of a desk: its schema, what is loaded into it, and its copies."""

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from webapp.cli.program import clearly, main, make_engine, open_database, require_current
from webapp.config import Settings


@main.group()
def db() -> None:
    """Look after the database."""


@db.command()
@clearly
def upgrade() -> None:
    """Bring the database to the schema of this program."""
    from webapp import migrating

    engine = make_engine(Settings.from_environ())
    with engine.connect() as connection:
        before = migrating.current(connection)
    if before == migrating.newest():
        click.echo(f"The database is at revision {before} already.")
        return
    click.echo(f"Upgrading from {before or 'an empty database'} to {migrating.newest()} ...")
    migrating.upgrade(engine)
    click.echo("Done.")


@db.command()
@clearly
def check() -> None:
    """Say whether the database has the schema of this program; fails when not."""
    require_current(Settings.from_environ())
    click.echo("The database has the schema of this program.")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@clearly
def import_(file: Path, dry_run: bool) -> None:
    """Load tenants, companies, people, carts and quotes from a JSON FILE."""
    from webapp.seeding import jobs

    with _desk():
        sys.exit(jobs.import_file(file, dry_run=dry_run, echo=click.echo))


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--tenant", "tenants", multiple=True, help="Only this one; may be said again.")
@clearly
def export(file: Path, tenants: tuple[str, ...]) -> None:
    """Write what `import` reads into a new FILE: companies, people, prices, open carts, quotes.

    Requests, orders and histories are not in it, nor is any secret: `backup` copies those.
    """
    from webapp.seeding import jobs

    with _desk():
        sys.exit(jobs.export_file(file, tenants, echo=click.echo))


def _desk() -> AbstractContextManager[Any]:
    """The context of a desk without pages, over the database of the settings."""
    from flask import Flask

    from webapp.extensions import db as extension

    app = Flask("webapp")
    extension.init_app(app, open_database())
    return app.app_context()
