"""Who one is, the companies one buys for, and what one may: `me`, legal entities, scopes, groups.

A person sees the companies in which they are active now, whichever of them the token was made for,
so that a client can offer the choice (section 5.6). A program sees its own company, or all of the
tenant when it is bound to none.
"""

import re
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from webapp.carts import queries as carts
from webapp.carts.domain import SiteFacts
from webapp.emporix import access, customer_shapes, paging, reading
from webapp.emporix.customer_shapes import Reader
from webapp.extensions import db
from webapp.identity import companies, queries
from webapp.identity.bearers import Bearer
from webapp.identity.companies import CompanySheet
from webapp.identity.domain import Actor, Member, Role, Workplace
from webapp.kernel.errors import Invalid, NotFound
from webapp.kernel.sentence import sentence

bp = Blueprint("api_customers", __name__)

_LARGEST = 500
_ME = "me"
_BY_COMPANY = re.compile(r'(?:legalEntity\.id|legalEntityId):"?([A-Za-z0-9_.\-]{1,100})"?')


@bp.get("/customer/<tenant>/me")
def me(tenant: str) -> dict[str, Any]:
    """The profile of whoever calls; addresses come along whether they are expanded or not."""
    actor = access.bearer().actor
    with db.reading() as session:
        site = _default_site(session, tenant)
        if actor is None:
            return customer_shapes.anonymous(site)
        posts = queries.workplaces(session, tenant, actor.person_id)
        is_active = actor.company_id is not None and actor.role is not None
        addresses = queries.addresses(session, tenant, actor.company_id or "") if is_active else []
    return customer_shapes.profile(actor, posts, addresses, site)


@bp.get("/customer-management/<tenant>/legal-entities")
def legal_entities(tenant: str) -> Response:
    """The companies of whoever calls, by name, page by page."""
    sender, window = access.bearer(), paging.asked_window(largest=_LARGEST)
    with db.reading() as session:
        reader, ids = _sight(session, sender)
        if ids is None:
            total = companies.count(session, tenant)
            part = companies.some(session, tenant, offset=window.offset, limit=window.size)
        else:
            own = companies.sheets(session, tenant, ids)
            total, part = len(own), own[window.offset : window.offset + window.size]
    return paging.reply([customer_shapes.legal_entity(one, reader=reader) for one in part], total)


@bp.get("/customer-management/<tenant>/legal-entities/<company_id>")
def legal_entity(tenant: str, company_id: str) -> dict[str, Any]:
    """One of the companies that `legal_entities` lists; 404 for any other."""
    with db.reading() as session:
        reader, ids = _sight(session, access.bearer())
        found: list[CompanySheet] = []
        if ids is None or company_id in ids:
            found = companies.sheets(session, tenant, [company_id])
    if not found:
        raise NotFound(sentence("There is no such legal entity."), code="no_company")
    return customer_shapes.legal_entity(found[0], reader=reader)


@bp.get("/customer-management/<tenant>/contact-assignments")
def contact_assignments(tenant: str) -> Response:
    """Who belongs to one's companies, or to the one of them that is asked for."""
    actor, asked = access.actor(), _asked_company()
    window = paging.asked_window(largest=_LARGEST)
    with db.reading() as session:
        posts = queries.workplaces(session, tenant, actor.person_id)
        own = [post for post in posts if asked in (None, post.company_id)]
        people = [(one, post) for post in own for one in _active(session, tenant, post.company_id)]
    reader = _person(actor, posts)
    part = people[window.offset : window.offset + window.size]
    documents = [
        customer_shapes.contact_assignment(one, post.company_name, reader=reader)
        for one, post in part
    ]
    return paging.reply(documents, len(people))


@bp.get("/iam/<tenant>/users/me/scopes")
def my_scopes(tenant: str) -> dict[str, str]:
    """What the token may do now; the list ends with the tenant, as clients expect."""
    words = [*sorted(access.bearer().scopes), f"tenant={tenant}"]
    return {"userId": access.actor().person_id, "scopes": " ".join(words)}


@bp.get("/iam/<tenant>/users/<user_id>/groups")
def groups(tenant: str, user_id: str) -> Response:
    """What one is in which company; nobody reads the groups of others."""
    actor = access.actor()
    if user_id not in (_ME, actor.person_id):
        raise NotFound(sentence("There is no such user."), code="no_person")
    with db.reading() as session:
        posts = queries.workplaces(session, tenant, actor.person_id)
    documents = customer_shapes.groups(posts)
    return paging.reply(documents, len(documents))


def _default_site(session: Session, tenant_id: str) -> SiteFacts | None:
    try:
        return carts.default_site(session, tenant_id)
    except NotFound:
        return None


def _sight(session: Session, sender: Bearer) -> tuple[Reader, list[str] | None]:
    """Who reads, and the companies they see; None for all of them."""
    actor = sender.actor
    if actor is not None:
        posts = queries.workplaces(session, sender.tenant_id, actor.person_id)
        return _person(actor, posts), [post.company_id for post in posts]
    bound_to = companies.company_of_client(session, sender.tenant_id, sender.client_id)
    return Reader(None), None if bound_to is None else [bound_to]


def _person(actor: Actor, posts: list[Workplace]) -> Reader:
    led = {post.company_id for post in posts if post.role is Role.ADMIN}
    return Reader(actor.person_id, frozenset(led))


def _active(session: Session, tenant_id: str, company_id: str) -> list[Member]:
    return [one for one in queries.members(session, tenant_id, company_id) if one.active]


def _asked_company() -> str | None:
    """The company in `q` or `legalEntityId`; raises `Invalid` for any other question."""
    plain, q = request.args.get("legalEntityId"), request.args.get("q", "").strip()
    if plain is not None and (why := reading.unusable_text(plain)):
        reading.refuse({"legalEntityId": why})
    if not q:
        return plain
    match = _BY_COMPANY.fullmatch(q)
    if match is None:
        why_not = sentence("can only be legalEntity.id:<id>")
        raise Invalid(
            sentence("The query q can only be legalEntity.id:<id>."),
            code="query",
            fields={"q": why_not},
        )
    return match[1]
