"""The landing page of the demo, and the story at the side of its pages."""

from flask import Response, make_response, render_template, request, url_for

from webapp.demo import guide
from webapp.demo.bar import COOKIE
from webapp.demo.folder import began
from webapp.demo.idp import folder
from webapp.demo.switch_views import become
from webapp.demo.views import EXAMPLE, bp
from webapp.extensions import db, settings
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.web import go, render

_A_DAY = 24 * 3600


@bp.get("")
def show_stage() -> Response:
    """Three stories of two minutes, and everything else that can be shown."""
    with db.reading() as session:
        told = [guide.progress(session, name) for name in guide.STORIES]
    here = folder()
    return render(
        "demo/stage.html",
        told=told,
        example=EXAMPLE,
        began=began(here.stamp) if here and here.stamp.exists() else None,
    )


@bp.post("/story")
def follow_story() -> Response:
    """Follow a story from where it is: as who is next, on the page where they are needed."""
    name = request.form.get("story", "")
    if name not in guide.STORIES:
        raise NotFound(sentence(N_("This story is not told here.")), code="no_story")
    with db.reading() as session:
        told = guide.progress(session, name)
    response = become(told.next.by, told.at) if told.next else go(url_for("demo.show_stage"))
    response.set_cookie(
        COOKIE, name, max_age=_A_DAY,
        httponly=True, secure=settings().https, samesite="Lax", path="/",
    )  # fmt: skip
    return response


@bp.post("/story/end")
def leave_story() -> Response:
    """Leave the story; it can be gone on with from the landing page."""
    response = go(url_for("demo.show_stage"))
    response.delete_cookie(COOKIE, path="/")
    return response


@bp.get("/story")
def show_story() -> Response:
    """The story at the side as it is now, for the page that it stands on."""
    return make_response(render_template("demo/_stage_story.html"))
