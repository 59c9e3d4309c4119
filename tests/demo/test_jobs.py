"""`countersign demo` as people start it, and where it must not start."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import requests

from tests.support.app import make_app, make_settings
from webapp.app import create_app
from webapp.config import BadSettings
from webapp.db import Database
from webapp.demo import jobs
from webapp.demo.folder import Folder


@contextmanager
def started(folder: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """The command in an empty folder; it is told to stop when the block ends."""
    environ = {name: text for name, text in os.environ.items() if "DISPLAY" not in name}
    process = subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "webapp", "demo", "--no-open", *words],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        assert process.stdout
        process.stdout.close()


def said_until(process: "subprocess.Popen[str]", words: str) -> str:
    """What the command said up to a line with these words."""
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


@pytest.mark.slow
def test_one_command_opens_the_desk_and_ctrl_c_closes_it(tmp_path: Path) -> None:
    wanted = jobs.free_port("127.0.0.1", 18500)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", wanted))
        taken.listen()
        with started(tmp_path, "--port", str(wanted)) as demo:
            said = said_until(demo, "Ctrl-C stops")
            assert f"Port {wanted} is taken" in said
            assert "Ada Lindqvist  Admin" in said
            url = said.split("open at ", 1)[1].split()[0]
            assert "Who are you today?" in requests.get(f"{url}/demo/people", timeout=10).text
            with started(tmp_path) as second:
                assert f"already, at {url}" in said_until(second, "already")
                assert second.wait(20) == 1
            demo.send_signal(signal.SIGINT)
            assert "everything is as you left it" in said_until(demo, "stopped")
            assert demo.wait(20) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".countersign-demo"]
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_a_free_port_is_found(tmp_path: Path) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert jobs.free_port("127.0.0.1", port) != port
    with pytest.raises(jobs.DemoFailed, match="no free port at 203\\.0\\.113\\.1"):
        jobs.free_port("203.0.113.1", 8080)


def test_the_demo_takes_nothing_from_the_environment(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    known = jobs.settings_for(folder, "http://127.0.0.1:8080")
    assert known.demo
    assert known.workers == 1
    assert known.threads >= 2
    assert known.database_url == f"sqlite:///{tmp_path}/desk.db"
    assert "demo" in create_app(known).blueprints


def test_production_has_no_demo(database: Database) -> None:
    app = make_app(database)
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/demo")]
    assert app.test_client().get("/demo/idp/authorize").status_code in {302, 404}


def test_production_refuses_the_provider_of_the_demo() -> None:
    url = "https://desk.example"
    with pytest.raises(BadSettings, match="provider of the demo"):
        create_app(
            make_settings(
                env="production",
                base_url=url,
                oidc_issuer=f"{url}/demo/idp",
                oidc_client_id="countersign",
                oidc_client_secret="a secret",
            )
        )
