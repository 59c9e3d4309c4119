"""Which requests changed, and for whom, so that open pages can say so (R56)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from flask import Flask
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from webapp.approvals.domain import Action
from webapp.approvals.models import Approval
from webapp.extensions import business_now
from webapp.identity.deputies import deputies_of
from webapp.ledger.queries import latest
from webapp.live.board import Change
from webapp.live.views import SOURCES

# Made once: every process asks this several times a second.
_CHANGED = select(
    Approval.tenant_id,
    Approval.id,
    Approval.version,
    Approval.requester_id,
    Approval.approver_id,
    Approval.company_id,
).where(Approval.modified_at > bindparam("since"))


def init_app(app: Flask) -> None:
    """Let pages with requests on them hear of changes."""
    app.extensions[SOURCES].append(partial(changes, app))


def changes(app: Flask, session: Session, since: datetime) -> Iterator[Change]:
    """Every change of a request whose transaction began after this moment.

    Told are requester and approver, those who stand in for the approver, who was the approver
    before it was handed over, and the admins of the company.
    """
    rows = session.execute(_CHANGED, {"since": since}).all()
    if not rows:
        return
    former = _former(session, [(row.tenant_id, row.id) for row in rows])
    owners = {(row.tenant_id, row.approver_id) for row in rows}
    deputies = deputies_of(session, owners, now=business_now(app))
    for row in rows:
        yield Change(
            mark=f"{row.id} {row.version}",
            tenant_id=row.tenant_id,
            company_id=row.company_id,
            people=(
                row.requester_id,
                row.approver_id,
                *former.get((row.tenant_id, row.id), ()),
                *deputies.get((row.tenant_id, row.approver_id), ()),
            ),
        )


def _former(session: Session, keys: list[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    ids = defaultdict(list)
    for tenant_id, approval_id in keys:
        ids[tenant_id].append(approval_id)
    return {
        (tenant_id, approval_id): [event.data["former_id"]]
        for tenant_id, own in ids.items()
        for approval_id, event in latest(session, tenant_id, own, Action.REASSIGN).items()
        if "former_id" in event.data
    }
