"""The pages on which admins look after their company: its people, its rules, what waits."""

from typing import TypeVar
from urllib.parse import urlencode

from babel.dates import format_date
from flask import Blueprint, Response, request, url_for
from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.figures import Figures
from webapp.approvals.oversight import Effect
from webapp.approvals.register import read_search
from webapp.approvals.succession import Crew
from webapp.company import scene
from webapp.company.again_forms import AgainForm, LinkForm, fresh_again, fresh_link
from webapp.company.charts import draw, whole_percent
from webapp.company.domain import SOURCES
from webapp.company.forms import (
    PREVIEW,
    CompanyForm,
    GroupForm,
    LimitForm,
    PersonForm,
    fresh_group,
    fresh_limit,
)
from webapp.company.queries import SHOWN_PEOPLE
from webapp.company.scene import Scene, View, role_options
from webapp.extensions import business_now, db
from webapp.i18n import reader
from webapp.identity import administration
from webapp.identity.guards import current_actor
from webapp.identity.policy import Deed
from webapp.identity.signing_again import set_amount
from webapp.kernel.errors import Conflict, DomainError, Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render

_Form = TypeVar("_Form", bound=CompanyForm)

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
        return _page(View.PEOPLE, form, status=422)
    try:
        with db.transaction() as session:
            member = administration.add_member(
                session, current_actor(), form.newcomer(), now=business_now()
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(View.PEOPLE, form, status=422)
    return done("company.show", sentence(_ADDED, name=member.name, address=member.email))


@bp.post("/limit")
def change_limit() -> Response:
    """Set or remove the limit, or show first what it would mean."""
    return _set_amount(LimitForm(prefix="limit"), Deed.LIMIT)


@bp.post("/signing-in-again")
def change_again() -> Response:
    """Set or remove the amount above which who decides has to have signed in just now."""
    return _set_amount(AgainForm(prefix="again"), Deed.AGAIN)


@bp.post("/decision-links")
def change_links() -> Response:
    """Set or remove the amount below which the link of a mail decides without a sign-in."""
    return _set_amount(LinkForm(prefix="link"), Deed.LINK)


@bp.post("/group")
def change_group() -> Response:
    """Say who approves whatever their role, or show first what it would mean."""
    form = GroupForm(prefix="group")
    if not form.validate():
        return _page(View.RULES, form, status=422)
    if form.step.data == PREVIEW:
        return _page(View.RULES, form)
    people, seen = form.people.data or [], form.version.data or 0
    try:
        with db.transaction() as session:
            administration.set_group(
                session, current_actor(), people, seen_version=seen, now=business_now()
            )
    except DomainError as refusal:
        return _refused(form, refusal)
    return done("company.show", sentence(_GROUP if people else _NO_GROUP), view=View.RULES)


def _set_amount(form: LimitForm, deed: Deed) -> Response:
    if not form.validate():
        return _page(View.RULES, form, status=422)
    try:
        amount, seen = form.read(), form.version.data or 0
        if form.step.data == PREVIEW:
            return _page(View.RULES, form)
        with db.transaction() as session:
            set_amount(
                session, current_actor(), deed, amount, seen_version=seen, now=business_now()
            )
    except DomainError as refusal:
        return _refused(form, refusal)
    is_set, is_none = _AMOUNTS[deed]
    told = sentence(is_none) if amount is None else sentence(is_set, amount=amount)
    return done("company.show", told, view=View.RULES)


def _refused(form: CompanyForm, refusal: DomainError) -> Response:
    """The rules once more: with the words beside the field, or over the page where they changed."""
    match refusal:
        case Invalid():
            form.refuse(refusal)
            return _page(View.RULES, form, status=422)
        case Conflict():
            return _page(View.RULES, form, status=409, refusal=refusal)
    raise refusal


def _page(
    view: View,
    form: CompanyForm | None = None,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Response:
    """The company page; a form that was sent comes in again with what was typed."""
    limit_form, group_form = _typed(form, LimitForm), _typed(form, GroupForm)
    search, cursor = read_search(request.args), request.args.get("after")
    with db.reading() as session:
        found = scene.load(
            session,
            current_actor(),
            view,
            search=search,
            cursor=cursor,
            now=business_now(),
            zone=reader().zone,
        )
        effects = _effects(session, found, limit_form, group_form)
    place, older = found.place, found.next_cursor
    parts = search.parts if view is View.REQUESTS else {}
    return render(
        "company/show.html",
        status=status,
        scene=found,
        words=search.text,
        shown=SHOWN_PEOPLE,
        sources=SOURCES,
        role_options=role_options(),
        person_form=_typed(form, PersonForm) or PersonForm(formdata=None),
        limit_form=limit_form or fresh_limit(place, found.currency),
        group_form=group_form or fresh_group(place, found.members),
        again_form=_typed(form, AgainForm) or fresh_again(place, found.currency),
        link_form=_typed(form, LinkForm) or fresh_link(place, found.currency),
        chart_data=found.figures and draw(found.figures),
        month_names=_month_names(found.figures),
        whole_percent=whole_percent,
        limit_preview=limit_form and limit_form.meaning(place),
        group_preview=group_form and group_form.meaning(place.company, found.members),
        limit_effect=effects[0],
        group_effect=effects[1],
        refusal=refusal,
        older=older and _address(view, {**parts, "after": older}),
        first=_address(view, parts) if cursor else None,
        now=business_now(),
        soon=SOON,
        very_soon=VERY_SOON,
    )


def _typed(form: CompanyForm | None, kind: type[_Form]) -> _Form | None:
    """The form that was sent, if it is exactly of this kind."""
    return form if type(form) is kind else None


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
    session: Session,
    found: Scene,
    limit_form: LimitForm | None,
    group_form: GroupForm | None,
) -> tuple[Effect | None, Effect | None]:
    """What limit and group as they were typed would mean for what is pending, if asked for."""
    limited = limit_form is not None and limit_form.wants_preview
    grouped = group_form is not None and group_form.wants_preview
    if not (limited or grouped):
        return None, None
    known = Crew(company=found.place.company, members=found.members)
    pending = oversight.pending(session, current_actor(), now=business_now(), known=known)
    return (
        pending.effect(pending.crew.with_limit(limit_form.read()))
        if limit_form and limited
        else None,
        pending.effect(pending.crew.with_group(group_form.chosen))
        if group_form and grouped
        else None,
    )


_ADDED = N_("{name} belongs to the company now; an invitation is on its way to {address}.")
_AMOUNTS = {
    Deed.LIMIT: (N_("The company limit is {amount} now."), N_("The company has no limit now.")),
    Deed.AGAIN: (
        N_("Who decides on more than {amount} has to sign in again first, from now on."),
        N_("Nobody has to sign in again before a decision now."),
    ),
    Deed.LINK: (
        N_("Links in mails decide on less than {amount} without a sign-in, from now on."),
        N_("Links in mails ask everybody to sign in now."),
    ),
}
_GROUP = N_("The approval group decides from now on.")
_NO_GROUP = N_("There is no approval group now, so the roles say who decides.")
