"""What the commands of the reference page name: the reader's own things, or words to fill in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import listing
from webapp.approvals.queries import Box, Side
from webapp.carts import queries as carts
from webapp.emporix.cart_shapes import item_yrn
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, Role
from webapp.orders import queries as orders

# Without a token of the reader's, a command takes it from the shell.
TOKENS = {
    "CustomerToken": "$TOKEN",
    "AnonymousToken": "$VISITOR_TOKEN",
    "ServiceToken": "$PROGRAM_TOKEN",
}
_FIELDS = ("approvalId", "cartId", "itemId", "orderId", "quoteId", "legalEntityId", "userId")
# What the examples of the document are about, beside the parameters of its paths.
_CARTS, _ADMIN = ("b01", "b03"), "ada"
_PRODUCT = "urn:yaas:saasag:caasproduct:product:hafen;hand-scanner"
_SHORT = re.compile(r"[{\[][^{}\[\]]{0,90}[}\]]")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Samples:
    """What stands for the parameters of paths, for words of the examples, and for tokens.

    Without an entry the example of the document is taken as it is.
    """

    base_url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=lambda: TOKENS)

    def fitted(self, example: Any) -> Any:
        """An example with the words of this reader."""
        if isinstance(example, dict):
            return {name: self.fitted(value) for name, value in example.items()}
        if isinstance(example, list):
            return [self.fitted(value) for value in example]
        return self.words.get(example, example) if isinstance(example, str) else example

    def shown(self, example: Any) -> str:
        """An example as JSON that people can read: what is short stands on one line."""
        text = json.dumps(self.fitted(example), ensure_ascii=False, indent=2)
        return _SHORT.sub(lambda match: " ".join(match[0].split()), text)


def to_fill_in(base_url: str) -> Samples:
    """Names of shell variables wherever an id is needed: `$CART_ID`."""
    return Samples(base_url, {name: f"${_WORD.sub('_', name).upper()}" for name in _PLACES})


def of_reader(session: Session, actor: Actor, base_url: str, *, token: str | None) -> Samples:
    """Things that this person has, so that the commands work as they stand; and their token."""
    own = {
        "tenant": actor.tenant_id,
        "userId": actor.person_id,
        **{name: found for name, found in _own(session, actor) if found},
    }
    words = {_ADMIN: _admin(session, actor), "q01": own.get("quoteId", "q01")}
    words |= {name: own.get("cartId", name) for name in _CARTS}
    words[_PRODUCT] = own.pop("itemYrn", _PRODUCT)
    tokens = {**TOKENS, **(dict.fromkeys(_OF_PEOPLE, token) if token else {})}
    return Samples(base_url, own, words, tokens)


_PLACES = ("tenant", *_FIELDS)
# Where a visitor's token is taken, a customer's is taken too.
_OF_PEOPLE = ("CustomerToken", "AnonymousToken")


def _own(session: Session, actor: Actor) -> Iterator[tuple[str, str | None]]:
    yield "legalEntityId", actor.company_id
    waiting = listing.listing(session, actor, Side.APPROVER, Box.TURN).items
    asked = waiting or listing.listing(session, actor, Side.REQUESTER, Box.ALL).items
    yield "approvalId", asked[0].id if asked else None
    cart = next(iter(carts.open_carts(session, actor).items), None)
    yield "cartId", cart.id if cart else None
    if cart:
        lines = carts.lines_of(session, actor.tenant_id, [cart.id]).get(cart.id)
        yield "itemId", lines[0].line_id if lines else None
        known = next((line for line in lines or () if line.product_id), None)
        yield "itemYrn", item_yrn(actor.tenant_id, known) if known else None
    quote = next(iter(carts.quotes(session, actor).items), None)
    yield "quoteId", quote.id if quote else None
    order = next(iter(orders.list_orders(session, actor).items), None)
    yield "orderId", order.id if order else None


def _admin(session: Session, actor: Actor) -> str:
    """Somebody who may be asked whatever the amount is, where there is no approval group."""
    members = identity.members(session, actor.tenant_id, actor.company_id or "")
    group = [one for one in members if one.in_group]
    asked = group or [one for one in members if one.role is Role.ADMIN]
    others = (one.person_id for one in asked if one.active and one.person_id != actor.person_id)
    return next(others, _ADMIN)
