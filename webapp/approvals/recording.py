"""The one way to change a request: check who may, then write history and row together."""

from collections.abc import Generator
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from webapp.approvals import finding
from webapp.approvals.announcing import announce
from webapp.approvals.claiming import Claimed, claim
from webapp.approvals.domain import Action
from webapp.approvals.freshness import asks_for_sign_in, may_decide_now
from webapp.approvals.models import Approval
from webapp.approvals.policy import Subject, in_time, may, may_approve, outcome
from webapp.approvals.substitution import held, represented
from webapp.identity import queries as identity
from webapp.identity.deciders import Parties
from webapp.identity.domain import Actor, CompanyFacts, Member
from webapp.kernel.clock import after
from webapp.kernel.errors import Conflict, require
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, Verdict, sentence
from webapp.ledger import queries as history
from webapp.ledger import service as ledger
from webapp.ledger.service import Entry, Head
from webapp.webhooks.publishing import is_anybody_told


def open_for(
    session: Session,
    actor: Actor,
    approval_id: str,
    action: Action,
    *,
    now: datetime,
    seen: int | None = None,
) -> Claimed:
    """The locked approval, once it is sure that this person may do this now on what they saw."""
    claimed = claim(session, actor, approval_id)
    approval = claimed.approval
    demand(approval, asked(session, actor, approval, action, now=now, known=claimed.parties))
    if seen is not None and seen != approval.revision:
        raise Conflict(
            sentence(N_("This request changed while you were reading it.")), code="changed"
        )
    return claimed


def asked(
    session: Session,
    actor: Actor,
    approval: Approval,
    action: Action,
    *,
    now: datetime,
    known: Parties | None = None,
) -> Verdict:
    """Whether this person may do this with the claimed approval now, and why not."""
    is_deputy = held(session, actor, approval, now=now)
    if known is None or is_deputy:
        verdict = standing(session, approval, actor.person_id if is_deputy else None)
    else:
        verdict = standing_of(approval, known.company, known.approver)
    return in_time(approval, now) and may(
        actor.person_id, action, approval, standing=verdict, is_deputy=is_deputy
    )


def demand(approval: Approval, verdict: Verdict) -> None:
    """Return when the verdict is yes; raises `Conflict` when it is too late, else `Forbidden`."""
    if not verdict and verdict.code in ("finished", "ordered"):
        raise Conflict(verdict.reason or outcome(approval), code=verdict.code)
    require(verdict)


def signed_in_for(actor: Actor, claimed: Claimed, *, now: datetime) -> dict[str, Any]:
    """What the history says of the fresh sign-in that this decision needs; nothing where none is.

    Raises `Forbidden` (`sign_in_again`) when the person has not signed in just now (R53).
    """
    company, amount = claimed.parties.company, compared(claimed.approval)
    require(may_decide_now(actor, company, amount, now=now))
    if actor.signed_in is None or not asks_for_sign_in(company, amount):
        return {}
    proof = actor.signed_in
    return {"signed_in": {"at": proof.at.isoformat(), "level": proof.level}}


def compared(approval: Approval) -> Money:
    """The amount that is compared with limits (R9)."""
    return Money(approval.compared_minor, approval.currency)


def record(
    session: Session, approval: Approval, *entries: Entry, now: datetime, **values: Any
) -> None:
    """Write history and row together, as one change however many entries tell of it.

    The counted update makes sure that one change wins. What is said to happen now happens after the
    last change, even where the clock went back (R60).
    """
    head, moment = head_of(approval), after(approval.modified_at, now)
    values = {name: moment if value == now else value for name, value in values.items()}
    for entry in entries:
        head = ledger.append(session, head, entry, now=moment)
    values |= {
        "version": approval.version + 1,
        "modified_at": moment,
        "ledger_head": head.hash,
        "ledger_length": head.length,
    }
    was = {f"was_{name}": getattr(approval, name) for name in _AS_IT_WAS}
    will = {f"new_{name}": value for name, value in values.items()}
    # What comes back is the request as it stands now, in the object that the caller holds.
    changed = session.execute(_change(frozenset(values)), was | will).one_or_none()
    if changed is None:
        raise Conflict(
            sentence(N_("This request changed while you were reading it.")), code="changed"
        )
    if finding.PLACES & values.keys():
        finding.renew(session, approval.tenant_id, [approval.id])
    if changed.is_heard:
        announce(session, approval, [(one.action, one.actor_id) for one in entries], now=now)


