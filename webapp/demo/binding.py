"""Everything that the demo adds to an application; in production nothing of it is imported."""

from flask import Flask

from webapp.demo import (
    bar,
    brand_views,
    clock_views,
    console_views,
    guide_views,
    hook_views,
    seats,
    split_views,
    switch_views,
    views,
)
from webapp.demo.stage import MakeApp

# They add their pages to the blueprint of the demo.
_PAGES = (
    brand_views,
    clock_views,
    console_views,
    guide_views,
    hook_views,
    split_views,
    switch_views,
)


def init_app(app: Flask, *, make_app: MakeApp) -> None:
    """Add the pages of the demo, and what stands above every page."""
    views.init_app(app, make_app=make_app)
    clock_views.init_app(app)
    hook_views.init_app(app)
    bar.init_app(app)
    brand_views.init_app(app)
    seats.init_app(app)
    app.register_blueprint(views.bp)
