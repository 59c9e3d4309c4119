"""Programs of node that others have certified, on loopback; `make test-oidc` installs them."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.conftest import missing
from tests.support.cast import desk  # noqa: F401 - fixture
from tests.support.desk import free_port

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "build/certified"
CLIENT_ID = "countersign-tests"
# With what a form encodes: RFC 6749, 2.3.1 has it encoded in the header too.
SECRET = "a secret of the tests only: 100% + more"
CALLBACK, SIGNED_OUT = "http://localhost/auth/callback", "http://localhost/signed-out"
_PATIENCE = 30


def program(name: str) -> Path:
    """A script beside this file, put where it finds what it imports."""
    if not (INSTALLED / "node_modules").is_dir() or shutil.which("node") is None:
        missing("node", Exception("run `make test-oidc`, which needs node 20 or newer with npm"))
    return Path(shutil.copy(HERE / name, INSTALLED / name))


@dataclass
class Certified:
    """The provider, and the browser of somebody who visits it."""

    issuer: str
    browser: requests.Session = field(default_factory=requests.Session)

    def lie(self, kind: str = "") -> None:
        """Spoil the ID tokens that follow, or no more."""
        self._tell("/lie", kind=kind)

    def put_into(self, person: str, *groups: str) -> None:
        """Say which groups somebody is in."""
        self._tell("/groups", person=person, of=",".join(groups))

    def visit(self, address: str, login: str = "", **rest: str) -> dict[str, str]:
        """Go there, sign in as `login` where that is asked, and agree to everything.

        With `refuse` nothing is agreed to, with `acr` the sign-in is of that kind. Returns what the
        browser brings back to the desk.
        """
        address = self._next(address)
        while not address.startswith(CALLBACK):
            if "/interaction/" in address:
                wanted = {"login": login, **rest}
                reply = self.browser.post(
                    address, params=wanted, allow_redirects=False, timeout=_PATIENCE
                )
                assert reply.status_code == 302, reply.text
                address = reply.headers["Location"]
            else:
                address = self._next(address)
        return dict(parse_qsl(urlsplit(address).query))

    def prompt(self, address: str) -> str:
        """What the provider wants of whoever comes with this address; nothing when it knows."""
        where = self._next(address)
        if "/interaction/" not in where:
            return ""
        return str(self.browser.get(where, timeout=_PATIENCE).json()["prompt"])

    def _next(self, address: str) -> str:
        reply = self.browser.get(address, allow_redirects=False, timeout=_PATIENCE)
        assert reply.is_redirect, f"{address}: {reply.status_code} {reply.text[:500]}"
        return str(requests.compat.urljoin(address, reply.headers["Location"]))

    def _tell(self, path: str, **query: str) -> None:
        reply = requests.post(self.issuer + path, params=query, timeout=_PATIENCE)
        assert reply.ok, reply.text


@pytest.fixture(scope="session")
def running() -> Iterator[str]:
    """The issuer of a provider that runs until the last test."""
    port = str(free_port())
    command = ["node", str(program("provider.mjs")), port, CALLBACK, SIGNED_OUT, CLIENT_ID, SECRET]
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            while said and not said.startswith("ready"):
                said = process.stdout.readline() if process.stdout else ""
            assert said, "the provider did not start"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture
def certified(running: str) -> Certified:
    """The provider, telling the truth, and nobody signed in there."""
    provider = Certified(running)
    provider.lie()
    return provider
