"""What admins are told when an endpoint of their company was switched off."""

from datetime import datetime

from sqlalchemy.orm import Session

from webapp.identity import queries as identity
from webapp.identity.domain import Role
from webapp.identity.notices import recipient_of
from webapp.outbox import service as outbox
from webapp.webhooks.addresses import parse
from webapp.webhooks.domain import State
from webapp.webhooks.models import Endpoint


def tell_of_end(session: Session, endpoint: Endpoint, error: str, *, now: datetime) -> int:
    """Write a mail to every active admin of the company; how many. None for one of the operator."""
    if endpoint.company_id is None:
        return 0
    company = identity.company(session, endpoint.tenant_id, endpoint.company_id)
    admins = [
        one
        for one in identity.members(session, endpoint.tenant_id, company.id)
        if one.active and one.role is Role.ADMIN
    ]
    for admin in admins:
        outbox.post(
            session,
            tenant_id=endpoint.tenant_id,
            company_id=company.id,
            stream_id=f"webhook.{endpoint.id}",
            template="webhook_off",
            to=recipient_of(admin),
            context={
                "company": company.name,
                "address": parse(endpoint.url).authority,
                "is_gone": endpoint.state == State.GONE,
                "since": endpoint.failing_since or now,
                "error": error,
                "path": f"/company/webhooks/{endpoint.id}",
            },
            now=now,
        )
    return len(admins)
