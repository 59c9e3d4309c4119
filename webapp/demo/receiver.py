"""A receiver of webhooks inside the demo: what it heard, and whether it would have believed it.

What it heard stands in a file beside the database, which a reset removes; a program of somebody
else would keep it as well as it can.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy.orm import Session

from webapp.config import Settings
from webapp.demo import cast
from webapp.webhooks import queries, service, signing
from webapp.webhooks.addresses import parse
from webapp.webhooks.domain import COMPANY_EVENTS
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.service import Desk, Draft

PATH = "/demo/hooks"
MOST_BYTES = 64 * 1024
# Of the last few, so that nobody fills a disk from outside.
_KEPT = 40
_DESCRIPTION = "Webhooks of the demo"
_writing = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One delivery as it arrived; `fault` is empty where the signature is right."""

    at: str
    message_id: str
    attempt: int
    headers: list[tuple[str, str]]
    body: str
    fault: str
    answer: int

    @property
    def moment(self) -> datetime:
        """When it arrived, in UTC, by the clock of the machine."""
        return datetime.fromisoformat(self.at)

    @property
    def type(self) -> str:
        """What the body says that it is about; empty where it is none of a webhook."""
        found = self._read()
        return str(found.get("type", "")) if isinstance(found, dict) else ""

    @property
    def pretty(self) -> str:
        """The body as people read it, or as it is where it is no JSON."""
        found = self._read()
        return self.body if found is None else json.dumps(found, ensure_ascii=False, indent=2)

    def _read(self) -> Any:
        with suppress(ValueError):
            return json.loads(self.body)
        return None


def bind(session: Session, settings: Settings, *, now: datetime) -> None:
    """Let the first company of the demo tell the receiver at this address of everything.

    Nothing happens where the settings do not allow the desk to reach itself.
    """
    desk, url = Desk.of(settings), settings.base_url + PATH
    if parse(url).origin not in desk.allowed.origins:
        return
    known = [one for one in _listed(session) if one.url.endswith(PATH)]
    for former in (one for one in known if one.url != url):
        service.remove(session, cast.TENANT, former.id)
    if all(one.url != url for one in known):
        draft = Draft(url=url, description=_DESCRIPTION, event_types=COMPANY_EVENTS)
        company_id = cast.company_ids(session)[0]
        service.add(session, cast.TENANT, draft, desk, company_id=company_id, now=now)


def endpoint(session: Session, base_url: str) -> EndpointView | None:
    """The webhook that leads here; None where an admin has removed it."""
    return next((one for one in _listed(session) if one.url == base_url + PATH), None)


def judge(body: str, headers: Mapping[str, str], known: Sequence[str]) -> str:
    """Why the signature proves nothing, in English; empty when one of the secrets made it."""
    faults = [signing.fault(body, headers, secret) for secret in known]
    return "" if "" in faults else next(iter(faults), "No secret is known here.")


def note(path: Path, *, at: datetime, headers: Mapping[str, str], body: str, **said: Any) -> None:
    """Write down what arrived, beside the last few of before."""
    message_id = headers.get("webhook-id", "")
    with _writing:
        before = heard(path)
        attempt = 1 + sum(one.message_id == message_id for one in before)
        newest = Heard(
            at=at.isoformat(), message_id=message_id, attempt=attempt,
            headers=sorted(headers.items()), body=body, **said,
        )  # fmt: skip
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.write_text(json.dumps([asdict(one) for one in [newest, *before][:_KEPT]]))
        os.replace(draft, path)


def heard(path: Path) -> list[Heard]:
    """What was heard since the story began, newest first."""
    with suppress(OSError, ValueError, TypeError):
        return [Heard(**one) for one in json.loads(path.read_text())]
    return []


def _listed(session: Session) -> list[EndpointView]:
    return queries.listed(session, cast.TENANT, cast.company_ids(session)[0])
