"""Orders: `/order-v2/{tenant}/orders` and below (section 7.4)."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session

from webapp.emporix import access, order_shapes, paging, reading
from webapp.extensions import db
from webapp.identity import queries as identity
from webapp.identity.domain import PersonFacts
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import sentence
from webapp.orders import queries
from webapp.orders.queries import OrderView, Search

bp = Blueprint("api_orders", __name__)

_LARGEST_PAGE = 60
_USUAL_PAGE = 16
_MOST_CRITERIA = 20
# The words of the reference service for what orders are sought and sorted by.
_FIELDS = {
    "id": "id",
    "status": "status",
    "siteCode": "site_code",
    "legalEntityId": "company_id",
    "customer.id": "owner_id",
    "currency": "currency",
    "cartId": "cart_id",
    "quoteId": "quote_id",
}
_PARAMETERS = ("status", "siteCode", "legalEntityId")
_SORTED_BY = {
    **_FIELDS,
    "created": "placed_at",
    "metadata.createdAt": "placed_at",
    "metadata.modifiedAt": "placed_at",
    "totalPrice": "total",
}


@bp.get("/order-v2/<tenant>/orders")
def list_all(tenant: str) -> ResponseReturnValue:
    """The orders that the caller asked for or placed; for a program those of its company."""
    window = paging.asked_window(largest=_LARGEST_PAGE, usual=_USUAL_PAGE)
    wanted = Search(
        filters=(*_parameters(), *_criteria(_argument("q"))),
        sort=_sorting(_argument("sort")),
        limit=window.size,
        offset=window.offset,
    )
    with db.reading() as session:
        found = queries.search(session, _scope(), wanted)
        total = queries.count(session, _scope(), wanted)
        documents = _documents(session, tenant, found)
    return paging.reply(documents, total)


@bp.get("/order-v2/<tenant>/orders/<order_id>")
def show(tenant: str, order_id: str) -> ResponseReturnValue:
    """One order."""
    with db.reading() as session:
        view = queries.one(session, _scope(), order_id)
        return _documents(session, tenant, [view])[0]


def _scope() -> Select[Any]:
    sender = access.bearer()
    if sender.actor is None:
        return queries.of_tenant(sender.tenant_id, sender.company_id)
    return queries.visible_to(sender.actor)


def _documents(session: Session, tenant: str, found: list[OrderView]) -> list[dict[str, Any]]:
    owners: dict[str, PersonFacts] = {}
    for view in found:
        owner_id = view.row.owner_id
        if owner_id not in owners:
            owners[owner_id] = identity.person(session, tenant, owner_id)
    return [order_shapes.order(tenant, view, owners[view.row.owner_id]) for view in found]


def _argument(name: str) -> str:
    text = request.args.get(name, "")
    problem = reading.unusable_text(text)
    if problem:
        _refuse(name, problem, "query")
    return text


def _parameters() -> list[tuple[str, str]]:
    named = ((_FIELDS[name], _argument(name)) for name in _PARAMETERS)
    return [(field, text) for field, text in named if text]


def _criteria(text: str) -> list[tuple[str, str]]:
    """`status:CREATED siteCode:main`: every field has to be equal (a part of section 3.3)."""
    criteria = [criterion.partition(":") for criterion in text.split()]
    known = all(name in _FIELDS and colon and value for name, colon, value in criteria)
    if not known or len(criteria) > _MOST_CRITERIA:
        _refuse("q", f"takes field:value, separated by blanks, of {', '.join(_FIELDS)}", "query")
    return [(_FIELDS[name], value.strip('"')) for name, _, value in criteria]


def _sorting(text: str) -> tuple[tuple[str, bool], ...]:
    """`created:desc,id`: descending only for `desc` and `DESC` (section 3.2)."""
    keys = [key.partition(":") for key in text.split(",") if key]
    if not all(name in _SORTED_BY for name, _, _ in keys) or len(keys) > _MOST_CRITERIA:
        _refuse("sort", f"takes {', '.join(_SORTED_BY)}", "sort")
    return tuple((_SORTED_BY[name], way in ("desc", "DESC")) for name, _, way in keys)


def _refuse(name: str, why: str, code: str) -> None:
    problem = sentence("{why}", why=why)
    message = sentence("{name} {why}.", name=name, why=why)
    raise Invalid(message, code=code, fields={name: problem})
