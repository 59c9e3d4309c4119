"""Reasons for declining that can be picked: where they come from, and what a press does."""

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.support.app import HTMX, As
from tests.support.cast import ADA, BOB, NOW, RITA, ROB, TENANT, Desk, cart
from webapp.approvals import phrases
from webapp.approvals.phrases import LONGEST_PHRASE, MOST_PHRASES, USUAL
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, Forbidden, Invalid


def press(
    as_: As, approval_id: str, headers: dict[str, str] | None = None, **form: str
) -> TestResponse:
    data = {"revision": "1", "note": "", **form}
    return as_("bob").post(f"/approvals/{approval_id}/decision", data=data, headers=headers)


def note(reply: TestResponse) -> str:
    found = re.search(r'<textarea[^>]*name="note"[^>]*>\s*(.*?)</textarea>', reply.text, re.DOTALL)
    assert found is not None
    return unescape(found.group(1))


def offered(reply: TestResponse) -> list[str]:
    return [unescape(one) for one in re.findall(r'name="phrase" value="([^"]*)"', reply.text)]


def write(desk: Desk, *lines: str, seen: int = 0) -> None:
    desk.run(phrases.write_list, ADA, lines, seen_version=seen, now=NOW)


def test_without_a_list_of_its_own_a_company_offers_the_usual_reasons(desk: Desk, as_: As) -> None:
    approval_id = desk.ask(now=utcnow())
    assert offered(press(as_, approval_id, step="decline")) == list(USUAL)


def test_what_the_admin_writes_is_offered_in_that_order(desk: Desk, as_: As) -> None:
    approval_id = desk.ask(now=utcnow())
    reply = as_("ada").post(
        "/company/reasons",
        data={"version": "0", "phrases": "Too <many>\n\n  Too   dear \nToo <many>\n"},
    )
    assert reply.status_code == 303
    assert offered(press(as_, approval_id, step="decline")) == ["Too <many>", "Too dear"]
    assert "changed the reasons for declining" in as_("ada").get("/company?view=changes").text


def test_the_usual_reasons_can_be_had_again(desk: Desk, as_: As) -> None:
    write(desk, "Too dear")
    page = as_("ada").get("/company/reasons").text
    assert "Too dear" in page
    reply = as_("ada").post(
        "/company/reasons", data={"version": "1", "phrases": "Too dear", "step": "usual"}
    )
    assert reply.status_code == 303
    assert USUAL[0] in unescape(as_("ada").get("/company/reasons").text)


def test_a_press_puts_the_reason_behind_what_was_typed_and_decides_nothing(
    desk: Desk, as_: As
) -> None:
    approval_id = desk.ask(now=utcnow())
    for headers in ({}, HTMX):
        first = press(as_, approval_id, headers, phrase="Too dear.")
        assert (first.status_code, note(first)) == (200, "Too dear.")
        both = press(as_, approval_id, headers, phrase="Too many.", note="Too dear.\nAsk me.")
        assert note(both) == "Too dear.\nAsk me.\nToo many."
        again = press(as_, approval_id, headers, phrase="Too dear.", note="Too dear.\nAsk me.")
        assert note(again) == "Too dear.\nAsk me."
    assert desk.approval(approval_id).status == "PENDING"


def test_a_reason_that_cannot_be_stored_is_refused_and_the_words_stay(desk: Desk, as_: As) -> None:
    approval_id = desk.ask(now=utcnow())
    assert press(as_, approval_id, phrase="\x00", note="mine").status_code == 422
    assert press(as_, approval_id, phrase="x" * 5000, note="mine").status_code == 422
    assert note(press(as_, approval_id, phrase="", note="mine")) == "mine"


