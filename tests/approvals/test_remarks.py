"""Remarks: comments that point at an item of the request."""

import json
import re
from html import unescape

import pytest

from tests.support.app import HTMX, As
from tests.support.cast import BOB, LATER, RITA, Desk
from webapp.approvals import conversation
from webapp.approvals.domain import Action
from webapp.carts.snapshot import thaw
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Invalid


@pytest.fixture
def request_id(desk: Desk) -> str:
    return desk.ask(now=utcnow())


def first_line(desk: Desk, request_id: str) -> tuple[str, str]:
    rows = desk.sql(
        "SELECT snapshot FROM approval_revisions WHERE approval_id = :id", id=request_id
    )
    line = thaw(json.loads(rows[0][0])).lines[0]
    return line.line_id, line.name


@pytest.mark.parametrize("who", ["bob", "rita"])
def test_both_sides_can_remark_on_an_item(desk: Desk, as_: As, request_id: str, who: str) -> None:
    line, name = first_line(desk, request_id)
    page = as_(who).get(f"/approvals/{request_id}?line={line}").text
    assert f'<option value="{line}" selected>' in page
    reply = as_(who).post(
        f"/approvals/{request_id}/comments", data={"text": "Why this one?", "line": line}
    )
    assert reply.status_code == 303
    event = desk.history(request_id)[-1]
    assert (event.action, event.data) == (Action.COMMENT, {"line": line, "item": name})
    page = unescape(as_("bob").get(f"/approvals/{request_id}").text)
    at_item = re.search(rf'href="#event-{event.sequence}".*?</a>', page, re.DOTALL)
    assert at_item is not None
    assert "Why this one?" in at_item.group()
    assert f"wrote about <strong>{name}</strong>" in page
    mail = desk.mails(request_id)[-1]
    assert (mail.template, mail.context["item"]) == ("commented", name)
    assert desk.approval(request_id).revision == 1


def test_a_remark_for_htmx_comes_back_with_the_whole_request(
    desk: Desk, as_: As, request_id: str
) -> None:
    line, _name = first_line(desk, request_id)
    reply = as_("bob").post(
        f"/approvals/{request_id}/comments", data={"text": "Why?", "line": line}, headers=HTMX
    )
    assert reply.status_code == 200
    assert 'class="items-remark"' in reply.text


@pytest.mark.parametrize("line", ["nothing", "\x00", "x" * 500])
def test_a_remark_on_no_item_is_refused_and_the_words_stay(
    desk: Desk, as_: As, request_id: str, line: str
) -> None:
    before = desk.actions(request_id)
    reply = as_("bob").post(
        f"/approvals/{request_id}/comments", data={"text": "Which one?", "line": line}
    )
    assert reply.status_code == 422
    assert "Which one?" in reply.text
    assert desk.actions(request_id) == before


def test_a_comment_without_an_item_is_about_the_whole_request(desk: Desk, request_id: str) -> None:
    desk.say(RITA, request_id, Action.COMMENT, "soon please", now=utcnow())
    assert desk.history(request_id)[-1].data == {}
    with pytest.raises(Invalid):
        desk.run(
            conversation.say, BOB, request_id, Action.COMMENT, text="?", line_id="9", now=LATER
        )


def test_words_in_a_remark_are_never_markup(desk: Desk, as_: As, request_id: str) -> None:
    line, _name = first_line(desk, request_id)
    words = "<img src=x onerror=alert(1)>"
    as_("bob").post(f"/approvals/{request_id}/comments", data={"text": words, "line": line})
    assert words not in as_("rita").get(f"/approvals/{request_id}").text


def test_an_address_that_names_no_item_opens_the_page_all_the_same(
    as_: As, request_id: str
) -> None:
    for line in ("", "nothing", "%00", "x" * 3000):
        assert as_("rita").get(f"/approvals/{request_id}?line={line}").status_code == 200
