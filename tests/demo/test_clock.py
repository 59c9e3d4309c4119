"""The clock of the demo: it moves what people wait for, and nothing of how they sign in."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests.demo.conftest import URL
from tests.support.app import make_app, sign_in
from webapp.app import create_app
from webapp.approvals.models import Approval
from webapp.db import Database, make_engine
from webapp.demo import cast, clock, jobs, stage
from webapp.demo.idp import folder_of
from webapp.extensions import ahead
from webapp.identity.models import WebSession
from webapp.kernel.clock import utcnow
from webapp.outbox.models import Message

JUMP = timedelta(days=1)


def test_a_press_lets_everybody_wait_a_day_longer(demo: Flask) -> None:
    ada = sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)
    assert "Waiting 22 hours" in ada.get("/inbox").text
    reply = ada.post("/demo/clock", data={"by": "day", "next": "/inbox?box=all"})
    assert (reply.status_code, reply.location) == (303, "/inbox?box=all")
    page = ada.get("/inbox").text
    assert "Waiting 22 hours" not in page
    assert "Waiting 1 day" in page
    assert "1 day ahead" in page


def test_what_expires_meanwhile_is_expired_at_once(demo: Flask) -> None:
    ada = sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)
    ada.post("/demo/clock", data={"by": "expiry"})
    assert (_states(demo)["p01"], _states(demo)["p02"]) == ("EXPIRED", "PENDING")
    # The worker goes by the same clock, so that the mails of then go out now.
    newest = _messages(demo)[-1]
    assert utcnow() < newest <= utcnow() + ahead(demo)


def test_whoever_is_signed_in_stays_so_however_far_the_clock_goes(demo: Flask) -> None:
    ada = sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)
    for _ in range(30):
        ada.post("/demo/clock", data={"by": "day"})
    assert ada.get("/inbox").status_code == 200
    sign_in(demo, "rita", "logistik", tenant_id=cast.TENANT)
    database: Database = demo.extensions["countersign.database"]
    with database.reading() as session:
        seen = max(session.scalars(select(WebSession.seen_at)))
    assert seen <= utcnow()


def test_absences_end_by_the_clock_of_the_business(demo: Flask) -> None:
    ada = sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)
    assert "for Claus Meyer" in ada.get("/inbox").text
    for _ in range(5):
        ada.post("/demo/clock", data={"by": "day"})
    assert "for Claus Meyer" not in ada.get("/inbox").text


def test_a_reset_brings_the_clock_back(demo: Flask) -> None:
    folder = folder_of(demo)
    assert folder
    clock.move(folder.clock, JUMP)
    assert ahead(demo) == JUMP
    known = jobs.settings_for(folder, URL)
    stage.restore_running(folder, known, make_app=create_app)
    assert ahead(demo) == timedelta()


def test_nothing_else_moves_a_clock_and_no_other_desk_has_one(demo: Flask, tmp_path: Path) -> None:
    path = tmp_path / "clock"
    assert clock.ahead(path) == timedelta()
    path.write_text("yesterday")
    assert clock.ahead(path) == timedelta()
    assert clock.move(path, timedelta(days=-1)) == timedelta()
    assert clock.move(path, timedelta(days=10_000)) == clock.FURTHEST
    ada = sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)
    assert ada.post("/demo/clock", data={"by": "century"}).status_code == 422
    other = make_app(Database(make_engine("sqlite://")))
    assert ahead(other) == timedelta()
    assert not re.search("/demo", " ".join(rule.rule for rule in other.url_map.iter_rules()))


def _states(demo: Flask) -> dict[str, str]:
    database: Database = demo.extensions["countersign.database"]
    with database.reading() as session:
        rows = session.execute(select(Approval.resource_id, Approval.status))
        return {key: str(status) for key, status in rows}


def _messages(demo: Flask) -> list[datetime]:
    database: Database = demo.extensions["countersign.database"]
    with database.reading() as session:
        return list(session.scalars(select(Message.due_at).order_by(Message.due_at)))
