"""Doing the same with many requests: what goes wrong with one of them stops no other."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from webapp.approvals.models import Approval

log = structlog.get_logger()

# A request by tenant and id.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """With how many requests it was done, and with which it could not be done this time."""

    done: int
    failed: frozenset[Key]

    @property
    def total(self) -> int:
        """How many were looked at."""
        return self.done + len(self.failed)


def each(session: Session, found: Collection[Approval], act: Callable[[Approval], object]) -> Swept:
    """Do this with each request, inside a savepoint of its own.

    What fails is undone, logged, and left for another time. A database that is away is nobody's
    fault: its error is raised.
    """
    failed = set()
    for key, approval in [((one.tenant_id, one.id), one) for one in found]:
        try:
            with session.begin_nested():
                act(approval)
        except OperationalError:
            raise
        except Exception as error:
            tenant, approval_id = key
            words = f"{type(error).__name__}: {error}"
            log.error("approvals.sweep_failed", tenant=tenant, approval=approval_id, error=words)
            failed.add(key)
    return Swept(done=len(found) - len(failed), failed=frozenset(failed))
