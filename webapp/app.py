"""The application: the only place that knows every feature."""

from datetime import timedelta

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import (
    errors,
    extensions,
    fragments,
    headers,
    i18n,
    logs,
    metering,
    monitoring,
    packing,
    web,
)
from webapp.approvals import (
    action_views,
    attachment_views,
    bulk_views,
    decision_views,
    details_views,
    inbox_views,
    link_views,
    list_views,
)
from webapp.approvals import jobs as approval_jobs
from webapp.approvals import news as approval_news
from webapp.approvals import sheet_views as approval_sheet_views
from webapp.approvals import views as approval_views
from webapp.assets import Assets, data_root
from webapp.audit import jobs as audit_jobs
from webapp.audit import paper_views as audit_paper_views
from webapp.audit import views as audit_views
from webapp.carts import line_views, quote_views
from webapp.carts import views as cart_views
from webapp.checkout import views as checkout_views
from webapp.company import (
    message_views,
    people_views,
    reason_views,
    request_views,
    webhook_views,
)
from webapp.company import sheet_views as company_sheet_views
from webapp.company import views as company_views
from webapp.config import Settings
from webapp.db import Database, make_engine
from webapp.emporix import api
from webapp.identity import (
    absence_views,
    account_views,
    credential_views,
    frame,
    guards,
    kept,
    oidc,
    rates,
    sessions,
)
from webapp.identity import jobs as identity_jobs
from webapp.identity import views as identity_views
from webapp.identity.directory import read_grants
from webapp.live import views as live_views
from webapp.orders import views as order_views
from webapp.outbox import jobs as outbox_jobs
from webapp.reader import with_erased_people
from webapp.soundness import require_sound
from webapp.webhooks import jobs as webhook_jobs
from webapp.welcome import views as welcome_views

_MOST_BYTES = 2 * 1024 * 1024
_MOST_FIELDS = 5000

# What gives the desk its pages, in the order of the addresses they bind.
_BLUEPRINTS = (
    identity_views.bp,
    account_views.bp,
    credential_views.bp,
    absence_views.bp,
    live_views.bp,
    cart_views.bp,
    quote_views.bp,
    order_views.bp,
    approval_views.bp,
    checkout_views.bp,
    company_views.bp,
    audit_views.bp,
    welcome_views.bp,
)
# What has more to bind than pages: counters, periodic jobs, verdicts for other pages.
_FEATURES = (
    live_views,
    approval_news,
    order_views,
    approval_views,
    attachment_views,
    approval_jobs,
    audit_jobs,
    identity_jobs,
    outbox_jobs,
    webhook_jobs,
    checkout_views,
)
# These only add pages to the blueprints above.
_FURTHER_PAGES = (
    action_views,
    attachment_views,
    bulk_views,
    decision_views,
    details_views,
    inbox_views,
    line_views,
    link_views,
    list_views,
    people_views,
    reason_views,
    company_sheet_views,
    approval_sheet_views,
    audit_paper_views,
    request_views,
    message_views,
    webhook_views,
)


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> Flask:
    """The desk as a WSGI application.

    Raises:
        BadSettings: it must not start with these settings.
        AssetError: the static files are not there.
    """
    known = settings or Settings.from_environ()
    require_sound(known)
    app = _make(known)
    assets = Assets(watch=known.env == "development")
    extensions.bind(
        app,
        settings=known,
        database=database or Database(make_engine(known.database_url)),
        assets=assets,
    )
    _add_frame(app, known)
    _add_features(app, known)
    _wrap(app, known, assets)
    return app


def _make(known: Settings) -> Flask:
    root = data_root()
    app = Flask("webapp", template_folder=str(root / "templates"), static_folder=None)
    app.config.update(
        SECRET_KEY=known.secret_key,
        MAX_CONTENT_LENGTH=_MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MOST_BYTES,
        MAX_FORM_PARTS=_MOST_FIELDS,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=known.session_max_hours),
        # The token lives as long as the session that it is bound to.
        WTF_CSRF_TIME_LIMIT=None,
        TRAP_HTTP_EXCEPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
    )
    # What a client sent comes back in the order in which it was sent.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_environment = web.Templates
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = with_erased_people
    app.jinja_env.globals.update(asset=web.asset, icon_svg=web.icon_svg, url_for=web.address)
    return app


def _add_frame(app: Flask, known: Settings) -> None:
    # The order is that of a request: number it, look who is there, then at the form and its token.
    logs.init_app(app)
    metering.init_app(app)
    packing.init_app(app)
    headers.init_app(app)
    sessions.init_app(app)
    guards.init_app(app)
    rates.init_app(app)
    api.init_app(app)
    web.init_app(app)
    extensions.csrf.init_app(app)
    kept.init_app(app)
    i18n.init_app(app)
    fragments.init_app(app, keeps=known.env != "development")
    errors.init_app(app)
    frame.init_app(app)
    oidc.init_app(app, known)
    app.extensions["countersign.grants"] = read_grants(known.oidc_roles_file)


def _add_features(app: Flask, known: Settings) -> None:
    monitoring.init_app(app)
    for feature in _FEATURES:
        feature.init_app(app)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    if known.env in {"development", "demo"}:
        from webapp.design import views as design_views

        app.register_blueprint(design_views.bp)
    if known.demo:
        from webapp.demo import binding

        binding.init_app(app, make_app=create_app)


def _wrap(app: Flask, known: Settings, assets: Assets) -> None:
    served = live_views.wrap(app, assets.wrap(app.wsgi_app))
    if known.demo:
        from webapp.demo import seats

        served = seats.wrap(served)
    if known.proxies:
        served = ProxyFix(served, x_for=known.proxies, x_proto=known.proxies, x_host=known.proxies)
    app.wsgi_app = served  # type: ignore[method-assign, assignment]
