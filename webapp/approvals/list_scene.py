"""Everything that a list of requests shows, read in one go."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.approvals import listing
from webapp.approvals.around import Offer, around
from webapp.approvals.domain import Action, Status, Turn
from webapp.approvals.filters import NAMES, Filter, read
from webapp.approvals.pace import paces
from webapp.approvals.policy import may
from webapp.approvals.queries import Box, Side, Summary
from webapp.approvals.reminding import may_remind
from webapp.identity.domain import Actor
from webapp.kernel.paging import Page
from webapp.kernel.sentence import N_, Sentence, Verdict, sentence
from webapp.ledger.last import Last
from webapp.ledger.queries import latest

BOXES = {
    Side.APPROVER: (Box.TURN, Box.WAITING, Box.DECIDED, Box.ALL),
    Side.REQUESTER: (Box.OPEN, Box.DECIDED, Box.ALL),
}
# The tabs whose counts are worth a query; history only grows.
_COUNTED = frozenset({Box.TURN, Box.WAITING, Box.OPEN})
_OWN = (Action.CHANGE, Action.ORDER, Action.RESUBMIT, Action.WITHDRAW)
_NEWS = {
    Action.ANSWER: N_("{name} answered your question"),
    Action.CHANGE: N_("{name} changed this"),
}
# The currency of amounts where there is no request yet that would say.
_ANY_CURRENCY = "EUR"
# What most lists are narrowed to: nothing, read once for each kind of reader.
_unfiltered = lru_cache(partial(read, {}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A list as the address names it: whose side, which tab, narrowed to what, from where on."""

    side: Side
    box: Box
    filter: Filter
    cursor: str | None

    def parts(self, **changes: str | None) -> dict[str, Any]:
        """The parts of its address; None and "" leave one out."""
        own = {"box": str(self.box), **self.filter.without(), "after": self.cursor}
        return {name: text for name, text in {**own, **changes}.items() if text}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListScene:
    """One page of a list, with what stands around it.

    `waiting` are the counters of the navigation, `asked` is how many requests wait for this person,
    `found` how many of the tab are wanted (all counted to 100), `news` what the other side did
    last, by request; `gone` are those that an open page still shows and that do not belong to this
    tab any more.
    """

    place: Place
    offer: Offer
    page: Page[Summary]
    counts: Mapping[Box, int]
    waiting: Mapping[str, int]
    asked: int
    found: int
    news: Mapping[str, Sentence]
    gone: Sequence[Summary] = ()

    @property
    def made_of(self) -> Hashable:
        """Everything of this that stands above and below the rows."""
        place, typed = self.place, tuple(self.place.filter.typed.items())
        shown = self.asked, tuple(self.counts.items()), self.page.next_cursor
        return place.side, place.box, place.cursor, typed, self.offer, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What may be done with each of one's own requests, open questions, carts taken back."""

    verdicts: Mapping[str, Mapping[Action, Verdict]]
    questions: Mapping[str, str]
    new_carts: Mapping[str, str]
    usual: Mapping[str, Sentence]

    def made_of(self, key: str) -> Hashable:
        """Everything of this that belongs to the request of this id."""
        verdicts = self.verdicts[key].values()
        found = (mapping.get(key) for mapping in (self.questions, self.new_carts, self.usual))
        return tuple((v.allowed, v.code, str(v.reason)) for v in verdicts), *map(str, found)


def open_list(
    session: Session,
    actor: Actor,
    side: Side,
    args: Mapping[str, str],
    *,
    zone: ZoneInfo,
    mark: str,
    shown: Sequence[str] = (),
) -> ListScene:
    """The list that these parts of an address name; raises `Invalid` for a broken cursor.

    `shown` are the ids of the requests on a page that is open already.
    """
    boxes = BOXES[side]
    found = around(session, actor, side, _COUNTED & frozenset(boxes))
    place = _place(side, args, found.offer, zone=zone, mark=mark)
    wanted = place.filter.wanted
    listed = listing.listed(session, actor, side, place.box, wanted=wanted, cursor=place.cursor)
    return ListScene(
        place=place,
        offer=found.offer,
        page=listed.page,
        counts={box: found.counts[side, box] for box in boxes if (side, box) in found.counts},
        waiting=found.waiting,
        asked=found.counts[side, Box.TURN],
        found=listing.count(session, actor, side, place.box, wanted=wanted)
        if place.filter.is_set
        else 0,
        news=_news(actor, listed.news),
        gone=listing.gone(session, actor, side, place.box, ids=shown),
    )


def about(session: Session, actor: Actor, items: Sequence[Summary], *, now: datetime) -> About:
    """What a requester may do with these requests, and what was asked or taken back."""
    asked = [a.id for a in items if a.turn == Turn.REQUESTER]
    ended = [a.id for a in items if a.status != Status.PENDING]
    questions = latest(session, actor.tenant_id, asked, Action.ASK)
    taken_back = latest(session, actor.tenant_id, ended, Action.RESUBMIT)
    waiting = [a for a in items if a.turn == Turn.APPROVER]
    known = paces(session, actor.tenant_id, waiting)
    found = {a.id: known.get((a.company_id, a.approver_id)) for a in waiting}
    return About(
        verdicts={
            a.id: {act: may(actor.person_id, act, a) for act in _OWN}
            | {Action.REMIND: may_remind(actor.person_id, a, now=now)}
            for a in items
        },
        questions={key: event.text for key, event in questions.items()},
        new_carts={
            key: event.data["cart"] for key, event in taken_back.items() if "cart" in event.data
        },
        usual={a.id: pace.sentence(a) for a in waiting if (pace := found[a.id])},
    )


def _place(
    side: Side, args: Mapping[str, str], offer: Offer, *, zone: ZoneInfo, mark: str
) -> Place:
    wanted_box, boxes = args.get("box", ""), BOXES[side]
    currency = next(iter(offer.currencies), _ANY_CURRENCY)
    given = {name: args[name] for name in NAMES if name in args}
    return Place(
        side=side,
        box=Box(wanted_box) if wanted_box in boxes else boxes[0],
        filter=(partial(read, given) if given else _unfiltered)(
            zone=zone, mark=mark, currency=currency
        ),
        cursor=args.get("after") or None,
    )


def _news(actor: Actor, last: Mapping[str, Last]) -> dict[str, Sentence]:
    """What the requester did last, while it is this approver's turn."""
    return {
        key: sentence(_NEWS[Action(one.action)], name=one.actor_name.partition(" ")[0])
        for key, one in last.items()
        if one.actor_id != actor.person_id
    }
