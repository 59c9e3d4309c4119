"""What a web process has beside the application: templates that were compiled before."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from webapp import server, web


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Flask]:
    """Starts web processes, of which each is a new one to the templates."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("COUNTERSIGN_ENV", "test")
    monkeypatch.setenv("COUNTERSIGN_SECRET_KEY", "a key for tests only, 0123456789")
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")

    def start() -> Flask:
        server.application.cache_clear()
        return server.application()

    return start


def test_a_template_is_compiled_once_for_all_starts(
    start: Callable[[], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start().test_client().get("/nothing-here").status_code == 404

    def fails(*_: Any) -> str:
        raise AssertionError("it was compiled again")

    monkeypatch.setattr(web.Templates, "_generate", fails)
    assert start().test_client().get("/nothing-here").status_code == 404


@pytest.mark.parametrize("is_gone", ["before the start", "afterwards"])
def test_pages_are_shown_where_nothing_can_be_kept(
    start: Callable[[], Flask], tmp_path: Path, is_gone: str
) -> None:
    if is_gone == "before the start":
        shutil.rmtree(tmp_path)
    client = start().test_client()
    shutil.rmtree(tmp_path, ignore_errors=True)
    assert client.get("/nothing-here").status_code == 404
