"""Help: an introduction for whatever somebody does here, and a request to practise on."""

from dataclasses import replace

from flask import Blueprint, Response
from flask_babel import gettext as _

from webapp.approvals.reasons import Deciders, Reason, Why
from webapp.carts.snapshot import Snapshot
from webapp.extensions import business_now, db
from webapp.identity import queries as identity
from webapp.identity import service
from webapp.identity.first_days import Part, parts_of
from webapp.identity.guards import current_actor
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render
from webapp.welcome.domain import LIMIT, goods, stand
from webapp.welcome.forms import PracticeForm

bp = Blueprint("welcome", __name__, url_prefix="/help")

_REFUSED = 422
# Where each introduction is offered.
_PLACES = {
    Part.APPROVER: "approvals.inbox",
    Part.REQUESTER: "approvals.requests",
    Part.ADMIN: "company.show",
}


@bp.get("")
def show_help() -> Response:
    """What can be learned here; what is for the reader first."""
    own = parts_of(current_actor())
    return render("welcome/show_help.html", own=own, others=[one for one in Part if one not in own])


@bp.get("/<part>")
def show_first_day(part: str) -> Response:
    """What comes, how one is told of it, and what to do first."""
    actor, known = current_actor(), _part(part)
    with db.reading() as session:
        person = identity.person(session, actor.tenant_id, actor.person_id)
        settings = identity.settings(session, actor.tenant_id)
    return render(
        "welcome/show_first_day.html", part=known, person=person, settings=settings,
        is_own=known in parts_of(actor),
    )  # fmt: skip


@bp.post("/<part>/put-away")
def put_away(part: str) -> Response:
    """Show this introduction no more by itself; it stays under Help."""
    known = _part(part)
    with db.transaction() as session:
        service.put_away(session, current_actor(), known)
    return done(_PLACES[known], _("Put away. You find it again under Help."))


@bp.get("/practice")
def show_practice() -> Response:
    """A request that looks and works as a real one, and is none."""
    return _practice(PracticeForm(formdata=None))


@bp.post("/practice")
def press_practice() -> Response:
    """What a press does on a real request, said and not done: nothing is written."""
    form = PracticeForm()
    return _practice(form, is_typed=form.validate())


def _practice(form: PracticeForm, *, is_typed: bool = True) -> Response:
    words = form.note.data or ""
    now_stands = stand(form.step.data or "" if is_typed else "", words)
    if now_stands.needs_words:
        form.note.errors = [_("Write a few words first.")]
    snapshot, requester = _goods(), _("Robin Example")
    return render(
        "welcome/show_practice.html",
        status=_REFUSED if form.errors else 200,
        form=form,
        stand=now_stands,
        words=words.strip(),
        snapshot=snapshot,
        requester=requester,
        reason=_reason(snapshot, requester),
        now=business_now(),
    )


def _goods() -> Snapshot:
    there = goods()
    return replace(there, lines=tuple(replace(one, name=_(one.name)) for one in there.lines))


def _reason(snapshot: Snapshot, requester: str) -> Reason:
    return Reason(
        why=Why.OVER_LIMIT, deciders=Deciders.ADMIN, compared=snapshot.totals.gross, limit=LIMIT,
        company=_("Example Ltd"), requester=requester,
    )  # fmt: skip


def _part(name: str) -> Part:
    if name not in set(Part):
        raise NotFound(sentence(N_("There is no such introduction.")), code="no_part")
    return Part(name)
