"""A copy of a desk holds everything, is made while people work, and comes back anywhere."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, text

from tests.support.app import Rows
from tests.support.cast import ADA, NOW, RITA, Desk, cart, fill
from webapp import migrating
from webapp.approvals.domain import Action
from webapp.backup import making, restoring, rows
from webapp.backup.archive import BadArchive
from webapp.db import Database, make_engine

KEY = "the secret key of the desk that was copied"
FILE = "0f" + "a1" * 15
NUMBERS = count(1)


@pytest.fixture
def desk(own_database: Database, acme_rows: Rows) -> Desk:
    """A desk where something was asked, said, approved and ordered."""
    desk = Desk(fill(own_database, acme_rows))
    asked = desk.ask()
    desk.say(RITA, asked, Action.COMMENT, "Größe 44, „bitte“\u2028und 😀")
    desk.approve(asked)
    desk.order(asked)
    desk.ask(RITA, cart("c1500-rita", ADA, comment="Żółć"))
    return desk


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A folder with an attached file and keys."""
    attached = tmp_path / "files" / FILE[:2] / FILE
    attached.parent.mkdir(parents=True)
    attached.write_bytes(b"%PDF-1.7\x00\xff")
    public = tmp_path / "keys" / "public"
    public.mkdir(parents=True)
    (tmp_path / "keys" / "ledger-key.pem").write_text("private")
    (public / "0a1b.json").write_text("{}")
    return tmp_path


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it."""
    engine = make_engine(f"sqlite:///{tmp_path}/restored.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The same, of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("empty")
        return
    server = request.getfixturevalue("postgres_server")
    engine = make_engine(server.create_database(f"restored_{next(NUMBERS)}"))
    yield engine
    engine.dispose()


def engine_of(desk: Desk) -> Engine:
    bind = desk.database.bind
    assert isinstance(bind, Engine)
    return bind


def copy(desk: Desk, folders: Path, name: str = "copy.zip") -> Path:
    target = folders / name
    making.make(
        engine_of(desk),
        target,
        files=folders / "files",
        keys=folders / "keys",
        secret_key=KEY,
        now=NOW,
        progress=lambda _words: None,
    )
    return target


def bring_back(engine: Engine, source: Path, place: Path) -> list[str]:
    said: list[str] = []
    restoring.restore(
        engine, source, files=place / "files", keys=place / "keys", progress=said.append
    )
    return said


def content(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {one.name: list(rows.read(connection, one)) for one in rows.tables(connection)}


def test_everything_comes_back_into_either_database(
    desk: Desk, folders: Path, either: Engine, tmp_path: Path
) -> None:
    source = copy(desk, folders)
    place = tmp_path / "elsewhere"
    said = bring_back(either, source, place)
    assert content(either) == content(engine_of(desk))
    assert any("approvals: 2 rows" in words for words in said)
    with either.connect() as connection:
        assert migrating.is_current(connection)
    assert (place / "files" / FILE[:2] / FILE).read_bytes() == b"%PDF-1.7\x00\xff"
    assert (place / "keys" / "ledger-key.pem").read_text() == "private"
    assert (place / "keys" / "public" / "0a1b.json").read_text() == "{}"
    assert (place / "keys" / making.KEY_FILE).read_text() == KEY
    # It goes on there: its history fits, and what waited is decided.
    again = Desk(Database(either))
    for (approval_id,) in again.sql("SELECT id FROM approvals"):
        assert again.broken(approval_id) is None
    ((waiting,),) = again.sql("SELECT id FROM approvals WHERE status = 'PENDING'")
    assert again.approve(waiting, ADA).status == "APPROVED"


def test_nobody_comes_back_signed_in(
    desk: Desk, folders: Path, empty: Engine, tmp_path: Path
) -> None:
    desk.sql(
        "INSERT INTO rate_windows (key_hash, ends_at, count) VALUES (:key, :at, 3)",
        key="a" * 64,
        at=NOW,
    )
    bring_back(empty, copy(desk, folders), tmp_path / "elsewhere")
    assert Desk(Database(empty)).sql("SELECT * FROM rate_windows") == []
    assert desk.sql("SELECT count FROM rate_windows") == [(3,)]


def test_a_copy_is_one_moment_of_a_desk_in_use(desk: Desk, folders: Path) -> None:
    """What is decided while the tables are read is in none of them."""
    before = content(engine_of(desk))
    ((waiting,),) = desk.sql("SELECT id FROM approvals WHERE status = 'PENDING'")
    began, goes_on = Event(), Event()

    def slowly(words: str) -> None:
        if words.startswith("orders"):
            began.set()
            assert goes_on.wait(20)

    target = folders / "copy.zip"
    places = {"files": folders / "files", "keys": folders / "keys"}
    thread = Thread(
        target=making.make,
        args=(engine_of(desk), target),
        kwargs={**places, "secret_key": KEY, "now": NOW, "progress": slowly},
    )
    thread.start()
    assert began.wait(20)
    desk.approve(waiting, ADA)
    goes_on.set()
    thread.join(20)
    with zipfile.ZipFile(target) as archive:
        found = {
            name: archive.read(f"tables/{name}.jsonl").decode().split("\n")[:-1] for name in before
        }
    assert found == before


def test_only_its_owner_reads_a_copy_and_none_is_overwritten(desk: Desk, folders: Path) -> None:
    target = copy(desk, folders)
    assert target.stat().st_mode & 0o777 == 0o600
    old = target.read_bytes()
    with pytest.raises(FileExistsError, match="is there already"):
        copy(desk, folders)
    assert target.read_bytes() == old


def test_a_copy_that_was_not_finished_leaves_nothing(desk: Desk, folders: Path) -> None:
    def full(_words: str) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        making.make(
            engine_of(desk),
            folders / "copy.zip",
            files=folders / "files",
            keys=folders / "keys",
            secret_key=KEY,
            now=NOW,
            progress=full,
        )
    assert not list(folders.glob("copy*"))


def test_nothing_is_restored_over_a_desk(desk: Desk, folders: Path, tmp_path: Path) -> None:
    source = copy(desk, folders)
    with pytest.raises(FileExistsError, match="holds a desk already"):
        bring_back(engine_of(desk), source, tmp_path / "elsewhere")


def test_files_that_lie_there_are_left_alone(desk: Desk, folders: Path, empty: Engine) -> None:
    source = copy(desk, folders)
    with pytest.raises(FileExistsError, match="is not empty"):
        bring_back(empty, source, folders)
    assert is_untouched(empty)


@pytest.mark.parametrize("member", ["tables/approvals.jsonl", "files/" + FILE])
def test_a_changed_copy_is_refused_before_anything_is_written(
    desk: Desk, folders: Path, empty: Engine, member: str
) -> None:
    source, changed = copy(desk, folders), folders / "changed.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content_ = old.read(name)
            new.writestr(name, content_[:-1] + b" " if name == member else content_)
    place = folders / "elsewhere"
    with pytest.raises(BadArchive, match=f"{member} is not what was written"):
        bring_back(empty, changed, place)
    assert is_untouched(empty)
    assert not place.exists()


def test_half_a_copy_is_refused(desk: Desk, folders: Path, empty: Engine, tmp_path: Path) -> None:
    source = copy(desk, folders)
    half = folders / "half.zip"
    half.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(BadArchive, match="not a copy made by"):
        bring_back(empty, half, tmp_path / "elsewhere")


@pytest.mark.parametrize("changes", [{"format": 2}, {"revision": "9999"}])
def test_a_copy_of_a_later_release_is_refused(
    desk: Desk, folders: Path, empty: Engine, changes: dict[str, object]
) -> None:
    later = folders / "later.zip"
    with zipfile.ZipFile(copy(desk, folders)) as old, zipfile.ZipFile(later, "w") as new:
        for name in old.namelist():
            written = old.read(name)
            if name == "manifest.json":
                written = json.dumps(json.loads(written) | changes).encode()
            new.writestr(name, written)
    with pytest.raises(BadArchive, match=r"by (another|a later) release"):
        bring_back(empty, later, folders / "elsewhere")
    assert is_untouched(empty)


def test_no_name_in_a_copy_leads_out_of_its_folder(
    desk: Desk, folders: Path, empty: Engine, tmp_path: Path
) -> None:
    evil, content_ = folders / "evil.zip", b"out"
    digest = hashlib.sha256(content_).hexdigest()
    names = ["files/../../escaped", "keys//tmp/escaped", "keys/..", "keys/a/../../../escaped"]
    with zipfile.ZipFile(copy(desk, folders)) as old, zipfile.ZipFile(evil, "w") as new:
        for name in old.namelist():
            written = old.read(name)
            if name == "manifest.json":
                manifest = json.loads(written)
                manifest["sha256"] |= dict.fromkeys(names, digest)
                written = json.dumps(manifest).encode()
            new.writestr(name, written)
        for name in names:
            new.writestr(name, content_)
    bring_back(empty, evil, tmp_path / "elsewhere" / "deep")
    assert not list(tmp_path.rglob("escaped"))


def test_a_copy_of_an_older_release_is_brought_up_to_date(
    desk: Desk, folders: Path, either: Engine, tmp_path: Path
) -> None:
    engine = engine_of(desk)
    migrating.downgrade(engine, "0015")
    source = copy(desk, folders)
    bring_back(either, source, tmp_path / "elsewhere")
    with either.connect() as connection:
        assert migrating.is_current(connection)
        assert connection.execute(text("SELECT count(*) FROM approvals")).scalar_one() == 2


def is_untouched(engine: Engine) -> bool:
    with engine.connect() as connection:
        return migrating.current(connection) is None
