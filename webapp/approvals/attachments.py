"""Files that both sides attach to a pending request (R47)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals import notices, queries
from webapp.approvals.domain import Action
from webapp.approvals.files import Folder, Kept
from webapp.approvals.models import Approval, Attachment
from webapp.approvals.notices import Notice, by
from webapp.approvals.recording import entry_by, open_for, record
from webapp.identity.domain import Actor
from webapp.kernel.errors import Forbidden, Invalid, NotFound
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import N_, sentence

MOST_FILES = 20


def attached(session: Session, approval: Approval) -> list[Attachment]:
    """What is attached to a request that the caller was let see, oldest first."""
    return list(
        session.scalars(
            select(Attachment)
            .where(
                Attachment.tenant_id == approval.tenant_id,
                Attachment.approval_id == approval.id,
                Attachment.removed_at.is_(None),
            )
            .order_by(Attachment.at, Attachment.id)
        )
    )


def find(session: Session, actor: Actor, approval_id: str, attachment_id: str) -> Attachment:
    """One attached file; raises `NotFound` when it, or the request, is not this person's."""
    approval = queries.get(session, actor, approval_id)
    row = session.get(Attachment, (approval.tenant_id, approval.id, attachment_id))
    if row is None or row.removed_at is not None:
        raise NotFound(sentence(N_("There is no such file.")), code="no_attachment")
    return row


def attach(
    session: Session, actor: Actor, approval_id: str, kept: Kept, *, folder: Folder, now: datetime
) -> Approval:
    """Attach a file that was taken, tell the other side, and move it to its place.

    A file of theirs that is there already, by name and content, is left as it is (R64).
    Raises `NotFound`, `Forbidden` and `Conflict` (`finished`) like every action, and `Invalid`
    (`too_many`) beyond twenty.
    """
    approval = open_for(session, actor, approval_id, Action.ATTACH, now=now).approval
    files = attached(session, approval)
    same = (kept.name, kept.sha256, actor.person_id)
    if same in [(one.name, one.sha256, one.by_id) for one in files]:
        return approval
    if len(files) >= MOST_FILES:
        why = sentence(N_("A request takes {most} files. Remove one first."), most=MOST_FILES)
        raise Invalid(why, code="too_many", fields={"file": why})
    told = {"file": kept.name, "sha256": kept.sha256, "size": kept.size}
    record(session, approval, entry_by(actor, Action.ATTACH, approval, data=told), now=now)
    session.add(
        Attachment(
            tenant_id=approval.tenant_id,
            approval_id=approval.id,
            id=new_id(),
            name=kept.name,
            media_type=kept.media_type,
            size=kept.size,
            sha256=kept.sha256,
            file=kept.file,
            at=now,
            by_id=actor.person_id,
            by_name=actor.name,
        )
    )
    notice = Notice(template="attached", **by(actor, approval), item=kept.name)
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    folder.settle(kept)
    return approval


def remove(
    session: Session, actor: Actor, approval_id: str, attachment_id: str, *, now: datetime
) -> Approval:
    """Take back what one attached oneself; history keeps its name and its hash.

    The file itself goes with the next round of the worker. Raises like `attach`, and `Forbidden`
    (`not_uploader`) for what somebody else attached.
    """
    approval = open_for(session, actor, approval_id, Action.DETACH, now=now).approval
    row = find(session, actor, approval_id, attachment_id)
    if row.by_id != actor.person_id:
        why = sentence(N_("{name} attached this, so only they can remove it."), name=row.by_name)
        raise Forbidden(why, code="not_uploader")
    row.removed_at = now
    told = {"file": row.name, "sha256": row.sha256, "size": row.size}
    record(session, approval, entry_by(actor, Action.DETACH, approval, data=told), now=now)
    notice = Notice(template="detached", **by(actor, approval), item=row.name)
    notices.tell_other(session, approval, notice, than=actor.person_id, now=now)
    return approval


def unnamed(session: Session, files: list[str]) -> list[str]:
    """Which of these files no request names any more."""
    kept = set(
        session.scalars(
            select(Attachment.file).where(
                Attachment.file.in_(files), Attachment.removed_at.is_(None)
            )
        )
    )
    return [one for one in files if one not in kept]
