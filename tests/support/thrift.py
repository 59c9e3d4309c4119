"""What a test process makes once instead of once for each application, and for how much.

An application costs a tenth of a second and its first pages half a second, nearly all of it for
things that come out the same each time. There are thousands of applications in a run. What is
shared here is derived from files and from code alone, never from what a test did.
"""

from types import CodeType
from typing import Any, ClassVar

from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from webapp.identity import passwords

# What production has; tests/identity/test_passwords.py looks at what it costs to guess.
REAL_HASHER, REAL_NOBODYS = passwords._HASHER, passwords._NOBODYS

_CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def save() -> None:
    """Let every application of this process share templates and addresses, and hash cheaply."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    Flask.url_rule_class = _Rule
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
    """An address; the functions that build it depend on nothing but what it says."""

    _built: ClassVar[dict[tuple[object, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        defaults = repr(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), defaults, append_unknown)
        if key not in self._built:
            self._built[key] = super()._compile_builder(append_unknown)
        return self._built[key]
