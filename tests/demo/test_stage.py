"""Setting the stage and taking it back, on files."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from webapp.app import create_app
from webapp.config import Settings
from webapp.db import Database, make_engine
from webapp.demo import again, jobs, stage, story
from webapp.demo.folder import Folder, signing_key
from webapp.kernel.clock import utcnow

URL = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a demo whose stage is set."""
    folder = Folder(tmp_path_factory.mktemp("demo") / "desk")
    folder.make()
    stage.prepare(
        folder, settings(folder), make_app=create_app, reset=False, echo=lambda _words: None
    )
    return folder


def settings(folder: Folder, url: str = URL) -> Settings:
    """What the demo in this folder runs with."""
    return jobs.settings_for(folder, url)


@pytest.fixture
def said() -> list[str]:
    """What the command said."""
    return []


def test_the_folder_belongs_to_its_owner_and_not_to_git(folder: Folder) -> None:
    assert folder.path.stat().st_mode & 0o077 == 0
    assert (folder.path / ".gitignore").read_text() == "*\n"
    signing_key(folder.signing_key)
    for path in (folder.database, folder.signing_key, *folder.path.glob("*.txt")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_and_keys_stay_from_start_to_start(folder: Folder) -> None:
    assert folder.secret("secret-key") == folder.secret("secret-key")
    assert folder.secret("secret-key") != folder.secret("client-secret")
    first, second = (signing_key(folder.signing_key).as_dict() for _ in range(2))
    assert first == second
    assert signing_key(None).as_dict() != first


def test_a_reset_copies_what_was_told_and_forgets_the_rest(folder: Folder, said: list[str]) -> None:
    _change(folder)
    stage.prepare(folder, settings(folder), make_app=create_app, reset=True, echo=said.append)
    assert said == []  # telling the story anew would say so
    assert _names(folder) == ["Hafen Gruppe"]


def test_a_second_start_leaves_everything_as_it_was(folder: Folder, said: list[str]) -> None:
    _change(folder)
    stage.prepare(folder, settings(folder), make_app=create_app, reset=False, echo=said.append)
    assert said == []
    assert _names(folder) == ["Changed"]


def test_a_desk_in_use_is_reset_as_a_whole(folder: Folder) -> None:
    _change(folder)
    engine = make_engine(f"sqlite:///{folder.database}")
    database = Database(engine)
    try:
        with database.reading() as looking:
            assert looking.scalar(text("SELECT name FROM tenants")) == "Changed"
            stage.restore_running(folder, settings(folder), make_app=create_app)
            assert looking.scalar(text("SELECT name FROM tenants")) == "Changed"
        with database.reading() as looking:
            assert looking.scalar(text("SELECT name FROM tenants")) == "Hafen Gruppe"
        with database.transaction() as writing:
            writing.execute(text("UPDATE tenants SET name = 'Changed'"))
    finally:
        engine.dispose()
    with closing(sqlite3.connect(folder.database)) as desk:
        assert desk.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert desk.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_command_resets_a_demo_that_somebody_shows(
    folder: Folder, said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(again.FOLDER, str(folder.path))
    _change(folder)
    with folder.alone("http://127.0.0.1:8099"):
        jobs.reset(make_app=create_app, echo=said.append)
    assert _names(folder) == ["Hafen Gruppe"]
    assert said[0].startswith("The story begins afresh, after 0.")
    with closing(sqlite3.connect(folder.database)) as desk:
        query = "SELECT count(*) FROM identities WHERE issuer = ?"
        assert desk.execute(query, ("http://127.0.0.1:8099/demo/idp",)).fetchone() == (9,)
    monkeypatch.setenv(again.FOLDER, str(tmp_path))
    with pytest.raises(jobs.DemoFailed, match="There is no demo in"):
        jobs.reset(make_app=create_app, echo=said.append)


def test_while_it_runs_a_reset_only_copies(folder: Folder) -> None:
    address = "http://127.0.0.1:8098"
    known = settings(folder, address)
    stage.prepare(folder, known, make_app=create_app, reset=False, echo=lambda _words: None)
    _change(folder)
    code = (
        "import sys; from webapp.demo import again; assert again.reset_at_once(echo=print); "
        "assert not {'webapp.app', 'webapp.demo.stage', 'sqlalchemy.orm'} & sys.modules.keys()"
    )
    with folder.alone(address):
        run = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-c", code],
            env={**os.environ, again.FOLDER: str(folder.path)},
            capture_output=True,
            check=False,
            text=True,
        )
    assert run.stderr == ""
    assert run.stdout.startswith("The story begins afresh, after 0.")
    assert _names(folder) == ["Hafen Gruppe"]
    with closing(sqlite3.connect(folder.database)) as desk:
        issuers = desk.execute("SELECT DISTINCT issuer FROM identities").fetchall()
        assert (f"{address}/demo/idp",) in issuers
        assert desk.execute("SELECT url FROM webhook_endpoints").fetchall() == [
            (f"{address}/demo/hooks",)
        ]


def test_an_old_story_is_told_afresh_when_it_is_reset(folder: Folder, said: list[str]) -> None:
    yesterday = time.time() - 2 * 86400
    for path in (folder.template, folder.stamp):
        os.utime(path, (yesterday, yesterday))
    stage.prepare(folder, settings(folder), make_app=create_app, reset=False, echo=said.append)
    assert [words.startswith("The story began a while ago") for words in said] == [True]
    stage.prepare(folder, settings(folder), make_app=create_app, reset=True, echo=said.append)
    assert "Setting the stage" in said[1]
    assert not again.is_old(folder.template)
    assert not again.is_old(folder.stamp)


def test_people_may_sign_in_after_the_desk_moved_to_another_port(folder: Folder) -> None:
    moved = settings(folder, "http://127.0.0.1:8099")
    stage.prepare(folder, moved, make_app=create_app, reset=True, echo=lambda _words: None)
    with closing(sqlite3.connect(folder.database)) as desk:
        query = "SELECT count(*) FROM identities WHERE issuer = ?"
        assert desk.execute(query, (moved.oidc_issuer,)).fetchone() == (9,)


def test_a_failed_build_leaves_no_half_a_template(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise RuntimeError("lost the plot")

    before = folder.template.read_bytes()
    monkeypatch.setattr(story, "play", fail)
    with pytest.raises(RuntimeError, match="lost the plot"):
        stage.build(folder, settings(folder), make_app=create_app, now=utcnow())
    assert folder.template.read_bytes() == before


def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.alone(URL) as nobody:
        assert nobody == ""
        with folder.alone("http://127.0.0.1:8081") as other:
            assert other == URL
    with folder.alone(URL) as nobody:
        assert nobody == ""


def _change(folder: Folder) -> None:
    with closing(sqlite3.connect(folder.database)) as desk, desk:
        desk.execute("UPDATE tenants SET name = 'Changed'")


def _names(folder: Folder) -> list[str]:
    with closing(sqlite3.connect(folder.database)) as desk:
        return [row[0] for row in desk.execute("SELECT name FROM tenants")]
