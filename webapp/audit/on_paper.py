"""The evidence of a request for people: the same facts on pages, with the file itself inside (R30).

Everything is taken out of the file, so the two cannot say different things.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.approvals import paperwork
from webapp.approvals.domain import Status
from webapp.approvals.paperwork import runs, stamp
from webapp.approvals.timeline import tell
from webapp.carts.snapshot import thaw
from webapp.i18n import number, reader
from webapp.kernel.money import Money
from webapp.ledger.queries import Event
from webapp.orders.delivery import thaw as thaw_words
from webapp.orders.details import read
from webapp.paper.content import (
    Block,
    Cell,
    Column,
    Enclosure,
    Fact,
    Facts,
    Heading,
    Lead,
    Paper,
    Paragraph,
    Seal,
    Table,
    Tone,
    plain,
    reworded,
)
from webapp.reader import with_erased_people

_TONES = {
    Status.PENDING: Tone.WAITING,
    Status.APPROVED: Tone.GOOD,
    Status.DECLINED: Tone.BAD,
    Status.CLOSED: Tone.DONE,
    Status.EXPIRED: Tone.BAD,
}


def paper(text: str, *, by: str) -> Paper:
    """The pages for an evidence file as `evidence` wrote it, in the reader's language."""
    body = json.loads(text)["evidence"]
    facts, made = body["request"], datetime.fromisoformat(body["made_at"])
    named = _("Evidence for request {number}").format(number=facts["number"])
    file = text.encode()
    whole = Paper(
        title=named,
        language=reader().language,
        made_at=made,
        running=facts["company"]["name"],
        name=_("Request {number}").format(number=facts["number"]),
        foot=_("Made by {name} on {when} ({zone})").format(
            name=by, when=stamp(made), zone=reader().zone.key
        ),
        page_words=_("Page {page} of {pages}"),
        missing_words=_("□ stands for a character that this file cannot show; the desk shows it."),
        blocks=list(_blocks(body, named, hashlib.sha256(file).hexdigest())),
        enclosed=Enclosure(
            name=f"evidence-{facts['id']}.json",
            media_type="application/json",
            content=file,
            words=named,
        ),
    )
    return reworded(whole, with_erased_people)


def _blocks(body: Mapping[str, Any], named: str, digest: str) -> Iterator[Block]:
    facts = body["request"]
    status = Status(facts["status"])
    story = _("This shows the whole history of the request, entry by entry, as it was sealed.")
    yield Lead(
        tone=_TONES[status],
        state=_("Not decided yet") if status is Status.PENDING else _(status.label),
        note=_when(facts["decided_at"]) or _("as of {when}").format(when=_when(body["made_at"])),
        headline=named,
        story=plain(story),
    )
    yield Facts(list(_people(body)))
    if body["revisions"]:
        yield from _asked(body["revisions"][-1])
    yield from _history(body)
    yield from _looks(body)
    yield from _files(body)
    yield from _checkpoint(body)
    yield from _checking(digest)


def _people(body: Mapping[str, Any]) -> Iterator[Fact]:
    facts, names = body["request"], _names(body)
    yield Fact(_("Asked by"), names[facts["requester"]["id"]])
    yield Fact(_("Who was asked"), names[facts["approver"]["id"]])
    if facts["decided_by"]["name"]:
        yield Fact(_("Decided by"), facts["decided_by"]["name"], _when(facts["decided_at"]))
    if facts["order"]:
        yield Fact(_("Order"), facts["order"])


def _asked(revision: Mapping[str, Any]) -> Iterator[Block]:
    """The goods and terms of the last revision."""
    snapshot, terms = thaw(json.loads(revision["goods"])), json.loads(revision["terms"])
    view = read(terms["details"], snapshot.currency)
    shipping = view.shipping or Money.zero(snapshot.currency)
    yield from paperwork.goods(snapshot, view, snapshot.totals.gross + shipping)
    if terms["details"] or terms["delivery_window"]:
        yield from paperwork.terms(view, thaw_words(terms["words"], terms["delivery_window"]))


