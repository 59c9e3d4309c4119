"""A cart by form, by pasted lines, and out of a file with lines that have to be put right."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.journeys.conftest import Sit
from tests.journeys.seat import Seat
from tests.support.desk import Desk

pytestmark = pytest.mark.journey

EXPORT = Path(__file__).parent.parent / "data" / "shop-export.csv"
BROWSERS = pytest.mark.parametrize(
    "options", [{}, {"java_script_enabled": False}], ids=["htmx", "without JavaScript"]
)
CSV = """\ufeffArtikelnummer;Bezeichnung;Menge;Einzelpreis;MwSt
DR-18V;;2;;
;Übergroße Kiste;1;12,50;19%
;Regal „Eiche“;zwei;49,90;19%
;Leiter;1;0,001;19%
;Haken;1;1e999;19%
"""


@BROWSERS
def test_a_cart_by_form(desk: Desk, sit: Sit, options: dict[str, Any]) -> None:
    rob = sit(desk, "rob", to="/carts/new", **options)
    rob.write("Name if you like", "For the workshop")
    _line(rob, 1).get_by_label("SKU").fill("DR-18V")
    _line(rob, 1).get_by_label("Quantity").fill("none")
    _fill_freely(rob, 2)
    rob.press("Add a line")
    rob.press("Remove line 3")
    rob.press("Save the cart")

    rob.reads("One thing needs your attention", "Line 1: “none” is not a number.")
    assert _line(rob, 1).get_by_label("Quantity").input_value() == "none"
    assert _line(rob, 2).get_by_label("Product").input_value() == "Oak shelf"
    _line(rob, 1).get_by_label("Quantity").fill("2")
    rob.press("Save the cart")
    rob.is_told("The cart is saved.")
    rob.heading("For the workshop")
    rob.reads("Cordless drill 18 V", "Oak shelf", "718.76", "You may not place orders alone")

    rob.follow("Edit")
    rob.press("Remove line 2")
    rob.press("Save the cart")
    rob.heading("For the workshop")
    rob.never_reads("Oak shelf")
    rob.reads("600.00")


def test_a_cart_out_of_pasted_lines(desk: Desk, sit: Sit) -> None:
    rita = sit(desk, "rita", to="/carts")
    rita.follow("Import lines")
    rita.press("Check the lines")
    rita.reads("Paste lines or choose a file.")
    rita.write("Lines", "DR-18V\t4\nWB-120\t1")
    rita.press("Check the lines")
    rita.reads("2 lines were read", "Cordless drill 18 V", "1,500.00")
    rita.press("Create the cart with 2 lines")
    rita.is_told("The cart is saved.")
    rita.reads("1,500.00 EUR is 500.00 over")


@BROWSERS
def test_a_file_with_bad_lines_is_put_right_in_place(
    desk: Desk, sit: Sit, tmp_path: Path, options: dict[str, Any]
) -> None:
    file = tmp_path / "export.csv"
    file.write_text(CSV, "utf-8")
    rita = sit(desk, "rita", to="/carts/import", **options)
    rita.field("CSV file").set_input_files(file)
    rita.press("Check the lines")
    summary = rita.group("2 things need your attention")
    for line in (4, 6):
        summary.get_by_role("link", name=f"Line {line}: ").wait_for()
    rita.reads("This line is rounded to 0.00 EUR.")
    lines = rita.field("Lines").input_value()
    assert "Übergroße Kiste" in lines
    assert "zwei" in lines
    good = lines.replace("zwei", "2").replace("0,001", "0,10").replace("1e999", "3,00")
    rita.write("Lines", good)
    rita.press("Check the lines")
    rita.reads("5 lines were read")
    rita.press("Create the cart with 5 lines")
    rita.is_told("The cart is saved.")
    rita.reads("Übergroße Kiste", "Regal „Eiche“", "Leiter", "Haken")


def test_a_whole_export_of_a_shop(desk: Desk, sit: Sit) -> None:
    rita = sit(desk, "rita", to="/carts/import")
    rita.field("CSV file").set_input_files(EXPORT)
    rita.press("Check the lines")
    rita.page.get_by_role("table").wait_for()
    rita.reads("320 lines were read", "Arbeitshandschuhe Größe 5", "Price from the list: 250.00")
    rita.press("Create the cart with 320 lines")
    rita.is_told("The cart is saved.")
    rita.follow("Edit")
    rita.heading("Edit the cart as text")


def test_a_cart_is_deleted_after_a_question(desk: Desk, sit: Sit) -> None:
    cart = desk.cart("rita")
    rita = sit(desk, "rita", to=f"/carts/{cart}")
    rita.follow("Delete")
    rita.heading("Delete this cart?")
    rita.follow("Go back")
    rita.follow("Delete")
    rita.press("Delete the cart")
    rita.is_told("The cart is deleted.")
    rita.open(f"/carts/{cart}")
    rita.heading("There is nothing here")


def test_two_tabs_do_not_overwrite_each_other(desk: Desk, sit: Sit) -> None:
    cart = desk.cart("rita")
    first, second = (sit(desk, "rita", to=f"/carts/{cart}/edit") for _ in range(2))
    _line(first, 1).get_by_label("Quantity").fill("1")
    first.press("Save the cart")
    first.is_told("The cart is saved.")
    _line(second, 1).get_by_label("Quantity").fill("3")
    second.press("Save the cart")
    second.reads("What you typed is still here; nothing was saved.")
    assert _line(second, 1).get_by_label("Quantity").input_value() == "3"
    second.press("Save mine in its place")
    second.is_told("The cart is saved.")
    second.reads("1,200.00")


def _line(seat: Seat, number: int) -> Locator:
    return seat.group(f"Line {number}")


def _fill_freely(seat: Seat, number: int) -> None:
    for label, text in {
        "Product": "Oak shelf",
        "Quantity": "2",
        "Unit price": "49.90",
        "Tax": "19%",
    }.items():
        _line(seat, number).get_by_label(label).fill(text)
