"""The pages on which admins look after their company: its people, its rules, what waits."""

from urllib.parse import urlencode

from babel.dates import format_date
from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.figures import Figures
from webapp.approvals.oversight import Effect
from webapp.approvals.register import read_search
from webapp.company import scene
from webapp.company.again_forms import AgainForm, LinkForm, fresh_again, fresh_link
from webapp.company.charts import draw, whole_percent
from webapp.company.domain import SOURCES
from webapp.company.forms import (
    PREVIEW,
    GroupForm,
    LimitForm,
    PersonForm,
    fresh_group,
    fresh_limit,
)
from webapp.company.queries import SHOWN_PEOPLE
from webapp.company.scene import View, role_options
from webapp.extensions import db
from webapp.i18n import reader
from webapp.identity import administration
from webapp.identity.guards import current_actor
from webapp.identity.signing_again import set_again_above, set_link_below
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, DomainError, Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render

bp = Blueprint("company", __name__, url_prefix="/company")


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
    return done("company.show", sentence(_ADDED, name=member.name, address=member.email))


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


@bp.post("/signing-in-again")
def change_again() -> Response:
    """Set or remove the amount above which who decides has to have signed in just now."""
    form = AgainForm(prefix="again")
    if not form.validate():
        return _page(View.RULES, status=422, again_form=form)
    try:
        above = form.read()
        seen = form.version.data or 0
        with db.transaction() as session:
            set_again_above(session, current_actor(), above, seen_version=seen, now=utcnow())
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.RULES, status=422, again_form=form)
    except Conflict as refusal:
        return _page(View.RULES, status=409, again_form=form, refusal=refusal)
    told = sentence(_NO_AGAIN) if above is None else sentence(_AGAIN, amount=above)
    return done("company.show", told, view=View.RULES)


@bp.post("/decision-links")
def change_links() -> Response:
    """Set or remove the amount below which the link of a mail decides without a sign-in."""
    form = LinkForm(prefix="link")
    if not form.validate():
        return _page(View.RULES, status=422, link_form=form)
    try:
        below = form.read()
        seen = form.version.data or 0
        with db.transaction() as session:
            set_link_below(session, current_actor(), below, seen_version=seen, now=utcnow())
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.RULES, status=422, link_form=form)
    except Conflict as refusal:
        return _page(View.RULES, status=409, link_form=form, refusal=refusal)
    told = sentence(_NO_LINK) if below is None else sentence(_LINK, amount=below)
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


def _page(
    view: View,
    *,
    status: int = 200,
    person_form: PersonForm | None = None,
    limit_form: LimitForm | None = None,
    group_form: GroupForm | None = None,
    again_form: AgainForm | None = None,
    link_form: LinkForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    """The company page; a form that was refused comes in again with what was typed."""
    search, cursor = read_search(request.args), request.args.get("after")
    with db.reading() as session:
        found = scene.load(
            session,
            current_actor(),
            view,
            search=search,
            cursor=cursor,
            now=utcnow(),
            zone=reader().zone,
        )
        effects = _effects(session, limit_form, group_form)
    place, older = found.place, found.waiting.next_cursor or found.requests.next_cursor
    parts = search.parts if view is View.REQUESTS else {}
    return render(
        "company/show.html",
        status=status,
        scene=found,
        words=search.text,
        shown=SHOWN_PEOPLE,
        sources=SOURCES,
        role_options=role_options(),
        person_form=person_form or PersonForm(formdata=None),
        limit_form=limit_form or fresh_limit(place, found.currency),
        group_form=group_form or fresh_group(place),
        again_form=again_form or fresh_again(place, found.currency),
        link_form=link_form or fresh_link(place, found.currency),
        chart_data=found.figures and draw(found.figures),
        month_names=_month_names(found.figures),
        whole_percent=whole_percent,
        limit_preview=limit_form and limit_form.meaning(place),
        group_preview=group_form and group_form.meaning(place),
        limit_effect=effects[0],
        group_effect=effects[1],
        refusal=refusal,
        older=older and _address(view, {**parts, "after": older}),
        first=_address(view, parts) if cursor else None,
        now=utcnow(),
        soon=SOON,
        very_soon=VERY_SOON,
    )


def _month_names(figures: Figures | None) -> dict[str, list[str]]:
    """The months of the charts in the reader's language: `Nov`, and `November 2026`."""
    days = [one.first_day for one in figures.months] if figures else []
    language = reader().language
    forms = {"short": "LLL", "long": "LLLL y"}
    return {
        name: [format_date(day, form, locale=language) for day in days]
        for name, form in forms.items()
    }


def _address(view: View, parts: dict[str, str]) -> str:
    return f"{url_for('company.show')}?{urlencode({'view': str(view), **parts})}"


def _effects(
    session: Session, limit_form: LimitForm | None, group_form: GroupForm | None
) -> tuple[Effect | None, Effect | None]:
    """What limit and group as they were typed would mean for what is pending, if asked for."""
    limited = limit_form is not None and limit_form.wants_preview
    grouped = group_form is not None and group_form.wants_preview
    if not (limited or grouped):
        return None, None
    pending = oversight.pending(session, current_actor(), now=utcnow())
    return (
        pending.effect(pending.crew.with_limit(limit_form.read()))
        if limit_form and limited
        else None,
        pending.effect(pending.crew.with_group(group_form.chosen))
        if group_form and grouped
        else None,
    )


_ADDED = N_("{name} belongs to the company now; an invitation is on its way to {address}.")
_LIMIT = N_("The company limit is {limit} now.")
_NO_LIMIT = N_("The company has no limit now.")
_AGAIN = N_("Who decides on more than {amount} has to sign in again first, from now on.")
_NO_AGAIN = N_("Nobody has to sign in again before a decision now.")
_LINK = N_("Links in mails decide on less than {amount} without a sign-in, from now on.")
_NO_LINK = N_("Links in mails ask everybody to sign in now.")
_GROUP = N_("The approval group decides from now on.")
_NO_GROUP = N_("There is no approval group now, so the roles say who decides.")
