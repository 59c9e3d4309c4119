"""The page on which admins write the reasons that approvers may pick when they decline."""

from flask import Response

from webapp.approvals import phrases
from webapp.approvals.phrases import LONGEST_PHRASE, MOST_PHRASES, USUAL
from webapp.company.forms import PhrasesForm
from webapp.company.views import bp
from webapp.extensions import business_now, db
from webapp.i18n import say
from webapp.identity.guards import current_actor
from webapp.identity.recording import open_front
from webapp.kernel.errors import Conflict, DomainError, Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render

_AGAIN = "usual"


@bp.get("/reasons")
def edit_reasons() -> Response:
    """The reasons as they stand."""
    return _page()


@bp.post("/reasons")
def update_reasons() -> Response:
    """Offer these from now on, or the usual ones again."""
    form = PhrasesForm()
    if not form.validate():
        return _page(status=422, form=form)
    wanted = None if form.step.data == _AGAIN else (form.phrases.data or "").splitlines()
    try:
        with db.transaction() as session:
            phrases.write_list(
                session,
                current_actor(),
                wanted,
                seen_version=form.version.data or 0,
                now=business_now(),
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(status=422, form=form)
    except Conflict as refusal:
        return _page(status=409, form=form, refusal=refusal)
    return done("company.edit_reasons", sentence(_USUAL_AGAIN if wanted is None else _SAVED))


def _page(
    *, status: int = 200, form: PhrasesForm | None = None, refusal: DomainError | None = None
) -> Response:
    """The form; a refused one comes in again with what was typed."""
    actor = current_actor()
    with db.reading() as session:
        place = open_front(session, actor)
        listed = phrases.phrase_list(session, actor.tenant_id, place.company.id)
    shown = listed.phrases if listed.is_own else [say(sentence(text)) for text in USUAL]
    fresh = {"phrases": "\n".join(shown), "version": listed.version}
    return render(
        "company/edit_reasons.html",
        status=status,
        place=place,
        listed=listed,
        form=form or PhrasesForm(formdata=None, data=fresh),
        refusal=refusal,
        most=MOST_PHRASES,
        longest=LONGEST_PHRASE,
    )


_SAVED = N_("Approvers can pick these reasons from now on.")
_USUAL_AGAIN = N_("Approvers can pick the usual reasons again.")
