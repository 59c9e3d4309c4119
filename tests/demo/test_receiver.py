"""The receiver of webhooks in the demo: what it believes, what it shows, and what it forgets."""

from datetime import timedelta

from flask import Flask
from werkzeug.test import TestResponse

from tests.demo.conftest import URL
from tests.support.app import HouseClient, make_app, sign_in
from webapp.app import create_app
from webapp.db import Database, make_engine
from webapp.demo import cast, jobs, receiver, stage
from webapp.demo.folder import Folder
from webapp.extensions import settings_of
from webapp.kernel.clock import utcnow
from webapp.outbox import queries as outbox
from webapp.webhooks import publishing, rotation, signing
from webapp.webhooks.service import Desk

BODY = publishing.write("approval.created", {"id": "a1"}, now=utcnow())
PAGE = "/demo/webhooks"


def test_the_first_company_tells_it_of_everything(demo: Flask) -> None:
    database: Database = demo.extensions["countersign.database"]
    with database.reading() as session:
        found = receiver.endpoint(session, URL)
    assert found
    assert (found.company_id, found.url, len(found.events)) == ("logistik", f"{URL}/demo/hooks", 8)


def test_what_the_desk_signed_is_right_and_anything_else_is_not(demo: Flask) -> None:
    signed = _signed(demo, "m1")
    assert _send(demo, BODY, signed).status_code == 204
    assert _send(demo, BODY.replace("a1", "a2"), signed).status_code == 204
    assert _send(demo, "no JSON", {}).status_code == 204
    page = sign_in(demo, "rita", "logistik", tenant_id=cast.TENANT).get(PAGE).text
    assert page.count("Signature right") == 1
    assert page.count("Signature wrong") == 2
    assert page.index("Missing required headers") < page.index("No matching signature found")
    assert "approval.created" in page
    assert "Attempt 2" in page
    assert "webhook-id: msg_m1" in page


def test_an_old_message_is_not_believed(demo: Flask) -> None:
    _send(demo, BODY, _signed(demo, "m1", ago=timedelta(minutes=6)))
    assert "Message timestamp too old" in _ada(demo).get(PAGE).text


def test_it_can_be_away_and_there_again(demo: Flask) -> None:
    ada = _ada(demo)
    assert ada.post(f"{PAGE}/answer", data={"answer": "error"}).status_code == 303
    assert _send(demo, BODY, _signed(demo, "m1")).status_code == 503
    assert "It answers 503" in ada.get(PAGE).text
    ada.post(f"{PAGE}/answer", data={"answer": "usual"})
    assert _send(demo, BODY, _signed(demo, "m1")).status_code == 204


def test_a_test_is_written_for_it(demo: Flask) -> None:
    database: Database = demo.extensions["countersign.database"]
    _ada(demo).post(f"{PAGE}/test")
    with database.reading() as session:
        found = receiver.endpoint(session, URL)
        assert found
        [message] = outbox.to_target(session, cast.TENANT, found.id).items
    assert message.topic == "ping"


def test_a_reset_forgets_what_it_heard(demo: Flask, folder: Folder) -> None:
    _send(demo, BODY, _signed(demo, "m1"))
    folder.refusing.touch()
    known = jobs.settings_for(folder, URL)
    stage.restore_running(folder, known, make_app=create_app)
    assert receiver.heard(folder.heard) == []
    assert not folder.refusing.exists()


def test_at_another_address_it_is_told_there(demo: Flask, folder: Folder) -> None:
    database: Database = demo.extensions["countersign.database"]
    moved = jobs.settings_for(folder, "http://localhost:81")
    stage.bind(folder, moved, database, now=utcnow())
    with database.reading() as session:
        assert receiver.endpoint(session, URL) is None
        assert receiver.endpoint(session, "http://localhost:81")


def test_it_keeps_the_last_few_and_refuses_what_is_large(demo: Flask, folder: Folder) -> None:
    for number in range(50):
        headers = {"webhook-id": f"msg_{number}"}
        receiver.note(folder.heard, at=utcnow(), headers=headers, body="{}", fault="", answer=204)
    assert [one.message_id for one in receiver.heard(folder.heard)][::39] == ["msg_49", "msg_10"]
    assert _send(demo, "x" * (receiver.MOST_BYTES + 1), {}).status_code == 413
    folder.heard.write_text("half a fi")
    assert receiver.heard(folder.heard) == []


def test_the_demo_reaches_itself_and_nothing_beside_it(folder: Folder) -> None:
    known = jobs.settings_for(folder, "http://127.0.0.1:8080")
    allowed = Desk.of(known).allowed
    assert allowed.origins == {"http://127.0.0.1:8080"}
    assert not allowed.hosts
    assert not allowed.networks


def test_no_other_desk_has_one() -> None:
    client = make_app(Database(make_engine("sqlite://"))).test_client()
    for path in ("/demo/hooks", PAGE, f"{PAGE}/answer", f"{PAGE}/test"):
        assert client.post(path).status_code == 404
        assert client.get(path).status_code == 404


def _ada(demo: Flask) -> HouseClient:
    return sign_in(demo, "ada", "logistik", tenant_id=cast.TENANT)


def _signed(demo: Flask, message_id: str, *, ago: timedelta = timedelta()) -> dict[str, str]:
    """What the desk itself would send along."""
    database: Database = demo.extensions["countersign.database"]
    desk, url, now = Desk.of(settings_of(demo)), f"{URL}/demo/hooks", utcnow()
    with database.reading() as session:
        known = rotation.secrets_at(session, cast.TENANT, url, desk, now=now)
    return signing.headers(message_id, BODY, known, now=now - ago)


def _send(demo: Flask, body: str, headers: dict[str, str]) -> TestResponse:
    client = demo.test_client()
    return client.post("/demo/hooks", data=body, headers=headers, content_type="application/json")
