"""Numbers by which people name requests on the phone."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from webapp.approvals.models import RequestNumber

FIRST_NUMBER = 1001


def next_number(session: Session, tenant_id: str) -> int:
    """The next number of this tenant; who asks at the same time waits for the transaction."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(RequestNumber)
        .values(tenant_id=tenant_id, last=FIRST_NUMBER)
        .on_conflict_do_update(
            index_elements=[RequestNumber.tenant_id], set_={"last": RequestNumber.last + 1}
        )
        .returning(RequestNumber.last)
    )
    return session.execute(counted).scalar_one()
