"""Every text that people read is in the catalogues, and German is whole."""

import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask

from tests.support.app import As, HouseClient
from tests.support.cast import BOB, RITA, Desk, desk  # noqa: F401 - a fixture
from tests.support.texts import unmarked_in_code, unmarked_in_page, unmarked_in_text
from webapp.approvals.domain import Action
from webapp.config import LANGUAGES
from webapp.kernel.clock import utcnow
from webapp.outbox import delivery, mailer

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "webapp/translations/de/LC_MESSAGES/messages.po"
# The pages that show the components speak English, as those who build the desk do.
PAGES = sorted({*ROOT.glob("templates/**/*.html")} - {*ROOT.glob("templates/design/*")})
MAILS = sorted(ROOT.glob("templates/**/*.txt"))
# Programs are answered in English, whatever the person's language.
_TO_PROGRAMS = {
    *ROOT.glob("webapp/emporix/*.py"),
    ROOT / "webapp" / "identity" / "tenant_settings.py",
}
MODULES = sorted({*ROOT.glob("webapp/**/*.py")} - {*ROOT.glob("webapp/design/*")} - _TO_PROGRAMS)
GERMAN = {"language": "de", "time_zone": "Europe/Berlin", "theme": "light", "has_shortcuts": "y"}


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def catalogue(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale="de")


def keys(messages: Catalog) -> set[tuple[str, object]]:
    return {(each.context or "", each.id) for each in messages if each.id}


def pairs(messages: Catalog) -> Iterator[tuple[str, str]]:
    """Each text beside its translation; a plural gives one pair for each of its forms."""
    for each in messages:
        if isinstance(each.id, str):
            yield each.id, str(each.string)
        else:
            yield from zip(each.id, strings(each), strict=True)


def strings(message: Message) -> list[str]:
    """The translation: one text, or one for each form of a plural."""
    return [message.string or ""] if isinstance(message.string, str | None) else [*message.string]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make messages` finds."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    mapping = str(ROOT / "pyproject.toml")
    CommandLineInterface().run(  # type: ignore[no-untyped-call, unused-ignore]
        ["pybabel", "--quiet", "extract", "-F", mapping, "-o", str(template), str(ROOT)]
    )
    return catalogue(template)


@pytest.fixture(scope="module")
def german() -> Catalog:
    return catalogue(SOURCE)


@pytest.fixture(scope="module")
def texts(german: Catalog) -> list[tuple[str, str]]:
    return [pair for pair in pairs(german) if pair[0]]


def test_extraction_reads_pages_mails_rules_and_forms(extracted: Catalog) -> None:
    found = {text for _, text in keys(extracted)}
    assert len(found) > 700
    assert "Skip to the content" in found  # a page
    assert "It is your turn again." in found  # a mail
    assert "*{actor}* declined" in found  # marked in a dictionary
    assert "Whom to ask" in found  # the label of a form
    assert ("{n} item", "{n} items") in found
    assert ("verb", "Comment") in keys(extracted)
    assert any(str(text).endswith(", so an admin must approve.") for text in found)  # in two lines


def test_german_has_every_text_and_no_other(extracted: Catalog, german: Catalog) -> None:
    hint = "run `make messages`, then translate what is new"
    assert keys(extracted) - keys(german) == set(), hint
    assert keys(german) - keys(extracted) == set(), hint
    assert german.obsolete == {}


def test_nothing_is_guessed_or_left_open(german: Catalog) -> None:
    def is_open(message: Message) -> bool:
        return message.fuzzy or not all(strings(message))

    assert [message.id for message in german if message.id and is_open(message)] == []


def test_a_singular_has_one_plural() -> None:
    """Catalogues know a text by its singular, so a second plural would be lost."""
    pair = re.compile(r"""ngettext\(\s*(["'])(.*?)\1,\s*(["'])(.*?)\3""", re.DOTALL)
    plurals: dict[str, set[str]] = {}
    for path in [*PAGES, *MAILS, *MODULES]:
        for _, one, _, many in pair.findall(path.read_text("utf-8")):
            plurals.setdefault(one, set()).add(many)
    assert len(plurals) > 10
    assert {one: many for one, many in plurals.items() if len(many) > 1} == {}


def test_plurals_are_those_of_german(german: Catalog) -> None:
    assert {len(strings(each)) for each in german if isinstance(each.id, tuple)} == {2}


def test_placeholders_are_kept(texts: list[tuple[str, str]]) -> None:
    def placeholders(text: str) -> set[tuple[str, str]]:
        return {(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name}

    assert [pair for pair in texts if placeholders(pair[0]) != placeholders(pair[1])] == []


def test_emphasis_and_percent_signs_are_kept(texts: list[tuple[str, str]]) -> None:
    def marks(text: str) -> Counter[str]:
        return Counter(re.findall(r"%%|[%*`]", text))

    assert [pair for pair in texts if marks(pair[0]) != marks(pair[1])] == []


