"""What happens around the requests of the story: somebody is away, is invited, attaches a paper."""

import io
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from webapp.approvals import attachments, conversation, looking, queries, reassignment, service
from webapp.approvals.domain import Action
from webapp.approvals.files import Folder
from webapp.carts.snapshot import thaw
from webapp.demo.script import ZONE, Absence, Act, Invitation
from webapp.identity import absences, administration
from webapp.identity.absence_rules import Days
from webapp.identity.absences import Plan
from webapp.identity.domain import Actor, Role
from webapp.identity.policy import Newcomer


def leave(session: Session, actor: Actor, absence: Absence, *, at: datetime, now: datetime) -> None:
    """Somebody goes away, until some days after the story is told."""
    days = Days(
        at.astimezone(ZONE).date(), now.astimezone(ZONE).date() + timedelta(days=absence.days)
    )
    plan = Plan(owner_id=absence.by, deputy_id=absence.deputy, days=days)
    absences.leave(session, actor, plan, now=at)


def invite(session: Session, actor: Actor, invitation: Invitation, *, at: datetime) -> None:
    """Somebody is invited who has not come yet."""
    newcomer = Newcomer(
        email=invitation.email,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        role=Role.REQUESTER,
    )
    administration.add_member(session, actor, newcomer, now=at)


def remark(session: Session, actor: Actor, approval_id: str, act: Act, *, at: datetime) -> None:
    """Somebody says something about one item of a request."""
    current = queries.revision(session, queries.get(session, actor, approval_id))
    lines = thaw(current.snapshot).lines
    line_id = next(line.line_id for line in lines if line.product_id == act.about)
    conversation.say(
        session, actor, approval_id, Action.COMMENT, text=act.words, line_id=line_id, now=at
    )


def attach(
    session: Session, actor: Actor, approval_id: str, act: Act, *, folder: Folder, at: datetime
) -> None:
    """Somebody attaches a paper, a page with the words of the act."""
    kept = folder.take(io.BytesIO(_page(act.words)), act.about)
    attachments.attach(session, actor, approval_id, kept, folder=folder, now=at)


def look(session: Session, actor: Actor, approval_id: str, *, at: datetime) -> None:
    """Somebody looks at a request as it stands."""
    seen = queries.get(session, actor, approval_id).revision
    looking.look(session, actor, approval_id, revision=seen, now=at)


def hand_over(session: Session, actor: Actor, approval_id: str, act: Act, *, at: datetime) -> None:
    """An admin lets somebody else decide."""
    seen, successor = act.about.split(" > ")
    reassignment.reassign(session, actor, approval_id, successor, seen=seen, now=at)


def take_again(session: Session, actor: Actor, approval_id: str, *, at: datetime) -> None:
    """The requester takes the goods back into a cart and leaves it at that."""
    service.resubmit(session, actor, approval_id, now=at)


def _page(words: str) -> bytes:
    """A PDF of one page with these words in a plain face, a sentence on each line."""
    lines = [line.strip() for line in words.split("/")]
    text = " ".join(f"({_escaped(line)}) Tj 0 -22 Td" for line in lines)
    stream = f"BT /F1 13 Tf 72 760 Td {text} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _file(objects)


def _file(objects: list[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return body + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(body))
    )


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