def _history(body: Mapping[str, Any]) -> Iterator[Block]:
    count = len(body["entries"])
    note = ngettext("{n} entry", "{n} entries", count).format(n=number(count))
    yield Heading(title=_("The sealed history"), note=note)
    told = tell([_event(entry) for entry in body["entries"]], reader_id="")
    rows = []
    for entry, line in zip(body["entries"], told, strict=True):
        sentence = "".join(run.text for run in runs(line.sentence))
        erased = _("Its words are not in this file.") if entry["content"] is None else ""
        notes = [part for part in (line.words, erased, _spaced(entry["hash"])) if part]
        rows.append((Cell(str(entry["sequence"])), Cell(_when(entry["at"])), Cell(sentence, notes)))
    yield Table(
        columns=(
            Column(head=_("No."), share=0.4, number=True),
            Column(head=_("When"), share=1.5),
            Column(head=_("What happened, and the hash of the entry"), share=5),
        ),
        rows=rows,
    )


def _event(entry: Mapping[str, Any]) -> Event:
    content = json.loads(entry["content"]) if entry["content"] else {}
    return Event(
        sequence=entry["sequence"],
        action=entry["action"],
        revision=entry["revision"],
        at=datetime.fromisoformat(entry["at"]),
        actor_id=entry["actor"],
        actor_name=content.get("actor", ""),
        for_name=content.get("for", ""),
        text=content.get("text", ""),
        data=content.get("data", {}),
        for_id=entry["for"],
    )


def _looks(body: Mapping[str, Any]) -> Iterator[Block]:
    names = _names(body)
    if not body["looks"]:
        return
    yield Heading(title=_("Who has looked at it"))
    for look in body["looks"]:
        told = _("{name} last looked at revision {n} on {when}.").format(
            name=names.get(look["person"], look["person"]),
            n=look["revision"],
            when=_when(look["at"]),
        )
        yield Paragraph(plain(told))


def _files(body: Mapping[str, Any]) -> Iterator[Block]:
    if not body["attachments"]:
        return
    yield Heading(title=_("Attachments"))
    for one in body["attachments"]:
        yield Seal(label=f"{one['name']}, {one['by']['name']}, SHA-256", digest=one["sha256"])


def _checkpoint(body: Mapping[str, Any]) -> Iterator[Block]:
    yield Heading(title=_("Checkpoint"))
    found = body["checkpoint"]
    if found is None:
        yield Paragraph(plain(_("No checkpoint covers this history yet.")))
        return
    stated = found["checkpoint"]
    told = _("Checkpoint {number} of {when} saw the first {n} entries.").format(
        number=stated["number"], when=_when(stated["at"]), n=number(found["length"])
    )
    yield Paragraph(plain(told))
    yield Seal(label=_("What it says of all histories together"), digest=stated["digest"])
    yield Facts([Fact(_("Key that signed it"), stated["key"])])


def _checking(digest: str) -> Iterator[Block]:
    yield Heading(title=_("How to check it"))
    told = _(
        "The evidence file is enclosed in this PDF as an attachment. Save it, and let "
        "`countersign audit verify-evidence FILE` check every hash and signature on any machine; "
        "the desk is not needed."
    )
    yield Paragraph(plain(told))
    yield Seal(label=_("SHA-256 of the evidence file"), digest=digest)


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    """The names of the people whom the request knows, by their ids."""
    facts = body["request"]
    known = [facts["decided_by"], facts["approver"], facts["requester"]]
    return {one["id"]: one["name"] for one in known if one["id"]}


def _when(moment: str | None) -> str:
    return stamp(datetime.fromisoformat(moment)) if moment else ""


def _spaced(digest: str) -> str:
    """A hash in groups, in two lines of the same length."""
    groups = [digest[start : start + 8] for start in range(0, len(digest), 8)]
    return "\n".join((" ".join(groups[:4]), " ".join(groups[4:])))
