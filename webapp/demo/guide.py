"""Three stories of two minutes: what to press next, ticked off by what the desk itself knows.

Nothing is kept of a story but which one somebody follows. How far it is stands in the requests,
carts and histories of the desk, so that whoever leaves comes back to where it is, and what was
done in another way counts as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.approvals import looking, queries
from webapp.approvals.domain import Action, Status
from webapp.carts import queries as carts
from webapp.carts.domain import ResourceType
from webapp.demo import cast
from webapp.kernel.sentence import N_
from webapp.ledger.queries import events

_COMPANY = "logistik"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """How far the desk is: the first request, whether it was looked at, and what came of it."""

    cart_id: str
    request_id: str = ""
    status: str = ""
    was_seen: bool = False
    new_cart_id: str = ""
    was_changed: bool = False
    second_id: str = ""
    second_status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody does next: who, where, in which words, and what they press there.

    Words name people by their ids in braces, so that a company of its own is told in its names.
    `points` are the places of the page to point at, the first that is there; `is_done` asks the
    facts.
    """

    by: str
    words: str
    press: str
    points: str
    at: Callable[[Facts], str]
    is_done: Callable[[Facts], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A story: the cart or request it begins with, and its steps in their order."""

    title: str
    lead: str
    cart_id: str
    approver_id: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is in a story; `at` is the page of the next step, empty after the last."""

    name: str
    story: Story
    done: int
    at: str

    @property
    def next(self) -> Step | None:
        """What is to be done now; None when all of it was."""
        return self.story.steps[self.done] if self.done < len(self.story.steps) else None


_ASK = 'a.button-primary[href$="/checkout"], #checkout-act button.button-primary'
_APPROVE = 'button[value="order"], button[value="seen"], button[value="approve"]'

STORIES = {
    "over-the-limit": Story(
        title=N_("Over the limit"),
        lead=N_("{rita} may not order this cart alone. {ada} decides, and the order is placed."),
        cart_id="b01",
        approver_id="ada",
        steps=(
            Step(
                by="rita",
                words=N_("The cart says what it is over the limit by. Hand it over to {ada}."),
                press=N_("Ask for approval"),
                points=_ASK,
                at=lambda facts: f"/carts/{facts.cart_id}",
                is_done=lambda facts: bool(facts.request_id),
            ),
            Step(
                by="ada",
                words=N_("Open the request: it says who asks for how much, and why it is here."),
                press="",
                points="",
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: facts.was_seen,
            ),
            Step(
                by="ada",
                words=N_("The first press asks once more, the second one places the order."),
                press=N_("Approve"),
                points=_APPROVE,
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: facts.status == Status.APPROVED,
            ),
        ),
    ),
    "once-more": Story(
        title=N_("Declined, fixed, asked again"),
        lead=N_("{ada} says no and why. {ines} changes the cart without typing it again."),
        cart_id="p09",
        approver_id="ada",
        steps=(
            Step(
                by="ada",
                words=N_("It is too much. Decline, and say why in one sentence."),
                press=N_("Decline"),
                points='button[value="declined"], button[value="decline"]',
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: facts.status == Status.DECLINED,
            ),
            Step(
                by="ines",
                words=N_("The reason stands on the request. Take the goods back into a new cart."),
                press=N_("Edit and resubmit"),
                points='form[action$="/resubmission"] button',
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: bool(facts.new_cart_id),
            ),
            Step(
                by="ines",
                words=N_("Order less of something, and save the cart."),
                press=N_("Save"),
                points='main form button.button-primary, a[href$="/edit"]',
                at=lambda facts: f"/carts/{facts.new_cart_id}/edit",
                is_done=lambda facts: facts.was_changed,
            ),
            Step(
                by="ines",
                words=N_("Now ask {ada} once more; what you say goes with it."),
                press=N_("Ask for approval"),
                points=_ASK,
                at=lambda facts: f"/carts/{facts.new_cart_id}",
                is_done=lambda facts: bool(facts.second_id),
            ),
            Step(
                by="ada",
                words=N_("See what is different from last time, and say yes."),
                press=N_("Approve"),
                points=_APPROVE,
                at=lambda facts: f"/approvals/{facts.second_id}",
                is_done=lambda facts: facts.second_status == Status.APPROVED,
            ),
        ),
    ),
    "away": Story(
        title=N_("The approver is away"),
        lead=N_("{claus} is on leave. What {rita} asks for does not wait until then."),
        cart_id="b02",
        approver_id="ada",
        steps=(
            Step(
                by="rita",
                words=N_("Choose {claus}: the page says who is away, and who decides meanwhile."),
                press=N_("Ask for approval"),
                points=_ASK,
                at=lambda facts: f"/carts/{facts.cart_id}/checkout",
                is_done=lambda facts: bool(facts.request_id),
            ),
            Step(
                by="ada",
                words=N_("The request is in the inbox, for {claus}. Open it."),
                press="",
                points="",
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: facts.was_seen,
            ),
            Step(
                by="ada",
                words=N_("Decide for {claus}; the history says so."),
                press=N_("Approve"),
                points=_APPROVE,
                at=lambda facts: f"/approvals/{facts.request_id}",
                is_done=lambda facts: facts.status == Status.APPROVED,
            ),
        ),
    ),
}


def progress(session: Session, name: str) -> Progress:
    """How far the desk is in this story; raises `KeyError` for one that nobody tells."""
    story = STORIES[name]
    facts = _facts(session, story)
    done = max((n for n, step in enumerate(story.steps, 1) if step.is_done(facts)), default=0)
    at = story.steps[done].at(facts) if done < len(story.steps) else ""
    return Progress(name, story, done, at)


def _facts(session: Session, story: Story) -> Facts:
    first = queries.latest_for(session, cast.TENANT, ResourceType.CART, story.cart_id)
    if first is None:
        return Facts(cart_id=story.cart_id)
    new_cart_id = _taken_back(session, first.id)
    second = queries.latest_for(session, cast.TENANT, ResourceType.CART, new_cart_id)
    return Facts(
        cart_id=story.cart_id,
        request_id=first.id,
        status=first.status,
        was_seen=looking.has_looked(session, first, story.approver_id),
        new_cart_id=new_cart_id,
        was_changed=_was_changed(session, first.requester_id, new_cart_id),
        second_id=second.id if second else "",
        second_status=second.status if second else "",
    )


def _taken_back(session: Session, request_id: str) -> str:
    """The cart into which the requester took the goods back, by the history of the request."""
    history = events(session, cast.TENANT, request_id)
    taken = [event for event in history if event.action == Action.RESUBMIT]
    return str(taken[-1].data.get("cart", "")) if taken else ""


def _was_changed(session: Session, owner_id: str, cart_id: str) -> bool:
    if not cart_id:
        return False
    return carts.get(session, cast.actor(session, owner_id, _COMPANY), cart_id).version > 1
