"""The decision on a request as a paper for the files: what was asked, and what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.approvals import paperwork
from webapp.approvals.domain import Action, Status
from webapp.approvals.dossier import Dossier
from webapp.approvals.paperwork import runs, stamp, unbroken
from webapp.approvals.timeline import tell
from webapp.i18n import money, number, reader
from webapp.paper.content import (
    Block,
    Fact,
    Facts,
    Heading,
    Lead,
    Paper,
    Paragraph,
    Quote,
    Seal,
    Signature,
    Signatures,
    Tone,
    plain,
    reworded,
)
from webapp.reader import with_erased_people

# Words for names of files, the same for everybody.
_FILE_WORDS = {
    Status.PENDING: "not-decided",
    Status.APPROVED: "approved",
    Status.DECLINED: "declined",
    Status.CLOSED: "withdrawn",
    Status.EXPIRED: "expired",
}
_TONES = {
    Status.PENDING: Tone.WAITING,
    Status.APPROVED: Tone.GOOD,
    Status.DECLINED: Tone.BAD,
    Status.CLOSED: Tone.DONE,
    Status.EXPIRED: Tone.BAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """Who prints it and when, and where the request stands on the desk."""

    by: str
    now: datetime
    address: str


def file_name(dossier: Dossier, now: datetime) -> str:
    """`request-1042-approved.pdf`."""
    word = _FILE_WORDS[_status(dossier, now)]
    return f"request-{dossier.approval.number}-{word}.pdf"


def paper(dossier: Dossier, printing: Printing) -> Paper:
    """The decision in the reader's language; the same for everybody who may see the request."""
    approval = dossier.approval
    named = _("Request {number}").format(number=approval.number)
    revision = _("Revision {n}").format(n=approval.revision)
    headline = _headline(dossier, printing.now)
    made = _("Made by {name} on {when} ({zone})").format(
        name=printing.by, when=stamp(printing.now), zone=reader().zone.key
    )
    whole = Paper(
        title=f"{named}: {headline}",
        language=reader().language,
        made_at=printing.now,
        running=approval.company_name,
        name=f"{named} · {revision}",
        foot=made,
        page_words=_("Page {page} of {pages}"),
        missing_words=_("□ stands for a character that this file cannot show; the desk shows it."),
        blocks=list(_blocks(dossier, printing)),
    )
    return reworded(whole, with_erased_people)


def _blocks(dossier: Dossier, printing: Printing) -> Iterator[Block]:
    status, reason = _status(dossier, printing.now), dossier.reason
    yield Lead(
        tone=_TONES[status],
        state=_state(status),
        note=_since(dossier, status, printing.now),
        headline=unbroken(_headline(dossier, printing.now)),
        story=runs(reason.sentence()),
    )
    yield from paperwork.meter(reason)
    if dossier.order_total != reason.compared:
        yield Paragraph(plain(_compared(dossier)), quiet=True)
    yield Signatures(list(_signatures(dossier, status)))
    yield from _words(dossier)
    yield from paperwork.goods(dossier.snapshot, dossier.view, dossier.order_total)
    if dossier.terms.details or dossier.terms.delivery_window:
        yield from paperwork.terms(dossier.view, dossier.delivery)
    yield from paperwork.files(dossier.attachments)
    yield from paperwork.history(tell(dossier.events, reader_id=""))
    yield from _comparison(dossier, printing)


def _status(dossier: Dossier, now: datetime) -> Status:
    """As it stands: what nobody decided in time is over, even if nobody has noted it yet (R20)."""
    approval = dossier.approval
    is_over = dossier.pending and approval.expires_at <= now
    return Status.EXPIRED if is_over else Status(approval.status)


def _since(dossier: Dossier, status: Status, now: datetime) -> str:
    """Since when it stands so, or when it was looked at while it is open."""
    if status is Status.PENDING:
        return _("as of {when}").format(when=stamp(now))
    return stamp(dossier.approval.decided_at or dossier.approval.expires_at)


