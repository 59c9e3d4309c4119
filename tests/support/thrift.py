"""What a test process makes once instead of once for each application, and for how much.

An application costs a tenth of a second and its first pages half a second, nearly all of it for
things that come out the same each time. There are thousands of applications in a run. What is
shared here is derived from files and from code alone, never from what a test did.
"""

from copy import copy
from functools import cached_property
from types import CodeType
from typing import Any, ClassVar

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

import webapp.app
from webapp.assets import Assets
from webapp.identity import passwords

# What production has; tests/identity/test_passwords.py looks at what it costs to guess.
REAL_HASHER, REAL_NOBODYS = passwords._HASHER, passwords._NOBODYS

_CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def save() -> None:
    """Let every application of this process share templates and addresses, and hash cheaply."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    Flask.url_rule_class = _Rule
    vars(webapp.app)["Assets"] = _assets
    passwords._HASHER = _CHEAP_HASHER
    passwords._NOBODYS = _CHEAP_HASHER.hash("nobody's")


class _Templates(BytecodeCache):
    """Compiled templates, by their text and by the options that decide what becomes of it."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get(_what(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._known[_what(bucket)] = bucket.code


def _what(bucket: Bucket) -> tuple[object, ...]:
    made_by = bucket.environment
    options = (made_by.trim_blocks, made_by.lstrip_blocks, *sorted(made_by.extensions))
    return (bucket.key, bucket.checksum, *options)


class _Rule(Rule):
    """An address; what it is compiled to depends on nothing but its words and its converters."""

    _known: ClassVar[dict[tuple[object, ...], dict[str, Any]]] = {}

    def compile(self) -> None:
        assert self.map is not None
        converters = frozenset(self.map.converters.items())
        where = (self.subdomain, self.host, self.map.host_matching, self.merge_slashes)
        key = (self.rule, repr(self.defaults), converters, *where)
        if key not in self._known:
            super().compile()
            self._known[key] = {name: vars(self)[name] for name in _COMPILED}
        for name, value in self._known[key].items():
            setattr(self, name, value)


# What `compile` leaves behind. Whoever has a rule only reads them.
_COMPILED = ("arguments", "_parts", "_trace", "_converters", "_build", "_build_unknown")


class _Assets(Assets):
    """The files of the checkout; what lies where is looked up for the first application."""

    def wrap(self, application: Any) -> Any:
        wrapped = copy(self._wrapped)
        wrapped.application = application
        return wrapped

    @cached_property
    def _wrapped(self) -> Any:
        return super().wrap(lambda *_: [])


_SERVED: list[_Assets] = []


def _assets(*, watch: bool = False) -> Assets:
    if watch:
        return Assets(watch=True)
    if not _SERVED:
        _SERVED.append(_Assets())
    return _SERVED[0]
