"""The last entry of a history, to be read together with the row that the history is about."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, literal_column, select

from webapp.ledger.models import LedgerEntry

_BETWEEN = "\n"


@dataclass(frozen=True, slots=True)
class Last:
    """What was done last, and by whom; no name where it was erased."""

    action: str
    actor_id: str
    actor_name: str


def last_of(
    tenant_id: ColumnElement[str], stream_id: ColumnElement[str], actions: Collection[str]
) -> ScalarSelect[str]:
    """A column for a statement about the subjects of histories; `read` says what it holds."""
    actor_id, content = (
        func.coalesce(column, "") for column in (LedgerEntry.actor_id, LedgerEntry.content)
    )
    return (
        select(LedgerEntry.action + _BETWEEN + actor_id + _BETWEEN + content)
        .where(
            LedgerEntry.tenant_id == tenant_id,
            LedgerEntry.stream_id == stream_id,
            # Written out: a list of values is put into the statement anew each time it is asked.
            LedgerEntry.action.in_([literal_column(f"'{one}'") for one in actions]),
        )
        .order_by(LedgerEntry.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )


def read(column: str) -> Last:
    """What a column of `last_of` says."""
    action, actor_id, content = column.split(_BETWEEN, 2)
    return Last(action, actor_id, json.loads(content)["actor"] if content else "")
