"""The closed rows of the inbox, written once for as long as they would read the same.

A row is kept by everything that is in it: the request, the words around it, and how far its times
are from now, as coarsely as the words say it. So whatever changes is another row, here and in
every other process, and nothing has to be told that it changed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from flask import current_app, request
from markupsafe import Markup

from webapp.approvals.dossier import SOON, VERY_SOON
from webapp.approvals.list_scene import ListScene
from webapp.approvals.queries import Summary
from webapp.extensions import business_now
from webapp.fragments import far
from webapp.i18n import reader, say
from webapp.identity.domain import Actor
from webapp.reader import Reader

# Some MB at most: a row has two kB.
_KEPT = 2000
_Query = tuple[tuple[str, str], ...]


def closed_rows(
    scene: ListScene, actor: Actor, query: Mapping[str, str], *, focus: str, now: datetime
) -> Callable[[Sequence[Summary]], Markup]:
    """What writes rows of this list as markup, for the reader of this request."""
    around = (str(scene.place.box), tuple(query.items()), request.script_root, actor.person_id)
    known = reader()
    today = now.astimezone(known.zone).date()

    def closed(row: Summary) -> Markup:
        times = (today, far(row.turn_since, now), far(row.expires_at, now))
        news = scene.news.get(row.id)
        return _written(row, known, around, times, say(news) if news else None, row.id == focus)

    return lambda rows: Markup("\n".join(map(closed, rows)))  # noqa: S704 - rows are markup


@lru_cache(_KEPT)
def _written(
    row: Summary,
    _reader: Reader,
    around: tuple[str, _Query, str, str],
    _times: tuple[date, int, int],
    news: str | None,
    focus: bool,
) -> Markup:
    module = current_app.jinja_env.get_template("approvals/inbox_row.html").module
    box, query, _root, person_id = around
    return module.inbox_row(  # type: ignore[attr-defined, no-any-return]
        row,
        box,
        dict(query),
        business_now(),
        SOON,
        VERY_SOON,
        {"person_id": person_id},
        news,
        focus,
    )
