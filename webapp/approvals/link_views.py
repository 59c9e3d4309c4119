"""The pages behind the link of a mail: they show the request, and a press decides (R58).

The token stands in a query, which no log of the desk writes. With a session it is left behind at
once: the page that decides then stands at the link's own address, which opens for its person only.
"""

from datetime import timedelta

from flask import Response, abort, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import TooManyRequests

from webapp import i18n
from webapp.approvals import by_link, links
from webapp.approvals.action_views import said
from webapp.approvals.by_link import Sight, Standing
from webapp.approvals.forms import LinkForm
from webapp.approvals.freshness import SIGN_IN_AGAIN
from webapp.approvals.models import Approval, DecisionLink
from webapp.approvals.views import bp
from webapp.extensions import business_now, csrf, db
from webapp.i18n import say
from webapp.identity import kept, limits
from webapp.identity.domain import Actor
from webapp.identity.guards import current_actor
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_
from webapp.web import done, go, render, same_origin

_CALLS, _PER = 60, timedelta(minutes=1)
# For so long the form of the page without a session may stand open, in seconds.
_FORM_LIVES = 3600


@bp.get("/decide")
def open_link() -> Response:
    """Where the mail leads: on to sign in, or to the page that needs none; nothing is decided."""
    _throttle()
    token = request.args.get("token", "")
    link, is_free = _find(token)
    if link is None:
        return _unknown()
    return _free_page(link, token) if is_free else _to_its_page(link)


@bp.post("/decide")
def press_link() -> Response:
    """Decide without a session, where the company waives it for this amount."""
    # The page of the link tells nobody where it was, so that its own form comes from "null".
    if request.headers.get("Origin", "null") != "null" and not same_origin():
        abort(403)
    _throttle()
    token = request.form.get("token", "")
    link, is_free = _find(token)
    if link is None:
        return _unknown()
    if not is_free:
        return _to_its_page(link)
    return _press_free(link, token)


# Who has no session has nothing to bind a token to; the form brings one that is the link's.
csrf.exempt(press_link)


@bp.get("/decide/<link_id>")
def show_link(link_id: str) -> Response:
    """The request, and the question whether to approve it, for exactly the person of the link."""
    actor = current_actor()
    link = _own(actor, link_id)
    if link is None:
        return render("approvals/link_refused.html", status=404)
    found = kept.waiting()
    if found is None or found.path != request.path:
        return _page(link, actor)
    return _page(link, actor, form=LinkForm(formdata=MultiDict(found.fields)))


@bp.post("/decide/<link_id>")
def decide_by_link(link_id: str) -> Response:
    """Decide, signed in as the person of the link."""
    actor = current_actor()
    link = _own(actor, link_id)
    if link is None:
        return render("approvals/link_refused.html", status=404)
    form = LinkForm()
    if not form.validate():
        return _page(link, actor, form=form, status=422)
    try:
        approval = _decide(link, actor, form)
    except Invalid as refusal:
        form.note.errors = [say(refusal.sentence)]
        return _page(link, actor, form=form, status=422)
    except (Conflict, Forbidden, NotFound) as refusal:
        if refusal.code == SIGN_IN_AGAIN:
            kept.keep()
        return _page(link, actor, form=form, refusal=refusal, status=_status(refusal))
    told = said(approval, form.step.data or "")
    return done("approvals.show", told, approval_id=approval.id)


def _find(token: str) -> tuple[DecisionLink | None, bool]:
    """The link with this token, and whether it may be used here and now without a sign-in."""
    with db.reading() as session:
        link = links.by_token(session, token)
        if link is None or g.actor is not None:
            return link, False
        return link, links.is_waived(session, links.request_of(session, link))


def _press_free(link: DecisionLink, token: str) -> Response:
    form = LinkForm(meta={"csrf": False})
    if not _is_ours(request.form.get("csrf_token", ""), link):
        return _free_page(link, token, form=form, status=419)
    if not form.validate():
        return _free_page(link, token, form=form, status=422)
    try:
        approval = _decide(link, None, form)
    except Invalid as refusal:
        form.note.errors = [say(refusal.sentence)]
        return _free_page(link, token, form=form, status=422)
    except (Conflict, Forbidden, NotFound) as refusal:
        return _free_page(link, token, form=form, refusal=refusal, status=_status(refusal))
    told = say(said(approval, form.step.data or ""))
    return _private(render("approvals/link_done.html", told=told, approval=approval))


