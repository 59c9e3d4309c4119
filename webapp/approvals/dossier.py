"""Everything that a page shows of one request, read in one go."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from webapp.approvals import queries
from webapp.approvals.attachments import attached
from webapp.approvals.changes import Change, changes
from webapp.approvals.domain import Action, Status, Turn
from webapp.approvals.models import Approval, Attachment
from webapp.approvals.opening import opened
from webapp.approvals.pace import pace
from webapp.approvals.policy import decided_for, in_time, may, outcome
from webapp.approvals.reasons import Reason, kept
from webapp.approvals.recording import standing, standing_of
from webapp.approvals.reminding import may_remind
from webapp.approvals.replacing import Replacing, replacing
from webapp.approvals.substitution import represented
from webapp.carts import queries as carts
from webapp.carts.snapshot import Snapshot, thaw
from webapp.identity import deputies
from webapp.identity.deciders import decider
from webapp.identity.domain import Actor, Away
from webapp.kernel.money import Money
from webapp.kernel.sentence import YES, Sentence, Verdict
from webapp.ledger.queries import Event, events
from webapp.orders.delivery import Delivery
from webapp.orders.delivery import thaw as thaw_words
from webapp.orders.details import DetailsView, read
from webapp.orders.terms import Terms

SOON = timedelta(days=2)
VERY_SOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One request as one person sees it; `may` holds a verdict for every action.

    Everybody but the requester reads it from the approver's side. `away` is the absence of the
    approver, and a deputy decides for them, unless `deputy_may` says why not (R52).
    """

    approval: Approval
    snapshot: Snapshot
    terms: Terms
    view: DetailsView
    events: list[Event]
    may: Mapping[Action, Verdict]
    standing: Verdict
    is_approver: bool
    is_deputy: bool
    away: Away | None
    deputy_may: Verdict
    delivery: Delivery
    last_seen: int
    previous_id: str | None
    next_id: str | None
    waiting: Mapping[str, int]
    attachments: list[Attachment]
    usual: Sentence | None
    replacing: Replacing

    @property
    def made_of(self) -> Hashable:
        """Everything that goods, terms and history are told from, but for who reads it when."""
        told = tuple((e.sequence, e.actor_name, e.for_name, e.text) for e in self.events)
        erased = tuple(e.sequence for e in self.events if e.is_erased)
        a = self.approval
        return a.tenant_id, a.id, a.revision, a.ledger_head, told, erased

    @property
    def total(self) -> Money:
        """The gross total of the goods."""
        return self.snapshot.totals.gross

    @property
    def order_total(self) -> Money:
        """Goods and shipping together: what the order will say (R25)."""
        return self.total + (self.view.shipping or Money.zero(self.snapshot.currency))

    @property
    def reason(self) -> Reason:
        """Why it is here."""
        return kept(self.approval)

    @property
    def outcome(self) -> Sentence:
        """How it stands, and who decided."""
        return outcome(self.approval)

    @property
    def decided_for(self) -> str:
        """The name of the approver for whom a deputy has decided; empty otherwise."""
        return decided_for(self.approval)

    @property
    def changed_by(self) -> str:
        """Who last changed what is decided on."""
        names = [event.actor_name for event in self.events if event.action == Action.CHANGE]
        return names[-1] if names else ""

    @property
    def line_ids(self) -> set[str]:
        """The items on which somebody can remark."""
        return {line.line_id for line in self.snapshot.lines}

    @property
    def pending(self) -> bool:
        """Whether it still waits."""
        return self.approval.status == Status.PENDING

    @property
    def your_turn(self) -> bool:
        """Whether it waits for the person who reads this."""
        mine = Turn.APPROVER if self.is_approver else Turn.REQUESTER
        return self.approval.turn == mine

    @property
    def new_cart_id(self) -> str | None:
        """The cart into which the requester took the goods back, where they did."""
        taken = [event for event in self.events if event.action == Action.RESUBMIT]
        if self.is_approver or not taken:
            return None
        return str(taken[-1].data.get("cart", "")) or None

    @property
    def question(self) -> Event | None:
        """The open question, while the requester has not answered it."""
        if self.approval.turn != Turn.REQUESTER:
            return None
        return next((e for e in reversed(self.events) if e.action == Action.ASK), None)


def open_dossier(session: Session, actor: Actor, approval_id: str, *, now: datetime) -> Dossier:
    """The dossier of a request; raises `NotFound` when it is not this person's."""
    found = opened(session, actor, approval_id)
    approval, current = found.approval, found.revision
    terms = Terms(details=current.details, delivery_window=current.delivery_window)
    said = events(session, approval.tenant_id, approval.id)
    still_open = in_time(approval, now)
    is_deputy = represented(actor, approval) is not None
    who = actor.person_id if is_deputy else approval.approver_id
    place = (approval.tenant_id, approval.company_id)
    known = decider(session, *place, who, owner_id=approval.approver_id, now=now)
    may_decide = still_open and standing_of(approval, known.company, known.member)
    away = None
    if still_open and known.owner_is_awaited:
        away = deputies.current(session, *place, approval.approver_id, now=now)
    return Dossier(
        approval=approval,
        snapshot=thaw(current.snapshot),
        terms=terms,
        view=read(current.details, approval.currency),
        events=said,
        may=_verdicts(actor, approval, may_decide, is_deputy=is_deputy, now=now),
        standing=may_decide,
        is_approver=actor.person_id != approval.requester_id,
        is_deputy=is_deputy,
        away=away,
        deputy_may=standing(session, approval, away.deputy_id) if away else YES,
        delivery=thaw_words(current.delivery_words, terms.delivery_window),
        last_seen=found.seen or approval.revision,
        previous_id=found.previous_id,
        next_id=found.next_id,
        waiting=found.waiting,
        attachments=_attached(session, approval, said),
        usual=_usual(session, actor, approval),
        replacing=replacing(session, actor, approval),
    )


def changes_since(session: Session, approval: Approval, seen: int) -> list[Change]:
    """What differs between the revision that was seen and the current one."""
    if not 1 <= seen < approval.revision:
        return []
    old, new = (queries.revision(session, approval, n) for n in (seen, approval.revision))
    return changes(
        Terms(details=old.details, delivery_window=old.delivery_window),
        Terms(details=new.details, delivery_window=new.delivery_window),
        currency=approval.currency,
        site=carts.site(session, approval.tenant_id, approval.site_code),
    )


def _verdicts(
    actor: Actor, approval: Approval, standing: Verdict, *, is_deputy: bool, now: datetime
) -> dict[Action, Verdict]:
    still_open, who = in_time(approval, now), actor.person_id
    found = {
        action: still_open and may(who, action, approval, standing=standing, is_deputy=is_deputy)
        for action in _ASKED
    }
    return {**found, Action.REMIND: may_remind(who, approval, standing, now=now)}


def _attached(session: Session, approval: Approval, said: Sequence[Event]) -> list[Attachment]:
    """The files; nobody asks for them where the history says that there never were any."""
    return attached(session, approval) if any(e.action == Action.ATTACH for e in said) else []


def _usual(session: Session, actor: Actor, approval: Approval) -> Sentence | None:
    """How long such requests usually take, for a requester who waits (R49)."""
    if approval.turn != Turn.APPROVER or actor.person_id != approval.requester_id:
        return None
    known = pace(session, actor.tenant_id, approval)
    return known.sentence(approval) if known else None


_ASKED: tuple[Action, ...] = tuple(
    action for action in Action if action not in (Action.SUBMIT, Action.EXPIRE)
)
