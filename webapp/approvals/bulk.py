"""Several requests decided at once: each one by itself, on the revision that was selected (R55)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.approvals.claiming import beside
from webapp.approvals.domain import Action, Status
from webapp.approvals.freshness import may_decide_now
from webapp.approvals.models import Approval
from webapp.approvals.policy import outcome
from webapp.approvals.queries import Summary, visible_to
from webapp.approvals.recording import asked, compared
from webapp.identity.deciders import Parties, parties
from webapp.identity.domain import Actor
from webapp.kernel.errors import Invalid
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Sentence, sentence

MOST = 50
_PICK = re.compile(r"([A-Za-z0-9_-]{1,66}):([1-9][0-9]{0,8})")


class Standing(StrEnum):
    """How a selected request stands for the person who selected it."""

    READY = "ready"
    DONE = "done"
    CHANGED = "changed"
    AGAIN = "again"
    OVER = "over"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Pick:
    """A request that was selected, and the revision that was seen."""

    id: str
    revision: int

    def __str__(self) -> str:
        return f"{self.id}:{self.revision}"


@dataclass(frozen=True, slots=True)
class Item:
    """A selected request as it stands now, and why; nothing is known of what is not one's own."""

    pick: Pick
    standing: Standing
    why: Sentence | None = None
    row: Summary | None = None


def picks(texts: Sequence[str]) -> list[Pick]:
    """What was selected, each request once; what is no selection is left out.

    Raises `Invalid` (`nothing_selected`, `too_many_selected`).
    """
    read = (_PICK.fullmatch(text) for text in texts)
    found = list({each[1]: Pick(each[1], int(each[2])) for each in read if each}.values())
    if not found:
        why = sentence(N_("Select at least one request."))
        raise Invalid(why, code="nothing_selected")
    if len(found) > MOST:
        why = sentence(N_("Select at most {n} requests at once."), n=MOST)
        raise Invalid(why, code="too_many_selected")
    return found


def look(
    session: Session, actor: Actor, selected: Iterable[Pick], action: Action, *, now: datetime
) -> list[Item]:
    """How each selected request stands, in the order they were selected in."""
    selected = list(selected)
    own = select(Approval).where(
        visible_to(actor),
        Approval.requester_id != actor.person_id,
        Approval.id.in_([pick.id for pick in selected]),
    )
    found = {row.id: (row, parties(columns)) for row, *columns in session.execute(beside(own))}
    return [_item(session, actor, pick, found.get(pick.id), action, now=now) for pick in selected]


def sums(items: Iterable[Item]) -> list[Money]:
    """What the ready ones come to, one sum for each currency (law 8)."""
    totals = [item.row.total for item in items if item.standing is Standing.READY and item.row]
    ordered = sorted(totals, key=lambda total: total.currency)
    return [
        sum(group, Money.zero(currency))
        for currency, group in groupby(ordered, key=lambda total: total.currency)
    ]


def _item(  # noqa: PLR0917 - a step of `look`
    session: Session,
    actor: Actor,
    pick: Pick,
    found: tuple[Approval, Parties] | None,
    action: Action,
    *,
    now: datetime,
) -> Item:
    if found is None:
        return Item(pick, Standing.GONE)
    standing, why = _standing(session, actor, pick, found, action=action, now=now)
    row, _ = found
    own = Summary._make(getattr(row, name) for name in Summary._fields)
    return Item(pick, standing, why, own)


def _standing(
    session: Session,
    actor: Actor,
    pick: Pick,
    found: tuple[Approval, Parties],
    *,
    action: Action,
    now: datetime,
) -> tuple[Standing, Sentence | None]:
    row, known = found
    if row.status != Status.PENDING:
        is_mine = row.decided_by_id == actor.person_id
        return (Standing.DONE if is_mine else Standing.OVER), outcome(row)
    verdict = asked(session, actor, row, action, now=now, known=known)
    if not verdict:
        return Standing.REFUSED, verdict.reason
    if row.revision != pick.revision:
        return Standing.CHANGED, sentence(
            N_("{name} changed it after you selected it."), name=row.requester_first_name
        )
    fresh = may_decide_now(actor, known.company, compared(row), now=now)
    return (Standing.READY, None) if fresh else (Standing.AGAIN, fresh.reason)
