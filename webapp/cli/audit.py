"""Proving the history: `audit`, `evidence`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from webapp.cli.program import clearly, fail, main, open_database
from webapp.config import Settings, variable

_FEW = 1000
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@main.group()
def audit() -> None:
    """Prove the history."""


@audit.command()
@click.option("--rotate", is_flag=True, help="Make another key; the one of now hands over to it.")
@clearly
def key(rotate: bool) -> None:
    """Make the key that signs checkpoints, or say which one does."""
    from webapp.ledger.keys import KeyFolder

    folder = KeyFolder(Settings.from_environ().ledger_folder)
    signing = folder.signing()
    if signing is None or rotate:
        signing = folder.make()
        click.echo("Made a new key.", err=True)
    click.echo(f"key     {signing.public.id}")
    click.echo(f"public  {folder.public_file(signing.public.id)}")
    click.echo("Keep a copy of the public file where nobody of this machine can write.", err=True)


@audit.command()
@click.option("--tenant", help="Only this tenant.")
@clearly
def checkpoint(tenant: str | None) -> None:
    """Sign how every history stands now, and carry it where the settings say."""
    from webapp.audit import jobs
    from webapp.audit.carrying import carry, places
    from webapp.kernel.clock import utcnow
    from webapp.ledger.sealing import Contradiction
    from webapp.soundness import require_places

    settings, database, now = Settings.from_environ(), open_database(), utcnow()
    require_places(settings)
    for tenant_id in _tenants(database, tenant):
        try:
            signed = jobs.checkpoint(database, tenant_id, _signing_key(settings), now=now)
        except Contradiction as error:
            fail(f"{tenant_id} is not sealed again: {error}")
        carry(database, tenant_id, places(settings), now=now)
        if signed is not None:
            stated = signed.statement
            click.echo(f"{stated.file_name}  {stated.streams} histories, {stated.changed} grown")


@audit.command()
@click.option("--tenant", help="Only this tenant.")
@click.option("--approval", help="Only the request with this id.")
@click.option("--checkpoint", "sealed", type=_FILE, help="Compare with this checkpoint as well.")
@click.option("--since", type=_FILE, help="The same, and take what it covers as it stands.")
@click.option("--key", "key_file", type=_FILE, help="The public key that you kept elsewhere.")
@clearly
def verify(**wanted: Any) -> None:
    """Recompute the history, and name the first entry that does not fit.

    Every chain is followed from its first entry to the end that its request states. The request,
    its goods and its order have to say what the chain says. The stored checkpoints have to follow
    each other, and the newest one has to fit. Somebody who can rewrite all of that is found with a
    checkpoint that was carried away.
    """
    from webapp.audit.proving import Proof, Unproven, Wanted

    proof = Proof(
        database=open_database(),
        settings=Settings.from_environ(),
        wanted=Wanted(**wanted),
        progress=_progress(),
    )
    try:
        for line in proof.run():
            click.echo(line)
    except Unproven as error:
        fail(str(error))


@audit.command("verify-evidence")
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, help="The public key that you kept elsewhere.")
@clearly
def verify_evidence(file: Path, key_file: Path | None) -> None:
    """Check an evidence FILE; needs no database and no settings."""
    from webapp.audit.offline import check
    from webapp.ledger.keys import read_public

    report = check(file.read_bytes(), read_public(key_file) if key_file else None)
    for line in report.lines():
        click.echo(line)
    if report.problem:
        fail(report.problem)


@main.command()
@click.argument("approval")
@click.option("--out", required=True, type=_NEW, help="The file to write; it must be new.")
@click.option("--tenant", help="Its tenant, where several have a request with this id.")
@clearly
def evidence(approval: str, out: Path, tenant: str | None) -> None:
    """Write what proves the request APPROVAL into a file, for somebody without access."""
    from webapp.approvals import recording
    from webapp.audit.evidence import evidence as written
    from webapp.kernel.clock import utcnow
    from webapp.ledger.keys import KeyFolder

    settings = Settings.from_environ()
    key = KeyFolder(settings.ledger_folder).signing()
    with open_database().reading() as session:
        found = recording.heads_of(session, approval, tenant)
        if len(found) != 1:
            fail("Several tenants have it: name one." if found else "There is no such request.")
        text = written(session, found[0].tenant_id, approval, key, now=utcnow())
    with out.open("x", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"{out}: check it anywhere with `countersign audit verify-evidence {out}`.")


def _progress() -> Callable[[], None]:
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count % _FEW == 0:
            click.echo(f"{count} chains checked ...", err=True)

    return step


def _signing_key(settings: Settings) -> Any:
    from webapp.ledger.keys import KeyFolder

    found = KeyFolder(settings.ledger_folder).signing()
    if found is None:
        fail(
            f"There is no key in {settings.ledger_folder} ({variable('ledger_dir')}): "
            "run `countersign audit key`."
        )
    return found


def _tenants(database: Any, tenant: str | None) -> list[str]:
    from webapp.identity import tenant_settings

    with database.reading() as session:
        known = tenant_settings.tenant_ids(session)
    if tenant is not None and tenant not in known:
        fail("There is no such tenant.")
    return known if tenant is None else [tenant]
