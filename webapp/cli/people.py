"""Somebody is told of, forgotten, signed out: `export-person`, `erase`, `sign-out`."""

import os
from pathlib import Path
from typing import Any

import click

from webapp.cli.program import clearly, fail, main, open_database
from webapp.config import Settings


class _Rehearsed(Exception):
    """Undoes what was only tried."""


_NEW = click.Path(dir_okay=False, path_type=Path)


@main.command("export-person")
@click.argument("tenant")
@click.argument("person")
@click.option("--out", required=True, type=_NEW, help="The file to write; it must be new.")
@clearly
def export_person(tenant: str, person: str, out: Path) -> None:
    """Write all that is kept of PERSON of TENANT into a file, for them.

    Part `named` holds what is about others and names them: look through it before you hand it on.
    """
    import webapp.app  # noqa: F401 - every table has to be known
    from webapp.audit.disclosing import as_text, disclose
    from webapp.kernel.clock import utcnow

    with open_database().reading() as session:
        document = disclose(session, tenant, person, now=utcnow())
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(as_text(document))
    for part in ("own", "named"):
        click.echo(f"{part}:")
        for name, rows in document[part].items():
            click.echo(f"{len(rows):>8}  {name}")
    if document["own"].get("attachments"):
        folder = Settings.from_environ().files_folder
        click.echo(f"Attached files lie in {folder}, under the name in `file`.", err=True)


@main.command()
@click.argument("tenant")
@click.argument("person")
@click.option("--dry-run", is_flag=True, help="Only say what would go and what would stay.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@clearly
def erase(tenant: str, person: str, dry_run: bool, yes: bool) -> None:
    """Erase the names, words and files of PERSON of TENANT, for good.

    Decisions, amounts and moments stay, with the id of the person, and the history stays whole.
    """
    database = open_database()
    found = _tried(database, tenant, person)
    if found.was_before:
        click.echo(f"{person} was erased before, and is {found.label}.")
        return
    _tell(found)
    if dry_run:
        click.echo("Nothing was changed.")
        return
    if not yes and click.prompt(f"There is no way back. Type {person} to erase") != person:
        fail("That is another id. Nothing was changed.")
    done = _erase(database, tenant, person)
    _remove(done.files)
    click.echo(f"{person} is {done.label} from now on.")
    click.echo("Copies of this desk, and files that left it, still hold what was erased.")


@main.command("sign-out")
@click.argument("tenant")
@click.argument("person", required=False)
@click.option("--everybody", is_flag=True, help="All people of the tenant.")
@clearly
def sign_out(tenant: str, person: str | None, everybody: bool) -> None:
    """End the sessions of PERSON of TENANT in every browser, as after a theft.

    Who may still sign in, can. Tokens and keys of the API stay: ending somebody's access on the
    page of their company ends what those may, and `client revoke` ends a program's.
    """
    from webapp.identity import queries, session_store, tenant_settings
    from webapp.kernel.clock import utcnow

    if everybody == (person is not None):
        fail("Name a person, or say --everybody.")
    with open_database().transaction() as session:
        if tenant not in tenant_settings.tenant_ids(session):
            fail("There is no such tenant.")
        if person is not None:
            queries.person(session, tenant, person)
        count = session_store.end_all(session, tenant, person, now=utcnow())
    click.echo(f"Sessions that were ended: {count}.")


def _tried(database: Any, tenant: str, person: str) -> Any:
    """What erasing would do, undone."""
    found = None
    try:
        with database.transaction() as session:
            found = _run(session, tenant, person)
            raise _Rehearsed
    except _Rehearsed:
        return found


def _erase(database: Any, tenant: str, person: str) -> Any:
    with database.transaction() as session:
        return _run(session, tenant, person)


def _run(session: Any, tenant: str, person: str) -> Any:
    import webapp.app  # noqa: F401 - every table has to be known
    from webapp.audit.erasing import erase as erase_
    from webapp.kernel.clock import utcnow

    return erase_(session, tenant, person, now=utcnow())


def _tell(found: Any) -> None:
    click.echo("What goes:")
    for told, count in found.gone.items():
        click.echo(f"{count:>8}  {told}")
    click.echo("What stays, since others have to prove what was decided:")
    for told, count in found.stays.items():
        click.echo(f"{count:>8}  {told}")


def _remove(files: list[str]) -> None:
    from webapp.approvals.files import Folder

    folder = Folder(Settings.from_environ().files_folder)
    for file in files:
        folder.remove(file)
