"""Messages that wait or were given up, and the webhooks of the operator: `outbox`, `webhook`."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from webapp.cli.program import clearly, main, open_database

if TYPE_CHECKING:
    from webapp.webhooks.service import Desk, Shown

_MOST = 500


@main.group()
def outbox() -> None:
    """Look after mails and webhooks that wait or were given up."""


@outbox.command("list")
@click.option("--tenant", help="Only those of this tenant.")
@click.option("--status", type=click.Choice(["pending", "dead", "sent"]), default="dead",
              show_default=True, help="dead: given up.")  # fmt: skip
@click.option("--kind", type=click.Choice(["mail", "webhook"]), help="Only messages of this kind.")
@clearly
def list_messages(tenant: str | None, status: str, kind: str | None) -> None:
    """Show messages, what each is about, and why it did not arrive."""
    from webapp.outbox import queries
    from webapp.outbox.domain import Kind, MessageStatus

    with open_database().reading() as session:
        found = queries.listed(
            session,
            MessageStatus(status.upper()),
            tenant_id=tenant,
            kind=Kind(kind) if kind else None,
            limit=_MOST,
        )
    for one in found:
        tries = f"{one.attempts} attempts" if one.attempts != 1 else "1 attempt"
        told = (
            one.tenant_id,
            one.id,
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.kind,
            one.topic,
            one.address,
            tries,
            one.last_error or "",
        )
        click.echo("  ".join(told).rstrip())
    if not found:
        click.echo("There are none.", err=True)


@outbox.command("replay")
@click.argument("message_id", required=False)
@click.option("--tenant", help="The tenant of the message, or of all that are sent again.")
@click.option("--all", "everything", is_flag=True, help="Everything that was given up.")
@clearly
def replay(message_id: str | None, tenant: str | None, everything: bool) -> None:
    """Send MESSAGE_ID of a tenant again, or with --all everything that was given up."""
    from webapp.kernel.clock import utcnow
    from webapp.outbox import service

    if (message_id is None) != everything or (message_id is not None and tenant is None):
        raise click.UsageError("Name a message and its --tenant, or say --all.")
    with open_database().transaction() as session:
        count = 1
        if message_id is None:
            count = service.revive(session, now=utcnow(), tenant_id=tenant)
        else:
            service.replay(session, str(tenant), message_id, now=utcnow())
    click.echo(f"Sent again: {count}.")


@outbox.command("purge")
@click.option("--status", type=click.Choice(["pending", "dead", "sent"]), required=True,
              help="pending: they will never be sent. dead: given up.")  # fmt: skip
@click.option("--days", type=click.IntRange(0, 36_500), required=True,
              help="Only what is older than so many days; 0: everything.")  # fmt: skip
@click.confirmation_option(prompt="What is removed cannot be sent any more. Go on?")
@clearly
def purge(status: str, days: int) -> None:
    """Remove messages for good."""
    from webapp.kernel.clock import utcnow
    from webapp.outbox import service
    from webapp.outbox.domain import MessageStatus

    database, before, total = open_database(), utcnow() - timedelta(days=days), 0
    while True:
        with database.transaction() as session:
            found = service.purge(session, MessageStatus(status.upper()), before=before)
        total += len(found)
        if not found:
            break
    click.echo(f"Removed: {total}.")


@main.group()
def webhook() -> None:
    """Look after the addresses that are told what happens."""


@webhook.command("add")
@click.argument("tenant")
@click.argument("url")
@click.option("--company", help="Tell of this company only; without, of all of the tenant.")
@click.option(
    "--event", "events", multiple=True, help="Tell of this event; without, of all but checkpoints."
)
@click.option("--description", default="", help="What it is for.")
@clearly
def add_webhook(tenant: str, url: str, company: str | None, **rest: Any) -> None:
    """Tell URL what happens in TENANT; its signing secret is shown once."""
    from webapp.kernel.clock import utcnow
    from webapp.webhooks import service
    from webapp.webhooks.domain import COMPANY_EVENTS

    events = rest["events"] or COMPANY_EVENTS
    draft = service.Draft(url=url, description=rest["description"], event_types=events)
    with open_database().transaction() as session:
        shown = service.add(session, tenant, draft, _desk(), company_id=company, now=utcnow())
    _show(shown)


@webhook.command("list")
@click.argument("tenant")
@clearly
def list_webhooks(tenant: str) -> None:
    """Show the webhooks of TENANT, those of its companies included."""
    from webapp.webhooks import queries

    with open_database().reading() as session:
        for one in queries.listed(session, tenant):
            state = str(one.state).lower()
            if one.is_active and one.failing_since:
                state = f"fails since {one.failing_since:%Y-%m-%d %H:%M} UTC"
            where = one.company_id or "all companies"
            click.echo(f"{one.id}  {one.url}  {where}  {state}  {','.join(one.events)}")


@webhook.command("rotate")
@click.argument("tenant")
@click.argument("webhook_id")
@clearly
def rotate_webhook(tenant: str, webhook_id: str) -> None:
    """Make a new secret; the former one signs as well for a day."""
    from webapp.kernel.clock import utcnow
    from webapp.webhooks import rotation

    with open_database().transaction() as session:
        shown = rotation.rotate(session, tenant, webhook_id, _desk(), now=utcnow())
    _show(shown)


@webhook.command("remove")
@click.argument("tenant")
@click.argument("webhook_id")
@clearly
def remove_webhook(tenant: str, webhook_id: str) -> None:
    """Tell a webhook of TENANT nothing any more, and remove its log."""
    from webapp.webhooks import service

    with open_database().transaction() as session:
        url = service.remove(session, tenant, webhook_id)
    click.echo(f"{url} is told nothing any more.")


def _desk() -> "Desk":
    from webapp.config import Settings
    from webapp.soundness import require_sound
    from webapp.webhooks.service import Desk

    settings = Settings.from_environ()
    # A secret that is sealed with a key of no worth, or with none, would be worth nothing.
    require_sound(settings)
    return Desk.of(settings)


def _show(shown: "Shown") -> None:
    click.echo(f"webhook_id  {shown.endpoint.id}")
    click.echo(f"secret      {shown.secret}")
    click.echo("Keep the secret now: it is shown this once.", err=True)
