"""Tokens for programs, visitors of a shop and customers: given, refreshed, exchanged, ended."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.emporix import (
    access,
    dialect,
    granting,
    reading,
    saas,
    senders,
    throttling,
    token_bodies,
    token_refusals,
    token_shapes,
)
from webapp.emporix.token_bodies import LONGEST_TOKEN, asked, required
from webapp.extensions import db, settings
from webapp.identity import clients, credentials, foreign_tokens, queries, tokens
from webapp.identity.bearers import Subject, TokenRefused, bearer_of
from webapp.identity.clients import Client
from webapp.identity.domain import Account, Holder, Origin
from webapp.identity.foreign_tokens import ForeignToken
from webapp.identity.oidc import SignInFailed
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Forbidden, Invalid, NotFound
from webapp.kernel.ids import new_id
from webapp.kernel.sentence import sentence

bp = Blueprint("api_tokens", __name__)


@bp.errorhandler(TokenRefused)
def refuse_token(refused: TokenRefused) -> Response:
    """401, as for a token in the header."""
    return dialect.fault(is_expired=refused.is_expired)


@bp.errorhandler(SignInFailed)
def refuse_for_now(failed: SignInFailed) -> Response:
    """503 while the provider does not answer."""
    return senders.provider_away(failed)


@bp.post("/oauth/token")
def create_token() -> ResponseReturnValue:
    """A token for a program or a personal key, with the client credentials of RFC 6749."""
    throttling.count_call("token")
    grant, now = token_bodies.read_grant(), utcnow()
    account = f"client {grant.tenant_id} {grant.client_id}"
    throttling.count_attempt(account)
    subject, until = granting.recognise(grant, now=now)
    throttling.forgive_attempt(account)
    with db.transaction() as session:
        subject, granted = granting.narrow(session, subject, grant.scopes)
        issued = tokens.issue(session, subject, now=now, until=until)
        granting.note_use(session, subject, now=now)
    return token_shapes.program(issued, granted)


@bp.get("/customerlogin/auth/anonymous/login")
def anonymous_login() -> dict[str, Any]:
    """Tokens for a visitor of a shop, whose session begins here."""
    throttling.count_call("visitor")
    now = utcnow()
    with db.transaction() as session:
        client = _shop(session)
        subject = Subject(
            tenant_id=client.tenant_id,
            holder=Holder.ANONYMOUS,
            origin=Origin.ANONYMOUS,
            session_id=new_id(),
            client_id=client.id,
        )
        issued = tokens.issue(session, subject, now=now)
    return token_shapes.visitor(issued)


@bp.get("/customerlogin/auth/anonymous/refresh")
def anonymous_refresh() -> ResponseReturnValue:
    """The next tokens of a visitor, in the same session."""
    throttling.count_call("refresh")
    token, now = required("refresh_token", "anonymous_token", most=LONGEST_TOKEN), utcnow()
    with db.transaction() as session:
        client = _shop(session)
        holder = tokens.holder_of_refresh(session, client.tenant_id, token, now=now)
        if holder is not None and holder.client_id != client.id:
            raise TokenRefused
        issued = tokens.refresh(
            session,
            client.tenant_id,
            token,
            company_id=None,
            now=now,
            holders=(Holder.ANONYMOUS,),
        )
    return dialect.fault() if issued is None else token_shapes.visitor(issued)


@bp.post("/customer/<tenant>/login")
def login(tenant: str) -> ResponseReturnValue:
    """Tokens for a customer who knows their password; the session of the visitor goes on."""
    throttling.count_call("login")
    wanted, sender, now = reading.read(token_bodies.Login), access.bearer(), utcnow()
    account = f"login {tenant} {wanted.email.strip().lower()}"
    throttling.count_attempt(account)
    with db.reading() as session:
        found = credentials.find(session, tenant, wanted.email)
    if not found.opened_by(wanted.password):
        return token_refusals.fault("Invalid credentials", "oauth.v2.InvalidCredentials")
    throttling.forgive_attempt(account)
    subject = Subject(
        tenant_id=tenant,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        session_id=sender.session_id if sender.holder is Holder.ANONYMOUS else new_id(),
        person_id=found.person_id,
        client_id=sender.client_id,
    )
    with db.transaction() as session:
        issued = tokens.issue(session, subject, now=now)
    return token_shapes.login(issued, saas.make(found.person_id, tenant, now))


@bp.get("/customer/<tenant>/refreshauthtoken")
def refresh(tenant: str) -> ResponseReturnValue:
    """The next tokens of a customer, for the company that is named or for none."""
    throttling.count_call("refresh")
    token, company_id = required("refreshToken", most=LONGEST_TOKEN), asked("legalEntityId")
    now = utcnow()
    with db.transaction() as session:
        holder = tokens.holder_of_refresh(session, tenant, token, now=now)
        _check_holder(session, holder, company_id)
        # One that was used before ends its family: that is committed, and answered afterwards.
        issued = tokens.refresh(session, tenant, token, company_id=company_id, now=now)
    return dialect.fault() if issued is None else token_shapes.refreshed(issued)


@bp.get("/customer/<tenant>/validateauthtoken")
def validate(tenant: str) -> dict[str, Any]:
    """What the token in the header is good for, and for how long."""
    return token_shapes.validated(access.bearer(), now=utcnow())


@bp.post("/customer/<tenant>/exchangeauthtoken")
def exchange(tenant: str) -> dict[str, Any]:
    """Tokens of ours for an access token that the identity provider gave a customer."""
    throttling.count_call("exchange")
    text, now = required("subjectAccessToken", most=LONGEST_TOKEN), utcnow()
    _check_config(asked("config"))
    token, account = _customer_of(tenant, foreign_tokens.read(text, settings(), now=now))
    sender = access.bearer()
    subject = replace(
        foreign_tokens.subject_of(tenant, account.person_id, token),
        origin=Origin.EXCHANGE,
        session_id=sender.session_id if sender.holder is Holder.ANONYMOUS else new_id(),
        client_id=sender.client_id,
    )
    with db.transaction() as session:
        if not account.bound:
            foreign_tokens.bind(session, token, account)
        granted = bearer_of(session, subject).scopes
        issued = tokens.issue(session, subject, now=now)
    made = saas.make(account.person_id, tenant, now)
    return token_shapes.exchanged(issued, granted, saas_token=made, subject_token=text)


@bp.get("/customer/<tenant>/logout")
def logout(tenant: str) -> ResponseReturnValue:
    """End the sign-in that a token comes from; without one named, the token of the header."""
    sent, sender, now = senders.sent_token(), access.bearer(), utcnow()
    token = asked("accessToken", most=LONGEST_TOKEN) or sent
    with db.transaction() as session:
        if foreign_tokens.looks_like_one(token):
            is_own = token == sent
            if is_own:
                foreign_tokens.deny(session, sender, token, now=now)
        else:
            is_own = tokens.log_out(session, sender, token, now=now)
    return ("", 204) if is_own else dialect.fault()


def _shop(session: Session) -> Client:
    """The client in the query that may let visitors in; raises `TokenRefused`."""
    client_id, tenant_id = required("client_id"), asked("tenant", "hybris-tenant")
    found = clients.find(session, client_id, tenant_id=tenant_id)
    if found is None or clients.VISITORS not in found.client.grants:
        raise TokenRefused
    return found.client


def _check_holder(session: Session, holder: Subject | None, company_id: str | None) -> None:
    """Refuse a refresh that may not be, before the token is used up."""
    if holder is None:
        return
    caller = access.bearer().actor
    if caller is not None and caller.person_id != holder.person_id:
        raise TokenRefused
    places = queries.workplaces(session, holder.tenant_id, holder.person_id or "")
    if company_id not in {None, *(place.company_id for place in places)}:
        words = sentence("The customer is not assigned to this legal entity.")
        raise Forbidden(words, code="no_membership", fields={"legalEntityId": words})


def _check_config(config: str | None) -> None:
    if config not in (None, settings().oidc_api_config) or not settings().oidc_issuer:
        words = sentence("There is no such configuration.")
        raise Invalid(words, code="body", fields={"config": words})


def _customer_of(tenant_id: str, token: ForeignToken) -> tuple[ForeignToken, Account]:
    """Whom the token speaks for; the provider is asked for their e-mail where the token has none.

    Raises:
        NotFound: nobody of this tenant.
    """
    with db.reading() as session:
        account = foreign_tokens.find(session, tenant_id, token)
    if account is None and not token.claims.email:
        token = foreign_tokens.ask_more(token, settings())
        with db.reading() as session:
            account = foreign_tokens.find(session, tenant_id, token)
    if account is None:
        raise NotFound(sentence("There is no such customer."), code="no_person")
    return token, account
