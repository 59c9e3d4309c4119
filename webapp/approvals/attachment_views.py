"""Attaching files to a request, getting them, and taking them back."""

from flask import Flask, Response, make_response, request

from webapp.approvals import attachments, queries
from webapp.approvals.files import MOST_BYTES, Folder
from webapp.approvals.views import bp, request_page
from webapp.errors import status_of
from webapp.extensions import business_now, db, settings
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.web import FILE, allow_upload, done

# Room for a file that is a little too large, so that the page can say so.
_MOST_BYTES = MOST_BYTES + 1024 * 1024
# Nothing in a file may run, load anything, or speak for the desk.
_SANDBOX = "sandbox; default-src 'none'"


def init_app(app: Flask) -> None:
    """Let this one form be larger than the others."""
    allow_upload(app, "approvals.create_attachment", _MOST_BYTES)


@bp.post("/approvals/<approval_id>/attachments")
def create_attachment(approval_id: str) -> Response:
    """Attach a file."""
    sent = request.files.get(FILE)
    folder = Folder(settings().files_folder)
    kept = None
    try:
        with db.reading() as session:
            queries.get(session, current_actor(), approval_id)
        if sent is None or not sent.filename:
            why = sentence(N_("Choose a file first."))
            raise Invalid(why, code="no_file", fields={"file": why})
        kept = folder.take(sent.stream, sent.filename)
        with db.transaction() as session:
            attachments.attach(
                session, current_actor(), approval_id, kept, folder=folder, now=business_now()
            )
    except (Conflict, Forbidden, Invalid) as refusal:
        return request_page(approval_id, status=status_of(refusal), file_refusal=refusal)
    finally:
        if kept is not None:
            folder.discard(kept)
        if sent is not None:
            sent.close()
    told = sentence(_ATTACHED, file=kept.name)
    return done("approvals.show", told, approval_id=approval_id)


@bp.get("/approvals/<approval_id>/attachments/<attachment_id>")
def show_attachment(approval_id: str, attachment_id: str) -> Response:
    """The file: a picture to look at, everything else to keep."""
    with db.reading() as session:
        row = attachments.find(session, current_actor(), approval_id, attachment_id)
    path = Folder(settings().files_folder).find(row.file)
    if not path.is_file():
        raise NotFound(sentence(N_("This file is missing from the folder.")), code="no_file")
    # Ten megabytes at most, so it is read at once and no handle stays open.
    response = make_response(path.read_bytes())
    response.mimetype = row.media_type
    shown = "inline" if row.media_type.startswith("image/") else "attachment"
    response.headers.set("Content-Disposition", shown, filename=row.name)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/approvals/<approval_id>/attachments/<attachment_id>/removal")
def remove_attachment(approval_id: str, attachment_id: str) -> Response:
    """Take back a file that one attached oneself."""
    try:
        with db.transaction() as session:
            attachments.remove(
                session, current_actor(), approval_id, attachment_id, now=business_now()
            )
    except (Conflict, Forbidden) as refusal:
        return request_page(approval_id, status=status_of(refusal), file_refusal=refusal)
    return done("approvals.show", sentence(_REMOVED), approval_id=approval_id)


_ATTACHED = N_("{file} is attached, and the other side is told.")
_REMOVED = N_("The file is removed, and the other side is told.")
