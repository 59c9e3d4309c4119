"""Moving the clock of the demo: an hour, a day, or to where the next request expires."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, Response, current_app, request, url_for
from flask_babel import gettext

from webapp import errors
from webapp.approvals.pace import next_expiry
from webapp.demo import cast, clock
from webapp.demo.idp import folder_of
from webapp.demo.views import bp
from webapp.extensions import business_now, db, move_business
from webapp.identity.views import NEXT
from webapp.kernel.errors import Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.web import go, is_local

# As far past the expiry as the worker would need to notice it.
_AFTER = timedelta(seconds=1)
_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def init_app(app: Flask) -> None:
    """Let the business of this demo go by the clock that is moved here."""
    here = folder_of(app)
    if here is not None:
        move_business(app, partial(clock.ahead, here.clock))


@bp.post("/clock")
def move_clock() -> Response:
    """Move the clock ahead, and let happen at once what happens by then: reminders, expiry."""
    here = folder_of(current_app)
    if here is None:
        return errors.show(404, gettext("The clock of this desk cannot be moved."))
    clock.move(here.clock, _step(request.form.get("by", "")))
    jobs: list[Callable[[datetime], int]] = current_app.extensions.get("business_jobs", [])
    for job in jobs:
        job(business_now())
    next_path = request.form.get(NEXT, "")
    return go(next_path if is_local(next_path) else url_for("identity.start"))


def _step(by: str) -> timedelta:
    if by in _STEPS:
        return _STEPS[by]
    if by != "expiry":
        raise Invalid(sentence(N_("The clock does not know this step.")), code="unknown_step")
    now = business_now()
    with db.reading() as session:
        at = next_expiry(session, cast.TENANT, now=now)
    return at - now + _AFTER if at else timedelta()
