"""Proving the history: `audit`."""

from collections.abc import Iterator
from typing import Any

import click

from webapp.cli.program import clearly, fail, main, open_database

_FEW = 200


@main.group()
def audit() -> None:
    """Prove the history."""


@audit.command()
@clearly
def verify() -> None:
    """Recompute every chain of the history, and name the first entry that does not fit."""
    from webapp.ledger import service

    chains = 0
    database = open_database()
    with database.reading() as listing, database.reading() as session:
        for head in _heads(listing):
            if found := service.verify(session, head):
                fail(
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
