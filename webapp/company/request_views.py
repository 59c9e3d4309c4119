"""One request of the company: to look at, and to hand over (R36, R42)."""

from flask import Response

from webapp.approvals import oversight
from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.reassignment import reassign
from webapp.approvals.timeline import tell
from webapp.company.forms import SuccessorForm
from webapp.company.views import bp
from webapp.errors import status_of
from webapp.extensions import business_now, db
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.kernel.errors import Conflict, DomainError, Forbidden, require
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render


@bp.get("/requests/<approval_id>")
def show_request(approval_id: str) -> Response:
    """A request of the company to look at: nobody decides here (R36)."""
    return _request_page(approval_id)


@bp.post("/requests/<approval_id>/approver")
def change_approver(approval_id: str) -> Response:
    """Hand a pending request over to somebody else who may decide (R42)."""
    actor, form = current_actor(), SuccessorForm()
    require(may_administer(actor))
    if not form.validate():
        return _request_page(approval_id, status=422, form=form)
    try:
        with db.transaction() as session:
            made = reassign(
                session,
                actor,
                approval_id,
                str(form.approver.data),
                seen=str(form.seen.data),
                now=business_now(),
            )
            name = f"{made.approver_first_name} {made.approver_last_name}"
            absence = oversight.covered(session, actor, now=business_now()).words_on(
                made, made.approver_id
            )
    except (Conflict, Forbidden) as refusal:
        return _request_page(approval_id, status=status_of(refusal), form=form, refusal=refusal)
    told = sentence(
        _HANDED_OVER_AWAY if absence else _HANDED_OVER,
        name=name,
        number=str(made.number),
        absence=absence or "",
    )
    return done("company.show_request", told, approval_id=approval_id)


def _request_page(
    approval_id: str,
    *,
    status: int = 200,
    form: SuccessorForm | None = None,
    refusal: DomainError | None = None,
) -> Response:
    actor = current_actor()
    require(may_administer(actor))
    with db.reading() as session:
        overview = oversight.open_overview(session, actor, approval_id, now=business_now())
    seen = {"seen": overview.summary.approver_id}
    return render(
        "company/show_request.html",
        status=status,
        overview=overview,
        form=form or SuccessorForm(formdata=None, data=seen),
        refusal=refusal,
        headlines=tell(overview.events, actor.person_id),
        now=business_now(),
        soon=SOON,
        very_soon=VERY_SOON,
    )


_HANDED_OVER_AWAY = N_("{name} decides request {number} now, and everybody is told. {absence}")
_HANDED_OVER = N_("{name} decides request {number} now, and everybody concerned is told.")
