"""The API console of the demo: the command that is shown is the call that is made."""

import re
import shlex
from html import unescape
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.demo.conftest import URL, opened
from tests.support.app import HouseClient, make_app, sign_in
from webapp.db import Database, make_engine
from webapp.demo import cast, console, prospect, stage
from webapp.demo.folder import Folder

PAGE = "/demo/console"


def test_every_call_is_shown_and_sent_as_somebody_who_may_make_it(demo: Flask) -> None:
    rita, ada = _here(demo, "rita"), _here(demo, "ada")
    assert "$TOKEN" in rita.get(PAGE).text
    for client in (rita, ada):
        assert client.post(f"{PAGE}/token", data={"call": "ask"}).status_code == 303
    for name in [one.name for one in console.QUESTIONS]:
        client = ada if name in {"approve", "decline"} else rita
        page = client.post(PAGE, data={"call": name})
        assert page.status_code == 200
        assert re.search(r"status-good.*?<span>20[0-4] ", page.text, re.DOTALL), name
        assert "$TOKEN" not in page.text


def test_goods_of_a_company_of_its_own_are_put_into_its_carts(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "desk")
    folder.make()
    stage.take_in(folder, prospect.find("alpdent"))
    with opened(folder) as demo:
        rita = _here(demo, "rita")
        rita.post(f"{PAGE}/token")
        page = rita.post(PAGE, data={"call": "item"}).text
        assert re.search(r"status-good.*?<span>201 ", page, re.DOTALL), page


def test_the_command_does_what_the_button_does(demo: Flask) -> None:
    ada = _here(demo, "ada")
    ada.post(f"{PAGE}/token")
    pasted = _paste(demo, ada.get(f"{PAGE}?call=approve").text)
    assert pasted.status_code == 204
    again = ada.post(PAGE, data={"call": "list"})
    assert "APPROVED" in unescape(again.text)


def test_what_one_may_not_do_is_refused_as_it_would_be_outside(demo: Flask) -> None:
    rita = _here(demo, "rita")
    rita.post(f"{PAGE}/token")
    page = rita.post(PAGE, data={"call": "approve"}).text
    assert re.search(r"status-bad.*?<span>4\d\d ", page, re.DOTALL)
    assert "APPROVED" in _command(page)


def test_a_new_token_takes_the_place_of_the_one_before(demo: Flask) -> None:
    rita = _here(demo, "rita")
    rita.post(f"{PAGE}/token")
    once = rita.get("/account").text.count(console.KEY_NAME)
    for _ in range(22):
        rita.post(f"{PAGE}/token")
    assert rita.get("/account").text.count(console.KEY_NAME) == once > 0
    other = _here(demo, "rita")
    other.post(f"{PAGE}/token")
    assert "401 Unauthorized" in rita.post(PAGE, data={"call": "list"}).text
    assert "$TOKEN" in rita.get(PAGE).text


def test_no_other_desk_has_one(demo: Flask) -> None:
    other = make_app(Database(make_engine("sqlite://"))).test_client()
    for path in (PAGE, f"{PAGE}/token"):
        assert other.get(path).status_code == 404
        assert other.post(path).status_code == 404


def _here(demo: Flask, person: str) -> HouseClient:
    return sign_in(demo, person, "logistik", tenant_id=cast.TENANT)


def _command(page: str) -> str:
    found = re.search(r'<pre class="copyable-text" id="command"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found, page
    return unescape(found[1])


def _paste(demo: Flask, page: str) -> TestResponse:
    """What a shell makes of the command."""
    words = shlex.split(_command(page).replace("\\\n", " "))
    assert words[:2] == ["curl", "-X"]
    method, url, *rest = words[2:]
    options = list(zip(rest[::2], rest[1::2], strict=True))
    headers = dict(text.split(": ", 1) for option, text in options if option == "-H")
    body = next((text for option, text in options if option == "-d"), None)
    client = demo.test_client()
    return client.open(url.removeprefix(URL), method=method, headers=headers, data=body)