def test_ones_own_last_words_are_offered_once_and_nobody_elses(desk: Desk, as_: As) -> None:
    for cart_id, words in (("c500-rita", "No more drills."), ("c1500-rita", "No more drills.")):
        desk.decline(desk.ask(RITA, cart(cart_id, ADA)), ADA, words)
    desk.decline(desk.ask(ROB, cart("c500-rob", BOB)), BOB, "Rob has some.")
    own = desk.ask(RITA, cart("c1000-rita", BOB), now=utcnow())
    assert offered(press(as_, own, step="decline")) == [*USUAL, "Rob has some."]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["", "  "],
        ["x" * (LONGEST_PHRASE + 1)],
        [str(n) for n in range(MOST_PHRASES + 1)],
        ["\x00"],
    ],
    ids=["none", "blank", "long", "many", "NUL"],
)
def test_a_list_that_cannot_be_offered_is_refused_in_words(
    desk: Desk, as_: As, lines: list[str]
) -> None:
    with pytest.raises(Invalid):
        write(desk, *lines)
    reply = as_("ada").post("/company/reasons", data={"version": "0", "phrases": "\n".join(lines)})
    assert reply.status_code == 422
    assert 'aria-invalid="true"' in reply.text


def test_two_admins_do_not_overwrite_each_other(desk: Desk, as_: As) -> None:
    write(desk, "Too dear")
    with pytest.raises(Conflict):
        write(desk, "Too many")
    reply = as_("ada").post("/company/reasons", data={"version": "0", "phrases": "Too many"})
    assert reply.status_code == 409
    assert "Too many" in reply.text


def test_only_admins_write_reasons(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.run(phrases.write_list, BOB, ["Too dear"], seen_version=0, now=NOW)
    with desk.database.reading() as session:
        assert phrases.phrase_list(session, TENANT, "le1").version == 0


def test_a_row_of_the_inbox_offers_the_reasons_too(desk: Desk, as_: As) -> None:
    write(desk, "Too dear.")
    approval_id, bob = desk.ask(now=utcnow()), as_("bob")
    path, data = f"/inbox/{approval_id}/decision", {"revision": "1", "note": "Hello."}
    for headers in ({}, HTMX):
        asked = bob.post(path, data={**data, "step": "decline"}, headers=headers)
        assert offered(asked) == ["Too dear."]
        picked = bob.post(path, data={**data, "phrase": "Too dear."}, headers=headers)
        assert (picked.status_code, note(picked)) == (200, "Hello.\nToo dear.")
        broken = bob.post(path, data={**data, "phrase": "a\0b"}, headers=headers)
        assert (broken.status_code, note(broken)) == (422, "Hello.")
    assert desk.approval(approval_id).status == "PENDING"


def test_a_selection_offers_the_reasons_for_all_of_it(desk: Desk, as_: As) -> None:
    one, two = (desk.ask(what=cart(each), now=utcnow()) for each in ("c500-rita", "c1000-rita"))
    bob, selected = as_("bob"), [f"{one}:1", f"{two}:1"]
    address = f"/inbox/selection?selected={selected[0]}&selected={selected[1]}&action="
    assert offered(bob.get(address + "decline")) == list(USUAL)
    assert offered(bob.get(address + "approve")) == []
    picked = bob.post("/inbox/selection", data={"selected": selected, "phrase": USUAL[0]})
    assert (picked.status_code, note(picked)) == (200, USUAL[0])
    assert picked.text.count('name="selected"') == 2
    sent = {"selected": selected, "step": "declined", "note": "Rob has some."}
    assert bob.post("/inbox/selection", data=sent).status_code == 303
    assert {desk.approval(each).status for each in (one, two)} == {"DECLINED"}


def test_a_selection_offers_what_was_written_before(desk: Desk, as_: As) -> None:
    first = desk.ask(now=utcnow())
    press(as_, first, step="declined", note="Rob has some.")
    second = desk.ask(what=cart("c1000-rita"), now=utcnow())
    page = as_("bob").get(f"/inbox/selection?selected={second}:1&action=decline")
    assert offered(page) == [*USUAL, "Rob has some."]
