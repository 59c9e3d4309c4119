"""Who may call which operation: one table, and an operation without a row is refused.

The token says who calls (section 6.2 of the reference service's description); roles and scopes are
those of the moment.
"""

import re
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, abort, g, request

from webapp import web
from webapp.emporix import dialect, senders
from webapp.identity.bearers import Bearer
from webapp.identity.domain import Actor, Holder

_TENANT = re.compile(r"[a-z][a-z0-9]{2,15}")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose tokens are taken, and the scope that they need; without holders, nobody is asked."""

    holders: frozenset[Holder] = frozenset()
    scope: str | None = None


PUBLIC = Rule()


def customer(scope: str | None = None) -> Rule:
    """Customers with this scope."""
    return Rule(frozenset({Holder.CUSTOMER}), scope)


def shopper(scope: str) -> Rule:
    """Customers with this scope, and whoever has not signed in to the shop yet."""
    return Rule(frozenset({Holder.CUSTOMER, Holder.ANONYMOUS}), scope)


def service(scope: str) -> Rule:
    """Programs with this scope."""
    return Rule(frozenset({Holder.SERVICE}), scope)


ANONYMOUS = Rule(frozenset({Holder.ANONYMOUS, Holder.CUSTOMER}))
ANYBODY = Rule(frozenset(Holder))
_READ, _MANAGE = "approval.approval_read_own", "approval.approval_manage_own"
_CART_READ, _CART = "cart.cart_read_own", "cart.cart_manage_own"
_CONFIGURATION_READ = "configuration.configuration_view"
_CONFIGURATION = "configuration.configuration_manage"

RULES: dict[str, Rule] = {
    "api_approvals.create": customer(_MANAGE),
    "api_approvals.list_all": customer(_READ),
    "api_approvals.show": customer(_READ),
    "api_approvals.patch": customer(_MANAGE),
    "api_approvals.delete": customer(_MANAGE),
    "api_approvals.permitted": customer(_READ),
    "api_approvals.search_users": customer(_READ),
    "api_carts.create": shopper(_CART),
    "api_carts.find": shopper(_CART_READ),
    "api_carts.show": shopper(_CART_READ),
    "api_carts.change": shopper(_CART),
    "api_carts.delete": shopper(_CART),
    "api_carts.add_item": shopper(_CART),
    "api_carts.add_items": shopper(_CART),
    "api_carts.list_items": shopper(_CART_READ),
    "api_carts.change_item": shopper(_CART),
    "api_carts.remove_item": shopper(_CART),
    "api_carts.clear": shopper(_CART),
    "api_carts.merge": shopper(_CART),
    "api_carts.validate": shopper(_CART_READ),
    "api_checkout.place_order": customer("checkout.checkout_manage_own"),
    "api_orders.list_all": Rule(
        frozenset({Holder.CUSTOMER, Holder.SERVICE}), "order.order_readascustomer"
    ),
    "api_orders.show": Rule(
        frozenset({Holder.CUSTOMER, Holder.SERVICE}), "order.order_readascustomer"
    ),
    "api_quotes.list_all": customer("quote.quote_read_own"),
    "api_quotes.show": customer("quote.quote_read_own"),
    "api_quotes.patch": customer("quote.quote_manage_own"),
    "api_configuration.list_all": service(_CONFIGURATION_READ),
    "api_configuration.show": service(_CONFIGURATION_READ),
    "api_configuration.create": service(_CONFIGURATION),
    "api_configuration.replace": service(_CONFIGURATION),
    "api_tokens.create_token": PUBLIC,
    "api_tokens.anonymous_login": PUBLIC,
    "api_tokens.anonymous_refresh": PUBLIC,
    "api_tokens.login": ANONYMOUS,
    "api_tokens.refresh": ANONYMOUS,
    "api_tokens.validate": customer(),
    "api_tokens.exchange": ANONYMOUS,
    "api_tokens.logout": customer(),
    "api_customers.me": ANONYMOUS,
    "api_customers.legal_entities": Rule(
        frozenset({Holder.CUSTOMER, Holder.SERVICE}), "customermanagement.legalentity_read_own"
    ),
    "api_customers.legal_entity": Rule(
        frozenset({Holder.CUSTOMER, Holder.SERVICE}), "customermanagement.legalentity_read_own"
    ),
    "api_customers.contact_assignments": customer("customermanagement.legalentity_read_own"),
    "api_customers.my_scopes": customer("iam.scope_read_own"),
    "api_customers.groups": customer("iam.group_read_own"),
    "api_shop.configuration": ANYBODY,
    "api_shop.context": ANONYMOUS,
    "api_shop.change_context": ANONYMOUS,
    "api_shop.sites": ANYBODY,
    "api_shop.site": ANYBODY,
    "api_shop.currencies": ANYBODY,
    "api_shop.catalogs": ANYBODY,
    "api_shop.availability": ANYBODY,
    "api_shop.list_products": ANYBODY,
    "api_shop.search_products": ANYBODY,
    "api_shop.shipping_zones": ANYBODY,
    "api_shop.find_site": ANYBODY,
    "api_shop.calculate_tax": ANYBODY,
}
# Programs read with the scope of their own kind.
_OF_SERVICE = {
    "order.order_readascustomer": "order.order_read",
    "customermanagement.legalentity_read_own": "customermanagement.legalentity_read",
}


def init_app(app: Flask) -> None:
    """Ask at every call of the API who is there."""
    app.before_request(check)


def bearer() -> Bearer:
    """Who sends this request."""
    return cast("Bearer", g.bearer)


def actor() -> Actor:
    """The person who sends this request; only behind a rule that takes nobody but customers."""
    sender = bearer().actor
    if sender is None:
        abort(dialect.fault())
    return sender


def check() -> Response | None:
    """Refuse whoever may not call this operation; 400, 401, 403 in this order (section 3.1)."""
    if web.called_api() is None or request.endpoint is None or request.method == "OPTIONS":
        return None
    tenant_id = (request.view_args or {}).get("tenant")
    if tenant_id is not None:
        _check_tenant(tenant_id)
    rule = RULES.get(request.endpoint)
    if rule is None:
        return dialect.forbidden(None)
    if not rule.holders:
        return None
    g.bearer = senders.recognise(tenant_id or "")
    return _refusal(rule, g.bearer)


def _check_tenant(tenant_id: str) -> None:
    named = request.headers.get("Emporix-Tenant", tenant_id)
    if _TENANT.fullmatch(tenant_id) is None or named != tenant_id:
        words = "The tenant in the path has 3 to 16 lower-case letters and digits."
        if named != tenant_id:
            words = "The header Emporix-Tenant names another tenant than the path."
        code = dialect.VALIDATION if request.path.startswith("/approval/") else None
        abort(dialect.answer(400, words, error_code=code))


def _refusal(rule: Rule, sender: Bearer) -> Response | None:
    if sender.holder not in rule.holders:
        # The token of a program is none where people act (section 6.2).
        is_program = sender.holder is Holder.SERVICE
        return dialect.fault() if is_program else dialect.forbidden(rule.scope)
    scope = rule.scope
    if sender.holder is Holder.SERVICE and scope is not None:
        scope = _OF_SERVICE.get(scope, scope)
    # Whoever has not signed in yet has no scopes, and needs none for a cart of theirs.
    if scope is None or sender.holder is Holder.ANONYMOUS or scope in sender.scopes:
        return None
    return dialect.forbidden(scope)
