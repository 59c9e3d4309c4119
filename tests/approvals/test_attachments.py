"""Files on a request: what is taken, who gets it, and that nothing is left lying about."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.app import As
from tests.support.cast import Desk
from webapp.approvals.domain import Action
from webapp.approvals.files import MOST_BYTES, Folder, safe_name
from webapp.approvals.jobs import Sweeper
from webapp.extensions import settings_of
from webapp.kernel.clock import utcnow

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2000
PDF = b"%PDF-1.7\n%hello"
FILES = {
    "application/pdf": PDF,
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"0" * 40,
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "image/gif": b"GIF89a" + b"0" * 40,
}


@pytest.fixture
def request_id(desk: Desk) -> str:
    return desk.ask(now=utcnow())


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Folder:
    known = settings_of(app)
    object.__setattr__(known, "files_dir", str(tmp_path / "files"))
    return Folder(known.files_folder)


pytestmark = pytest.mark.usefixtures("folder")


def attach(
    as_: As, request_id: str, content: bytes = PNG, name: str = "offer.png", *, who: str = "rita"
) -> TestResponse:
    # By hand, since the client writes large forms into files that it leaves open.
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return as_(who).post(
        f"/approvals/{request_id}/attachments",
        data=head.encode() + content + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )


def row(desk: Desk, request_id: str) -> tuple[Any, ...]:
    [found] = desk.sql(
        "SELECT id, name, media_type, file, sha256 FROM attachments WHERE approval_id = :id",
        id=request_id,
    )
    return found


def lying(folder: Folder) -> list[Path]:
    return [one for one in folder.path.rglob("*") if one.is_file()]


@pytest.mark.parametrize("who", ["rita", "bob"])
def test_both_sides_attach_and_the_other_one_is_told(
    desk: Desk, as_: As, request_id: str, folder: Folder, *, who: str
) -> None:
    assert attach(as_, request_id, who=who).status_code == 303
    _id, name, media_type, file, digest = row(desk, request_id)
    assert (name, media_type, digest) == ("offer.png", "image/png", hashlib.sha256(PNG).hexdigest())
    assert folder.find(file).read_bytes() == PNG
    event = desk.history(request_id)[-1]
    assert event.action == Action.ATTACH
    assert event.data == {"file": "offer.png", "sha256": digest, "size": len(PNG)}
    assert desk.told(request_id)[-1] == ("attached", "bob" if who == "rita" else "rita")
    assert desk.approval(request_id).revision == 1
    assert desk.broken(request_id) is None
    for reader in ("rita", "bob"):
        page = as_(reader).get(f"/approvals/{request_id}").text
        assert "offer.png" in page
        assert ("removal" in page) == (reader == who)


@pytest.mark.parametrize("media_type", FILES)
def test_every_type_that_is_taken_comes_back_safely(
    desk: Desk, as_: As, request_id: str, media_type: str
) -> None:
    content = FILES[media_type]
    assert attach(as_, request_id, content, "<b>“x”.exe").status_code == 303
    attachment_id = row(desk, request_id)[0]
    reply = as_("bob").get(f"/approvals/{request_id}/attachments/{attachment_id}")
    assert (reply.status_code, reply.data, reply.mimetype) == (200, content, media_type)
    shown = "inline" if media_type.startswith("image/") else "attachment"
    assert reply.headers["Content-Disposition"].startswith(shown)
    assert reply.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("who", ["ada", "rob", "olga", "carl"])
def test_for_strangers_there_is_no_file(desk: Desk, as_: As, request_id: str, who: str) -> None:
    attach(as_, request_id)
    url = f"/approvals/{request_id}/attachments/{row(desk, request_id)[0]}"
    assert as_(who).get(url).status_code == 404
    assert as_(who).post(f"{url}/removal").status_code == 404
    assert attach(as_, request_id, who=who).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "This file is empty."),
        (b"<script>alert(1)</script>", "page.pdf", "This is not a PDF and not a picture"),
        (b"PK\x03\x04", "list.xlsx", "This is not a PDF and not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg", "not a picture"),
        (PDF + b"0" * MOST_BYTES, "large.pdf", "larger than 10 MB"),
        (b"anything", "", "Choose a file first."),
    ],
    ids=["empty", "script", "sheet", "svg", "large", "none"],
)
def test_what_cannot_be_taken_is_refused_in_words_and_leaves_nothing(
    desk: Desk, as_: As, request_id: str, folder: Folder, *, content: bytes, name: str, words: str
) -> None:
    reply = attach(as_, request_id, content, name)
    assert reply.status_code == 422
    assert words in reply.text
    assert lying(folder) == []
    assert Action.ATTACH not in desk.actions(request_id)


def test_what_is_far_too_large_is_not_even_read(as_: As, request_id: str, folder: Folder) -> None:
    reply = attach(as_, request_id, PDF + b"0" * (13 * 1024 * 1024))
    assert reply.status_code == 413
    assert lying(folder) == []


def test_other_forms_stay_small(as_: As, request_id: str) -> None:
    data = {"text": "x" * (3 * 1024 * 1024)}
    assert as_("rita").post(f"/approvals/{request_id}/comments", data=data).status_code == 413


def test_a_request_takes_twenty_files(as_: As, request_id: str, folder: Folder) -> None:
    for number in range(20):
        assert attach(as_, request_id, PDF, f"{number}.pdf").status_code == 303
    reply = attach(as_, request_id, PDF, "a.pdf")
    assert reply.status_code == 422
    assert "takes 20 files" in reply.text
    assert len(lying(folder)) == 20


def test_a_file_that_is_sent_once_more_is_there_once(
    as_: As, request_id: str, folder: Folder, desk: Desk
) -> None:
    replies = [attach(as_, request_id), attach(as_, request_id)]
    assert [one.status_code for one in replies] == [303, 303]
    assert (len(lying(folder)), desk.actions(request_id)) == (1, ["SUBMIT", "ATTACH"])
    attach(as_, request_id, PNG + b"0")
    attach(as_, request_id, who="bob")
    assert len(lying(folder)) == 3


def test_only_who_attached_it_removes_it(
    desk: Desk, as_: As, request_id: str, folder: Folder
) -> None:
    attach(as_, request_id)
    attachment_id, _name, _type, file, digest = row(desk, request_id)
    url = f"/approvals/{request_id}/attachments/{attachment_id}"
    refused = as_("bob").post(f"{url}/removal")
    assert refused.status_code == 403
    assert "Rita Roe attached this" in refused.text
    assert as_("rita").post(f"{url}/removal").status_code == 303
    assert as_("rita").get(url).status_code == 404
    assert as_("rita").post(f"{url}/removal").status_code == 404
    event = desk.history(request_id)[-1]
    assert (event.action, event.data["sha256"]) == (Action.DETACH, digest)
    assert desk.told(request_id)[-1] == ("detached", "bob")
    assert folder.find(file).is_file()


def test_when_it_is_decided_files_stay_as_they_are(
    desk: Desk, as_: As, request_id: str, folder: Folder
) -> None:
    attach(as_, request_id)
    url = f"/approvals/{request_id}/attachments/{row(desk, request_id)[0]}"
    desk.approve(request_id)
    assert attach(as_, request_id).status_code == 409
    assert as_("rita").post(f"{url}/removal").status_code == 409
    with as_("rita").get(url) as reply:
        assert reply.data == PNG
    assert len(lying(folder)) == 1


def test_the_worker_removes_what_no_request_names(
    app: Flask, desk: Desk, as_: As, request_id: str, *, folder: Folder
) -> None:
    attach(as_, request_id)
    attach(as_, request_id, PDF, "b.pdf")
    [[removed_id]] = desk.sql("SELECT id FROM attachments WHERE name = 'b.pdf'")
    as_("rita").post(f"/approvals/{request_id}/attachments/{removed_id}/removal")
    (folder.path / "new-crashed").write_bytes(b"half")
    with app.app_context():
        sweep = Sweeper()
        assert sweep(utcnow()) == 0
        long_ago = (utcnow() - timedelta(hours=2)).timestamp()
        for path in lying(folder):
            os.utime(path, (long_ago, long_ago))
        assert sweep(utcnow()) == 0
        assert sweep(utcnow() + timedelta(minutes=11)) == 2
    assert [path.read_bytes() for path in lying(folder)] == [PNG]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("offer.png", "offer.png"),
        ("C:\\Users\\rita\\Offer 1.PNG", "Offer 1.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("invoice.pdf", "invoice.pdf.png"),
        ("a\u202egnp.exe", "agnp.exe.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("...", "file.png"),
        (".png", "png.png"),
        ("Müller Größe.png", "Müller Größe.png"),
        ("x" * 300 + ".png", "x" * 100 + ".png"),
    ],
)
def test_a_name_is_made_harmless(name: str, shown: str) -> None:
    assert safe_name(name, "image/png") == shown