def _state(status: Status) -> str:
    return _("Not decided yet") if status is Status.PENDING else _(status.label)


def _headline(dossier: Dossier, now: datetime) -> str:
    is_open = _status(dossier, now) is Status.PENDING
    text = _("{name} asks for {total}") if is_open else _("{name} asked for {total}")
    return text.format(name=_requester(dossier), total=money(dossier.order_total))


def _compared(dossier: Dossier) -> str:
    return _(
        "{compared} of it counts against the limit; the order total of {total} includes shipping."
    ).format(compared=money(dossier.reason.compared), total=money(dossier.order_total))


def _signatures(dossier: Dossier, status: Status) -> Iterator[Signature]:
    approval = dossier.approval
    asked = _("{name} was asked").format(name=_approver(dossier))
    yield Signature(
        tone=Tone.DONE,
        title=_("Asked for approval"),
        lines=(_requester(dossier), stamp(approval.created_at), asked),
    )
    yield Signature(
        tone=_TONES[status], title=_state(status), lines=list(_decided(dossier, status))
    )
    if status is Status.APPROVED:
        yield _order(dossier)


def _decided(dossier: Dossier, status: Status) -> Iterator[str]:
    """Who, for whom, when, and on what."""
    approval = dossier.approval
    if status is Status.PENDING:
        yield _("Without a decision it expires on {when}.").format(when=stamp(approval.expires_at))
        return
    by, owner = approval.decided_by_name, dossier.decided_for
    if by:
        yield _("{name}, for {owner}").format(name=by, owner=owner) if owner else by
    yield stamp(approval.decided_at or approval.expires_at)
    if status in (Status.APPROVED, Status.DECLINED):
        yield _("on revision {n}").format(n=approval.revision)


def _order(dossier: Dossier) -> Signature:
    approval = dossier.approval
    if approval.order_id is None:
        return Signature(
            tone=Tone.WAITING,
            title=_("No order yet"),
            lines=(_("It is placed from exactly what was approved."),),
        )
    placed = [event for event in dossier.events if event.action == Action.ORDER]
    lines = [line for event in placed[-1:] for line in (event.actor_name, stamp(event.at))]
    title = _("Order {id} placed").format(id=approval.order_id)
    return Signature(tone=Tone.GOOD, title=title, lines=lines)


def _words(dossier: Dossier) -> Iterator[Block]:
    """What the two said last."""
    approval, said = dossier.approval, _("{name} wrote")
    if approval.comment:
        yield Quote(title=said.format(name=_requester(dossier)), words=approval.comment)
    if approval.approver_comment:
        by = approval.decided_by_name if approval.status in _BY_APPROVER else None
        yield Quote(
            title=said.format(name=by or _approver(dossier)), words=approval.approver_comment
        )


def _comparison(dossier: Dossier, printing: Printing) -> Iterator[Block]:
    """What ties the paper to the desk's history, so that either can be held against the other."""
    approval, count = dossier.approval, dossier.approval.ledger_length
    yield Heading(title=_("To compare with the desk"))
    told = ngettext(
        "When this was made, the history had {n} entry.",
        "When this was made, the history had {n} entries. Each seals the one before it, "
        "so the hash of the newest stands for all of them.",
        count,
    )
    yield Paragraph(plain(told.format(n=number(count))))
    yield Seal(label=_("Hash of the newest entry"), digest=approval.ledger_head)
    yield Facts([Fact(_("On the desk"), printing.address)])


def _requester(dossier: Dossier) -> str:
    return f"{dossier.approval.requester_first_name} {dossier.approval.requester_last_name}"


def _approver(dossier: Dossier) -> str:
    return f"{dossier.approval.approver_first_name} {dossier.approval.approver_last_name}"


_BY_APPROVER = frozenset({Status.APPROVED, Status.DECLINED})
