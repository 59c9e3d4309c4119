"""What views know of htmx: whole pages or fragments, and how a change is answered."""

import json
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.templating import Environment
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.urls import iri_to_uri

from webapp import i18n
from webapp.assets import icons
from webapp.extensions import assets, settings
from webapp.kernel.errors import DomainError
from webapp.kernel.sentence import Sentence
from webapp.telling import tell

# htmx sends this event to the page with the words of the status line.
STATUS_EVENT = "status"
# The name of the fields that take a file; everywhere else a file stands in for nothing.
FILE = "file"
# So many addresses are kept that were put together before; those of requests come and go.
_KEPT = 4096
_API = "countersign.api"
_UPLOADS = "countersign.uploads"
_JSON = "countersign.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The part of the addresses that programs call: its paths, and its words for refusals.

    It has its own guard; what pages do about sessions, forms and errors is not done there.
    """

    prefixes: tuple[str, ...]
    refuse: Callable[[DomainError], Response]
    say: Callable[[int], Response]


class Templates(Environment):
    """The templates, which see the names of the environment and none of their own.

    Jinja would put a layer for their own around these, and compare all names for every import.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names of the environment, or with those that somebody gives a template."""
        return self.globals if d is None else super().make_globals(d)


def init_app(app: Flask) -> None:
    """Refuse what no page of ours sends; must be bound before anything reads forms."""
    app.before_request(refuse_oddities)


def allow_upload(app: Flask, endpoint: str, most_bytes: int) -> None:
    """Let the form of this endpoint be larger than those of other pages."""
    app.extensions.setdefault(_UPLOADS, {})[endpoint] = most_bytes


def allow_json(app: Flask, endpoint: str) -> None:
    """Let programs send JSON to this endpoint, which no form of ours does."""
    app.extensions.setdefault(_JSON, set()).add(endpoint)


def bind_api(app: Flask, api: Api) -> None:
    """Leave the paths below these prefixes to the API."""
    app.extensions[_API] = api


def called_api() -> Api | None:
    """The API, when this request is for it."""
    api: Api | None = current_app.extensions.get(_API)
    return api if api is not None and request.path.startswith(api.prefixes) else None


def refuse_oddities() -> None:
    """Refuse bodies that no form of ours makes, and addresses that no database can look for.

    Raises:
        BadRequest: JSON, a file in place of text, fields without names or by the thousand.
        NotFound: the address holds NUL, which PostgreSQL does not take.
    """
    if "\x00" in request.path:
        raise NotFound
    takes_json = request.endpoint in current_app.extensions.get(_JSON, ())
    if request.method != "POST" or called_api() or takes_json:
        return
    if most_bytes := current_app.extensions.get(_UPLOADS, {}).get(request.endpoint):
        request.max_content_length = most_bytes
    count = sum(len(texts) for _, texts in request.form.lists())
    is_odd = request.is_json or None in request.form or set(request.files) - {FILE}
    if is_odd or count > (request.max_form_parts or count):
        raise BadRequest


def wants_fragment() -> bool:
    """Whether htmx swaps a part of the page; boosted links and restored pages want it whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and not (
        headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true"
    )


def from_htmx() -> bool:
    """Whether htmx sent this request, whatever part of the page it wants."""
    return request.headers.get("HX-Request") == "true"


def render(
    page: str, fragment: str | None = None, *, status: int = 200, **context: object
) -> Response:
    """The page, or for htmx its fragment when there is one."""
    template = fragment if fragment and wants_fragment() else page
    response = make_response(render_template(template, **context), status)
    response.vary.add("HX-Request")
    return response


def done(
    endpoint: str,
    message: Sentence | str,
    *,
    fragment: Callable[[], ResponseReturnValue] | None = None,
    **values: object,
) -> Response:
    """Answer a change that is committed: go to the endpoint and say what happened.

    A plain form is redirected (303) and reads the message in the status line of the next page. For
    htmx, `fragment` is called, typically with a `render`, and its answer carries the message as the
    event `status`; without a fragment htmx goes to the endpoint like a plain form. A `Sentence` is
    translated here, a string is taken as it is.
    """
    text = i18n.say(message) if isinstance(message, Sentence) else message
    if fragment is not None and wants_fragment():
        return announce(make_response(fragment()), text)
    response = go(
        url_for(endpoint, _anchor=None, _method=None, _scheme=None, _external=None, **values)
    )
    tell(response, text)
    return response


def announce(response: Response, text: str) -> Response:
    """Put words into the status line of the page that htmx is on."""
    response.headers["HX-Trigger"] = json.dumps({STATUS_EVENT: text})
    response.vary.add("HX-Request")
    return response


def go(url: str) -> Response:
    """Send the reader to another page of this desk: 303, or `HX-Redirect` for htmx."""
    if wants_fragment():
        response = make_response("", 200)
        response.headers["HX-Redirect"] = iri_to_uri(url)
    else:
        response = make_response(redirect(url, 303))
    response.vary.add("HX-Request")
    return response


def is_local(url: str) -> bool:
    """Whether this is a path of this desk, so that a redirect to it cannot lead elsewhere."""
    if any(ord(letter) < ord("!") or letter == "\\" for letter in url):
        return False
    return url.startswith("/") and not url.startswith("//")


def same_origin() -> bool:
    """Whether a form was sent from a page of this desk; browsers name the origin of every POST."""
    # A proxy that is not trusted hides the scheme, so the configured address counts as well.
    ours = (None, request.host_url.rstrip("/"), settings().base_url)
    return request.headers.get("Origin") in ours


def request_id() -> str:
    """The id of this request, as logs and the page of an unexpected error name it."""
    return str(g.get("request_id", ""))


def address(endpoint: str, **values: Any) -> str:
    """The address of a page of this desk, put together once for the same values."""
    if endpoint.startswith(".") or not all(isinstance(value, str) for value in values.values()):
        return url_for(endpoint, **values)
    return _address(request.script_root, endpoint, tuple(values.items()))


@lru_cache(_KEPT)
def _address(_root: str, endpoint: str, values: tuple[tuple[str, str], ...]) -> str:
    parts: dict[str, Any] = dict(values)
    return url_for(endpoint, **parts)


def icon_svg(name: str) -> Markup:
    """The inner markup of an icon.

    Raises:
        KeyError: there is no such icon.
    """
    return Markup(icons()[name])  # noqa: S704 - from a file of the package


def asset(path: str) -> str:
    """The address of a static file, named as in `static/`."""
    return assets().url(path)
