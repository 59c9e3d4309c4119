"""Requests live through anything in any order, and the rules hold after every step (R18)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.support.cast import ADA, BEN, BOB, MIA, NOW, RITA, ROB, Desk, cart, details, quote
from tests.support.databases import Backend
from tests.support.examples import examples
from webapp.approvals.amending import amend
from webapp.approvals.domain import NEXT, UNSET, Action, Amendment, Status, Turn
from webapp.approvals.models import Approval
from webapp.approvals.reassignment import reassign
from webapp.approvals.reminding import remind, remind_due
from webapp.approvals.service import Decision
from webapp.identity import absences, deputies
from webapp.identity.absence_rules import Days
from webapp.identity.domain import Actor
from webapp.kernel.errors import DomainError
from webapp.ledger.queries import Event
from webapp.orders.terms import Terms

SUBMISSIONS = [
    (RITA, cart("c500-rita")),
    (RITA, quote("Q1")),
    (ROB, cart("c1000-rob")),
    (MIA, cart("c500-mia-le1")),
]
CAST = {"ada": ADA, "ben": BEN, "rob": ROB}
FINAL = {Status.APPROVED, Status.DECLINED, Status.CLOSED, Status.EXPIRED}
# Mostly those who may, so that much comes about.
askers = st.sampled_from(["requester", "requester", "requester", "approver", "ben", "rob"])
deciders = st.sampled_from(["approver", "approver", "approver", "requester", "ben", "ada"])
words = st.sampled_from(["", "  ", "Why?", "Because."])
seen = st.sampled_from([None, None, 1, 2])
rewords = st.sampled_from([UNSET, UNSET, None, "", "Why?", "Because."])
ends = st.sampled_from([UNSET, UNSET, UNSET, *Status])
ENDS = ("APPROVE", "DECLINE", "WITHDRAW")
# Ben decides for Bob on these days, where Bob is away at all.
AWAY = Days(date(2026, 3, 2), date(2026, 4, 10))
DAY = timedelta(days=1)


@dataclass
class Known:
    """What the model knows of a request."""

    requester: Actor
    made_at: datetime
    status: Status = Status.PENDING
    turn: Turn = Turn.APPROVER
    approver: Actor = BOB
    entries: int = 1
    version: int = 1
    reminded_at: datetime | None = None
    is_reminded_by_desk: bool = False
    history: list[Event] = field(default_factory=list)


class Life(RuleBasedStateMachine):
    """A model that knows only who decides and the state machine, beside the whole desk."""

    backend: Backend

    requests: Bundle[str] = Bundle("requests")
    waiting: Bundle[tuple[Actor, Any]] = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self._open = self.backend.rolled_back()
        self.desk = Desk(self._open.__enter__())
        self.now = NOW
        self.is_bob_away = False
        self.known: dict[str, Known] = {}
        self.touched: set[str] = set()

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)

    @initialize(target=waiting, is_bob_away=st.booleans())
    def begin(self, is_bob_away: bool) -> Any:
        self.is_bob_away = is_bob_away
        if is_bob_away:
            plan = absences.Plan(owner_id="bob", deputy_id="ben", days=AWAY)
            self.desk.run(absences.leave, BOB, plan, now=NOW)
        return multiple(*SUBMISSIONS)

    @rule(target=requests, what=consumes(waiting))
    def submit(self, what: tuple[Actor, Any]) -> Any:
        made = self.desk.ask(*what, now=self.now)
        self.known[made] = Known(what[0], self.now)
        self.touched.add(made)
        return made

    @rule(
        made=requests,
        who=deciders,
        action=st.sampled_from([Action.APPROVE, Action.APPROVE, Action.DECLINE]),
        note=words,
        seen=seen,
        order=st.booleans(),
    )
    def decide(
        self, *, made: str, who: str, action: Action, note: str, seen: int | None, order: bool
    ) -> None:
        order = order and action is Action.APPROVE
        decision = Decision(action=action, note=note, seen_revision=seen, place_order=order)
        actor = self._come(self._named(who, made))
        if self._done(lambda: self.desk.decide(actor, made, decision, now=self.now)):
            assert self._decides(made, actor)
            assert seen in (None, self.desk.approval(made).revision)
            self._moved(made, action, entries=2 if order else 1)

    @rule(made=requests, who=askers)
    def withdraw(self, made: str, who: str) -> None:
        actor = self._come(self._named(who, made))
        if self._done(lambda: self.desk.withdraw(made, actor, now=self.now)):
            self._moved(made, Action.WITHDRAW)

    @rule(made=requests, who=askers)
    def order(self, made: str, who: str) -> None:
        actor = self._come(self._named(who, made))
        if self._done(lambda: self.desk.order(made, actor, now=self.now)):
            self._moved(made, Action.ORDER)

    @rule(made=requests, who=askers)
    def resubmit(self, made: str, who: str) -> None:
        again, actor = "RESUBMIT" in self.desk.actions(made), self._named(who, made)
        if self._done(lambda: self.desk.resubmit(made, actor, now=self.now)):
            self._moved(made, Action.RESUBMIT, entries=0 if again else 1)

    @rule(
        made=requests,
        who=askers | deciders,
        action=st.sampled_from([Action.COMMENT, Action.ASK, Action.ANSWER]),
        text=words,
    )
    def say(self, made: str, who: str, action: Action, text: str) -> None:
        actor = self._come(self._named(who, made))
        if self._done(lambda: self.desk.say(actor, made, action, text, now=self.now)):
            assert action is not Action.ASK or self._decides(made, actor)
            self._moved(made, action)

    @rule(made=requests, who=askers, remark=words, seen=seen)
    def change(self, made: str, who: str, remark: str, seen: int | None) -> None:
        terms = Terms(details=details(remark=remark), delivery_window=None)
        before, actor = self.desk.terms(made), self._come(self._named(who, made))
        if self._done(lambda: self.desk.change(actor, made, terms, seen=seen, now=self.now)):
            self._moved(made, Action.CHANGE, entries=0 if before == terms else 1)

    @rule(
        made=requests,
        who=st.sampled_from(["requester", "approver"]),
        said=st.tuples(rewords, rewords),
        remark=st.sampled_from([UNSET, UNSET, "", "Ring twice."]),
        status=ends,
    )
    def amend(self, *, made: str, who: str, said: Any, remark: Any, status: Any) -> None:
        actor = self._named(who, made)
        wanted = Amendment(
            comment=said[0],
            note=said[1],
            details=remark if remark is UNSET else details(remark=remark),
            status=status,
        )
        before = len(self.desk.actions(made))
        if self._done(
            lambda: self.desk.run(amend, actor, made, wanted, seen_version=None, now=self.now)
        ):
            told = self.desk.actions(made)[before:]
            end = next((act for act in told if act in ENDS), "REWORD")
            assert (end == "REWORD") is (status is UNSET)
            self._moved(made, Action(end), entries=len(told), versions=min(len(told), 1))

    @rule(
        made=requests, who=st.sampled_from(["ada", "ada", "approver"]), to=deciders, seen=deciders
    )
    def hand_over(self, made: str, who: str, to: str, seen: str) -> None:
        actor, former, heir = (self._named(one, made) for one in (who, seen, to))
        if self._done(
            lambda: self.desk.run(
                reassign, actor, made, heir.person_id, seen=former.person_id, now=self.now
            )
        ):
            assert (actor, former) == (ADA, self.known[made].approver)
            assert heir in {BOB, BEN, ADA} - {former}
            self._moved(made, Action.REASSIGN)
            self.known[made].approver = heir

    @rule(made=requests, who=askers)
    def remind(self, made: str, who: str) -> None:
        known, actor = self.known[made], self._named(who, made)
        if self._done(lambda: self.desk.run(remind, actor, made, now=self.now)):
            assert known.reminded_at is None or self.now - known.reminded_at >= DAY
            assert known.turn is Turn.APPROVER
            self._moved(made, Action.REMIND)
            known.reminded_at = self.now

    @rule(made=requests, days=st.sampled_from([1, 29, 30]), is_swept=st.booleans())
    def wait(self, made: str, days: int, is_swept: bool) -> None:
        self.now = max(self.now + timedelta(hours=1), self.known[made].made_at + days * DAY)
        if is_swept:
            self._sweep()

    @invariant()
    def the_desk_is_where_the_model_is(self) -> None:
        for made in self.touched:
            known, row = self.known[made], self.desk.approval(made)
            assert Status(row.status) is known.status
            assert (row.version, row.ledger_length) == (known.version, known.entries)
            assert row.approver_id == known.approver.person_id
            assert row.turn == (None if known.status in FINAL else known.turn)
            assert (row.decided_at is None) is (known.status is Status.PENDING)
            assert row.decided_by_id != row.requester_id or known.status is Status.CLOSED
            placed = [order.id for order in self.desk.orders() if order.approval_id == made]
            assert placed == ([row.order_id] if row.order_id else [])
            assert not placed or known.status is Status.APPROVED
            self._is_told_truly(known, row)
        self.touched.clear()

    def _is_told_truly(self, known: Known, row: Approval) -> None:
        """History only grows, names one end, counts the revisions, and verifies."""
        before, known.history = known.history, self.desk.history(row.id)
        assert known.history[: len(before)] == before
        ended = [one for one in known.history if one.action in (*ENDS, "EXPIRE")]
        assert len(ended) == (known.status in FINAL)
        changes = accumulate(one.action == "CHANGE" for one in known.history)
        assert [one.revision for one in known.history] == [1 + count for count in changes]
        assert known.history[-1].revision == row.revision
        assert self.desk.broken(row.id) is None

    def _sweep(self) -> None:
        """What the worker does when it comes by."""
        due = [made for made, known in self.known.items() if self._is_to_be_reminded(known)]
        assert self.desk.run(remind_due, now=self.now).done == len(due)
        for made in due:
            self._moved(made, Action.REMIND)
            self.known[made].is_reminded_by_desk = True
        due = [one for one in self.known if self._due(one)]
        assert self.desk.expire(now=self.now) == len(due)
        for made in due:
            self._moved(made, Action.EXPIRE)

    def _named(self, who: str, made: str) -> Actor:
        known = self.known[made]
        return {"requester": known.requester, "approver": known.approver}.get(who) or CAST[who]

    def _come(self, actor: Actor) -> Actor:
        """The person as they come in now, with whom they stand in for."""
        with self.desk.database.reading() as session:
            return deputies.empowered(session, actor, now=self.now)

    def _decides(self, made: str, actor: Actor) -> bool:
        approver = self.known[made].approver
        stands_in = self.is_bob_away and (approver.person_id, actor.person_id) == ("bob", "ben")
        is_deputy = stands_in and self.now.date() <= AWAY.last
        return actor.person_id == approver.person_id or is_deputy

    def _done(self, act: Any) -> bool:
        try:
            act()
        except DomainError as refused:
            return not str(refused)
        return True

    def _moved(
        self, made: str, action: Action, *, entries: int = 1, versions: int | None = None
    ) -> None:
        assert action is Action.EXPIRE or not self._due(made)
        self.touched.add(made)
        known = self.known[made]
        known.status = NEXT[known.status, action]
        known.turn = {Action.ASK: Turn.REQUESTER, Action.ANSWER: Turn.APPROVER}.get(
            action, known.turn
        )
        known.entries += entries
        known.version += entries if versions is None else versions

    def _due(self, made: str) -> bool:
        expires: datetime = self.desk.approval(made).expires_at
        return self.known[made].status is Status.PENDING and expires <= self.now

    def _is_to_be_reminded(self, known: Known) -> bool:
        is_waiting = known.status is Status.PENDING and known.turn is Turn.APPROVER
        is_soon = known.made_at + 29 * DAY <= self.now < known.made_at + 30 * DAY
        return is_waiting and is_soon and not known.is_reminded_by_desk


def test_whatever_people_do_in_whatever_order_the_rules_hold(
    filled: Backend,
) -> None:
    Life.backend = filled
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=examples(20),
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
