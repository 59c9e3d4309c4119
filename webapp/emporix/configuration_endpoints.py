"""The two settings of approvals, under the paths of the configuration service (section 7.5).

For programs of the whole tenant; who changed what stands in the log.
"""

from typing import Any

import structlog
from flask import Blueprint, Response, jsonify
from pydantic import Field

from webapp.emporix import access, reading
from webapp.emporix.reading import Body
from webapp.extensions import db
from webapp.identity import tenant_settings
from webapp.identity.tenant_settings import Change, Changed, Setting

bp = Blueprint("api_configuration", __name__)
log = structlog.get_logger()

_MOST_AT_ONCE = 50


class Configuration(Body):
    """A configuration as clients send it; nothing here is secret, so `secured` changes nothing."""

    value: Any
    key: str | None = Field(default=None, max_length=200)
    version: int | None = None


@bp.get("/configuration/<tenant>/configurations")
def list_all(tenant: str) -> Response:
    """Both settings, with their defaults where nothing was set."""
    with db.reading() as session:
        found = tenant_settings.listed(session, tenant)
    return jsonify([_document(one) for one in found])


@bp.get("/configuration/<tenant>/configurations/<key>")
def show(tenant: str, key: str) -> dict[str, Any]:
    """One setting; 404 for any other key."""
    with db.reading() as session:
        found = tenant_settings.get(session, tenant, key)
    return _document(found)


@bp.post("/configuration/<tenant>/configurations")
def create(tenant: str) -> tuple[Response, int]:
    """Set one setting, or several of an array: all of them or none."""
    document = reading.read_json()
    sent = document if isinstance(document, list) else [document]
    if not sent or len(sent) > _MOST_AT_ONCE:
        reading.refuse({"body": f"has to hold 1 to {_MOST_AT_ONCE} configurations"})
    changed = _apply(tenant, [_change(one, None) for one in sent])
    documents = [_document(one.setting) for one in changed]
    return jsonify(documents if isinstance(document, list) else documents[0]), 201


@bp.put("/configuration/<tenant>/configurations/<key>")
def replace(tenant: str, key: str) -> dict[str, Any]:
    """Set one setting; `version` has to be the current one where it is sent (409)."""
    changed = _apply(tenant, [_change(reading.read_json(), key)])
    return _document(changed[0].setting)


def _change(document: Any, key: str | None) -> Change:
    if not isinstance(document, dict):
        reading.refuse({"body": "has to be a JSON object"})
    sent = reading.parse(Configuration, document)
    if key is not None and sent.key not in (None, key):
        reading.refuse({"key": "has to be the one of the path"})
    name = key or sent.key
    if name is None:
        reading.refuse({"key": "cannot be null"})
    return Change(name, sent.value, sent.version)


def _apply(tenant: str, changes: list[Change]) -> list[Changed]:
    with db.transaction() as session:
        changed = [tenant_settings.change(session, tenant, one) for one in changes]
    for one in changed:
        log.info(
            "setting changed",
            tenant=tenant,
            client=access.bearer().client_id,
            key=one.setting.key,
            old=one.before,
            new=one.setting.value,
        )
    return changed


def _document(setting: Setting) -> dict[str, Any]:
    return {
        "key": setting.key,
        "value": setting.value,
        "secured": False,
        "version": setting.version,
    }
