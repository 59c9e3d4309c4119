"""A demo of somebody's own company: its file, its story, and how it shows itself."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text

from tests.demo.conftest import make_demo
from tests.support.app import sign_in
from tests.support.databases import Backend
from webapp import cli
from webapp.app import create_app
from webapp.assets import data_root
from webapp.carts import queries as carts
from webapp.checkout import queries as checkout
from webapp.db import Database, make_engine
from webapp.demo import cast, colours, guide, jobs, logo, prospect, stage
from webapp.demo.folder import Folder
from webapp.demo.prospect import EXAMPLES, Prospect
from webapp.design.palette import readings, roles
from webapp.kernel.clock import utcnow
from webapp.seeding.domain import Refused

PALETTE = roles((data_root() / "static/css/tokens.css").read_text())
ISSUER = "http://localhost/demo/idp"


@pytest.fixture(scope="module", params=prospect.examples())
def shown(
    request: pytest.FixtureRequest, backend: Backend, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Prospect, Flask, Database]]:
    """The demo of an example with its whole story."""
    own = prospect.read(prospect.find(request.param))
    engine = make_engine(backend.copy())
    try:
        with engine.connect() as connection, connection.begin():
            database = Database(connection, join_transaction_mode="create_savepoint")
            app = make_demo(database, files_dir=str(tmp_path_factory.mktemp("files")))
            stage.fill(app, issuer=ISSUER, now=utcnow(), own=own)
            yield own, app, database
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a demo that shows the Swiss example."""
    folder = Folder(tmp_path_factory.mktemp("own") / "desk")
    folder.make()
    assert stage.take_in(folder, prospect.find("alpdent"))
    known = jobs.settings_for(folder, "http://localhost")
    stage.prepare(folder, known, make_app=create_app, reset=True, echo=lambda _words: None)
    return folder


def test_the_three_stories_can_be_told_in_every_example(
    shown: tuple[Prospect, Flask, Database],
) -> None:
    own, _app, database = shown
    with database.reading() as session:
        assert all(guide.progress(session, name).done == 0 for name in guide.STORIES)
        rita = cast.actor(session, "rita", "logistik")
        over = carts.get(session, rita, "b01")
        assert over.totals.gross > own.limit
        assert not checkout.verdict(session, rita, over.resource)
        bob = cast.actor(session, "bob", "logistik")
        assert checkout.verdict(session, bob, carts.get(session, bob, "b03").resource)


def test_the_pages_show_the_people_the_currency_and_the_language_of_the_company(
    shown: tuple[Prospect, Flask, Database],
) -> None:
    own, app, database = shown
    inbox = sign_in(app, "ada", "logistik", tenant_id=cast.TENANT).get("/inbox").text
    assert own.people["ines"] in inbox
    assert own.company.currency in inbox
    assert f'<html lang="{own.company.language}"' in inbox
    usual = {"de": "Der übliche Nachschub.", "en": "The usual restock."}[own.company.language]
    with database.reading() as session:
        assert usual in session.scalars(text("SELECT comment FROM approvals")).all()


def test_logo_and_accent_come_from_this_desk_under_the_policy_of_every_page(folder: Folder) -> None:
    desk = create_app(jobs.settings_for(folder, "http://localhost")).test_client()
    page = desk.get("/demo")
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    sheet, picture = (
        page.text.partition(mark)[2].partition('"')[0]
        for mark in ('rel="stylesheet" href="/demo/brand', 'class="brand-logo" src="/demo/brand')
    )
    style = desk.get(f"/demo/brand{sheet}")
    assert "--accent:light-dark(#0b7285," in style.text
    assert "immutable" in style.headers["Cache-Control"]
    drawing = desk.get(f"/demo/brand{picture}")
    assert drawing.content_type == "image/svg+xml"
    assert drawing.headers["Content-Security-Policy"].endswith("sandbox")
    assert desk.get("/demo/brand/0123/logo").status_code == 404
    assert "Lea Baumann" in desk.get("/demo/people").text


