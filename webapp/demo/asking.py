"""`countersign demo init`: a file for a demo of one's own company, by asking at the terminal."""

import json
from errno import EEXIST
from pathlib import Path
from typing import Any

import click

from webapp.demo import prospect
from webapp.demo.prospect import EXAMPLES, FILE, PARTS, PRODUCTS
from webapp.seeding.domain import Refused

_MODEL = EXAMPLES / "prairie"
# What is asked for, in the order of the file, with the proposal, and in which words.
_QUESTIONS = (
    ("name", "Muster AG", "Name of the company"),
    ("language", "en", "Language of its people (en or de)"),
    ("timeZone", "Europe/Berlin", "Time zone"),
    ("currency", "EUR", "Currency"),
    ("limit", "1000.00", "What a buyer orders alone, gross"),
    ("street", "", "Street and number"),
    ("zipCode", "", "Postal code"),
    ("city", "Hamburg", "City"),
    ("country", "DE", "Country, two letters"),
    ("accent", "#2746c2", "Accent colour"),
    ("logo", "", "File with the logo, SVG or PNG (Enter: none)"),
    ("products", PRODUCTS, "CSV file with the products (sku, name, price, tax)"),
)
_PEOPLE = (
    ("requester", "Rita Brandt", "Who asks for approval"),
    ("approver", "Ada Lindqvist", "Which admin approves"),
    ("away", "Claus Meyer", "Which admin is away"),
    ("buyer", "Bob Harms", "Which buyer orders up to the limit"),
    ("colleague", "Ines Carvalho", "Who else asks for approval"),
)


def write(path: Path) -> None:
    """Ask for everything that the file holds, each again until it can be used, and write it.

    Where there are no products yet, those of an example are written beside it. Raises
    `FileExistsError` rather than overwrite a file.
    """
    if path.exists():
        raise FileExistsError(EEXIST, "is there already", str(path))
    _provide_products(path.parent / PRODUCTS)
    given: dict[str, Any] = {}
    for key, proposal, words in _QUESTIONS:
        given[key] = _asked(given, key, proposal, words=words, folder=path.parent)
    given["people"] = people = {}
    for part, proposal, words in _PEOPLE:
        people[part] = _asked(given, part, proposal, words=words, folder=path.parent)
    path.write_text(
        json.dumps(_filled(given), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    click.echo(f"\n{path} is written. Show it: countersign demo --company {path}")


def _provide_products(path: Path) -> None:
    if not path.exists():
        path.write_bytes((_MODEL / PRODUCTS).read_bytes())
        click.echo(f"{path} holds the products of an example; put your own in their place.\n")


def _asked(given: dict[str, Any], key: str, proposal: str, *, words: str, folder: Path) -> str:
    """The answer, once nothing is wrong with it."""

    def check(text: str) -> str:
        answer = text.strip()
        if wrong := _wrong_with(given, key, answer, folder=folder):
            raise click.UsageError("; ".join(wrong))
        return answer

    answer: str = click.prompt(
        words, default=proposal, show_default=bool(proposal), value_proc=check
    )
    return answer


def _wrong_with(given: dict[str, Any], key: str, answer: str, *, folder: Path) -> list[str]:
    """What is wrong with this answer beside those before it; what comes later is an example's."""
    raw: dict[str, Any] = json.loads((_MODEL / FILE).read_text(encoding="utf-8"))
    raw |= {"products": str(_MODEL / PRODUCTS), "logo": ""} | given
    people = given.get("people")
    place = key if people is None else f"people.{key}"
    if people is None:
        raw[key] = answer
    else:
        raw["people"] = _others(people) | {key: answer}
    try:
        prospect.understand(_filled(raw), folder)
    except Refused as refused:
        return [one.text for one in refused.problems if one.place.startswith(place)]
    return []


def _others(people: dict[str, str]) -> dict[str, str]:
    """Those who were named already, and somebody with no name yet in every other part."""
    return {part: people.get(part, f"Nobody {number}") for number, part in enumerate(PARTS)}


def _filled(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value != ""}