_AS_IT_WAS = ("tenant_id", "id", "status", "version", "company_id")


@lru_cache(maxsize=64)
def _change(names: frozenset[str]) -> Any:
    """The counted update of these columns; it also says whether programs are to hear of it."""
    is_heard = is_anybody_told(bindparam("was_tenant_id"), bindparam("was_company_id"))
    return (
        update(Approval)
        .where(
            Approval.tenant_id == bindparam("was_tenant_id"),
            Approval.id == bindparam("was_id"),
            Approval.status == bindparam("was_status"),
            Approval.version == bindparam("was_version"),
        )
        .values({name: bindparam(f"new_{name}") for name in sorted(names)})
        .returning(Approval, is_heard.label("is_heard"))
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def head_of(approval: Approval) -> Head:
    """The end of the approval's history, as its row states it."""
    return Head(
        tenant_id=approval.tenant_id,
        stream_id=approval.id,
        length=approval.ledger_length,
        hash=approval.ledger_head,
    )


def heads(session: Session, tenant_id: str) -> Generator[Head, None, None]:
    """The end of every history of a request, as the requests state it, by their ids (R30)."""
    columns = select(Approval.id, Approval.ledger_length, Approval.ledger_head)
    ordered = columns.where(Approval.tenant_id == tenant_id).order_by(
        history.by_code_points(session, Approval.id)
    )
    with session.connection().execute(ordered.execution_options(yield_per=500)) as found:
        for stream_id, length, head in found:
            yield Head(tenant_id=tenant_id, stream_id=stream_id, length=length, hash=head)


def heads_of(session: Session, approval_id: str, tenant_id: str | None = None) -> list[Head]:
    """The ends of the histories of the requests with this id, which tenants may share."""
    query = select(Approval).where(Approval.id == approval_id)
    query = query if tenant_id is None else query.where(Approval.tenant_id == tenant_id)
    return [head_of(row) for row in session.scalars(query.order_by(Approval.tenant_id))]


def is_request(stream_id: str) -> bool:
    """Whether a history is that of a request, by its name; the others have a colon (R8)."""
    return ":" not in stream_id


def entry_by(
    actor: Actor,
    action: Action,
    approval: Approval,
    *,
    text: str = "",
    revision: int | None = None,
    data: dict[str, Any] | None = None,
) -> Entry:
    """An entry of the history about something that this person does, for themselves or another."""
    away = represented(actor, approval)
    return Entry(
        action=action,
        revision=revision or approval.revision,
        actor_id=actor.person_id,
        actor_name=actor.name,
        text=text,
        data=data or {},
        for_id=away.owner_id if away else None,
        for_name=away.owner_name if away else "",
    )


def standing(session: Session, approval: Approval, person_id: str | None = None) -> Verdict:
    """Whether the assigned approver may still decide, with the roles and limit of now (R19).

    Or the person who does it for them (R52).
    """
    company = identity.company(session, approval.tenant_id, approval.company_id)
    who = person_id or approval.approver_id
    return standing_of(
        approval, company, identity.member(session, approval.tenant_id, company.id, who)
    )


def standing_of(approval: Approval, company: CompanyFacts, approver: Member | None) -> Verdict:
    """The same for somebody of whom all is known already."""
    subject = Subject(
        requester_id=approval.requester_id,
        company=company,
        compared=compared(approval),
    )
    return may_approve(approver, subject)