def test_the_same_file_again_changes_nothing_and_another_one_begins_afresh(
    folder: Folder, tmp_path: Path
) -> None:
    assert not stage.take_in(folder, prospect.find("alpdent"))
    changed = company(tmp_path, limit="900.00")
    other = Folder(tmp_path / "desk")
    other.make()
    assert stage.take_in(other, changed)
    assert not stage.take_in(other, changed)
    assert stage.take_in(other, company(tmp_path, limit="901.00"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"accent": "#ffd400"}, "accent: white words on #ffd400 cannot be read; the nearest that"),
        ({"accent": "teal"}, "accent: 'teal' is not a colour such as"),
        ({"currency": "TALER"}, "currency: 'TALER' is not a currency in use"),
        ({"limit": "0"}, "limit: must be above zero"),
        ({"limit": "1.00"}, "products, line 1: every product costs more than half the limit"),
        ({"language": "fr"}, "language: 'fr' is not one of en, de"),
        ({"logo": "nowhere.svg"}, "logo: nowhere.svg cannot be read (No such file or directory)"),
        ({"products": "company.json"}, "products, line 1: no column sku, name, price, tax; write"),
        ({"colour": "#0b7285"}, "colour: this key is not known"),
        ({"people": {"requester": "Lea"}}, "people.requester: 'Lea' needs a first and a last name"),
        ({"people": {"buyer": "Lea Baumann"}}, "people.buyer: 'Lea Baumann' is somebody else"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place_and_what_to_do(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused) as refused:
        prospect.read(company(tmp_path, **change))
    assert any(str(one).startswith(said) for one in refused.value.problems), refused.value.problems


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("AD-1;Handschuhe;neun;8.1", "'neun' is not a price in CHF such as 12.50"),
        ("AD-1;Handschuhe;9 EUR;8.1", "'9 EUR' is not a price in CHF such as 12.50"),
        ("AD-1;Handschuhe;9.80;viel", "'viel' is not a tax in percent such as 8.1"),
        ("AD-1012;Handschuhe;9.80;8.1", "the sku 'AD-1012' is in the file twice"),
        (";Handschuhe;9.80;8.1", "a product needs an sku and a name"),
    ],
)
def test_a_product_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    path = company(tmp_path)
    products = tmp_path / "products.csv"
    products.write_text(products.read_text() + line + "\n")
    with pytest.raises(Refused) as refused:
        prospect.read(path)
    assert [str(one) for one in refused.value.problems] == [f"products, line 26: {said}"]


def test_the_command_says_what_is_wrong_in_words(tmp_path: Path) -> None:
    answer = CliRunner().invoke(cli.main, ["demo", "--company", str(tmp_path / "nothing.json")])
    assert answer.exit_code == 1
    assert "cannot be read (No such file" in answer.output
    assert "alpdent, prairie" in answer.output
    path = company(tmp_path, accent="#ffd400")
    answer = CliRunner().invoke(cli.main, ["demo", "reset", "--company", str(path)])
    assert answer.exit_code == 1
    assert "  accent: white words" in answer.output
    assert "Traceback" not in answer.output


@given(some.integers(0, 0xFFFFFF))
def test_every_accent_that_carries_white_words_can_be_read_wherever_it_stands(number: int) -> None:
    colour = colours.nearest(f"#{number:06x}")
    assert colours.carries_words(colour)
    measured = readings({**PALETTE, **colours.accents(colour, PALETTE)})
    assert [one for one in measured if not one.is_enough] == []


def test_of_a_logo_only_the_drawing_is_kept() -> None:
    kept = logo.read(
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"'
        b' viewBox="0 0 9 9" onload="alert(1)"><script>alert(2)</script>'
        b'<image x:href="//elsewhere/a.png"/><use x:href="#a"/><use href="//elsewhere#a"/>'
        b'<style>@import "//x"</style><foreignObject><p>words</p></foreignObject>'
        b'<path id="a" d="M0 0h9" fill="url(//x)"/></svg>'
    ).data
    assert kept == (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><use href="#a" /><use />'
        b'<path id="a" d="M0 0h9" /></svg>'
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GIF89a", "neither an SVG nor a PNG"),
        (b"<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>", "declares entities"),
        (b"<svg/>", "root is not an svg element"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "says no size"),
        (b"x" * 200_001, "larger than 200 kB"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00\x00\x10\x00" * 2,
            "is 4096 by 4096 pixels",
        ),
    ],
)
def test_what_is_no_logo_is_refused_with_a_remedy(data: bytes, said: str) -> None:
    with pytest.raises(logo.BadLogo, match=said):
        logo.read(data)


def test_asking_writes_a_file_that_can_be_shown_and_asks_again_for_what_cannot(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ours.json"
    answers = ["Feinblech GmbH", "de", "", "EUR", "0", "800.00", "", "", "Kiel", "", "#ffff00", ""]
    answers += ["", "", "Rita Roe", "Rita Roe", "Adam Alt", "", "", ""]
    said = CliRunner().invoke(
        cli.main, ["demo", "init", str(path)], input="\n".join(answers) + "\n"
    )
    assert said.exit_code == 0, said.output
    assert "must be above zero" in said.output
    assert "the nearest that works is #7a7a00" in said.output
    assert "'Rita Roe' is somebody else already" in said.output
    assert f"Show it: countersign demo --company {path}" in said.output
    found = prospect.read(path)
    assert (found.company.name, found.company.city, found.slug) == (
        "Feinblech GmbH", "Kiel", "feinblech-gmbh",
    )  # fmt: skip
    assert found.people["ada"] == "Adam Alt"
    again = CliRunner().invoke(cli.main, ["demo", "init", str(path)])
    assert again.exit_code == 1
    assert "is there already" in again.output


def company(folder: Path, **change: Any) -> Path:
    """The Swiss example in a folder of its own, with something changed."""
    for file in (EXAMPLES / "alpdent").iterdir():
        shutil.copy(file, folder)
    path = folder / prospect.FILE
    document = json.loads(path.read_text("utf-8"))
    people = document["people"] | change.pop("people", {})
    path.write_text(json.dumps({**document, **change, "people": people}), "utf-8")
    return path
