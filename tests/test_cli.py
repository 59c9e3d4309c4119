"""The program: what it says, and how it fails."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.identity.conftest import provider, running_provider  # noqa: F401 - fixtures
from tests.support.app import ACME, Rows, make_app, sign_in
from tests.support.cast import Desk, fill
from tests.support.provider import Provider
from webapp import cli, migrating
from webapp.cli import audit
from webapp.db import Database, make_engine

TOKEN = "a token for tests only"


class Program:
    """`countersign` with the environment of a desk in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/desk.db"
        self.environ = {
            "COUNTERSIGN_ENV": "test",
            "COUNTERSIGN_SECRET_KEY": "a key for tests only, 0123456789",
            "COUNTERSIGN_DATABASE_URL": self.url,
        }

    def __call__(self, *words: str, **environ: str) -> Result:
        """Run it in this process."""
        named = {f"COUNTERSIGN_{name}": value for name, value in environ.items()}
        return CliRunner().invoke(cli.main, words, env=self.environ | named)

    def upgraded(self) -> "Program":
        """With a database that has the schema."""
        assert self("db", "upgrade").exit_code == 0
        return self


@pytest.fixture
def countersign(tmp_path: Path) -> Program:
    """The program over an empty folder."""
    return Program(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("serve",),
        ("demo",),
        ("demo", "reset"),
        ("worker",),
        ("db",),
        ("db", "upgrade"),
        ("db", "check"),
        ("import",),
        ("export",),
        ("doctor",),
        ("audit",),
        ("audit", "verify"),
        ("audit", "key"),
        ("audit", "checkpoint"),
        ("audit", "verify-evidence"),
        ("evidence",),
        ("client",),
        ("client", "add"),
        ("client", "list"),
        ("client", "revoke"),
        ("backup",),
        ("restore",),
        ("erase",),
        ("sign-out",),
    ],
    ids=" ".join,
)
def test_every_command_has_help(countersign: Program, words: tuple[str, ...]) -> None:
    result = countersign(*words, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_it_knows_its_version(countersign: Program) -> None:
    assert "countersign, version" in countersign("--version").output


def test_an_upgrade_says_what_it_does_and_can_be_repeated(countersign: Program) -> None:
    first = countersign("db", "upgrade")
    assert "an empty database" in first.output
    assert countersign("db", "check").exit_code == 0
    assert "already" in countersign("db", "upgrade").output


@pytest.mark.parametrize(
    "words", [("db", "check"), ("serve",), ("worker",), ("import", str(ACME)), ("audit", "verify")]
)
def test_nothing_runs_on_an_old_schema(countersign: Program, words: tuple[str, ...]) -> None:
    result = countersign(*words)
    assert result.exit_code == 1
    assert "run `countersign db upgrade`" in result.stderr


def test_production_refuses_a_short_key(countersign: Program) -> None:
    result = countersign("serve", ENV="production", SECRET_KEY="short")
    assert result.exit_code == 1
    assert "COUNTERSIGN_SECRET_KEY" in result.stderr


def test_nothing_is_served_without_the_file_of_groups(countersign: Program) -> None:
    result = countersign.upgraded()("serve", OIDC_ROLES_FILE="/nowhere/groups.json")
    assert result.exit_code == 1
    assert result.stderr.startswith("The settings cannot be used.\nCOUNTERSIGN_OIDC_ROLES_FILE")


def test_whose_laptop_was_stolen_is_signed_out(countersign: Program, acme_rows: Rows) -> None:
    engine = make_engine(countersign.upgraded().url)
    app = make_app(fill(Database(engine), acme_rows))
    clients = {name: sign_in(app, name) for name in ("rita", "bob")}

    def inside() -> set[str]:
        return {name for name, one in clients.items() if one.get("/account").status_code == 200}

    assert inside() == {"rita", "bob"}
    assert "ended: 1." in countersign("sign-out", "acme", "rita").stdout
    assert inside() == {"bob"}
    assert "ended: 1." in countersign("sign-out", "acme", "--everybody").stdout
    assert inside() == set()
    for words in (("acme",), ("acme", "nobody"), ("nowhere", "--everybody")):
        assert countersign("sign-out", *words).exit_code == 1
    engine.dispose()


def test_a_misspelt_setting_is_named(countersign: Program) -> None:
    result = countersign("db", "check", DATABASE_ULR="x")
    assert result.exit_code == 1
    assert "COUNTERSIGN_DATABASE_ULR: There is no such setting." in result.stderr


def test_a_database_that_is_away_is_one_sentence(countersign: Program) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    result = countersign("db", "check", DATABASE_URL=url)
    assert result.exit_code == 1
    assert "Traceback" not in result.output


@pytest.mark.parametrize("url", ["nonsense", "mysql://db/desk", "postgres://db/desk", ""])
@pytest.mark.parametrize(
    "words", [("db", "check"), ("db", "upgrade"), ("import", str(ACME)), ("audit", "verify")]
)
def test_an_address_of_no_database_is_one_sentence(
    countersign: Program, words: tuple[str, ...], url: str
) -> None:
    result = countersign(*words, DATABASE_URL=url)
    assert result.exit_code == 1
    assert "It is neither SQLite nor PostgreSQL. Write sqlite:////path/file.db" in result.stderr
    assert "Traceback" not in result.output


def test_the_doctor_names_an_address_of_no_database(countersign: Program) -> None:
    result = countersign("doctor", DATABASE_URL="mysql://db/desk")
    assert result.exit_code == 1
    assert "wrong  COUNTERSIGN_DATABASE_URL: It is neither SQLite nor PostgreSQL." in result.output


def test_a_missing_driver_is_one_sentence(
    countersign: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.soundness.find_spec", lambda _name: None)
    result = countersign("db", "check", DATABASE_URL="postgresql+psycopg://db/desk")
    assert result.exit_code == 1
    assert "The driver of PostgreSQL is not installed. Install it" in result.stderr


def test_a_program_gets_an_id_and_a_secret_and_loses_both(
    countersign: Program, tmp_path: Path
) -> None:
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({"tenant": "acme", "name": "Acme"}))
    assert countersign.upgraded()("import", str(file)).exit_code == 0
    added = countersign("client", "add", "acme", "Warehouse", "--scope", "order.order_read")
    assert added.exit_code == 0, added.output
    shown = dict(line.split() for line in added.stdout.splitlines())
    assert set(shown) == {"client_id", "client_secret"}
    assert "this once" in added.stderr
    listed = countersign("client", "list", "acme").stdout
    assert f"{shown['client_id']}  Warehouse  all companies  client_credentials" in listed
    assert shown["client_secret"] not in listed
    revoked = countersign("client", "revoke", "acme", shown["client_id"])
    assert revoked.stdout == "Warehouse gets no tokens any more.\n"
    assert "revoked" in countersign("client", "list", "acme").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "nobody", "A program"), "There is no such tenant."),
        (("add", "acme", "A program", "--company", "le9"), "There is no such company."),
        (("add", "acme", "A program", "--grant", "password"), "The grants are "),
        (("add", "acme", "A program", "--scope", "everything"), "The scopes are "),
        (("revoke", "acme", "nobody"), "It is not there, or was revoked already."),
    ],
)
def test_a_program_that_cannot_be_is_one_sentence(
    countersign: Program, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({"tenant": "acme", "name": "Acme"}))
    countersign.upgraded()("import", str(file))
    result = countersign("client", *words)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)


