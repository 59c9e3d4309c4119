"""The provider of the running demo: made of its settings, its key file and its people."""

from pathlib import Path
from threading import Lock
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy.engine import make_url

from webapp.demo import cast as people
from webapp.demo.folder import Folder, signing_key
from webapp.demo.grants import Grants, digest
from webapp.demo.provider import Client, Provider, make_provider
from webapp.demo.seats import addresses
from webapp.extensions import db, settings, settings_of

_PROVIDER = "countersign.demo.provider"
_making = Lock()


def provider() -> Provider:
    """The provider of this application, made when it is needed first."""
    with _making:
        if _PROVIDER not in current_app.extensions:
            current_app.extensions[_PROVIDER] = _make()
    return cast("Provider", current_app.extensions[_PROVIDER])


def folder() -> Folder | None:
    """The folder of this demo, or None when its database is not a file in one."""
    return folder_of(current_app)


def folder_of(app: Flask) -> Folder | None:
    """The folder of a demo, or None when its database is not a file in one."""
    url = make_url(settings_of(app).database_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    found = Folder(Path(url.database).parent)
    return found if found.database == Path(url.database) else None


def _make() -> Provider:
    known, kept = settings(), folder()
    client = Client(
        client_id=known.oidc_client_id,
        secret_digest=digest(known.oidc_client_secret),
        redirect_uris=addresses(known.base_url, "/auth/callback"),
        post_logout_redirect_uris=addresses(known.base_url, "/signed-out"),
    )
    return make_provider(
        issuer=known.oidc_issuer,
        client=client,
        key=signing_key(kept.signing_key if kept else None),
        find_person=_find_person,
        grants=Grants(),
    )


def _find_person(person_id: str) -> dict[str, Any] | None:
    with db.reading() as session:
        return people.claims(session, person_id)
