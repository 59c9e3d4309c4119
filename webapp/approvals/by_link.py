"""Deciding by the link of a mail: how the link stands, and the one press that counts (R58)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from webapp.approvals import links, service
from webapp.approvals.domain import Action
from webapp.approvals.dossier import Dossier, open_dossier
from webapp.approvals.models import Approval, DecisionLink
from webapp.approvals.service import Decision
from webapp.identity.bearers import TokenRefused, actor_of
from webapp.identity.domain import Actor
from webapp.kernel.errors import Conflict, Forbidden, NotFound
from webapp.kernel.sentence import N_, Sentence, sentence


class Standing(StrEnum):
    """What a link still leads to."""

    READY = "ready"
    USED = "used"
    EXPIRED = "expired"
    NEWER = "newer"
    DECIDED = "decided"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A link as its person sees it; without a dossier they do not see the request any more."""

    standing: Standing
    actor: Actor | None = None
    dossier: Dossier | None = None
    why: Sentence | None = None


def acting(session: Session, link: DecisionLink, signed_in: Actor | None) -> Actor:
    """The person of the link in the company of the request, with the rights of this moment.

    `signed_in` is this person in a browser, or nobody. Raises `Forbidden` for who is not active.
    """
    company_id = links.request_of(session, link).company_id
    try:
        actor = actor_of(session, link.tenant_id, link.person_id, company_id)
    except TokenRefused:
        why = sentence(N_("This link does not lead to a decision any more."))
        raise Forbidden(why, code="not_asked") from None
    if signed_in is None:
        return actor
    return replace(actor, session_id=signed_in.session_id, signed_in=signed_in.signed_in)


def look(session: Session, link: DecisionLink, signed_in: Actor | None, *, now: datetime) -> Sight:
    """How the link stands, and the request as its person sees it now."""
    try:
        actor = acting(session, link, signed_in)
        dossier = open_dossier(session, actor, link.approval_id, now=now)
    except (Forbidden, NotFound) as refusal:
        return Sight(standing=Standing.NOT_ASKED, why=refusal.sentence)
    standing, why = _standing(link, dossier, now=now)
    return Sight(standing=standing, actor=actor, dossier=dossier, why=why)


def decide(
    session: Session,
    link: DecisionLink,
    signed_in: Actor | None,
    decision: Decision,
    *,
    now: datetime,
) -> Approval:
    """Decide on what the mail told of, and use the link up; nothing of it happens alone.

    Without `signed_in` the company has to waive the sign-in for this amount at this moment.

    Raises what `service.decide` raises, `Conflict` (`used`, `expired`), and `Forbidden`
    (`sign_in`).
    """
    if link.expires_at <= now:
        raise Conflict(sentence(N_("The seven days of this link are over.")), code="expired")
    if signed_in is None and not links.is_waived(session, links.request_of(session, link)):
        raise Forbidden(sentence(N_("Sign in to decide on this request.")), code="sign_in")
    actor = acting(session, link, signed_in)
    links.spend(session, link, now=now)
    way = "mail" if signed_in is None else "session"
    bound = replace(decision, seen_revision=link.revision, link=way)
    return service.decide(session, actor, link.approval_id, bound, now=now)


def _standing(
    link: DecisionLink, dossier: Dossier, *, now: datetime
) -> tuple[Standing, Sentence | None]:
    if link.used_at is not None:
        return Standing.USED, dossier.outcome
    if not dossier.pending:
        return Standing.DECIDED, dossier.outcome
    if link.expires_at <= now:
        return Standing.EXPIRED, None
    if link.revision != dossier.approval.revision:
        return Standing.NEWER, None
    verdict = dossier.may[Action.APPROVE]
    if verdict:
        return Standing.READY, None
    is_late = verdict.code == "finished"
    return Standing.DECIDED if is_late else Standing.NOT_ASKED, verdict.reason