def test_emphasis_holds_the_same_values(texts: list[tuple[str, str]]) -> None:
    def strong(text: str) -> list[list[str]]:
        found = re.findall(r"\*([^*]+)\*", text)
        return sorted(re.findall(r"{(\w+)", each) for each in found)

    assert [pair for pair in texts if strong(pair[0]) != strong(pair[1])] == []


def test_sentences_end_and_begin_as_they_do_in_english(texts: list[tuple[str, str]]) -> None:
    abbreviated = {"Artikelnr."}

    def edges(text: str) -> tuple[str, str, str]:
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return before, after, text[-1] if text[-1] in ".?!:" and text not in abbreviated else ""

    assert [pair for pair in texts if edges(pair[0]) != edges(pair[1])] == []


def test_german_is_written_with_german_quotation_marks(texts: list[tuple[str, str]]) -> None:
    wrong = [text for _, text in texts if "”" in text or text.count("„") != text.count("“")]
    assert wrong == []


def test_nobody_is_addressed_as_du(texts: list[tuple[str, str]]) -> None:
    familiar = re.compile(r"\b(du|dir|dich|dein\w*|euch|euer\w*)\b", re.IGNORECASE)
    assert [text for _, text in texts if familiar.search(text)] == []


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_pages_hold_no_words_of_their_own(page: Path) -> None:
    assert unmarked_in_page(page.read_text("utf-8")) == []


@pytest.mark.parametrize("mail", MAILS, ids=names(MAILS))
def test_mails_hold_no_words_of_their_own(mail: Path) -> None:
    assert unmarked_in_text(mail.read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_python_marks_what_it_says_to_people(module: Path) -> None:
    assert unmarked_in_code(module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Two words</p>",
        "<p>{{ name }} asks</p>",
        '<button title="Close it"></button>',
        '<input placeholder="{{ _("Name") }} here">',
        '<i data-text="Approve them all"></i>',
        '{{ button("Save") }}',
        '{{ row(_("Item"), "and so on") }}',
        '{{ ", " ~ "in the group" }}',
        '{% set title = "Inbox" if a else _("All") %}',
        '<div lang="en"><div>Some</div> words</div><p>Two words</p>',
        '{% set attrs = {"title": "Two words"} %}',
    ],
)
def test_words_in_pages_are_found(source: str) -> None:
    assert len(unmarked_in_page(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '<p>{{ _("Two words") }}, {{ total }} × 2</p>',
        '<p class="quiet note" data-key="A">Countersign</p>',
        '{{ ngettext("One thing", "{n} things", n) }}',
        '{# A comment #}{% include "layouts/_head.html" %}',
        "<script>let words = 1</script>",
        '<div lang="en" title="Two words"><div>Some</div> words</div>',
        '{% set attrs = {"hx-trigger": "submit, change"} %}',
    ],
)
def test_what_is_marked_or_not_read_is_left_alone(source: str) -> None:
    assert unmarked_in_page(source) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('done("inbox", "It is done.")', 1),
        ('sentence("You may not." if a else N_("You may."))', 1),
        ('no("code", f"Only {name} may.")', 1),
        ('StringField("Name", [Length(message="Too long for this.")])', 2),
        ('done("inbox", _("It is done."))', 0),
        ('sentence(N_("You may not."))', 0),
    ],
)
def test_words_in_python_are_found(source: str, count: int) -> None:
    assert len(unmarked_in_code(source)) == count


