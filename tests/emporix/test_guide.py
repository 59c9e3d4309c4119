"""docs/api.md is executed, block by block in one shell, against a served demo."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.support import desk as desks
from tests.support.desk import Desk
from webapp.demo import cast
from webapp.identity import keys
from webapp.kernel.clock import utcnow

GUIDE = Path(__file__).parents[2] / "docs/api.md"
_BLOCK = re.compile(
    r"```sh\n(?P<commands>.*?)```\n(?:\n```(?:json|text)\n(?P<answer>.*?)```)?", re.S
)
_NOTHING = object()
_MARK = "--- next block ---"
# Words that mean something: states, codes, kinds. All other texts are only compared as texts.
_FIXED = re.compile(r"[A-Z][A-Z_]+|APPROVAL-\d+|[a-z]+[a-z._]*\.[A-Za-z._]+")


@dataclass(frozen=True)
class Block:
    """Some commands of the guide, and what it says is printed."""

    commands: str
    answer: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The demo, served."""
    for tool in ("bash", "curl", "jq"):
        if shutil.which(tool) is None:
            missing(tool, FileNotFoundError(f"{tool} was not found"))
    with desks.demo(tmp_path_factory.mktemp("guide")) as served:
        yield served


@pytest.mark.slow
def test_the_guide_does_what_it_says(desk: Desk, tmp_path: Path) -> None:
    blocks = list(_blocks())
    printed = _run(blocks, desk, tmp_path)
    assert len(printed) == len(blocks)
    for block, text in zip(blocks, printed, strict=True):
        _compare(block, text.strip())
    assert (tmp_path / "replayed.txt").read_text().strip() == "1"


def test_the_guide_has_ten_steps() -> None:
    steps = re.findall(r"^### (\d+)\. ", GUIDE.read_text("utf-8"), re.M)
    assert steps == [str(number) for number in range(1, 11)]


def _blocks() -> Iterator[Block]:
    for match in _BLOCK.finditer(GUIDE.read_text("utf-8")):
        yield Block(match["commands"], (match["answer"] or "").strip())


def _run(blocks: list[Block], desk: Desk, folder: Path) -> list[str]:
    key = _key(desk)
    script = f"\necho; echo '{_MARK}'\n".join(block.commands for block in blocks)
    environ = {**os.environ, "DESK": desk.url, "KEY_ID": key.key.id, "KEY_SECRET": key.secret}
    done = subprocess.run(  # noqa: S603 - the commands are ours
        ["bash", "-e", "-c", script],  # noqa: S607
        check=False,
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.split(_MARK)


def _key(desk: Desk) -> keys.Shown:
    with desk.database.transaction() as session:
        rita = cast.actor(session, "rita", "logistik")
        return keys.create(session, rita, "guide", lifetime=timedelta(days=1), now=utcnow())


def _compare(block: Block, printed: str) -> None:
    where = f"{block.commands}\n{printed}"
    if not block.answer.startswith(("{", "[")):
        assert printed == block.answer, where
        return
    problems = list(_differences(json.loads(block.answer), json.loads(printed), "answer"))
    assert not problems, f"{problems}\n{where}"


def _differences(said: Any, found: Any, path: str) -> Iterator[str]:
    """Everything that the guide says and that is otherwise; more than it says may be there."""
    if isinstance(said, dict) and isinstance(found, dict):
        for name in said:
            yield from _differences(said[name], found.get(name, _NOTHING), f"{path}.{name}")
    elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        for number, (one, other) in enumerate(zip(said, found, strict=True)):
            yield from _differences(one, other, f"{path}.{number}")
    elif not _is_as_said(said, found, path):
        yield f"{path} is {found!r}"


def _is_as_said(said: Any, found: Any, path: str) -> bool:
    if isinstance(said, str) and not _FIXED.fullmatch(said):
        return isinstance(found, str)
    if path.endswith("expires_in"):
        return isinstance(found, int)
    return bool(said == found)
