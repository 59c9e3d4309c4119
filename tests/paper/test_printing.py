"""A paper as a file: the same bytes, one head on each page, read back by another library."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader

from webapp.paper.content import (
    Block,
    Cell,
    Column,
    Entry,
    Fact,
    Facts,
    Heading,
    History,
    Lead,
    Meter,
    Paper,
    Paragraph,
    Quote,
    Run,
    Seal,
    Signature,
    Signatures,
    Sum,
    Table,
    Tone,
    plain,
)
from webapp.paper.printing import printed

LEAD = Lead(
    tone=Tone.GOOD,
    state="Approved",
    note="17 Nov 2026",
    headline="Rita Brandt asked for 1,480.00 EUR",
    story=[Run("1,480.00 EUR is "), Run("480.00 over", True), Run(" the limit.")],
)
COLUMNS = (
    Column(head="Item", share=4),
    Column(head="Quantity", share=1, number=True),
    Column(head="Net", share=1, number=True),
)
MADE = datetime(2026, 11, 17, 8, 12, tzinfo=UTC)


def paper(*blocks: Block) -> Paper:
    return Paper(
        title="Request 7 <&> Łódź",
        language="de",
        made_at=MADE,
        running="Hafen Logistik GmbH",
        name="Request 7",
        foot="Made by Ada",
        page_words="Page {page} of {pages}",
        missing_words="A box stands for what cannot be shown.",
        blocks=(LEAD, *blocks),
    )


def table(rows: int, name: str = "Label") -> Table:
    return Table(
        columns=COLUMNS,
        rows=[
            (Cell(f"{name} {n}", (f"SKU-{n}",)), Cell(str(n)), Cell("9.00")) for n in range(rows)
        ],
        sums=(Sum(label="Tax", amount="1.00"), Sum(label="Total", amount="10.00", total=True)),
    )


EVERYTHING: Sequence[Block] = (
    Meter(value=148, limit=100, limit_words=plain("Limit 100"), over_words="48 over"),
    Signatures(
        [
            Signature(tone=Tone.DONE, title="Asked", lines=["Rita", "Monday"]),
            Signature(tone=Tone.WAITING, title="Not decided yet", lines=["Ada was asked"]),
        ]
    ),
    Quote(title="Rita wrote", words="Please"),
    Heading(title="What is being bought", note="2 items"),
    table(2),
    Facts([Fact("Deliver to", "Hafen", "Kai 7"), Fact("Pay", "Invoice"), Fact("Ship", "Slow")]),
    History(
        [Entry(when="Monday", text=plain("Rita asked"), words="Hello", changes=["Ship: A → B"])]
    ),
    Paragraph(plain("That is all.")),
    Seal(label="Hash", digest="0123456789abcdef" * 4),
)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def texts(data: bytes) -> list[str]:
    return [page.extract_text() for page in read(data).pages]


def test_every_kind_of_block_is_on_the_page() -> None:
    [text] = texts(printed(paper(*EVERYTHING)))
    for words in ("Approved", "480.00 over", "48 over", "Not decided yet", "Please", "2 items",
                  "SKU-1", "Total", "Kai 7", "Ship: A → B", "That is all.", "01234567 89abcdef",
                  "Hafen Logistik GmbH", "Made by Ada", "Page 1 of 1"):  # fmt: skip
        assert words in text
    assert "A box stands" not in text


def test_the_same_paper_gives_the_same_bytes() -> None:
    made = paper(*EVERYTHING)
    assert printed(made) == printed(made)
    later = replace(made, made_at=MADE.replace(minute=13))
    assert printed(made) != printed(later)


def test_the_file_says_what_it_is() -> None:
    reader = read(printed(paper()))
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Request 7 <&> Łódź"
    assert reader.metadata.creation_date == MADE
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    told = reader.xmp_metadata
    assert told is not None
    assert told.dc_title == {"x-default": "Request 7 <&> Łódź"}
    assert told.xmp_create_date == MADE.replace(tzinfo=None)
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    meta = root["/Metadata"].get_data().decode()
    assert "pdfaid" not in meta, "no validator has looked at it"
    assert "Request 7 &lt;&amp;&gt; Łódź" in meta


def test_every_font_is_inside_and_only_in_part() -> None:
    data = printed(paper(*EVERYTHING))
    fonts: Any = read(data).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    for font in fonts.values():
        [inner] = font["/DescendantFonts"]
        assert "/FontFile2" in inner.get_object()["/FontDescriptor"]
        assert "/ToUnicode" in font
    assert len(data) < 60_000


def parts(element: Any) -> list[Any]:
    """The structure as nested lists: the name of each part, then what it holds."""
    kids = element.get("/K", [])
    kids = kids if isinstance(kids, list) else [kids]
    inner = [parts(kid.get_object()) for kid in kids if not isinstance(kid, int)]
    return [element["/S"], *inner]


def test_screen_readers_find_headings_and_tables() -> None:
    root: Any = read(printed(paper(*EVERYTHING))).trailer["/Root"]
    [document] = root["/StructTreeRoot"]["/K"]
    _, *found = parts(document.get_object())
    kinds = [part[0] for part in found]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 1
    assert "/BlockQuote" in kinds
    [shown] = [part for part in found if part[0] == "/Table"]
    assert shown[1] == ["/TR", ["/TH"], ["/TH"], ["/TH"]]
    assert shown[2] == shown[3] == ["/TR", ["/TD"], ["/TD"], ["/TD"]]


def test_a_long_table_says_its_head_on_every_page_and_keeps_every_row() -> None:
    pages = texts(printed(paper(table(300))))
    assert len(pages) > 10
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        if "SKU-" in text:
            assert "Quantity" in text
    whole = "\n".join(pages)
    assert all(f"SKU-{number}\n" in whole for number in range(300))
    assert whole.index("SKU-299") < whole.index("10.00")


def test_a_repeated_head_is_read_out_once() -> None:
    root: Any = read(printed(paper(table(100)))).trailer["/Root"]
    [document] = root["/StructTreeRoot"]["/K"]
    [shown] = [part for part in parts(document.get_object())[1:] if part[0] == "/Table"]
    assert len(shown) == 1 + 1 + 100
    assert sum(row[1:] == [["/TH"]] * 3 for row in shown[1:]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "שלום " * 400,
        "👨‍👩‍👧‍👦" * 500,
        "a\n" * 500,
        "\u202e" * 9000,
        "",
        " \n ",
        "\ud800\x00",
    ],
    ids=["endless", "rtl", "emoji", "lines", "turned", "empty", "blank", "broken"],
)
def test_nothing_that_people_write_breaks_the_file(text: str) -> None:
    data = printed(
        paper(
            Quote(title=text, words=text),
            Heading(title=text, note=text),
            Meter(value=0, limit=0, limit_words=plain(text), over_words=text),
            Signatures([Signature(tone=Tone.BAD, title=text, lines=[text])]),
            table(2, name=text),
            Facts([Fact(text, text, text), Fact("Pay", "Invoice")]),
            History([Entry(when=text, text=plain(text), words=text, changes=[text])]),
            Seal(label=text, digest=text[:64]),
        )
    )
    pages = texts(data)
    assert "Page 1 of " in pages[0]
    assert "SKU-1" in "".join(pages)


def test_what_cannot_be_shown_is_explained_once() -> None:
    whole = "".join(texts(printed(paper(Paragraph(plain("שלום 東京"))))))
    assert "□□□□ □□" in whole
    assert whole.count("A box stands") == 1


def test_large_amounts_are_never_broken_or_cut() -> None:
    amount = "92,233,720,368,547,758.07"
    large = Table(
        columns=(*COLUMNS, Column(head="Tax", share=1, number=True)),
        rows=[(Cell("Ship"), Cell("999,999,999,999.999"), Cell(amount), Cell("19%"))],
        sums=(
            Sum(label="Tax", amount=amount),
            Sum(label="Total", amount=f"{amount} EUR", total=True),
        ),
    )
    [page] = read(printed(paper(large))).pages
    found = page.extract_text()
    assert found.count(amount) == 3
    assert "999,999,999,999.999" in found
    assert f"{amount} EUR" in found


def test_names_that_do_not_fit_over_the_page_end_in_dots() -> None:
    long = replace(paper(), running="Hafen Logistik und Lagerhaus Beteiligungsgesellschaft " * 4)
    [text] = texts(printed(long))
    assert "…" in text
    assert "Request 7" in text
