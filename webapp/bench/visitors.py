"""People who are signed in, as somebody is who has just come back from the provider."""

import re
from collections.abc import Iterable
from datetime import timedelta

from webapp.bench.client import Client, get
from webapp.bench.plan import TENANT
from webapp.bench.serving import HOST
from webapp.config import Settings
from webapp.db import Database
from webapp.identity import session_store, tokens
from webapp.identity.bearers import Subject
from webapp.identity.domain import Holder, Origin
from webapp.identity.session_store import new_token
from webapp.identity.sessions import CSRF_KEY, cookie_name
from webapp.kernel.clock import utcnow
from webapp.kernel.ids import new_id

Headers = dict[str, str]

_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_FORM_TOKEN = re.compile(rb'"X-CSRFToken": "([^"]+)"')


def sign_in(database: Database, person_ids: Iterable[str]) -> list[Headers]:
    """A fresh session for each of these people; what their browsers send along."""
    lifetime, now = timedelta(hours=Settings().session_max_hours), utcnow()
    name = cookie_name(Settings(base_url=f"https://{HOST}"))
    found = []
    with database.transaction() as session:
        for person_id in person_ids:
            token = new_token()
            session_store.create_for(
                session, token, {CSRF_KEY: new_token()}, (TENANT, person_id, None),
                user_agent=_BROWSER, lifetime=lifetime, now=now,
            )  # fmt: skip
            found.append({"Host": HOST, "User-Agent": _BROWSER, "Cookie": f"{name}={token}"})
    return found


def form_token(client: Client, visitor: Headers) -> str:
    """The token that this person's forms carry, read off a page of theirs."""
    page = client.ask(get("/inbox?box=decided", visitor))
    found = _FORM_TOKEN.search(page)
    if found is None:
        raise LookupError("The page holds no token of its forms.")
    return found[1].decode()


def bearer(database: Database, person_id: str) -> Headers:
    """What a program of this person sends along."""
    subject = Subject(
        tenant_id=TENANT,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        session_id=new_id(),
        person_id=person_id,
    )
    with database.transaction() as session:
        issued = tokens.issue(session, subject, now=utcnow())
    return {"Host": HOST, "Authorization": f"Bearer {issued.access_token}"}
