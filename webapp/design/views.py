"""Every component in every state, on pages for those who build the desk.

Registered only in development and in the demo; nothing here is anybody's.
"""

from typing import Any

from flask import Blueprint, Response, abort
from werkzeug.datastructures import MultiDict

from webapp.assets import data_root
from webapp.design import specimens
from webapp.design.forms import SampleForm
from webapp.design.palette import swatches
from webapp.kernel.clock import utcnow
from webapp.web import render

bp = Blueprint("design", __name__, url_prefix="/design")


@bp.get("")
def show() -> Response:
    """Colours, type, spaces, and every component that stays in its place."""
    sheet = (data_root() / "static/css/tokens.css").read_text("utf-8")
    return render("design/show.html", swatches=swatches(sheet), **_shown())


@bp.get("/<state>")
def show_state(state: str) -> Response:
    """A component that takes hold of the whole screen, on a page of its own."""
    if state not in specimens.STATES:
        abort(404)
    return render("design/show_state.html", state=state, **_shown())


def _shown() -> dict[str, Any]:
    wrong = SampleForm(MultiDict(), prefix="wrong-")
    wrong.validate()
    return {
        "samples": specimens,
        "at": specimens.moments(utcnow()),
        "form": SampleForm(MultiDict({"name": "Thermal labels", "quantity": "4"})),
        "wrong": wrong,
    }
