"""Programs that call the API: `client`."""

from typing import Any

import click

from webapp.cli.program import clearly, main, open_database


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
@clearly
def add_client(tenant: str, name: str, company: str | None, **chosen: Any) -> None:
    """Let a program of TENANT call the API; its secret is shown once."""
    from webapp.identity import clients
    from webapp.kernel.clock import utcnow

    with open_database().transaction() as session:
        shown = clients.add(session, tenant, name, company_id=company, now=utcnow(), **chosen)
    click.echo(f"client_id      {shown.client.id}")
    click.echo(f"client_secret  {shown.secret}")
    click.echo("Keep the secret now: it is shown this once.", err=True)


@client.command("list")
@click.argument("tenant")
@clearly
def list_clients(tenant: str) -> None:
    """Show the programs of TENANT that may call the API."""
    from webapp.identity import clients

    with open_database().reading() as session:
        for one in clients.listed(session, tenant):
            state = "revoked" if one.revoked_at else ", ".join(one.grants)
            click.echo(f"{one.id}  {one.name}  {one.company_id or 'all companies'}  {state}")


@client.command("revoke")
@click.argument("tenant")
@click.argument("client_id")
@clearly
def revoke_client(tenant: str, client_id: str) -> None:
    """Let a program of TENANT call the API no more; its tokens end at once."""
    from webapp.identity import clients
    from webapp.kernel.clock import utcnow

    with open_database().transaction() as session:
        name = clients.revoke(session, tenant, client_id, now=utcnow())
    click.echo(f"{name} gets no tokens any more.")
