"""The catalogues of words, each text looked up once for each language.

A page asks for its few hundred texts again and again, and Flask-Babel finds out each time which
language, domain and folder they are of.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import flask_babel
from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from webapp.reader import reader

# More texts than the catalogue has, and the counts that come with some.
_KEPT = 8192


def gettext(text: str) -> str:
    """The text in the reader's language."""
    return _text(reader().language, text)


def ngettext(one: str, many: str, n: int) -> str:
    """The text for so many, in the reader's language."""
    return _text_for(reader().language, one, many, n)


def init_app(app: Flask) -> None:
    """Give templates their words from here; to be called after Flask-Babel has given them its."""
    app.jinja_env.globals.update(
        _=_in_templates(flask_babel.gettext),
        gettext=_in_templates(flask_babel.gettext),
        ngettext=_in_templates(flask_babel.ngettext),
        pgettext=_in_templates(flask_babel.pgettext),
    )


def _in_templates(look_up: Callable[..., str]) -> Callable[..., str]:
    """What a template calls: markup where that is escaped, with `%%` for a percent sign."""

    @lru_cache(_KEPT)
    def found(_language: str, is_markup: bool, *texts: Any) -> str:
        text = look_up(*texts)
        return Markup(text) % () if is_markup else text % ()  # noqa: S704 - ours, or a translator's

    @pass_eval_context
    def words(context: EvalContext, *texts: Any) -> str:
        return found(reader().language, bool(context.autoescape), *texts)

    return words


@lru_cache(_KEPT)
def _text(_language: str, text: str) -> str:
    return flask_babel.gettext(text)


@lru_cache(_KEPT)
def _text_for(_language: str, one: str, many: str, n: int) -> str:
    return flask_babel.ngettext(one, many, n)
