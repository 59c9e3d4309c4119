"""Telling admins of requests without an approver, after a change that is not theirs (R57)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals.domain import Status
from webapp.approvals.models import Approval
from webapp.approvals.succession import Crew
from webapp.identity import queries as identity
from webapp.identity.domain import Member, Role
from webapp.identity.notices import recipient_of
from webapp.outbox import service as outbox

_LOOKED_AT = 1000
_NAMED = 10


def tell_of_stranded(
    session: Session, tenant_id: str, company_id: str, person_id: str, *, now: datetime
) -> int:
    """Tell the admins which pending requests this approver may not decide on any more; how many.

    An admin who changes a role sees that before (R42). Whoever signs in with other groups does not,
    and the requests would wait until somebody looks. Looks at the thousand oldest.
    """
    query = select(Approval).where(
        Approval.tenant_id == tenant_id,
        Approval.company_id == company_id,
        Approval.approver_id == person_id,
        Approval.status == Status.PENDING,
    )
    query = query.order_by(Approval.created_at, Approval.id).limit(_LOOKED_AT)
    waiting = list(session.scalars(query))
    if not waiting:
        return 0
    crew = Crew(
        company=identity.company(session, tenant_id, company_id),
        members=identity.members(session, tenant_id, company_id),
    )
    stranded = [one for one in waiting if not crew.standing(one)]
    if stranded:
        admins = [one for one in crew.members if one.active and one.role is Role.ADMIN]
        _tell(session, stranded, admins, now=now)
    return len(stranded)


def _tell(
    session: Session, stranded: Sequence[Approval], admins: Sequence[Member], *, now: datetime
) -> None:
    first = stranded[0]
    for admin in admins:
        outbox.post(
            session,
            tenant_id=first.tenant_id,
            company_id=first.company_id,
            stream_id=f"stranded.{admin.membership_id}",
            template="stranded",
            to=recipient_of(admin),
            context={
                "company": first.company_name,
                "approver": f"{first.approver_first_name} {first.approver_last_name}",
                "count": len(stranded),
                "requests": [f"{one.number} – {one.title}" for one in stranded[:_NAMED]],
                "path": "/company?view=waiting",
            },
            now=now,
        )