def test_an_import_says_what_it_did(countersign: Program, tmp_path: Path) -> None:
    document = json.loads(ACME.read_text("utf-8"))
    for person in document["customers"]:
        del person["password"]  # hashing them takes longer than all the rest
    file = tmp_path / "people.json"
    file.write_text(json.dumps(document))
    countersign.upgraded()
    dry = countersign("import", str(file), "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "people: 11 added" in dry.output
    assert "people: 11 added" in countersign("import", str(file)).output
    assert "people: 11 unchanged" in countersign("import", str(file)).output


def test_a_bad_import_fails(countersign: Program, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"tenant": "acme", "surprise": 1}))
    result = countersign.upgraded()("import", str(file))
    assert result.exit_code == 1
    assert "surprise" in result.output


def test_an_export_is_a_new_file(countersign: Program, tmp_path: Path) -> None:
    file = tmp_path / "desk.json"
    assert countersign.upgraded()("import", str(ACME)).exit_code == 0
    assert "acme: 3 legalEntities, 11 customers" in countersign("export", str(file)).output
    assert countersign("import", str(file)).exit_code == 0
    again = countersign("export", str(file))
    assert again.exit_code == 1
    assert again.output == f"{file} is there already; name a new file.\n"


def test_a_whole_history_verifies(countersign: Program) -> None:
    result = countersign.upgraded()("audit", "verify")
    assert result.exit_code == 0
    assert "The history is whole" in result.output


