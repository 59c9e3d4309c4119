"""Requests live through anything in any order, and the rules hold after every step (R18)."""

from datetime import datetime, timedelta
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

from tests.support.cast import BOB, MIA, NOW, RITA, ROB, Desk, cart, details, quote
from tests.support.databases import Backend
from webapp.approvals.amending import amend
from webapp.approvals.domain import NEXT, UNSET, Action, Amendment, Status
from webapp.approvals.service import Decision
from webapp.identity.domain import Actor
from webapp.kernel.errors import DomainError
from webapp.orders.terms import Terms

SUBMISSIONS = [
    (RITA, cart("c500-rita")),
    (RITA, quote("Q1")),
    (ROB, cart("c1000-rob")),
    (MIA, cart("c500-mia-le1")),
]
FINAL = {Status.APPROVED, Status.DECLINED, Status.CLOSED, Status.EXPIRED}
people = st.sampled_from([RITA, ROB, BOB, MIA])
words = st.sampled_from(["", "  ", "Why?", "Because."])
seen = st.sampled_from([None, 1, 2])
rewords = st.sampled_from([UNSET, UNSET, None, "", "Why?", "Because."])
ends = st.sampled_from([UNSET, UNSET, UNSET, *Status])
ENDS = ("APPROVE", "DECLINE", "WITHDRAW")


class Life(RuleBasedStateMachine):
    """A model that knows only the state machine, beside the desk that has all the rules."""

    backend: Backend

    requests: Bundle[str] = Bundle("requests")
    waiting: Bundle[tuple[Actor, Any]] = Bundle("waiting")

    def __init__(self) -> None:
        super().__init__()
        self._open = self.backend.rolled_back()
        self.desk = Desk(self._open.__enter__())
        self.now = NOW
        self.known: dict[str, Status] = {}
        self.entries: dict[str, int] = {}
        self.versions: dict[str, int] = {}

    def teardown(self) -> None:
        self._open.__exit__(None, None, None)

    @initialize(target=waiting)
    def begin(self) -> Any:
        return multiple(*SUBMISSIONS)

    @rule(target=requests, what=consumes(waiting))
    def submit(self, what: tuple[Actor, Any]) -> Any:
        made = self.desk.ask(*what, now=self.now)
        self.known[made], self.entries[made] = Status.PENDING, 1
        self.versions[made] = 1
        return made

    @rule(made=requests, actor=people, note=words, seen=seen, order=st.booleans())
    def approve(self, *, made: str, actor: Actor, note: str, seen: int | None, order: bool) -> None:
        decision = Decision(action=Action.APPROVE, note=note, seen_revision=seen, place_order=order)
        self._decide(made, actor, decision)

    @rule(made=requests, actor=people, note=words, seen=seen)
    def decline(self, made: str, actor: Actor, note: str, seen: int | None) -> None:
        self._decide(made, actor, Decision(action=Action.DECLINE, note=note, seen_revision=seen))

    @rule(made=requests, actor=people)
    def withdraw(self, made: str, actor: Actor) -> None:
        if self._done(lambda: self.desk.withdraw(made, actor, now=self.now)):
            self._moved(made, Action.WITHDRAW)

    @rule(made=requests, actor=people)
    def order(self, made: str, actor: Actor) -> None:
        if self._done(lambda: self.desk.order(made, actor, now=self.now)):
            self._moved(made, Action.ORDER)

    @rule(made=requests, actor=people)
    def resubmit(self, made: str, actor: Actor) -> None:
        again = "RESUBMIT" in self.desk.actions(made)
        if self._done(lambda: self.desk.resubmit(made, actor, now=self.now)):
            self._moved(made, Action.RESUBMIT, entries=0 if again else 1)

    @rule(
        made=requests,
        actor=people,
        action=st.sampled_from([Action.COMMENT, Action.ASK, Action.ANSWER]),
        text=words,
    )
    def say(self, made: str, actor: Actor, action: Action, text: str) -> None:
        if self._done(lambda: self.desk.say(actor, made, action, text, now=self.now)):
            self._moved(made, action)

    @rule(made=requests, actor=people, remark=words, seen=seen)
    def change(self, made: str, actor: Actor, remark: str, seen: int | None) -> None:
        terms = Terms(details=details(remark=remark), delivery_window=None)
        before = self.desk.terms(made)
        if self._done(lambda: self.desk.change(actor, made, terms, seen=seen, now=self.now)):
            self._moved(made, Action.CHANGE, entries=0 if before == terms else 1)

    @rule(
        made=requests,
        is_approver=st.booleans(),
        said=st.tuples(rewords, rewords),
        remark=st.sampled_from([UNSET, UNSET, "", "Ring twice."]),
        status=ends,
    )
    def amend(self, *, made: str, is_approver: bool, said: Any, remark: Any, status: Any) -> None:
        asked = self.desk.approval(made).requester_id
        actor = (
            BOB if is_approver else next(one for one, _ in SUBMISSIONS if one.person_id == asked)
        )
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

    @rule(days=st.sampled_from([1, 29, 31]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def expire(self) -> None:
        due = [one for one in self.known if self._due(one)]
        assert self.desk.expire(now=self.now) == len(due)
        for made in due:
            self._moved(made, Action.EXPIRE)

    @invariant()
    def the_desk_is_where_the_model_is(self) -> None:
        orders = self.desk.orders()
        for made, status in self.known.items():
            row = self.desk.approval(made)
            assert Status(row.status) is status
            assert (row.version, row.ledger_length) == (self.versions[made], self.entries[made])
            assert (row.decided_at is None) is (status is Status.PENDING)
            assert (row.turn is None) is (status in FINAL)
            placed = [order.id for order in orders if order.approval_id == made]
            assert placed == ([row.order_id] if row.order_id else [])
            assert not placed or status is Status.APPROVED
            assert row.decided_by_id != row.requester_id or status is Status.CLOSED
            assert self.desk.broken(made) is None

    def _decide(self, made: str, actor: Actor, decision: Decision) -> None:
        if self._done(lambda: self.desk.decide(actor, made, decision, now=self.now)):
            assert actor is BOB
            self._moved(made, decision.action, entries=2 if decision.place_order else 1)

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
        self.known[made] = NEXT[self.known[made], action]
        self.entries[made] += entries
        self.versions[made] += entries if versions is None else versions

    def _due(self, made: str) -> bool:
        expires: datetime = self.desk.approval(made).expires_at
        return self.known[made] is Status.PENDING and expires <= self.now


def test_whatever_people_do_in_whatever_order_the_rules_hold(
    filled: Backend,
) -> None:
    Life.backend = filled
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
