"""Signing in and out, choosing tenant and company, and sending a kept form again."""

from typing import Any

import structlog
from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from webapp.config import LANGUAGES
from webapp.errors import refuse, show
from webapp.extensions import csrf, db, settings
from webapp.identity import kept, oidc, rates, service, session_store
from webapp.identity.directory import LISTENERS, bring_into_line
from webapp.identity.domain import Account, Claims
from webapp.identity.guards import current_actor
from webapp.identity.proofs import proof
from webapp.identity.sessions import CSRF_KEY, current_session
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import DomainError
from webapp.kernel.ids import new_id
from webapp.reader import chosen_language, language_cookie
from webapp.web import done, go, is_local, render, same_origin

bp = Blueprint("identity", __name__)
log = structlog.get_logger()

NEXT, PENDING, ID_TOKEN = "next", "pending_sign_in", "id_token"
_YEAR = 365 * 24 * 3600
# When somebody who is signed in went to prove once more who they are, in seconds since 1970.
AGAIN = "signs_in_again"


@bp.get("/")
def start() -> Response:
    """Approvers begin in their inbox, everybody else with their own requests."""
    actor = current_actor()
    if actor.approves:
        return make_response(redirect("/inbox"))
    return make_response(redirect("/requests" if actor.company_id else "/carts"))


@bp.get("/sign-in")
def sign_in() -> Response:
    """The page with a button for the identity provider."""
    next_path = _local(request.args.get(NEXT, ""))
    if g.actor is not None:
        return go(next_path or url_for("identity.start"))
    return render(
        "identity/sign_in.html",
        next=next_path,
        provider=_provider_name(),
        is_configured=oidc.is_configured(),
    )


@bp.post("/sign-in")
def start_sign_in() -> Response:
    """Go to the provider; `next` is where the person wanted to go."""
    if not same_origin():
        return show(403, gettext("Sign-in starts on the pages of this desk."))
    rates.count("sign-in", rates.address())
    session = current_session()
    session[NEXT] = _local(request.form.get(NEXT, ""))
    session.pop(AGAIN, None)
    return oidc.start(_callback_url(), choose_account=request.form.get("switch") == "1")


# Strangers have no session to bind a token to, and all it does is send them to sign in.
csrf.exempt(start_sign_in)


@bp.post("/language")
def choose_language() -> Response:
    """Show the pages in front of the sign-in in this language from now on, in this browser."""
    if not same_origin():
        return show(403, gettext("The language is chosen on the pages of this desk."))
    response = go(_local(request.form.get(NEXT, "")) or url_for("identity.sign_in"))
    wanted, known = request.form.get("language", ""), settings()
    if wanted in LANGUAGES:
        response.set_cookie(
            language_cookie(known.https), wanted, max_age=_YEAR,
            httponly=True, secure=known.https, samesite="Lax", path="/",
        )  # fmt: skip
    return response


csrf.exempt(choose_language)


@bp.post("/sign-in/again")
def sign_in_again() -> Response:
    """Go to the provider to prove once more who one is, and come back to `next` (R53)."""
    actor = current_actor()
    rates.count("sign-in again", f"{actor.tenant_id} {actor.person_id}")
    session = current_session()
    session[NEXT] = _local(request.form.get(NEXT, ""))
    session[AGAIN] = int(utcnow().timestamp())
    return oidc.start(_callback_url(), again=settings())


@bp.get("/auth/callback")
def callback() -> Response:
    """The provider sends people back here with its answer."""
    since = current_session().get(AGAIN)
    found = oidc.finish(settings(), since=since, now=utcnow())
    with db.reading() as session:
        accounts = service.find_accounts(session, found.claims)
    if since is not None:
        accounts = [_same_person(accounts)]
    keep = {ID_TOKEN: found.id_token, **proof(found.proven_at, found.level)}
    if len(accounts) == 1:
        return _enter(found.claims, accounts[0], keep)
    claims = found.claims
    current_session()[PENDING] = {
        "claims": [claims.issuer, claims.subject, claims.email, list(claims.groups)],
        "keep": keep,
    }
    return go(url_for("identity.tenant_choice"))


@bp.get("/sign-in/choice")
def tenant_choice() -> Response:
    """Somebody whom several tenants know says which one is meant."""
    claims, _ = _pending()
    if claims is None:
        return go(url_for("identity.sign_in"))
    with db.reading() as session:
        accounts = service.find_accounts(session, claims)
    return render("identity/tenant_choice.html", accounts=accounts)