def test_every_request_has_a_chain_that_is_checked(
    countersign: Program, acme_rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "_FEW", 1)
    engine = make_engine(countersign.upgraded().url)
    desk = Desk(fill(Database(engine), acme_rows))
    desk.approve(desk.ask())
    result = countersign("audit", "verify")
    assert "1 chains checked ..." in result.stderr
    assert "acme: 1 chains, every entry fits." in result.output
    desk.sql("UPDATE approvals SET ledger_length = 1")
    engine.dispose()
    broken = countersign("audit", "verify")
    assert broken.exit_code == 1
    assert broken.stderr.startswith("acme, ")


def test_a_worker_says_what_it_does(countersign: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    worked = []
    monkeypatch.setattr("webapp.server.work", lambda: worked.append(True))
    result = countersign.upgraded()("worker")
    assert "Delivering messages. Ctrl-C stops it." in result.output
    assert worked


def test_a_changed_history_is_found(countersign: Program) -> None:
    countersign.upgraded()
    engine = make_engine(countersign.url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO ledger_entries (tenant_id, stream_id, sequence, action, revision, at, "
                "digest, previous, hash) VALUES ('acme', 'forged', 1, 'APPROVE', 1, '2026-01-01', "
                "'d', 'p', 'h')"
            )
        )
    engine.dispose()
    result = countersign("audit", "verify")
    assert result.exit_code == 1
    assert "acme, forged, entry 1" in result.stderr


def test_the_doctor_finds_nothing_wrong(countersign: Program, provider: Provider) -> None:  # noqa: F811
    result = countersign.upgraded()(
        "doctor", OIDC_ISSUER=provider.issuer, OIDC_CLIENT_ID="desk", OIDC_CLIENT_SECRET="hidden"
    )
    assert result.exit_code == 0, result.output
    assert "people sign in at" in result.output
    assert "hidden" not in result.output
    for name in ("DATABASE_URL", "SECRET_KEY", "SMTP_URL"):
        assert f"COUNTERSIGN_{name} = " in result.output


def test_the_doctor_sees_mail_that_was_given_up_and_mail_that_nobody_delivers(
    countersign: Program,
) -> None:
    countersign.upgraded()
    engine = make_engine(countersign.url)
    with engine.begin() as connection:
        for number, (status, error) in enumerate((("PENDING", "mailbox full"), ("DEAD", None))):
            connection.execute(
                text(
                    "INSERT INTO outbox_messages (tenant_id, id, stream_id, kind, address,"
                    " language, time_zone, payload, status, attempts, created_at, due_at,"
                    " last_error)"
                    " VALUES ('t', :id, 's', 'mail', 'a@b.example', 'en', 'UTC', '{}', :status, 0,"
                    " '2026-01-01 00:00:00', '2026-01-01 00:00:00', :error)"
                ),
                {"id": str(number), "status": status, "error": error},
            )
    result = countersign("doctor")
    assert "Messages given up: 1." in result.output
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM outbox_messages WHERE status = 'DEAD'"))
    engine.dispose()
    result = countersign("doctor")
    assert "Messages waiting: 1, the oldest since 2026-01-01 00:00 UTC." in result.output
    assert "The last error was: mailbox full" in result.output
    assert "countersign worker` runs" in result.output


def test_the_doctor_says_whether_groups_mean_roles_in_companies_that_exist(
    countersign: Program, tmp_path: Path
) -> None:
    countersign.upgraded()("import", str(ACME))
    file, role = tmp_path / "roles.json", {"tenant": "acme", "role": "B2B_BUYER"}
    assert "Roles: The provider says nothing of them" in countersign("doctor").output
    grants = [{**role, "group": f"buyers-{one}", "company": one} for one in ("le1", "le9")]
    file.write_text(json.dumps(grants))
    told = countersign("doctor", OIDC_ROLES_FILE=str(file)).output
    assert "wrong  Roles: Groups are mapped to companies that do not exist: acme/le9." in told
    file.write_text(json.dumps(grants[:1]))
    told = countersign("doctor", OIDC_ROLES_FILE=str(file)).output
    assert "fine   Roles: Groups that mean a role: 1." in told
    file.write_text("nonsense")
    told = countersign("doctor", OIDC_ROLES_FILE=str(file)).output
    assert "cannot be used" in told
    assert "Correct the file that COUNTERSIGN_OIDC_ROLES_FILE names." in told


def test_the_doctor_names_what_is_wrong_and_what_to_do(
    countersign: Program,
    provider: Provider,  # noqa: F811
) -> None:
    provider.answers.discovery = lambda document: document.update(issuer="https://else.example")
    result = countersign(
        "doctor",
        SECRET_KEY="short",
        OIDC_ISSUER=provider.issuer,
        OIDC_CLIENT_ID="desk",
        SMTP_URL="smtp://127.0.0.1:1",
    )
    assert result.exit_code == 1
    assert "COUNTERSIGN_SECRET_KEY: It is shorter" in result.output
    assert "Run `countersign db upgrade`" in result.output
    assert "else.example" in result.output
    assert "Mail: It does not answer" in result.output


class TestServing:
    """The real server, in processes of its own."""

    @pytest.fixture
    def port(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return int(free.getsockname()[1])

    @pytest.fixture
    def serving(self, countersign: Program, port: int) -> Iterator["subprocess.Popen[bytes]"]:
        countersign.upgraded()
        environ = os.environ | countersign.environ
        environ |= {"COUNTERSIGN_WORKERS": "2", "COUNTERSIGN_METRICS_TOKEN": TOKEN}
        command = [sys.executable, "-m", "webapp", "serve", "--port", str(port)]
        with subprocess.Popen(  # noqa: S603 - our own program
            command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            yield process
            process.terminate()
            process.wait(20)

    @pytest.mark.slow
    def test_it_answers_and_stops(self, serving: "subprocess.Popen[bytes]", port: int) -> None:
        assert self.wait_for(f"http://127.0.0.1:{port}/healthz") == b"ok\n"
        for _ in range(6):
            told = re.findall(rb"# HELP (\w+)", self.figures(port))
        assert len(told) == len(set(told)), "both processes were asked, and each is told of once"
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(20) == 0

    def figures(self, port: int) -> bytes:
        asked = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(asked) as reply:  # noqa: S310 - loopback
            return bytes(reply.read())

    def wait_for(self, url: str) -> bytes:
        deadline = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(url) as reply:  # noqa: S310 - loopback
                    return bytes(reply.read())
            except (URLError, ConnectionError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def test_the_newest_revision_is_known() -> None:
    assert migrating.newest()