def test_the_compiled_catalogue_is_that_of_the_source(texts: list[tuple[str, str]]) -> None:
    compiled = SOURCE.with_suffix(".mo")
    assert compiled.is_file(), "run `make setup`"
    with compiled.open("rb") as file:
        found = set(pairs(read_mo(file)))
    assert set(texts) - found == set(), "run `make setup`"


def test_every_language_but_english_has_a_catalogue() -> None:
    found = {path.parent.parent.name for path in ROOT.glob("webapp/translations/*/*/messages.po")}
    assert found == set(LANGUAGES) - {"en"}


@pytest.fixture
def bob(as_: As, desk: Desk) -> HouseClient:  # noqa: F811 - the fixture
    """Bob, who chose German, and has just been asked by Rita."""
    client = as_("bob")
    client.post("/account/preferences", data=GERMAN)
    return client


def test_an_inbox_is_german_with_german_money_and_times(bob: HouseClient, desk: Desk) -> None:  # noqa: F811
    desk.ask(now=utcnow())
    page = bob.get("/inbox").text
    assert '<html lang="de"' in page
    assert "Eine Anfrage wartet auf Sie" in page
    assert "Rita darf nicht allein bestellen, deshalb muss ein Admin oder der Einkauf" in page
    assert '<span class="money-amount">510,00</span>' in page
    assert "Verfällt in 29 Tagen" in page


def test_a_request_is_told_in_german(bob: HouseClient, desk: Desk) -> None:  # noqa: F811
    approval_id = desk.ask(now=utcnow())
    desk.say(BOB, approval_id, Action.ASK, "Why two?", now=utcnow())
    page = bob.get(f"/approvals/{approval_id}").text
    assert "Rita Roe fragt 510,00 EUR an" in page
    assert "Gegen das Limit zählen 500,00 EUR" in page
    assert "<strong>Sie</strong> haben eine Frage gestellt" in page
    assert "20\N{NO-BREAK SPACE}%" in page
    assert "Why two?" in page


def test_refusals_and_messages_of_forms_are_german(bob: HouseClient, desk: Desk) -> None:  # noqa: F811
    approval_id = desk.ask(now=utcnow())
    words = {"step": "declined", "note": "", "revision": "1"}
    page = bob.post(f"/approvals/{approval_id}/decision", data=words)
    assert page.status_code == 422
    assert "Sagen Sie, warum, damit Rita" in page.text
    changed = {"revision": "1", "day": "31.31.2026", "shipping_address": "nowhere"}
    page = bob.post(f"/approvals/{approval_id}/details", data=changed)
    assert page.status_code == 422
    assert "Kein gültiges Datum." in page.text
    assert "Keine gültige Auswahl." in page.text
    assert "Diese Anfrage gibt es nicht." in bob.get("/approvals/nothing").text


def test_strangers_are_greeted_in_the_language_of_their_browser(client: HouseClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "de-CH, en;q=0.5"}).text
    assert '<html lang="de"' in page
    assert "Nichts wird bestellt, bevor jemand gegenzeichnet." in page
    missing = client.get("/nothing-here", headers={"Accept-Language": "de"})
    assert "Nichts wurde geändert." in missing.text


def test_a_mail_speaks_the_language_of_its_reader(
    app: Flask,
    bob: HouseClient,
    desk: Desk,  # noqa: F811
) -> None:
    approval_id = desk.ask(RITA, now=utcnow())
    desk.say(BOB, approval_id, Action.ASK, "Why two?", now=utcnow())
    with desk.database.transaction() as session:
        claimed = delivery.claim(session, limit=10, now=utcnow())
    with app.app_context():
        letters = {letter.recipient_id: letter for letter in map(mailer.write, claimed)}
    to_bob = letters["bob"]
    assert to_bob.subject == "Rita Roe fragt 510,00 EUR an"
    assert "Gesamt: 510,00 EUR" in to_bob.text
    assert "Sie bekommen diese E-Mail, weil Rita Roe" in to_bob.text
    assert '<html lang="de">' in to_bob.html
