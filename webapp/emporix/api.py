"""The API as a whole: its operations, its guard, and its own words for refusals."""

from flask import Blueprint, Flask

from webapp import web
from webapp.emporix import (
    access,
    approval_endpoints,
    cart_endpoints,
    checkout_endpoints,
    configuration_endpoints,
    cors,
    customer_endpoints,
    dialect,
    jobs,
    models,
    order_endpoints,
    quote_endpoints,
    reference,
    shop_endpoints,
    throttling,
    token_endpoints,
)
from webapp.extensions import csrf

__all__ = ["init_app", "models"]

_BLUEPRINTS: tuple[Blueprint, ...] = (
    approval_endpoints.bp,
    cart_endpoints.bp,
    checkout_endpoints.bp,
    configuration_endpoints.bp,
    customer_endpoints.bp,
    order_endpoints.bp,
    quote_endpoints.bp,
    shop_endpoints.bp,
    token_endpoints.bp,
)


def init_app(app: Flask) -> None:
    """Answer programs below the prefixes of the reference service."""
    web.bind_api(app, web.Api(prefixes=dialect.PREFIXES, refuse=dialect.refuse, say=dialect.say))
    cors.init_app(app)
    access.init_app(app)
    throttling.init_app(app)
    jobs.init_app(app)
    for blueprint in _BLUEPRINTS:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    # A page for people, with a form; everything that guards pages guards it.
    app.register_blueprint(reference.bp)
