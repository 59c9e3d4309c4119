"""`countersign demo`: one command from nothing to a desk with a company and its people."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from webapp.config import PREFIX, Settings, to_environ, variable
from webapp.demo import again, cast, premises, prospect, stage
from webapp.demo.again import folder_here
from webapp.demo.folder import Folder
from webapp.demo.prospect import Prospect
from webapp.demo.stage import Echo, MakeApp
from webapp.kernel.sentence import N_
from webapp.seeding.domain import Refused

DEFAULT_PORT = 8080
PROVIDER_NAME = N_("the people of the demo")
_PORTS_TRIED = 20
_PATIENCE = 60.0
_GRACE = 15.0
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "localhost", "": "127.0.0.1"}  # noqa: S104


class DemoFailed(OSError):
    """The demo cannot run; the sentence says why."""


def run(
    *,
    make_app: MakeApp,
    host: str,
    port: int | None,
    reset: bool,
    open_browser: bool,
    company: str = "",
    echo: Echo = click.echo,
) -> None:
    """Set the stage where that is needed, serve the desk, and stop when a signal says so.

    Everything lies in the folder that `COUNTERSIGN_DEMO_DIR` names, or `.countersign-demo` here,
    that of somebody's own `company`, an example or a file, in a folder of its own in there.
    Raises `DemoFailed` when the folder is in use, the desk does not come up, or the company cannot
    be shown.
    """
    folder = _folder(company)
    folder.make()
    wanted = port or DEFAULT_PORT
    chosen = free_port(host, wanted)
    known = settings_for(folder, f"http://{_ANYWHERE.get(host, host)}:{chosen}")
    with folder.alone(known.base_url) as other:
        if other:
            raise DemoFailed(f"A demo runs in {folder.path} already, at {other}.")
        if company:
            reset = stage.take_in(folder, prospect.find(company)) or reset
        stage.prepare(folder, known, make_app=make_app, reset=reset, echo=echo)
        if chosen != wanted:
            echo(f"Port {wanted} is taken, so the desk is at port {chosen}.")
        with _serving(known, host, chosen) as desk:
            _wait_until_it_answers(desk, known.base_url)
            _introduce(folder, known.base_url, echo)
            if open_browser and _has_display():
                webbrowser.open(f"{known.base_url}/demo")
            desk.wait()
    echo("The demo has stopped. Start it again, and everything is as you left it.")


def reset(*, make_app: MakeApp, company: str = "", echo: Echo = click.echo) -> None:
    """Begin the story of the demo in this folder afresh, while it runs or before the next start.

    Raises `DemoFailed` when there is none.
    """
    folder = _folder(company)
    if not folder.database.exists():
        raise DemoFailed(f"There is no demo in {folder.path}; `countersign demo` makes one.")
    with folder.alone("") as address:
        known = settings_for(folder, address or f"http://127.0.0.1:{DEFAULT_PORT}")
        start = time.monotonic()
        stage.restore_running(folder, known, make_app=make_app)
    again.say(start, echo=echo)


def settings_for(folder: Folder, base_url: str) -> Settings:
    """The settings of the demo; of the environment only whether it may be public reaches it."""
    return Settings(
        env="demo",
        base_url=base_url,
        database_url=f"sqlite:///{folder.database}",
        secret_key=folder.secret("secret-key"),
        oidc_issuer=f"{base_url}/demo/idp",
        oidc_client_id="countersign",
        oidc_client_secret=folder.secret("client-secret"),
        oidc_provider_name=PROVIDER_NAME,
        workers=1,  # the provider keeps its codes in the memory of one process
        threads=8,
        log_level="warning",
        webhook_allow=base_url,  # the receiver of the demo is the desk itself
        demo_public=_may_be_public(),
    )


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next one that nobody listens at."""
    for port in (*range(wanted, wanted + _PORTS_TRIED), 0):
        with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError, OverflowError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise DemoFailed(f"There is no free port at {host}.")


def _folder(company: str) -> Folder:
    here = folder_here()
    return Folder(here.path / _read(prospect.find(company)).slug) if company else here


def _read(path: Path) -> Prospect:
    try:
        return prospect.read(path)
    except Refused as refused:
        lines = [f"{path} cannot be shown.", *(f"  {one}" for one in refused.problems)]
        raise DemoFailed("\n".join(lines)) from None
    except OSError as error:
        words = f"{path} cannot be read ({error.strerror}). Ready to be shown: "
        raise DemoFailed(words + ", ".join(prospect.examples())) from None


def _may_be_public() -> bool:
    name = variable("demo_public")
    return Settings.from_environ({name: os.environ.get(name, "no")}).demo_public


@contextmanager
def _serving(known: Settings, host: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The desk in a process of its own, which ends with the block."""
    own = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    command = [sys.executable, "-m", "webapp", "serve", "--host", host, "--port", str(port)]
    desk = subprocess.Popen(  # noqa: S603 - this very program
        command,
        env={**own, **to_environ(known)},
        stdout=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    before = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with suppress(_Stopped):
            yield desk
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        _end(desk)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Stopped(Exception):
    """Somebody pressed Ctrl-C, or the machine wants its memory back."""


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Stopped


def _end(desk: "subprocess.Popen[bytes]") -> None:
    if desk.poll() is None:
        desk.terminate()
        with suppress(subprocess.TimeoutExpired):
            desk.wait(_GRACE)
            return
        desk.kill()
        desk.wait()


def _wait_until_it_answers(desk: "subprocess.Popen[bytes]", base_url: str) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if desk.poll() is not None:
            raise DemoFailed("The desk stopped before it could serve a page; see above.")
        with suppress(OSError), closing(urllib.request.urlopen(f"{base_url}/healthz", timeout=5)):  # noqa: S310
            return
        time.sleep(0.05)
    raise DemoFailed(f"The desk did not answer within {_PATIENCE:.0f} seconds.")


def _introduce(folder: Folder, base_url: str, echo: Echo) -> None:
    own = stage.own_company(folder)
    company = {"customers": premises.customers(own)} if own else None
    echo(f"\nCountersign is open at {base_url}\n")
    echo("Sign in as one of them; there is no password.\n")
    for name, role, line in cast.introductions(company):
        echo(f"  {name:<15}{role:<12}{line}")
    echo(f"\nTheir mail arrives at {base_url}/demo/mailbox")
    echo("Ctrl-C stops the demo; `countersign demo reset` begins the story afresh.\n")


def _has_display() -> bool:
    """Without one, Python would open a text browser in this very terminal."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
