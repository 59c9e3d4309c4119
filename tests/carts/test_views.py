"""The pages of carts, as their owners use them, without JavaScript."""

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from tests.support.app import As, HouseClient, statements
from webapp.carts import queries, service
from webapp.carts.domain import CartStatus, ResourceType
from webapp.db import Database
from webapp.kernel.clock import utcnow

EXPORT = Path(__file__).parent.parent / "data" / "shop-export.csv"
ROW = {"sku": "", "name": "", "quantity": "1", "price": "", "tax": "", "line_id": ""}


def rows(*given: dict[str, str], start: int = 0) -> dict[str, str]:
    """The fields of the rows of a form."""
    return {
        f"lines-{number}-{name}": value
        for number, row in enumerate(given, start)
        for name, value in {**ROW, **row}.items()
    }


def fields(page: TestResponse) -> dict[str, str]:
    """What the inputs of a page hold, by their names."""
    inputs = re.findall(r"<input [^>]*>", page.text)
    found = {}
    for tag in inputs:
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and "__n__" not in name[1]:
            found[name[1]] = value[1] if value else ""
    return found


def multipart(text: str, content: bytes = b"", name: str = "") -> dict[str, Any]:
    """A form with a file as browsers send it; the test client would leave large ones open."""
    parts = [("step", None, b"check"), ("text", None, text.encode()), ("file", name, content)]
    body = b"".join(
        b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (
            field.encode(),
            b"" if file is None else b'; filename="%s"' % file.encode(),
            value,
        )
        for field, file, value in parts
    )
    return {"data": body + b"--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}


def confirm(client: HouseClient, path: str, data: dict[str, str]) -> TestResponse:
    """Look at the preview, then press the button below it."""
    seen = fields(client.post(path, data={**data, "step": "check"}))
    return client.post(path, data={**data, "checked": seen["checked"], "step": "create"})


def where(reply: TestResponse) -> str:
    assert reply.status_code == 303, reply.text
    return reply.location


@pytest.fixture
def rita(as_: As) -> HouseClient:
    return as_("rita", "le1")


def test_the_list_names_each_cart_and_what_may_be_done(rita: HouseClient) -> None:
    page = rita.get("/carts")
    assert "Cordless drill 18 V, Bit set, 40 pieces" in page.text
    assert "1,500.00" in page.text
    assert "500.00 over" in page.text


@pytest.mark.parametrize("path", ["/carts/new", "/carts/import"])
def test_a_form_that_is_sent_twice_makes_one_cart(as_: As, rita: HouseClient, path: str) -> None:
    new_id = fields(rita.get(path))["new_id"]
    given = rows({"sku": "DR-18V"}) if path == "/carts/new" else {"text": "DR-18V;1"}

    def save(client: HouseClient, **changed: str) -> str:
        data = {**given, "name": "Quay", "new_id": new_id, **changed}
        sent = client.post(path, data=data) if path == "/carts/new" else confirm(client, path, data)
        return where(sent)

    made = save(rita)
    assert (made, save(rita)) == (f"/carts/{new_id}",) * 2
    others = [save(rita, name="Crane"), save(as_("rob", "le1")), save(rita, new_id="mine")]
    assert len({made, *others}) == 4


def test_the_list_asks_for_no_row_by_itself(app: Flask, rita: HouseClient) -> None:
    with statements(app) as counted:
        rita.get("/carts")
    assert len([s for s in counted.seen if "cart_items" in s]) == 1


def test_without_a_verdict_the_pages_still_stand(app: Flask, rita: HouseClient) -> None:
    del app.extensions["cart_verdicts"]
    assert "500.00 over" not in rita.get("/carts").text
    page = rita.get("/carts/c1500-rita")
    assert page.status_code == 200
    assert "Ask for approval" not in page.text
    assert rita.get("/quotes/Q1").status_code == 200


def test_an_empty_list_says_what_comes_next(as_: As) -> None:
    page = as_("ada", "le1").get("/carts?after=")
    assert page.status_code == 200
    client = as_("olga", "le2")
    for cart in ("c500-olga", "c1000-olga", "c1500-olga"):
        where(client.post(f"/carts/{cart}/deletion", data={"version": 1}))
    assert "You have no open cart" in client.get("/carts").text


def test_a_long_list_goes_on(as_: As, acme: Database, rita: HouseClient) -> None:
    for _ in range(20):
        rita.post("/carts/new", data=rows({"sku": "DR-18V"}))
    page = rita.get("/carts")
    after = re.search(r'href="(/carts\?after=[^"]+)"', page.text)
    assert after
    assert "Folding ladder" in rita.get(after[1]).text
    assert rita.get("/carts?after=xx").status_code == 422


@pytest.mark.parametrize("path", ["", "/edit", "/lines", "/deletion"])
def test_a_cart_of_somebody_else_does_not_exist(as_: As, path: str) -> None:
    for person, company in (("bob", "le1"), ("ada", "le1"), ("olga", "le2"), ("carl", None)):
        client = as_(person, company)
        assert client.get(f"/carts/c500-rita{path}").status_code == 404
        if path:
            assert client.post(f"/carts/c500-rita{path}", data={}).status_code == 404


def test_a_person_of_two_companies_sees_the_carts_of_the_chosen_one(as_: As) -> None:
    assert as_("mia", "le3").get("/carts/c500-mia-le3").status_code == 200
    assert as_("mia", "le3").get("/carts/c500-mia-le1").status_code == 404


def test_a_consumer_has_carts_too(as_: As) -> None:
    assert as_("carl").get("/carts/c500-carl").status_code == 200


@pytest.mark.parametrize(
    ("person", "cart", "act"),
    [("rita", "c500-rita", "Ask for approval"), ("ada", "c1500-ada", "Check out"),
     ("bob", "c1500-bob", "Ask for approval"), ("bob", "c500-bob", "Check out")],
)  # fmt: skip
def test_the_page_of_a_cart_leads_to_the_checkout(
    as_: As, person: str, cart: str, act: str
) -> None:
    page = as_(person, "le1").get(f"/carts/{cart}")
    assert act in page.text
    assert f'href="/carts/{cart}/checkout"' in page.text


def test_a_cart_is_built_from_rows(rita: HouseClient) -> None:
    assert fields(rita.get("/carts/new"))["lines-2-quantity"] == "1"
    given = rows(
        {"sku": "dr-18v", "quantity": "2"},
        {"name": "Oak shelf", "quantity": "1,5", "price": "49.90 EUR", "tax": "19%"},
        {},
    )
    page = rita.get(where(rita.post("/carts/new", data={"name": " Office  move ", **given})))
    assert "<h1" in page.text
    assert "Office move" in page.text
    assert "Cordless drill 18 V" in page.text
    assert "Oak shelf" in page.text
    assert "574.85" in page.text


def test_rows_are_added_and_removed_without_javascript(rita: HouseClient) -> None:
    given = {"name": "Office", **rows({"sku": "A"}, {"sku": "B"}, {"sku": "C"})}
    added = fields(rita.post("/carts/new", data={**given, "add_row": "1"}))
    assert (added["lines-2-sku"], added["lines-3-quantity"]) == ("C", "1")
    removed = fields(rita.post("/carts/new", data={**given, "remove_row": "1"}))
    assert (removed["lines-0-sku"], removed["lines-1-sku"]) == ("A", "C")
    assert "lines-2-sku" not in removed
    assert removed["name"] == "Office"
    assert rita.post("/carts/new", data={**given, "remove_row": "x"}).status_code == 422


def test_rows_with_gaps_are_numbered_anew(rita: HouseClient) -> None:
    given = rows({"sku": "A"}) | rows({"sku": "B"}, start=7)
    assert fields(rita.post("/carts/new", data={**given, "add_row": "1"}))["lines-1-sku"] == "B"


def test_faults_stand_beside_their_fields_and_everything_stays(rita: HouseClient) -> None:
    given = rows(
        {"sku": "NO-SUCH", "quantity": "four"},
        {"sku": "DR-18V", "quantity": "2"},
        {"name": "Shelf", "quantity": "1", "price": "1e999", "tax": "lots"},
    )
    page = rita.post("/carts/new", data={"name": "Office", **given})
    assert page.status_code == 422
    for words in ("is not on the product list", "“four” is not a number", "“1e999”", "“lots”"):
        assert words in page.text
    assert 'href="#lines-2-price"' in page.text
    assert 'aria-describedby="lines-2-price-error"' in page.text
    kept = fields(page)
    assert {name: kept[name] for name in given} == given
    assert kept["name"] == "Office"


@pytest.mark.parametrize("given", [{}, rows({}), rows({}, {})])
def test_a_cart_without_items_is_not_saved(rita: HouseClient, given: dict[str, str]) -> None:
    page = rita.post("/carts/new", data=given)
    assert page.status_code == 422
    assert "Add at least one item" in page.text
    assert "lines-0-sku" in fields(page)


@pytest.mark.parametrize(
    "value", ["a\x00b", "x" * 10_000, "\x07", "<script>alert(1)</script>", "'; DROP TABLE carts;"]
)
@pytest.mark.parametrize("field", ["sku", "name", "quantity", "price", "tax"])
def test_odd_input_in_a_row_is_refused_and_shown_again(
    rita: HouseClient, field: str, value: str
) -> None:
    free = {"name": "Shelf", "quantity": "1", "price": "5", "tax": "19%", field: value}
    page = rita.post("/carts/new", data=rows(free))
    if page.status_code == 422:
        assert "error-summary" in page.text
        assert fields(page)[f"lines-0-{field}"]
    else:
        where(page)
        assert field in {"sku", "name"}


@pytest.mark.parametrize("name", ["a\x00b", "x" * 10_000])
def test_an_odd_name_is_refused(rita: HouseClient, name: str) -> None:
    page = rita.post("/carts/new", data={"name": name, **rows({"sku": "DR-18V"})})
    assert page.status_code == 422
    assert 'href="#name"' in page.text
    assert fields(page)["lines-0-sku"] == "DR-18V"


def test_more_rows_than_a_form_has_are_refused(rita: HouseClient) -> None:
    given = {f"lines-{number}-sku": "DR-18V" for number in range(501)}
    assert rita.post("/carts/new", data=given).status_code == 422


def test_a_cart_is_edited_by_rows(rita: HouseClient) -> None:
    page = rita.get("/carts/c500-rita/edit")
    given = fields(page)
    assert (given["lines-0-sku"], given["lines-0-price"], given["lines-0-tax"]) == (
        "DR-18V",
        "250.00",
        "20%",
    )
    given |= {"lines-0-quantity": "3", "name": "Tools", "lines-1-sku": "", "lines-1-name": "",
              "lines-1-price": ""}  # fmt: skip
    shown = rita.get(where(rita.post("/carts/c500-rita/edit", data=given)))
    assert "Tools" in shown.text
    assert "900.00" in shown.text
    assert "Bit set" not in shown.text


def test_rows_of_a_cart_are_added_and_faults_shown_before_it_is_saved(rita: HouseClient) -> None:
    given = fields(rita.get("/carts/c500-rita/edit"))
    added = fields(rita.post("/carts/c500-rita/edit", data={**given, "add_row": "1"}))
    assert added["lines-3-quantity"] == "1"
    assert added["lines-0-line_id"] == given["lines-0-line_id"]
    page = rita.post("/carts/c500-rita/edit", data={**given, "lines-0-quantity": "0"})
    assert page.status_code == 422
    assert "must be more than 0" in page.text
    assert fields(page)["version"] == "1"


def test_a_cart_that_was_handed_over_leads_to_its_request(rita: HouseClient) -> None:
    choices = {
        "shipping_address": "le1-shipping", "billing_address": "le1-billing",
        "shipping_method": "zone-de/standard", "payment_method": "none/invoice",
    }  # fmt: skip
    data = {**fields(rita.get("/carts/c500-rita/checkout")), **choices, "approver": "ada"}
    assert rita.post("/carts/c500-rita/checkout", data=data).status_code == 303
    page = rita.get("/carts/c500-rita")
    assert re.search(r'<a href="/approvals/[^"]+">Request \d+</a>', page.text)


def test_a_german_reader_edits_numbers_in_german(as_: As, acme: Database) -> None:
    with acme.transaction() as session:
        session.execute(sql("UPDATE people SET language = 'de' WHERE id = 'rita'"))
    client = as_("rita", "le1")
    given = fields(client.get("/carts/c500-rita/edit"))
    assert given["lines-1-price"] == "166,67"
    where(client.post("/carts/c500-rita/edit", data=given))


def test_a_stale_form_loses_nothing(rita: HouseClient) -> None:
    mine = fields(rita.get("/carts/c500-rita/edit"))
    where(rita.post("/carts/c500-rita/edit", data={**mine, "name": "Theirs"}))
    mine |= {"name": "Mine", "lines-0-quantity": "7"}
    page = rita.post("/carts/c500-rita/edit", data=mine)
    assert page.status_code == 409
    assert "was changed meanwhile" in page.text
    kept = fields(page)
    # The version stays the one that was seen: only the button says to replace the newer one.
    assert (kept["name"], kept["lines-0-quantity"], kept["version"]) == ("Mine", "7", "1")
    assert 'name="overwrite" value="2"' in page.text
    assert "Theirs" in rita.get("/carts/c500-rita").text
    where(rita.post("/carts/c500-rita/edit", data={**mine, "overwrite": "2"}))
    assert "Mine" in rita.get("/carts/c500-rita").text


def submit(database: Database, cart_id: str) -> None:
    with database.transaction() as session:
        resource = queries.resource(session, "acme", ResourceType.CART, cart_id)
        assert resource is not None
        service.consume(session, resource, CartStatus.SUBMITTED, now=utcnow())


def test_a_form_of_a_cart_that_was_handed_over_loses_nothing(
    acme: Database, rita: HouseClient
) -> None:
    mine = fields(rita.get("/carts/c500-rita/edit")) | {"name": "Mine"}
    submit(acme, "c500-rita")
    page = rita.post("/carts/c500-rita/edit", data=mine)
    assert page.status_code == 409
    assert 'formaction="/carts/new"' in page.text
    assert fields(page)["name"] == "Mine"
    where(rita.post("/carts/new", data=mine))


@pytest.mark.parametrize("path", ["edit", "lines", "deletion"])
def test_a_cart_that_was_handed_over_cannot_be_edited(
    acme: Database, rita: HouseClient, path: str
) -> None:
    submit(acme, "c500-rita")
    assert rita.get(f"/carts/c500-rita/{path}").status_code == 409
    page = rita.get("/carts/c500-rita")
    assert "handed over for approval" in page.text
    assert "/carts/c500-rita/checkout" not in page.text


def test_a_long_cart_is_edited_as_text(rita: HouseClient) -> None:
    text = "sku;name;quantity;price;tax\n" + "".join(
        f"X-{n};T {n};1;1.50;19%\n" for n in range(101)
    )
    location = where(confirm(rita, "/carts/import", {"text": text}))
    page = rita.get(location)
    assert f'href="{location}/lines"' in page.text
    assert rita.get(f"{location}/edit").location == f"{location}/lines"
    assert "X-100;T 100;1;1.5;19%" in rita.get(f"{location}/lines").text


def test_a_cart_is_deleted_after_a_second_press(rita: HouseClient) -> None:
    page = rita.get("/carts/c500-rita/deletion")
    assert "500.00" in page.text
    assert where(rita.post("/carts/c500-rita/deletion", data=fields(page))) == "/carts"
    assert rita.get("/carts/c500-rita").status_code == 404


@pytest.mark.parametrize("version", ["", "2", "x", "99999999999999"])
def test_a_cart_is_deleted_only_as_it_was_seen(rita: HouseClient, version: str) -> None:
    page = rita.post("/carts/c500-rita/deletion", data={"version": version})
    assert page.status_code == 409
    assert rita.get("/carts/c500-rita").status_code == 200


def test_an_import_is_looked_at_before_it_is_saved(rita: HouseClient) -> None:
    assert rita.get("/carts/import").status_code == 200
    text = "DR-18V;2;249,00\nBS-040\t1\nNO-1;5\nX-1;Oak shelf;1;12,50;19%"
    page = rita.post("/carts/import", data={"text": text, "step": "check", "name": "Mine"})
    assert page.status_code == 422
    assert "“NO-1” is not on the product list" in page.text
    assert "Line 3: " in page.text
    assert "Price from the list: 250.00 EUR" in page.text
    assert "Create the cart" not in page.text
    assert "Oak shelf" in page.text
    assert fields(page)["name"] == "Mine"
    again = text.replace("NO-1;5", "WB-120;5").replace("\t", ";")
    page = rita.post("/carts/import", data={"text": again, "step": "check", "name": "Mine"})
    assert page.status_code == 200
    assert "Create the cart with 4 lines" in page.text
    moved = rita.post("/carts/import", data={"text": again, "checked": "x", "step": "create"})
    assert moved.status_code == 200
    assert "changed after you looked" in moved.text
    location = where(confirm(rita, "/carts/import", {"text": again}))
    assert "Workbench" in rita.get(location).text


def test_a_press_on_create_does_not_save_what_has_faults(rita: HouseClient) -> None:
    page = rita.post("/carts/import", data={"text": "NO-1;5", "step": "create"})
    assert page.status_code == 422
    assert "NO-1;5" in page.text


def test_a_file_takes_the_place_of_the_text(rita: HouseClient) -> None:
    data = {"text": "old", "step": "create", "file": (io.BytesIO(EXPORT.read_bytes()), "x.csv")}
    page = rita.post("/carts/import", data=data, content_type="multipart/form-data")
    assert page.status_code == 200
    assert "320 lines were read" in page.text
    assert "These columns are not used: Pos., ME, Gesamtpreis" in page.text
    assert "Dübel" in page.text
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    assert shown
    assert "Artikelnummer;Bezeichnung" in shown[1]
    text = unescape(shown[1]).lstrip("\n")
    location = where(confirm(rita, "/carts/import", {"text": text}))
    assert "320 items" in rita.get(location).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "This is a workbook"),
        (b"x" * 1_000_001, "larger than one megabyte"),
        (b"\x81\x8d", "cannot be read as text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(rita: HouseClient, content: bytes, words: str) -> None:
    page = rita.post("/carts/import", **multipart("DR-18V;2", content, "x.csv"))
    assert page.status_code == 422
    assert words in page.text
    assert "DR-18V;2" in page.text


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": "\n ; \n"}])
def test_an_import_of_nothing_asks_for_lines(rita: HouseClient, data: dict[str, str]) -> None:
    page = rita.post("/carts/import", data=data)
    assert page.status_code == 422
    assert "Paste lines or choose a file." in page.text


@pytest.mark.parametrize(
    ("tax", "status"), [("19%", 200), ("0.19", 200), ("much", 422), ("200%", 422), ("", 422)]
)
def test_a_tax_for_lines_that_name_none(rita: HouseClient, tax: str, status: int) -> None:
    data = {"text": "X;Thing;1;5", "tax": tax, "step": "check"}
    page = rita.post("/carts/import", data=data)
    assert page.status_code == status
    assert fields(page)["tax"] == tax


@pytest.mark.parametrize("text", ["a\x00b;1", "\x07", "x" * 10_000, '"open;1', "A;1;2;3;4;5;6"])
def test_odd_text_is_refused_and_shown_again(rita: HouseClient, text: str) -> None:
    page = rita.post("/carts/import", data={"text": text, "step": "create"})
    assert page.status_code == 422
    assert "error-summary" in page.text


def test_too_many_lines_are_refused(rita: HouseClient) -> None:
    page = rita.post("/carts/import", data={"text": "DR-18V;1\n" * 2001, "step": "create"})
    assert page.status_code == 422
    assert "There are 2,001 lines" in page.text


def test_too_much_text_is_refused(rita: HouseClient) -> None:
    page = rita.post("/carts/import", **multipart("x" * 1_000_001))
    assert page.status_code == 422
    assert "too much for one cart" in page.text


def test_a_cart_is_edited_as_text(rita: HouseClient) -> None:
    page = rita.get("/carts/c500-rita/lines")
    assert "DR-18V;Cordless drill 18 V;1;250;20%" in page.text
    data = {**fields(page), "text": "DR-18V;5", "step": "check", "name": "Tools"}
    page = rita.post("/carts/c500-rita/lines", data=data)
    assert "Save the cart with 1 line" in page.text
    where(confirm(rita, "/carts/c500-rita/lines", data))
    shown = rita.get("/carts/c500-rita")
    assert "1,500.00" in shown.text
    stale = confirm(rita, "/carts/c500-rita/lines", {**data, "name": "Again"})
    assert stale.status_code == 409
    assert 'name="overwrite" value="2"' in stale.text
    assert "DR-18V;5" in stale.text
    pressed = {**data, "checked": fields(stale)["checked"], "step": "", "overwrite": "2"}
    where(rita.post("/carts/c500-rita/lines", data=pressed))
    bad = rita.post("/carts/c500-rita/lines", data={**data, "text": "NO;1", "step": "create"})
    assert bad.status_code == 422


def test_quotes_show_old_and_new_prices(acme: Database, rita: HouseClient) -> None:
    with acme.transaction() as session:
        session.execute(sql("UPDATE quote_items SET new_unit_price = '199.00' WHERE id = 'Q1-1'"))
    listed = rita.get("/quotes")
    assert "Q1" in listed.text
    page = rita.get("/quotes/Q1")
    assert "<s>250.00</s>" in page.text
    assert "<strong>199.00</strong>" in page.text
    assert 'href="/quotes/Q1/checkout"' in page.text


def test_a_quote_of_somebody_else_does_not_exist(as_: As) -> None:
    assert as_("bob", "le1").get("/quotes/Q1").status_code == 404
    assert "no quote" not in as_("olga", "le2").get("/quotes").text
    assert "has not offered you anything" in as_("olga", "le2").get("/quotes").text


@pytest.mark.parametrize(
    "status",
    [
        "CREATING",
        "AWAITING",
        "IN_PROGRESS",
        "ACCEPTED",
        "DECLINED",
        "DECLINED_BY_MERCHANT",
        "EXPIRED",
    ],
)
def test_a_quote_that_is_not_open_offers_no_checkout(
    acme: Database, rita: HouseClient, status: str
) -> None:
    with acme.transaction() as session:
        session.execute(sql("UPDATE quotes SET status = :s WHERE id = 'Q1'"), {"s": status})
    assert rita.get("/quotes").status_code == 200
    assert "/quotes/Q1/checkout" not in rita.get("/quotes/Q1").text


def test_strangers_are_asked_to_sign_in(client: HouseClient) -> None:
    for path in ("/carts", "/carts/new", "/carts/import", "/carts/c500-rita", "/quotes", "/orders"):
        assert client.get(path).status_code == 302
