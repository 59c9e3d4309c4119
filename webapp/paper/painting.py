"""Marks on pages as a tagged PDF, with only those letters of the faces that it needs."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import groupby
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import OutputIntentSubType
from fpdf.output import PDFICCProfile
from fpdf.prefs import ViewerPreferences
from fpdf.util import builtin_srgb2014_bytes

from webapp.paper.content import Paper
from webapp.paper.marks import Box, Disc, Letters, Mark, Page, Rule, Tag
from webapp.paper.structure import Structure
from webapp.paper.typography import Face

_PRODUCT = "Countersign"
_DOTS_APART = 2.5


def painted(paper: Paper, pages: Sequence[Page]) -> bytes:
    """The file; the same paper gives the same bytes."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(False)
    _conform(pdf)
    structure = pdf.struct_builder = Structure()
    for face in Face:
        pdf.add_font(face, fname=face.file)
    _describe(pdf, paper)
    _enclose(pdf, paper)
    for page in pages:
        pdf.add_page()
        for tag, marks in groupby(page, lambda mark: getattr(mark, "tag", None)):
            _paint(pdf, structure, tag, marks)
    return bytes(pdf.output())


def _conform(pdf: FPDF) -> None:
    """What archives ask of a file: its colours mean the same everywhere.

    It does not say that it is PDF/A, since no validator has looked at one.
    """
    colours = PDFICCProfile(contents=builtin_srgb2014_bytes(), n=3, alternate="DeviceRGB")
    pdf.add_output_intent(
        OutputIntentSubType.PDFA,
        output_condition_identifier="sRGB",
        output_condition="IEC 61966-2-1:1999",
        registry_name="http://www.color.org",
        dest_output_profile=colours,
    )
    pdf._set_min_pdf_version("1.7")


def _describe(pdf: FPDF, paper: Paper) -> None:
    pdf.set_title(paper.title)
    pdf.set_lang(paper.language)
    pdf.set_creator(_PRODUCT)
    pdf.set_producer(_PRODUCT)
    pdf.set_creation_date(paper.made_at.astimezone(UTC))
    pdf.set_xmp_metadata(_metadata(paper))
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)


def _enclose(pdf: FPDF, paper: Paper) -> None:
    if paper.enclosed is not None:
        pdf.embed_file(
            bytes=paper.enclosed.content,
            basename=paper.enclosed.name,
            modification_date=paper.made_at.astimezone(UTC),
            mime_type=paper.enclosed.media_type,
            associated_file_relationship="Source",
            desc=paper.enclosed.words,
            compress=True,
        )


def _metadata(paper: Paper) -> str:
    """What the file says of itself once more as XMP; the library would name the time of writing."""
    made = paper.made_at.astimezone(UTC).isoformat(timespec="seconds")
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(paper.title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{escape(paper.language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{_PRODUCT}</xmp:CreatorTool>
<xmp:CreateDate>{made}</xmp:CreateDate>
<pdf:Producer>{_PRODUCT}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""


def _paint(pdf: FPDF, structure: Structure, tag: Tag | None, marks: Iterator[Mark]) -> None:
    """Paint marks of one part; what belongs to none is there for the eye only."""
    if tag is None:
        pdf._out("/Artifact BMC")
    else:
        number = structure.claim(tag, pdf.page)
        pdf.pages[pdf.page].struct_parents = structure.spid_per_page_number[pdf.page]
        pdf._out(f"/{tag.kind} <</MCID {number}>> BDC")
    for mark in marks:
        _paint_one(pdf, mark)
    pdf._out("EMC")


def _paint_one(pdf: FPDF, mark: Mark) -> None:
    match mark:
        case Letters():
            pdf.set_font(mark.face, size=mark.size)
            pdf.set_text_color(mark.colour)
            pdf.set_char_spacing(mark.tracking * mark.size)
            pdf.text(mark.x, mark.y, mark.text)
        case Rule():
            pdf.set_fill_color(mark.colour)
            for x, width in _strokes(mark):
                pdf.rect(x, mark.y - mark.thickness / 2, width, mark.thickness, style="F")
        case Box():
            pdf.set_fill_color(mark.colour)
            pdf.rect(mark.x, mark.y, mark.width, mark.height, style="F")
        case Disc():
            pdf.set_fill_color(mark.colour)
            pdf.set_draw_color(mark.colour)
            pdf.set_line_width(1.2)
            pdf.circle(mark.x, mark.y, mark.radius, style="F" if mark.filled else "D")


def _strokes(rule: Rule) -> list[tuple[float, float]]:
    """Where each stroke of a line begins, and how long it is: one, or a row of dots."""
    if not rule.dotted:
        return [(rule.x, rule.width)]
    gaps = max(1, round(rule.width / rule.thickness / _DOTS_APART))
    step = (rule.width - rule.thickness) / gaps
    return [(rule.x + step * number, rule.thickness) for number in range(gaps + 1)]
