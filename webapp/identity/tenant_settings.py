"""The two settings of a tenant that the reference service keeps as configurations (section 1.6).

`countersign import` sets them too. They count for requests that are made from then on (R16).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.identity import queries
from webapp.identity.models import Tenant
from webapp.kernel.errors import Conflict, Invalid, NotFound
from webapp.kernel.sentence import sentence

EXPIRY_DAYS = "approval.default_expiryDays"
QUOTES = "approval.enableQuoteApprovalProcess"
KEYS = (EXPIRY_DAYS, QUOTES)
MOST_DAYS = 3650
# Beside the settings, since imports keep what they do not know.
_VERSIONS = "configuration.versions"
_MOST_DIGITS = 4
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as it counts now, its default where nothing was set; versions start at 1."""

    key: str
    value: int | bool
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a setting is to be; a version that was seen has to be the current one."""

    key: str
    value: Any
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting after a change, and what it was before."""

    setting: Setting
    before: int | bool


def tenant_ids(session: Session) -> list[str]:
    """Every tenant of this installation."""
    return list(session.scalars(select(Tenant.id).order_by(Tenant.id)))


def listed(session: Session, tenant_id: str) -> list[Setting]:
    """Both settings of the tenant."""
    versions = _stored(session, tenant_id).get(_VERSIONS, {})
    known = queries.settings(session, tenant_id)
    values = {EXPIRY_DAYS: known.expiry_days, QUOTES: known.quotes_need_approval}
    return [Setting(key, values[key], versions.get(key, 1)) for key in KEYS]


def get(session: Session, tenant_id: str, key: str) -> Setting:
    """One setting; raises `NotFound` (code `no_setting`) for a key that is not one of the two."""
    found = next((one for one in listed(session, tenant_id) if one.key == key), None)
    if found is None:
        raise NotFound(sentence("There is no such configuration."), code="no_setting")
    return found


def change(session: Session, tenant_id: str, wanted: Change) -> Changed:
    """Set a value, which may also come as text: `30` or `true`.

    Raises:
        Invalid: no such key (`unknown_setting`, field `key`), or no such value (`bad_setting`, the
            field is the key).
        Conflict: the setting has another version than the one that was seen (`changed`).
    """
    value = _checked(wanted)
    # Who changes a setting at the same time waits here, and then sees this version.
    stored = _stored(session, tenant_id, locked=True)
    current = get(session, tenant_id, wanted.key)
    if wanted.seen_version not in (None, current.version):
        why = sentence("The version is {version} now; read it again.", version=current.version)
        raise Conflict(why, code="changed", fields={"version": why})
    versions = {**stored.get(_VERSIONS, {}), wanted.key: current.version + 1}
    settings = {**stored, wanted.key: value, _VERSIONS: versions}
    session.execute(update(Tenant).where(Tenant.id == tenant_id).values(settings=settings))
    return Changed(Setting(wanted.key, value, current.version + 1), current.value)


def _checked(wanted: Change) -> int | bool:
    if wanted.key not in KEYS:
        why = sentence("can only be {keys}", keys=" or ".join(KEYS))
        raise Invalid(
            sentence("The key {why}.", why=why.plain()), code="unknown_setting", fields={"key": why}
        )
    value = _days(wanted.value) if wanted.key == EXPIRY_DAYS else _switch(wanted.value)
    if value is None:
        words = f"a whole number from 1 to {MOST_DAYS}"
        why = sentence("has to be {what}", what=words if wanted.key == EXPIRY_DAYS else "a boolean")
        message = sentence("{key} {why}.", key=wanted.key, why=why.plain())
        raise Invalid(message, code="bad_setting", fields={wanted.key: why})
    return value


def _days(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= _MOST_DIGITS else None
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 1 <= value <= MOST_DAYS else None


def _switch(value: Any) -> bool | None:
    if isinstance(value, str):
        value = _WORDS.get(value.lower())
    return value if isinstance(value, bool) else None


def _stored(session: Session, tenant_id: str, *, locked: bool = False) -> dict[str, Any]:
    query = select(Tenant.settings).where(Tenant.id == tenant_id)
    return session.scalar(query.with_for_update() if locked else query) or {}
