"""The rows of the data set, a range of approvals at a time: processes can share the work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from webapp.approvals.domain import Action, Status, Turn
from webapp.approvals.finding import PLACES, plain
from webapp.approvals.reasons import Deciders, Why
from webapp.bench import goods, histories
from webapp.bench.goods import CURRENCY, SHIPPING_MINOR, SITE, Goods
from webapp.bench.histories import Step, moment
from webapp.bench.plan import (
    EXPIRY_DAYS,
    LIMIT_MINOR,
    READER,
    TENANT,
    Company,
    Person,
    Plan,
    everybody,
)
from webapp.bench.words import COMMENTS, REMARKS
from webapp.carts.domain import ResourceType
from webapp.identity.domain import Role, Source
from webapp.kernel.money import Money
from webapp.ledger.domain import GENESIS

Rows = dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]]

# How long the history of the request is whose page is measured, and how many items it has.
LONG, ITEMS = 20, 20

_APPROVALS = (
    "tenant_id", "id", "number", "status", "turn", "turn_since", "resource_type", "resource_id",
    "company_id", "company_name", "site_code", "requester_id", "requester_first_name",
    "requester_last_name", "requester_email", "approver_id", "approver_first_name",
    "approver_last_name", "approver_email", "comment", "approver_comment", "title", "item_count",
    "currency", "net_minor", "tax_minor", "gross_minor", "total_minor", "compared_minor",
    "limit_minor", "limit_currency", "why", "deciders", "version", "revision", "created_at",
    "modified_at", "expires_at", "decided_at", "decided_by_id", "decided_by_name", "ledger_head",
    "ledger_length",
)  # fmt: skip
_REVISIONS = (
    "tenant_id", "approval_id", "revision", "snapshot", "details", "delivery_window",
    "delivery_words", "at", "by_id", "by_name",
)  # fmt: skip
_PEOPLE = (
    "tenant_id", "id", "email", "first_name", "last_name", "active", "language", "time_zone",
    "theme", "created_at",
)  # fmt: skip
_MEMBERSHIPS = ("tenant_id", "id", "person_id", "company_id", "role", "source", "active")
_WORDS = ("tenant_id", "approval_id", "words")
_COMPANIES = ("tenant_id", "id", "name", "kind", "limit_minor", "limit_currency", "version")

# What became of what was decided, and how often.
_ENDS = (
    (0.80, Status.APPROVED, Action.APPROVE),
    (0.92, Status.DECLINED, Action.DECLINE),
    (0.97, Status.CLOSED, Action.WITHDRAW),
    (1.00, Status.EXPIRED, Action.EXPIRE),
)
_TALKED = 0.3
_ASKED_BACK = 0.15


@dataclass(frozen=True, slots=True)
class _Case:
    """An approval before it is written down."""

    at: int
    id: str
    asked: datetime
    company: Company
    requester: Person
    approver: Person
    goods: Goods
    steps: list[Step]
    status: Status
    turn: Turn | None


def people(plan: Plan) -> Rows:
    """Companies, people, and what they are there."""
    at = moment(plan.today - timedelta(days=800))
    companies = [
        (TENANT, one.id, one.name, "COMPANY", LIMIT_MINOR, CURRENCY, 1) for one in plan.companies
    ]
    persons, memberships = [], []
    for company, person, place in everybody(plan):
        # The measured ones read German: their amounts and days are written another way.
        is_german = person.number <= READER or person.number % 2 == 0
        persons.append(
            (
                TENANT, person.id, person.email, person.first, person.last, True,
                "de" if is_german else "en", "Europe/Berlin", "system", at,
            )
        )  # fmt: skip
        role = _role(company, place)
        memberships.append(
            (TENANT, f"m{person.number}", person.id, company.id, role, str(Source.PAGE), True)
        )
    return {
        "companies": (_COMPANIES, companies),
        "people": (_PEOPLE, persons),
        "memberships": (_MEMBERSHIPS, memberships),
    }


def approvals(plan: Plan, first: int, last: int) -> Rows:
    """The approvals with these numbers, with what was decided on and their histories."""
    # Where a range begins decides what is drawn in it, whoever makes it.
    draw = Random(f"{plan.seed}:{first}")  # noqa: S311 - data to measure with, no secrets
    heads: list[tuple[Any, ...]] = []
    revisions: list[tuple[Any, ...]] = []
    words: list[tuple[Any, ...]] = []
    entries: list[tuple[Any, ...]] = []
    for case in sorted(
        (_case(plan, at, draw) for at in range(first, last)), key=lambda one: one.id
    ):
        written = list(histories.chain(case.id, case.steps, draw))
        entries += written
        heads.append(_head(case, written))
        revisions.append(_revision(case))
        words.append(_words(heads[-1], case.goods))
    return {
        "approvals": (_APPROVALS, heads),
        "approval_revisions": (_REVISIONS, revisions),
        "approval_words": (_WORDS, words),
        "ledger_entries": (histories.COLUMNS, entries),
    }


def _role(company: Company, place: int) -> str:
    if place < company.admins:
        return str(Role.ADMIN)
    return str(Role.BUYER if place % 8 == 0 else Role.REQUESTER)


def _case(plan: Plan, at: int, draw: Random) -> _Case:
    who, rank = plan.load(at)
    requester = plan.requester(draw.random(), of_first=who is not None)
    company = plan.companies[requester.company]
    approver = plan.approver(company.number, draw.random()) if who is None else plan.person(who)
    asked = plan.asked_at(at) + timedelta(microseconds=draw.randrange(1_000_000))
    id_ = f"{int(asked.timestamp()):08x}{draw.getrandbits(64):016x}"
    is_long = who == READER and plan.is_pending(at) and rank == 0
    bought = goods.goods(f"cart-{id_}", draw, ITEMS if is_long else 0)
    talk = _Talk(asked, requester, approver, plan.today, draw)
    steps = [talk.submitted(bought, company), *talk.words(LONG - 1 if is_long else None)]
    status, turn = Status.PENDING, None
    if not plan.is_pending(at):
        status, end = talk.end()
        steps.append(end)
    elif who is None and draw.random() < _ASKED_BACK:
        turn = Turn.REQUESTER
        steps.append(Step(Action.ASK, steps[-1].at + timedelta(hours=2), approver, REMARKS[0]))
    else:
        turn = Turn.APPROVER
    return _Case(at, id_, asked, company, requester, approver, bought, steps, status, turn)


@dataclass(frozen=True, slots=True)
class _Talk:
    """What two people say to each other about a request, as chance has it."""

    asked: datetime
    requester: Person
    approver: Person
    today: datetime
    draw: Random

    def submitted(self, bought: Goods, company: Company) -> Step:
        """The first entry, with the digests of what is asked for."""
        sealed = histories.seal(bought.text, goods.conditions(company, self.asked), self.draw)
        total = str(Money(bought.gross, CURRENCY))
        data = {"approver": self.approver.name, "total": total, "seal": sealed}
        return Step(Action.SUBMIT, self.asked, self.requester, self.draw.choice(COMMENTS), data)

    def words(self, count: int | None) -> Iterator[Step]:
        """So many comments in turn; without a number a few, or none."""
        if count is None:
            count = self.draw.randint(1, 3) if self.draw.random() < _TALKED else 0
        for at in range(count):
            speaker = self.requester if at % 2 else self.approver
            later = self._by_now(timedelta(minutes=7 * (at + 1)))
            yield Step(Action.COMMENT, later, speaker, self.draw.choice(REMARKS))

    def end(self) -> tuple[Status, Step]:
        """What became of it."""
        drawn = self.draw.random()
        status, action = next((status, act) for share, status, act in _ENDS if drawn < share)
        at = self._by_now(timedelta(minutes=60 + self.draw.randrange(12_000)))
        if action is Action.EXPIRE:
            return status, Step(action, self._by_now(timedelta(days=EXPIRY_DAYS)), None)
        if action is Action.WITHDRAW:
            return status, Step(action, at, self.requester)
        is_told = action is Action.DECLINE or self.draw.random() < _TALKED
        words = self.draw.choice(REMARKS) if is_told else ""
        return status, Step(action, at, self.approver, words)

    def _by_now(self, later: timedelta) -> datetime:
        """So much later, but never in the future: that would be news to open pages all the time."""
        return min(self.asked + later, max(self.asked, self.today))


def _head(case: _Case, entries: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    last = case.steps[-1]
    is_over = case.turn is None
    note = last.text if is_over and last.action in (Action.APPROVE, Action.DECLINE) else None
    by = last.actor if is_over else None
    asked, total = moment(case.asked), case.goods.gross + SHIPPING_MINOR
    since = moment(last.at) if case.turn is Turn.REQUESTER else asked
    return (
        TENANT, case.id, 1001 + case.at, str(case.status), case.turn and str(case.turn), since,
        str(ResourceType.CART), f"cart-{case.id}", case.company.id, case.company.name, SITE,
        *_party(case.requester), *_party(case.approver), case.steps[0].text, note or None,
        case.goods.title, case.goods.count, CURRENCY, case.goods.net, case.goods.tax,
        case.goods.gross, total, case.goods.gross, LIMIT_MINOR, CURRENCY, str(Why.OVER_LIMIT),
        str(Deciders.ADMIN), len(entries), 1, asked, moment(last.at),
        moment(case.asked + timedelta(days=EXPIRY_DAYS)), moment(last.at) if is_over else None,
        by.id if by else None, by.name if by else None, entries[-1][-1] if entries else GENESIS,
        len(entries),
    )  # fmt: skip


def _words(head: tuple[Any, ...], bought: Goods) -> tuple[Any, ...]:
    said = [head[_APPROVALS.index(place)] for place in sorted(PLACES)]
    words = dict.fromkeys([*plain(said).split(), *bought.words])
    return TENANT, head[1], "\n".join(words)


def _party(person: Person) -> tuple[str, str, str, str]:
    return person.id, person.first, person.last, person.email


def _revision(case: _Case) -> tuple[Any, ...]:
    return (
        TENANT, case.id, 1, case.goods.text, goods.details(case.company),
        goods.window(case.asked.date()), goods.WORDS,
        moment(case.asked), case.requester.id, case.requester.name,
    )  # fmt: skip