@bp.post("/sign-in/choice")
def choose_tenant() -> Response:
    """Go on into the chosen tenant."""
    claims, keep = _pending()
    if claims is None:
        return go(url_for("identity.sign_in"))
    with db.reading() as session:
        accounts = service.find_accounts(session, claims)
    wanted = request.form.get("tenant_id")
    account = next((one for one in accounts if one.tenant_id == wanted), None)
    if account is None:
        return render("identity/tenant_choice.html", status=422, accounts=accounts)
    return _enter(claims, account, keep)


@bp.post("/sign-out")
def sign_out() -> Response:
    """End this session, or all of this person's with `everywhere`, here and at the provider."""
    actor, session = current_actor(), current_session()
    id_token, now = session.get(ID_TOKEN), utcnow()
    with db.transaction() as writing:
        if request.form.get("everywhere"):
            session_store.end_all(writing, actor.tenant_id, actor.person_id, now=now)
        elif actor.session_id:
            session_store.end(writing, actor.tenant_id, actor.person_id, actor.session_id, now=now)
    session.restart()
    back = settings().base_url + url_for("identity.signed_out")
    response = go(
        oidc.sign_out_url(settings(), id_token=id_token, back=back)
        or url_for("identity.signed_out")
    )
    # Whatever the browser still holds of the pages is nobody's any more.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/signed-out")
def signed_out() -> Response:
    """The page after the way out."""
    return render("identity/signed_out.html", provider=_provider_name())


@bp.post("/company-choice")
def choose_company() -> Response:
    """Act for another of one's companies."""
    with db.transaction() as session:
        name = service.choose_company(session, current_actor(), request.form.get("company_id", ""))
    return done("identity.start", gettext("You now act for {company}.").format(company=name))


@bp.get("/continue")
def resend() -> Response:
    """What was typed before the session ended, ready to be sent again."""
    found = kept.waiting()
    if found is None:
        return go(url_for("identity.start"))
    return render("identity/resend.html", kept=found, is_stale=False)


@bp.app_errorhandler(oidc.SignInFailed)
def show_failed_sign_in(error: oidc.SignInFailed) -> Response:
    """What people read when signing in did not work, with a way to try again."""
    log.warning("sign-in failed", reason=error.reason)
    status = 503 if error.away else 400
    page = render_template(
        "identity/failed.html",
        error=error,
        provider=_provider_name(),
        status=status,
        next=_local(current_session().get(NEXT, "")),
    )
    response = make_response(page, status)
    if error.away:
        response.headers["Retry-After"] = "10"
    return response


@bp.errorhandler(DomainError)
def show_refused(error: DomainError) -> Response:
    """Somebody who signed in well at the provider but may not come in reads why and whom to ask."""
    if error.code not in {"unknown_person", "inactive_person"}:
        return refuse(error)
    log.warning("sign-in refused", reason=error.code)
    page = render_template("identity/refused.html", error=error, provider=_provider_name())
    return make_response(page, 403)


def _enter(claims: Claims, account: Account, keep: dict[str, Any]) -> Response:
    """Renew the session for this person, and go where they wanted to go."""
    session = current_session()
    with db.transaction() as writing:
        grants = current_app.extensions["countersign.grants"]
        for place in bring_into_line(writing, account, claims.groups, grants, now=utcnow()):
            for tell in current_app.extensions.get(LISTENERS, ()):
                tell(writing, account.tenant_id, place, account.person_id, now=utcnow())
        company_id = service.enter(writing, claims, account, language=chosen_language())
    keep = {**keep, CSRF_KEY: new_id() + new_id()}
    keep |= kept.carried_over(session, account.tenant_id, account.person_id)
    next_path = _local(session.get(NEXT, ""))
    session.start_for((account.tenant_id, account.person_id, company_id), keep)
    log.info("signed in", tenant=account.tenant_id, person=account.person_id)
    return make_response(redirect(next_path or url_for("identity.start"), 303))


def _same_person(accounts: list[Account]) -> Account:
    """The account of whoever is signed in already; somebody else proves nothing for them."""
    actor = current_session().actor
    for account in accounts:
        if actor and (account.tenant_id, account.person_id) == (actor.tenant_id, actor.person_id):
            return account
    raise oidc.SignInFailed("asked to sign in again, somebody else did")


def _pending() -> tuple[Claims | None, dict[str, Any]]:
    pending = current_session().get(PENDING)
    if pending is None:
        return None, {}
    issuer, subject, email, groups = pending["claims"]
    claims = Claims(issuer=issuer, subject=subject, email=email, groups=tuple(groups))
    return claims, pending["keep"]


def _callback_url() -> str:
    return settings().base_url + url_for("identity.callback")


def _provider_name() -> str:
    return gettext(settings().oidc_provider_name)


def _local(path: str) -> str:
    return path if is_local(path) else ""
