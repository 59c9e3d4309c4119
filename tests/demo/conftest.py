"""A demo that is served on loopback, and one whose whole story was told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
import requests
from flask import Flask

from tests.support.app import make_app
from tests.support.databases import Backend
from tests.support.threads import serving
from webapp.app import create_app
from webapp.db import Database, make_engine
from webapp.demo import cast, jobs, stage
from webapp.demo.folder import Folder
from webapp.kernel.clock import utcnow
from webapp.seeding import service as seeding

URL = "http://localhost"
CLIENT_ID, SECRET = "countersign", "a secret of the tests only"


def make_demo(database: Database, base_url: str = "http://localhost", **settings: Any) -> Flask:
    """The demo's application over this database."""
    return make_app(
        database,
        env="demo",
        base_url=base_url,
        oidc_issuer=f"{base_url}/demo/idp",
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SECRET,
        **settings,
    )


@dataclass(frozen=True)
class Told:
    """A demo with its story: the application, the ids of the requests, and when it was told."""

    app: Flask
    database: Database
    requests: dict[str, str]
    now: datetime


@pytest.fixture
def empty_demo(database: Database) -> Flask:
    """The demo with its company and people, and nothing that happened."""
    app = make_demo(database)
    with database.transaction() as session:
        seeding.load(session, cast.seed_document("http://localhost/demo/idp"), now=utcnow())
    return app


@pytest.fixture(scope="module")
def told(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The demo with its whole story, told once for a module that only looks at it."""
    engine = make_engine(backend.copy())
    try:
        with engine.connect() as connection, connection.begin():
            database = Database(connection, join_transaction_mode="create_savepoint")
            files = tmp_path_factory.mktemp("files")
            app, now = make_demo(database, files_dir=str(files)), utcnow()
            ids = stage.fill(app, issuer="http://localhost/demo/idp", now=now)
            yield Told(app, database, ids, now)
    finally:
        engine.dispose()


class Visitor:
    """A browser without scripts: it follows redirects, keeps cookies and sends forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def get(self, path: str) -> requests.Response:
        """Open a page."""
        return self.session.get(self.url + path, timeout=10)

    def send(self, page: requests.Response, **fields: str) -> requests.Response:
        """Send the first form of a page with these fields, from that page."""
        form = re.search(r'<main.*?<form[^>]*action="([^"]+)"(.*?)</form>', page.text, re.DOTALL)
        assert form, page.text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[2]))
        address = requests.compat.urljoin(page.url, unescape(form[1]))
        headers = {"Origin": self.url, "Referer": page.url}
        return self.session.post(address, data={**hidden, **fields}, headers=headers, timeout=10)

    def be(self, person: str, *, on: str) -> requests.Response:
        """Press a name in the bar above a page."""
        page = self.get(on)
        form = re.search(r'<form class="stage-faces".*?</form>', page.text, re.DOTALL)
        assert form, page.text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))
        fields = {name: unescape(text) for name, text in hidden.items()} | {"person": person}
        headers = {"Origin": self.url, "Referer": page.url}
        address = f"{self.url}/demo/people"
        return self.session.post(address, data=fields, headers=headers, timeout=10)

    def press(self, on: str, action: str) -> requests.Response:
        """Send the form of a page that has only its button."""
        page = self.get(on)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token
        assert f'action="{action}"' in page.text
        headers = {"Origin": self.url, "Referer": page.url}
        data = {"csrf_token": token[1]}
        return self.session.post(self.url + action, data=data, headers=headers, timeout=10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a demo with its whole story."""
    folder = Folder(tmp_path_factory.mktemp("demo") / "desk")
    folder.make()
    known = jobs.settings_for(folder, URL)
    stage.prepare(folder, known, make_app=create_app, reset=False, echo=lambda _words: None)
    return folder


@pytest.fixture
def demo(folder: Folder) -> Iterator[Flask]:
    """The desk of it, as it was on its first morning."""
    with opened(folder) as desk:
        yield desk


@contextmanager
def opened(folder: Folder) -> Iterator[Flask]:
    """The desk of a demo's folder, on its first morning."""
    stage.prepare(
        folder,
        jobs.settings_for(folder, URL),
        make_app=create_app,
        reset=True,
        echo=lambda _words: None,
    )
    engine = make_engine(f"sqlite:///{folder.database}")
    try:
        yield make_demo(
            Database(engine),
            database_url=f"sqlite:///{folder.database}",
            secret_key=folder.secret("secret-key"),
            webhook_allow=URL,
        )
    finally:
        engine.dispose()


@pytest.fixture
def visitor(own_database: Database) -> Iterator[Visitor]:
    """Somebody in front of a demo that is served with threads, as its own provider needs."""
    port = jobs.free_port("127.0.0.1", 0)
    url = f"http://127.0.0.1:{port}"
    app = make_demo(own_database, url)
    with own_database.transaction() as session:
        seeding.load(session, cast.seed_document(f"{url}/demo/idp"), now=datetime.now(UTC))
    with serving(app, port):
        yield Visitor(url)
