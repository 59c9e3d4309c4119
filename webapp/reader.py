"""For whom words and times are written: language and time zone of a request or a mail.

That is the person who is signed in, else what a stranger has chosen (a cookie), else what the
browser says (`Accept-Language`), else whom the mailer names with `reading_as`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import flask_babel
from flask import g, has_request_context, request

from webapp.config import LANGUAGES
from webapp.kernel.text import ERASED_PERSON

DEFAULT_LANGUAGE, DEFAULT_ZONE = "en", "Europe/Berlin"
# It says nothing about anybody, and is there before there is a session.
_LANGUAGE_COOKIE = "countersign-language"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom words and times are written."""

    language: str = DEFAULT_LANGUAGE
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo(DEFAULT_ZONE))


def reader() -> Reader:
    """For whom this request or mail is written."""
    found: Reader | None = g.get("reader")
    if found is None:
        found = g.reader = Reader(language=chosen_language() or _accepted_language())
    return found


def chosen_language() -> str:
    """The language that was chosen in this browser before anybody signed in, or nothing."""
    if not has_request_context():
        return ""
    names = map(language_cookie, (True, False))
    return next(filter(None, (_known(request.cookies.get(name, "")) for name in names)), "")


def language_cookie(is_https: bool) -> str:
    """The cookie of that choice; `__Host-` keeps other hosts from setting it over https."""
    return f"__Host-{_LANGUAGE_COOKIE}" if is_https else _LANGUAGE_COOKIE


def read_by(language: str, time_zone: str) -> None:
    """From here on this request is written for somebody with this language and time zone."""
    g.reader = Reader(_known(language) or DEFAULT_LANGUAGE, zone_of(time_zone))
    flask_babel.refresh()


@contextmanager
def reading_as(language: str, time_zone: str) -> Iterator[None]:
    """Within this block everything is written for somebody else, as in a mail."""
    before: Reader | None = g.get("reader")
    read_by(language, time_zone)
    try:
        yield
    finally:
        g.reader = before
        flask_babel.refresh()


def with_erased_people(value: Any) -> Any:
    """What is written, with those who were erased called so in the reader's language (R59).

    Their label is kept as a name is, so it comes along wherever names do.
    """
    if isinstance(value, str) and ERASED_PERSON in value:
        return value.replace(ERASED_PERSON, flask_babel.gettext(ERASED_PERSON))
    return value


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name, or the default one for a name that no longer exists."""
    return ZoneInfo(name if name in _zones() else DEFAULT_ZONE)


def time_zones() -> list[str]:
    """The names of time zones that a person may choose, in order.

    Those that some country uses by this name today, not the older names of the same zones
    (Asia/Calcutta), and whatever the reader has already.
    """
    own = {reader().zone.key} - {"UTC"}
    return [*sorted({*_zones_in_use(), *own}), "UTC"]


@lru_cache
def _zones_in_use() -> frozenset[str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset(row[2] for row in rows) & _zones()


def _accepted_language() -> str:
    if not has_request_context():
        return DEFAULT_LANGUAGE
    # One after the other: Werkzeug prefers a later "en" to the "de" of an earlier "de-CH".
    wanted = (_known(tag) for tag, quality in request.accept_languages if quality)
    return next(filter(None, wanted), DEFAULT_LANGUAGE)


def _known(tag: str) -> str:
    """The language of a tag such as `de-AT`, or nothing where the desk does not speak it."""
    language = tag.partition("-")[0].lower()
    return language if language in LANGUAGES else ""


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
