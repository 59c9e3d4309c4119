"""Serving: `serve`, `demo` and `worker`."""

import click

from webapp.cli.program import clearly, main, require_current
from webapp.config import Settings


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
@click.option("--reset", is_flag=True, help="Begin the story afresh.")
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser.")
@clearly
def demo(
    context: click.Context, *, host: str, port: int | None, reset: bool, open_browser: bool
) -> None:
    """Show an invented company with a story, people to sign in as and a mailbox."""
    from webapp.app import create_app
    from webapp.demo import jobs

    if context.invoked_subcommand is not None:
        return
    jobs.run(
        make_app=create_app,
        host=host,
        port=port,
        reset=reset,
        open_browser=open_browser,
        echo=click.echo,
    )


@demo.command("reset")
@clearly
def reset_demo() -> None:
    """Begin the story afresh, also while the demo runs."""
    from webapp.app import create_app
    from webapp.demo import jobs

    jobs.reset(make_app=create_app, echo=click.echo)


@main.command()
@clearly
def worker() -> None:
    """Deliver mail and let requests expire; only needed beside `serve --no-worker`."""
    from webapp import server

    require_current(Settings.from_environ())
    click.echo("Delivering messages. Ctrl-C stops it.")
    server.work()