def _own(actor: Actor, link_id: str) -> DecisionLink | None:
    with db.reading() as session:
        return links.by_id(session, actor.tenant_id, actor.person_id, link_id)


def _decide(link: DecisionLink, signed_in: Actor | None, form: LinkForm) -> Approval:
    with db.transaction() as session:
        return by_link.decide(session, link, signed_in, form.decision(), now=business_now())


def _page(
    link: DecisionLink,
    actor: Actor | None,
    *,
    form: LinkForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
    token: str = "",
) -> Response:
    """The request with the question, or what became of the link and where to go on."""
    now = business_now()
    with db.reading() as session:
        sight = by_link.look(session, link, actor, now=now)
    if sight.standing is not Standing.READY or sight.actor is None:
        return _over(link, sight, is_known=actor is not None, status=status)
    if actor is None:
        i18n.read_by(sight.actor.language, sight.actor.time_zone)
    return render(
        "approvals/link.html",
        status=status,
        link=link,
        dossier=sight.dossier,
        form=form or LinkForm(formdata=None, meta={"csrf": False}),
        refusal=refusal,
        token=token,
        form_token=_signer().dumps(link.id) if token else "",
        is_stale=status == _STALE,
    )


def _free_page(
    link: DecisionLink,
    token: str,
    *,
    form: LinkForm | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> Response:
    page = _page(link, None, form=form, refusal=refusal, status=status, token=token)
    return _private(page)


def _over(link: DecisionLink, sight: Sight, *, is_known: bool, status: int) -> Response:
    """What became of the link; names are for its person alone."""
    title, message = _WORDS[sight.standing]
    words = say(sight.why) if sight.why and is_known else _(message)
    if status == _FINE:
        status = _FORBIDDEN if sight.standing is Standing.NOT_ASKED else _GONE
    where = url_for("approvals.show", approval_id=link.approval_id)
    return _problem(status, _(title), words, (where, _("Open the request")))


def _unknown() -> Response:
    words = _("Perhaps the mail program cut it off, or the desk has forgotten it by now.")
    inbox = (url_for("approvals.inbox"), _("Go to your inbox"))
    return _private(_problem(404, _("This link leads nowhere"), words, inbox))


def _problem(status: int, title: str, words: str, way_on: tuple[str, str]) -> Response:
    page = render_template(
        "errors/problem.html",
        status=status,
        title=title,
        message=words,
        safe=_("Nothing was decided by opening it."),
        next_href=way_on[0],
        next_text=way_on[1],
    )
    return make_response(page, status)


def _to_its_page(link: DecisionLink) -> Response:
    """On to the address without the token, which asks strangers to sign in."""
    return _private(go(url_for("approvals.show_link", link_id=link.id)))


def _private(response: Response) -> Response:
    """Let nobody learn of the address at which this stands."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _throttle() -> None:
    """Count this call; raises `TooManyRequests` past sixty in a minute from one address."""
    who = limits.network(request.remote_addr or "")
    with db.transaction() as session:
        wait = limits.allow(session, "decision link", who, limit=_CALLS, per=_PER, now=utcnow())
    if wait is not None:
        raise TooManyRequests(retry_after=wait)


def _is_ours(form_token: str, link: DecisionLink) -> bool:
    try:
        return bool(_signer().loads(form_token, max_age=_FORM_LIVES) == link.id)
    except BadData:
        return False


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="decision link form")


def _status(refusal: DomainError) -> int:
    return 409 if isinstance(refusal, Conflict) else _FORBIDDEN


_FINE, _FORBIDDEN, _GONE, _STALE = 200, 403, 410, 419
_WORDS = {
    Standing.USED: (
        N_("This link was used already"),
        N_("It decides once, and that has happened."),
    ),
    Standing.EXPIRED: (
        N_("This link is too old"),
        N_("It worked for seven days. The request itself still waits for a decision."),
    ),
    Standing.NEWER: (
        N_("The request changed after this mail was written"),
        N_("The link was for what the mail says. Look at the request as it is now."),
    ),
    Standing.DECIDED: (
        N_("This request does not wait any more"),
        N_("Somebody decided, withdrew it, or its time was over."),
    ),
    Standing.NOT_ASKED: (
        N_("This link does not decide any more"),
        N_("Whoever it was for is not asked for this decision any more."),
    ),
}
