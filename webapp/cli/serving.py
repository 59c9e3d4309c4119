"""Serving: `serve`, `demo` and `worker`."""

from pathlib import Path
from typing import Any

import click

from webapp.cli.program import clearly, main, require_current
from webapp.config import Settings

_COMPANY = "Show this company: a file, or alpdent or prairie."


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8080, show_default=True, help="The port to listen at.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Deliver mail as well.")
@clearly
def serve(host: str, port: int, worker: bool) -> None:
    """Serve the desk, and deliver its mail beside it."""
    from webapp import server
    from webapp.identity.directory import read_grants
    from webapp.soundness import require_sound

    settings = Settings.from_environ()
    require_sound(settings)
    read_grants(settings.oidc_roles_file)
    require_current(settings)
    click.echo(f"Serving {settings.base_url} at {host}:{port}. Ctrl-C stops it.")
    server.serve(settings, host=host, port=port, with_worker=worker)


@main.group(invoke_without_command=True)
@click.pass_context
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=None, type=int, help="The port to listen at; a free one from 8080.")
@click.option("--company", default="", metavar="FILE", help=_COMPANY)
@click.option("--reset", is_flag=True, help="Begin the story afresh.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
@clearly
def demo(context: click.Context, company: str, **options: Any) -> None:
    """Show an invented company with a story, people to sign in as and a mailbox.

    \b
    With --company it is one of your own. Ready to be shown are
      alpdent   a Swiss dental supplier, in German and francs
      prairie   an American metal works, in English and dollars
    and `countersign demo init` writes a file for another one by asking.
    """  # noqa: D301 - click reads the sign
    if context.invoked_subcommand is not None:
        return
    from webapp.app import create_app
    from webapp.demo import jobs

    jobs.run(make_app=create_app, company=company, echo=click.echo, **options)


@demo.command("reset")
@click.option("--company", default="", metavar="FILE", help=_COMPANY)
@clearly
def reset_demo(company: str) -> None:
    """Begin the story afresh, also while the demo runs."""
    from webapp.demo import again

    if not company and again.reset_at_once(echo=click.echo):
        return
    from webapp.app import create_app
    from webapp.demo import jobs

    jobs.reset(make_app=create_app, company=company, echo=click.echo)


@demo.command("init")
@click.argument("file", default="company.json", type=click.Path(path_type=Path))
@clearly
def write_company(file: Path) -> None:
    """Write FILE for a demo of your own company by asking; Enter takes what is proposed."""
    from webapp.demo import asking

    asking.write(file)


@main.command()
@clearly
def worker() -> None:
    """Deliver mail and let requests expire; only needed beside `serve --no-worker`."""
    from webapp import server

    require_current(Settings.from_environ())
    click.echo("Delivering messages. Ctrl-C stops it.")
    server.work()
