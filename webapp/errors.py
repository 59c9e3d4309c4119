"""Refusals and faults as pages and fragments: one table from error to status."""

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext
from markupsafe import escape
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, InternalServerError

from webapp.i18n import say
from webapp.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_
from webapp.web import called_api, from_htmx, request_id

STATUS: dict[type[DomainError], int] = {NotFound: 404, Forbidden: 403, Conflict: 409, Invalid: 422}

# What to say where the error itself has no words for people.
SENTENCES = {
    400: N_("The browser sent something that this page does not understand."),
    403: N_("You may not do this."),
    404: N_("There is no such page, or it is not yours."),
    405: N_("This address is not meant to be opened like this."),
    410: N_("This page is no longer there."),
    413: N_("What was sent is larger than this page takes."),
    429: N_("There were too many requests in a short time."),
    500: N_("An unexpected error came up. Its number for support is {id}."),
    503: N_("The database does not answer."),
}
RETRY_AFTER = "5"
_FIRST_SERVER_ERROR = 500

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Answer every refusal and fault with a page, or with words for htmx."""
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(DBAPIError, show_database)
    app.register_error_handler(PoolExhausted, show_database)
    app.register_error_handler(InternalServerError, show_fault)


def refuse(error: DomainError) -> Response:
    """The page of a domain error, in the reader's language; programs get their own words."""
    if api := called_api():
        return api.refuse(error)
    return show(status_of(error), say(error.sentence))


def status_of(error: DomainError) -> int:
    """The HTTP status of a domain error."""
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def show(status: int, message: str, *, title: str | None = None) -> Response:
    """A whole page, or for htmx just the words, put into the live region of the layout.

    Programs that call the API are told in its own words.
    """
    if api := called_api():
        return api.say(status)
    if from_htmx():
        response = make_response(str(escape(message)), status)
        response.headers.update({"HX-Retarget": "#alert", "HX-Reswap": "innerHTML"})
    else:
        page = render_template("errors/problem.html", status=status, message=message, title=title)
        response = make_response(page, status)
    response.vary.add("HX-Request")
    return response


def show_http(error: HTTPException) -> Response:
    """The page of an HTTP error; keeps headers such as `Allow` and `Retry-After`."""
    if error.response is not None:
        return make_response(error.response)
    status = error.code or _FIRST_SERVER_ERROR
    response = show(status, _sentence(status))
    for name, text in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = text
    return response


def show_database(error: Exception) -> Response:
    """503 when the database is away or busy, so that clients try again; else a fault."""
    if not _is_away(error):
        return show_fault(InternalServerError(original_exception=error))
    log.warning("database away", error=type(error).__name__, request=request_id())
    response = show(503, _sentence(503))
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def show_fault(error: InternalServerError) -> Response:
    """500 with the number of the request, under which the log has the cause."""
    original = error.original_exception
    if isinstance(original, Exception) and _is_away(original):
        return show_database(original)
    log.error("unexpected error", request=request_id(), exc_info=original or error)
    return show(500, _sentence(500))


def _is_away(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InternalError | PoolExhausted)


def _sentence(status: int) -> str:
    known = status if status in SENTENCES else 400 if status < _FIRST_SERVER_ERROR else 500
    return gettext(SENTENCES[known]).format(id=request_id())
