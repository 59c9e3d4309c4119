"""The pages on which admins look after their company: its people, its rules, what waits."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.timeline import tell as tell_request
from webapp.company import scene
from webapp.company.domain import BECAME, SOURCES
from webapp.company.forms import (
    PREVIEW,
    GroupForm,
    LimitForm,
    PersonForm,
    RoleForm,
    fresh_group,
    fresh_limit,
)
from webapp.company.queries import SHOWN_PEOPLE
from webapp.company.scene import View, role_options
from webapp.errors import status_of
from webapp.extensions import db
from webapp.identity import administration
from webapp.identity.domain import Actor, Member, Role
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, require
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.web import done, render

bp = Blueprint("company", __name__, url_prefix="/company")

UseCase = Callable[[Session, Actor], Member]


@bp.get("")
def show() -> Response:
    """The company, one part of it at a time."""
    wanted = request.args.get("view", "")
    return _page(View(wanted) if wanted in set(View) else View.PEOPLE)


@bp.post("/people")
def create_person() -> Response:
    """Add somebody by their e-mail address."""
    form = PersonForm()
    if not form.validate():
        return _page(View.PEOPLE, status=422, person_form=form)
    try:
        with db.transaction() as session:
            member = administration.add_member(
                session, current_actor(), form.newcomer(), now=utcnow()
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.PEOPLE, status=422, person_form=form)
    return done("company.show", sentence(_ADDED, name=member.name))


@bp.get("/people/<person_id>")
def show_person(person_id: str) -> Response:
    """One person: what they are here, and what can be changed of it."""
    return _person_page(person_id)


@bp.post("/people/<person_id>/role")
def change_role(person_id: str) -> Response:
    """Give somebody another role."""
    form = RoleForm()
    if not form.validate():
        return _person_page(person_id, status=422, form=form)
    role, seen = Role(str(form.role.data)), Role(str(form.seen.data))

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.change_role(session, actor, person_id, role, seen=seen, now=utcnow())

    return _change(person_id, use_case, BECAME[role], form=form)


@bp.post("/people/<person_id>/activity")
def change_activity(person_id: str) -> Response:
    """Let somebody act for the company again, or no more."""
    wanted = request.form.get("active")
    if wanted not in _ACTIVITIES:
        refusal = Invalid(sentence(_OPEN_AGAIN), code="bad_activity")
        return _person_page(person_id, status=422, refusal=refusal)
    active = _ACTIVITIES[wanted]

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.set_active(session, actor, person_id, active, now=utcnow())

    return _change(person_id, use_case, _ACTIVATED if active else _DEACTIVATED)


@bp.post("/people/<person_id>/source")
def take_over(person_id: str) -> Response:
    """Look after an imported person on this page from now on."""

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.take_over(session, actor, person_id, now=utcnow())

    return _change(person_id, use_case, _TAKEN_OVER)


@bp.post("/limit")
def change_limit() -> Response:
    """Set or remove the limit, or show first what it would mean."""
    form = LimitForm(prefix="limit")
    if not form.validate():
        return _page(View.RULES, status=422, limit_form=form)
    try:
        limit = form.read()
        if form.step.data == PREVIEW:
            return _page(View.RULES, limit_form=form)
        with db.transaction() as session:
            administration.set_limit(
                session, current_actor(), limit, seen_version=form.version.data or 0, now=utcnow()
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.RULES, status=422, limit_form=form)
    except Conflict as refusal:
        return _page(View.RULES, status=409, limit_form=form, refusal=refusal)
    told = sentence(_NO_LIMIT) if limit is None else sentence(_LIMIT, limit=limit)
    return done("company.show", told, view=View.RULES)


@bp.post("/group")
def change_group() -> Response:
    """Say who approves whatever their role, or show first what it would mean."""
    form = GroupForm(prefix="group")
    if not form.validate():
        return _page(View.RULES, status=422, group_form=form)
    if form.step.data == PREVIEW:
        return _page(View.RULES, group_form=form)
    people, seen = form.people.data or [], form.version.data or 0
    try:
        with db.transaction() as session:
            administration.set_group(
                session, current_actor(), people, seen_version=seen, now=utcnow()
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.RULES, status=422, group_form=form)
    except Conflict as refusal:
        return _page(View.RULES, status=409, group_form=form, refusal=refusal)
    return done("company.show", sentence(_GROUP if people else _NO_GROUP), view=View.RULES)


@bp.get("/requests/<approval_id>")
def show_request(approval_id: str) -> Response:
    """A request of the company to look at: nobody decides here (R36)."""
    actor = current_actor()
    require(may_administer(actor))
    with db.reading() as session:
        overview = oversight.open_overview(session, actor, approval_id)
    return render(
        "company/show_request.html",
        overview=overview,
        headlines=tell_request(overview.events, actor.person_id),
        now=utcnow(),
        soon=SOON,
        very_soon=VERY_SOON,
    )


def _page(
    view: View,
    *,
    status: int = 200,
    person_form: PersonForm | None = None,
    limit_form: LimitForm | None = None,
    group_form: GroupForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    """The company page; a form that was refused comes in again with what was typed."""
    words, cursor = request.args.get("q", ""), request.args.get("after")
    with db.reading() as session:
        found = scene.load(session, current_actor(), view, words=words, cursor=cursor)
    place, older = found.place, found.waiting.next_cursor
    return render(
        "company/show.html",
        status=status,
        scene=found,
        words=words,
        shown=SHOWN_PEOPLE,
        sources=SOURCES,
        role_options=role_options(),
        person_form=person_form or PersonForm(formdata=None),
        limit_form=limit_form or fresh_limit(place, found.currency),
        group_form=group_form or fresh_group(place),
        limit_preview=limit_form and limit_form.meaning(place),
        group_preview=group_form and group_form.meaning(place),
        refusal=refusal,
        older=older and url_for("company.show", view=view, after=older),
        first=url_for("company.show", view=view) if cursor else None,
        now=utcnow(),
        soon=SOON,
        very_soon=VERY_SOON,
    )


def _person_page(
    person_id: str,
    *,
    status: int = 200,
    form: RoleForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    with db.reading() as session:
        found = scene.load_person(session, current_actor(), person_id)
    role = found.member.role
    return render(
        "company/show_person.html",
        status=status,
        scene=found,
        form=form or RoleForm(formdata=None, data={"role": role, "seen": role}),
        refusal=refusal,
        sources=SOURCES,
    )


def _change(
    person_id: str, use_case: UseCase, told: str, *, form: RoleForm | None = None
) -> Response:
    """Change one person; what the rules refuse is said on their page."""
    actor = current_actor()
    try:
        with db.transaction() as session:
            member = use_case(session, actor)
    except (Conflict, Forbidden) as refusal:
        return _person_page(person_id, status=status_of(refusal), form=form, refusal=refusal)
    words: Sentence = sentence(told, name=member.name)
    is_out = member.role is not Role.ADMIN or not member.active
    if member.person_id == actor.person_id and is_out:
        return done("identity.start", words)
    return done("company.show_person", words, person_id=person_id)


_ACTIVITIES = {"yes": True, "no": False}
_OPEN_AGAIN = N_("Open the page again.")
_ADDED = N_("{name} belongs to the company now and can sign in with that address.")
_ACTIVATED = N_("{name} acts for the company again.")
_DEACTIVATED = N_("{name} does not act for the company any more.")
_TAKEN_OVER = N_("{name} is looked after here from now on; imports leave what they are alone.")
_LIMIT = N_("The company limit is {limit} now.")
_NO_LIMIT = N_("The company has no limit now.")
_GROUP = N_("The approval group decides from now on.")
_NO_GROUP = N_("There is no approval group now, so the roles say who decides.")
