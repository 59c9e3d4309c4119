"""Two seats in one window: two sessions in one browser, and frames of this desk alone."""

import re

from flask import Flask

from tests.demo.conftest import Visitor
from tests.support.app import sign_in


def test_two_people_are_signed_in_side_by_side(visitor: Visitor) -> None:
    left = visitor.get("/seat/left/demo/seat?login_hint=rita")
    right = visitor.get("/seat/right/demo/seat?login_hint=ada")
    assert left.url == f"{visitor.url}/seat/left/requests"
    assert right.url == f"{visitor.url}/seat/right/inbox"
    assert "Rita Brandt" in visitor.get("/seat/left/requests").text
    assert "Ada Lindqvist" in visitor.get("/seat/right/inbox").text
    # The desk by itself knows neither of them, and who is seated stays whoever comes.
    assert visitor.get("/inbox").url.startswith(f"{visitor.url}/sign-in")
    again = visitor.get("/seat/left/demo/seat?login_hint=bob")
    assert "Rita Brandt" in again.text
    assert {one.name for one in visitor.session.cookies} >= {
        "countersign-left",
        "countersign-right",
    }


def test_a_seat_stays_below_its_address(visitor: Visitor) -> None:
    visitor.get("/seat/right/demo/seat?login_hint=ada")
    for path in ("/inbox", "/requests", "/carts/new", "/orders", "/company", "/account", "/none"):
        page = visitor.get(f"/seat/right{path}").text
        assert outside("right", page) == set(), path
    assert visitor.get("/seat/right/").url == f"{visitor.url}/seat/right/inbox"


def test_whoever_signs_out_in_a_seat_signs_in_there_again(visitor: Visitor) -> None:
    visitor.get("/seat/left/demo/seat?login_hint=rita")
    page = visitor.press("/seat/left/requests", "/seat/left/sign-out")
    assert page.url.startswith(f"{visitor.url}/seat/left/signed-out?")
    asked = visitor.get("/seat/left/carts?box=all")
    assert asked.url.startswith(f"{visitor.url}/seat/left/sign-in?next=")
    people = visitor.send(asked)
    assert people.url.startswith(f"{visitor.url}/seat/left/demo/idp/authorize?")
    assert people.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert outside("left", people.text) == set()
    back = visitor.send(people, person="bob")
    assert back.url == f"{visitor.url}/seat/left/carts?box=all"
    assert "Bob Harms" in back.text


def test_the_token_of_one_seat_opens_no_form_of_the_other(visitor: Visitor) -> None:
    visitor.get("/seat/left/demo/seat?login_hint=rita")
    visitor.get("/seat/right/demo/seat?login_hint=ada")
    page = visitor.get("/seat/left/carts").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    reply = visitor.session.post(
        f"{visitor.url}/seat/right/sign-out",
        data={"csrf_token": token[1]},
        headers={"Referer": visitor.url, "Origin": visitor.url},
        timeout=10,
    )
    assert reply.status_code == 419
    assert "Ada Lindqvist" in visitor.get("/seat/right/inbox").text


def test_only_seats_may_be_framed_and_only_by_this_desk(visitor: Visitor) -> None:
    seated = visitor.get("/seat/left/demo/people").headers
    assert "frame-ancestors 'self'" in seated["Content-Security-Policy"]
    assert "script-src 'self'" in seated["Content-Security-Policy"]
    assert seated["X-Frame-Options"] == "SAMEORIGIN"
    alone = visitor.get("/demo/split").headers
    assert "frame-ancestors 'none'" in alone["Content-Security-Policy"]
    assert "frame-src 'self'" in alone["Content-Security-Policy"]
    assert alone["X-Frame-Options"] == "DENY"


def test_there_are_no_seats_without_a_demo(app: Flask) -> None:
    ada = sign_in(app, "ada", "le1")
    cookie = ada.get_cookie("countersign")
    assert cookie
    ada.set_cookie("countersign-left", cookie.value, domain="localhost")
    for path in ("/seat/left/inbox", "/seat/left/sign-in", "/seat/right/demo/seat", "/demo/split"):
        reply = ada.get(path)
        assert reply.status_code == 404
        assert reply.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    ada.delete_cookie("countersign", domain="localhost")
    assert ada.get("/inbox").status_code == 302


def outside(seat: str, page: str) -> set[str]:
    """What a page of a seat leads to that is not in it."""
    links = re.findall(r'(?:href|action|src|hx-[a-z]+|data-action)="(/[^"]*)"', page)
    return {one for one in links if not one.startswith((f"/seat/{seat}/", "/static/"))}
