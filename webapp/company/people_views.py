"""One person of the company: role, access, and what becomes of the requests that wait for them."""

from collections.abc import Callable

from flask import Response, request
from sqlalchemy.orm import Session

from webapp.approvals.reassignment import reassign
from webapp.company import people_scene as scene
from webapp.company.domain import BECAME, SOURCES
from webapp.company.forms import RoleForm
from webapp.company.people_scene import DepartureScene, HandedOver
from webapp.company.views import bp
from webapp.errors import status_of
from webapp.extensions import business_now, db
from webapp.identity import administration
from webapp.identity.absence_scene import open_absences
from webapp.identity.domain import Actor, Member, Role
from webapp.identity.guards import current_actor
from webapp.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from webapp.kernel.sentence import N_, Sentence, sentence
from webapp.web import done, render

UseCase = Callable[[Session, Actor], Member]


@bp.get("/people/<person_id>")
def show_person(person_id: str) -> Response:
    """One person: what they are here, and what can be changed of it."""
    return _person_page(person_id)


@bp.post("/people/<person_id>/role")
def change_role(person_id: str) -> Response:
    """Give somebody another role, or show first what it would mean."""
    form = RoleForm()
    if not form.validate():
        return _person_page(person_id, status=422, form=form)
    if form.wants_preview:
        return _person_page(person_id, form=form)
    role, seen = Role(str(form.role.data)), Role(str(form.seen.data))

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.change_role(
            session, actor, person_id, role, seen=seen, now=business_now()
        )

    return _change(person_id, use_case, BECAME[role], form=form)


@bp.post("/people/<person_id>/activity")
def activate(person_id: str) -> Response:
    """Let somebody act for the company again."""

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.set_active(session, actor, person_id, True, now=business_now())

    return _change(person_id, use_case, _ACTIVATED)


@bp.get("/people/<person_id>/departure")
def new_departure(person_id: str) -> Response:
    """What would become of the requests that wait for somebody who goes (R42)."""
    with db.reading() as session:
        found = scene.load_departure(session, current_actor(), person_id, now=business_now())
    return _departure_page(found)


@bp.post("/people/<person_id>/departure")
def create_departure(person_id: str) -> Response:
    """Hand over what waits for somebody, each request by itself, and end their access."""
    with db.reading() as session:
        found = scene.load_departure(session, current_actor(), person_id, now=business_now())
    if not found.may_leave:
        return _departure_page(found, status=403)
    results = [
        _hand_over(found, one.case.id, request.form.get(f"to-{one.case.id}", ""))
        for one in found.cases
    ]

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.set_active(session, actor, person_id, False, now=business_now())

    if not any(results):
        return _change(person_id, use_case, _DEACTIVATED)
    try:
        with db.transaction() as session:
            use_case(session, current_actor())
    except (Conflict, Forbidden) as refusal:
        return _departure_page(found, status=status_of(refusal), results=results, refusal=refusal)
    return _departure_page(found, results=results)


@bp.post("/people/<person_id>/source")
def take_over(person_id: str) -> Response:
    """Look after an imported person on this page from now on."""

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.take_over(session, actor, person_id, now=business_now())

    return _change(person_id, use_case, _TAKEN_OVER)


@bp.post("/people/<person_id>/invitation")
def invite(person_id: str) -> Response:
    """Send somebody who has not come yet the invitation once more (R43)."""

    def use_case(session: Session, actor: Actor) -> Member:
        return administration.invite_again(session, actor, person_id, now=business_now())

    return _change(person_id, use_case, _INVITED)


def _person_page(
    person_id: str,
    *,
    status: int = 200,
    form: RoleForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    wanted = Role(str(form.role.data)) if form is not None and form.wants_preview else None
    with db.reading() as session:
        found = scene.load_person(
            session, current_actor(), person_id, wanted=wanted, now=business_now()
        )
        absences = open_absences(
            session,
            current_actor(),
            person_id,
            now=business_now(),
            people=found.place.members,
        )
    role = found.member.role
    return render(
        "company/show_person.html",
        status=status,
        scene=found,
        form=form or RoleForm(formdata=None, data={"role": role, "seen": role}),
        refusal=refusal,
        sources=SOURCES,
        absence_scene=absences,
    )


def _departure_page(
    found: DepartureScene,
    *,
    status: int = 200,
    results: list[HandedOver | None] | None = None,
    refusal: DomainError | None = None,
) -> Response:
    return render(
        "company/departure.html",
        status=status,
        scene=found,
        results=results,
        refusal=refusal,
        now=business_now(),
    )


def _hand_over(found: DepartureScene, approval_id: str, to: str) -> HandedOver | None:
    """What became of one request; None where it was left as it is."""
    if not to:
        return None
    person_id = found.member.person_id
    try:
        with db.transaction() as session:
            made = reassign(
                session, current_actor(), approval_id, to, seen=person_id, now=business_now()
            )
            name = f"{made.approver_first_name} {made.approver_last_name}"
    except (Conflict, Forbidden, NotFound) as refusal:
        return HandedOver(approval_id=approval_id, is_done=False, words=refusal.sentence)
    words = sentence(_HANDED_OVER, name=name)
    return HandedOver(approval_id=approval_id, is_done=True, words=words)


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


_INVITED = N_("An invitation to {name} is on its way.")
_HANDED_OVER = N_("{name} decides now.")
_ACTIVATED = N_("{name} acts for the company again.")
_DEACTIVATED = N_("{name} does not act for the company any more.")
_TAKEN_OVER = N_("{name} is looked after here from now on; imports leave what they are alone.")
