"""Pages of absences: one's own on the account page, and those that admins look after (R52)."""

from flask import Blueprint, Response

from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity import absences
from webapp.identity.absence_scene import AbsenceScene, open_absences
from webapp.identity.absences import Plan
from webapp.identity.forms import AbsenceForm
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.kernel.errors import Forbidden, Invalid, NotFound, require
from webapp.kernel.sentence import N_, sentence
from webapp.reader import reader
from webapp.web import done, render

bp = Blueprint("absences", __name__)

_PLANNED = N_("From {first_day} to {last_day}, {deputy} decides for you.")
_PLANNED_FOR = N_("From {first_day} to {last_day}, {deputy} decides for {owner}.")
_ENDED = N_("{deputy} does not represent you any more.")
_ENDED_FOR = N_("{deputy} does not represent {owner} any more.")


@bp.get("/account/absences/new")
def new() -> Response:
    """When one is away, and who decides meanwhile."""
    return _new_page(current_actor().person_id)


@bp.post("/account/absences/new")
def create() -> Response:
    """Plan an absence of one's own."""
    return _create(current_actor().person_id)


@bp.post("/account/absences/<absence_id>/end")
def end(absence_id: str) -> Response:
    """End an absence before its time, or call it off; admins do it for their people as well."""
    actor = current_actor()
    with db.transaction() as session:
        away = absences.come_back(session, actor, absence_id, now=business_now())
    if away.owner_id == actor.person_id:
        return done("account.show", sentence(_ENDED, deputy=away.deputy_name))
    message = sentence(_ENDED_FOR, deputy=away.deputy_name, owner=away.owner_name)
    return done("company.show_person", message, person_id=away.owner_id)


@bp.get("/company/people/<person_id>/absences/new")
def new_for(person_id: str) -> Response:
    """When somebody else is away who cannot say so themselves."""
    require(may_administer(current_actor()))
    return _new_page(person_id)


@bp.post("/company/people/<person_id>/absences/new")
def create_for(person_id: str) -> Response:
    """Plan an absence for somebody of the company."""
    require(may_administer(current_actor()))
    return _create(person_id)


def _new_page(owner_id: str) -> Response:
    scene, today = _scene(owner_id), business_now().astimezone(reader().zone).date()
    return _render(AbsenceForm(scene.deputies, data={"first_day": today}), scene)


def _create(owner_id: str) -> Response:
    actor, scene = current_actor(), _scene(owner_id)
    form = AbsenceForm(scene.deputies)
    if not form.validate():
        return _render(form, scene, status=422)
    plan = Plan(owner_id=owner_id, deputy_id=form.deputy.data, days=form.days)
    try:
        with db.transaction() as session:
            away = absences.leave(session, actor, plan, now=business_now())
    except Invalid as refusal:
        for name, why in refusal.fields.items():
            form[name].errors = [say(why)]
        return _render(form, scene, status=422)
    days = {"first_day": away.first_day, "last_day": away.last_day, "deputy": away.deputy_name}
    if owner_id == actor.person_id:
        return done("account.show", sentence(_PLANNED, **days))
    message = sentence(_PLANNED_FOR, owner=away.owner_name, **days)
    return done("company.show_person", message, person_id=owner_id)


def _scene(owner_id: str) -> AbsenceScene:
    """What may be planned; whoever decides nothing has nothing to plan."""
    actor = current_actor()
    with db.reading() as session:
        scene = open_absences(session, actor, owner_id, now=business_now())
    if scene is not None and scene.may_plan:
        return scene
    if owner_id != actor.person_id and scene is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    why = N_("Only who approves here needs somebody to do it meanwhile.")
    raise Forbidden(sentence(why), code="approves_nothing")


def _render(form: AbsenceForm, scene: AbsenceScene, *, status: int = 200) -> Response:
    return render("account/new_absence.html", status=status, form=form, scene=scene)
