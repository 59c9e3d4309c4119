"""Above an amount that a company sets, who decides has to have signed in just now (R53)."""

from datetime import datetime

from webapp.identity.domain import Actor, CompanyFacts
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, YES, Verdict, no

SIGN_IN_AGAIN = "sign_in_again"


def asks_for_sign_in(company: CompanyFacts, amount: Money) -> bool:
    """Whether the company wants a fresh sign-in for this amount; other currencies count as more."""
    above = company.again_above
    return above is not None and (above.currency != amount.currency or amount > above)


def waives_sign_in(company: CompanyFacts, amount: Money) -> bool:
    """Whether the link of a mail decides on this amount without a sign-in (R58).

    Never in another currency, and never above the amount that wants a fresh sign-in.
    """
    below = company.link_below
    if below is None or below.currency != amount.currency or asks_for_sign_in(company, amount):
        return False
    return amount < below


def may_decide_now(actor: Actor, company: CompanyFacts, amount: Money, *, now: datetime) -> Verdict:
    """Whether this person signed in recently enough to decide on this amount.

    Through the API only a token of the provider says when somebody signed in.
    """
    above = company.again_above
    if above is None or not asks_for_sign_in(company, amount):
        return YES
    if actor.signed_in is not None and now < actor.signed_in.fresh_until:
        return YES
    text = _PROGRAM if actor.session_id is None else _PERSON
    return no(SIGN_IN_AGAIN, text, company=company.name, amount=above)


_PERSON = N_("{company} asks you to sign in again before you decide on more than {amount}.")
_PROGRAM = N_(
    "{company} asks whoever decides on more than {amount} to sign in again first. Decide on the "
    "pages of the desk, or with a token that the identity provider gave out after that."
)
