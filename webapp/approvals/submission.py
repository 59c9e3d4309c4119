"""Asking for an approval: from a cart or quote to a pending request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from webapp.approvals import finding, notices, queries
from webapp.approvals.announcing import announce
from webapp.approvals.domain import Action, Status, Turn, expires_at, reminder_due_at
from webapp.approvals.models import Approval, Revision
from webapp.approvals.notices import Notice
from webapp.approvals.numbering import next_number
from webapp.approvals.policy import Subject, may_approve, may_need_approval
from webapp.approvals.reasons import Reason, compared_amount, reason
from webapp.approvals.seals import seal
from webapp.carts import queries as carts
from webapp.carts import service as cart_service
from webapp.carts.domain import CartStatus, Resource, ResourceType, SiteFacts, require_goods
from webapp.carts.snapshot import freeze, thaw
from webapp.identity import queries as identity
from webapp.identity.domain import Actor, CompanyFacts, Member
from webapp.kernel.errors import Conflict, Forbidden, Invalid, NotFound, require
from webapp.kernel.ids import is_client_id, new_id
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import clean
from webapp.ledger import service as ledger
from webapp.ledger.service import Entry, Head
from webapp.orders import delivery
from webapp.orders.details import shipping_price
from webapp.orders.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a requester hands over: cart or quote, whom to ask, words, delivery and payment."""

    resource_type: ResourceType
    resource_id: str
    approver_id: str
    comment: str = ""
    details: dict[str, Any] | None = None
    delivery_window: dict[str, Any] | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A submission that passed every check: who asks whom, for what, and why."""

    member: Member
    approver: Member
    company: CompanyFacts
    resource: Resource
    reason: Reason


def submit(session: Session, actor: Actor, submission: Submission, *, now: datetime) -> Approval:
    """Freeze the cart or quote, make the pending request, and tell the approver.

    Checks in the order of the reference service (its section 3.1). Raises `NotFound`
    (`no_membership`, `no_resource`), `Forbidden` (`no_company`, `not_owner`, `not_needed`,
    `approver`), `Invalid` (`bad_id`, `details`, `quotes_off`, `nothing_in_it`) and `Conflict`
    (`exists`, `resource_taken`).
    """
    _check_shape(submission)
    plan = check(session, actor, submission)
    # The counter is where submissions of a tenant queue up: past it, nobody else can make the
    # request that the next check looks for.
    number = next_number(session, actor.tenant_id)
    _check_free(session, actor.tenant_id, submission)
    if plan.resource.type is ResourceType.CART:
        cart_service.consume(session, plan.resource, CartStatus.SUBMITTED, now=now)
    approval = _create(session, actor, submission, plan, number=number, now=now)
    announce(session, approval, [(Action.SUBMIT, actor.person_id)], now=now)
    notices.tell_approver(
        session,
        approval,
        Notice(template="submitted", actor_name=plan.member.name, text=approval.comment or ""),
        now=now,
    )
    return approval


def check(session: Session, actor: Actor, submission: Submission) -> Plan:
    """Who would be asked and why; raises what `submit` raises before anything is written."""
    company, member = workplace(session, actor)
    resource = owned_resource(session, actor, submission.resource_type, submission.resource_id)
    if not resource.lines:
        raise Invalid(sentence(N_("There is nothing in it yet.")), code="nothing_in_it")
    settings = identity.settings(session, actor.tenant_id)
    if resource.type is ResourceType.QUOTE and not settings.quotes_need_approval:
        raise Invalid(sentence(N_("Quotes are not approved here.")), code="quotes_off")
    require_goods(resource)
    amount = compared_amount(resource.totals, settings.limit_basis)
    require(may_need_approval(member, company, amount))
    subject = Subject(requester_id=actor.person_id, company=company, compared=amount)
    return Plan(
        member=member,
        approver=_approver(session, subject, actor.tenant_id, submission.approver_id),
        company=company,
        resource=resource,
        reason=reason(company, amount, requester=member.first_name),
    )


def workplace(session: Session, actor: Actor) -> tuple[CompanyFacts, Member]:
    """The company that the actor acts for, and what they are there now.

    Raises `Forbidden` (`no_company`) for somebody who has none, and `NotFound` (`no_membership`)
    for somebody who left it, or who has several and chose none (R17).
    """
    tenant_id = actor.tenant_id
    if actor.company_id is None:
        if identity.workplaces(session, tenant_id, actor.person_id):
            raise NotFound(
                sentence(N_("You belong to several companies. Choose the one you act for.")),
                code="no_membership",
            )
        raise Forbidden(sentence(N_("You do not belong to any company.")), code="no_company")
    company = identity.company(session, tenant_id, actor.company_id)
    member = identity.member(session, tenant_id, company.id, actor.person_id)
    if member is None or not member.active:
        raise NotFound(
            sentence(N_("You do not belong to {company}."), company=company.name),
            code="no_membership",
        )
    return company, member


def owned_resource(
    session: Session, actor: Actor, resource_type: ResourceType, resource_id: str
) -> Resource:
    """The actor's cart or quote; a colleague's is refused, any other does not exist (R5, law 4)."""
    resource = carts.resource(session, actor.tenant_id, resource_type, resource_id)
    if (
        resource is None
        or resource.company_id != actor.company_id
        or resource.status == CartStatus.ORDERED
    ):
        raise NotFound(sentence(N_("There is no such cart or quote.")), code="no_resource")
    if resource.owner_id != actor.person_id:
        raise Forbidden(sentence(N_("Only its owner may do this.")), code="not_owner")
    if resource.type is ResourceType.QUOTE and not resource.open:
        raise Conflict(sentence(N_("This quote is not open any more.")), code="resource_closed")
    return resource


def _check_shape(submission: Submission) -> None:
    if submission.id is not None and not is_client_id(submission.id):
        raise Invalid(sentence(N_("An id has 1 to 66 letters, digits, “_” or “-”.")), code="bad_id")
    if submission.resource_type is ResourceType.CART and not submission.details:
        raise Invalid(sentence(N_("Choose how to deliver and pay.")), code="details")
    if submission.resource_type is ResourceType.QUOTE and submission.details:
        raise Invalid(sentence(N_("A quote brings its own terms; leave them out.")), code="details")


def _approver(session: Session, subject: Subject, tenant_id: str, approver_id: str) -> Member:
    candidate = identity.member(session, tenant_id, subject.company.id, approver_id)
    verdict = may_approve(candidate, subject)
    if candidate is None or not verdict:
        message = sentence(N_("Choose somebody who may approve this."))
        why = verdict.reason or message
        raise Forbidden(why, code="approver", fields={"approver": why})
    return candidate


def _check_free(session: Session, tenant_id: str, submission: Submission) -> None:
    if queries.live(session, tenant_id, submission.resource_type, submission.resource_id):
        raise Conflict(
            sentence(N_("There is a request for this cart or quote already.")), code="exists"
        )
    if submission.id and session.get(Approval, (tenant_id, submission.id)):
        raise Conflict(sentence(N_("There is a request with this id already.")), code="exists")


def _create(
    session: Session,
    actor: Actor,
    submission: Submission,
    plan: Plan,
    *,
    number: int,
    now: datetime,
) -> Approval:
    comment = clean(submission.comment)
    approval_id = submission.id or new_id()
    terms = _terms(plan, submission)
    site = carts.site(session, actor.tenant_id, plan.resource.site_code)
    head = ledger.append(
        session,
        Head(tenant_id=actor.tenant_id, stream_id=approval_id),
        Entry(
            action=Action.SUBMIT,
            revision=1,
            actor_id=actor.person_id,
            actor_name=plan.member.name,
            text=comment,
            data={
                "approver": plan.approver.name,
                "approver_id": plan.approver.person_id,
                "total": str(plan.resource.totals.gross),
                "seal": seal(freeze(plan.resource), terms, delivery.freeze(terms, site)),
            },
        ),
        now=now,
    )
    approval = _row(session, submission, plan, head, now=now)
    approval.number = number
    approval.comment = comment or None
    if plan.resource.type is ResourceType.CART:
        approval.replaces_id = carts.resubmits(session, actor.tenant_id, plan.resource.id)
    session.add(approval)
    session.flush()  # the revision refers to the row
    first = _first_revision(approval, plan, terms, site)
    session.add(first)
    finding.add(session, approval, first.snapshot)
    return approval


def _row(
    session: Session, submission: Submission, plan: Plan, head: Head, *, now: datetime
) -> Approval:
    snapshot = thaw(freeze(plan.resource))
    shipping = shipping_price(submission.details, snapshot.currency)
    settings = identity.settings(session, head.tenant_id)
    lapses_at = expires_at(now, settings.expiry_days)
    limit = plan.reason.limit
    return Approval(
        tenant_id=head.tenant_id,
        id=head.stream_id,
        status=Status.PENDING,
        turn=Turn.APPROVER,
        turn_since=now,
        resource_type=submission.resource_type,
        resource_id=submission.resource_id,
        company_id=plan.company.id,
        company_name=plan.company.name,
        site_code=plan.resource.site_code,
        **_party("requester", plan.member),
        **_party("approver", plan.approver),
        title=", ".join(snapshot.names),
        item_count=len(snapshot.lines),
        currency=snapshot.currency,
        net_minor=snapshot.totals.net.minor,
        tax_minor=snapshot.totals.tax.minor,
        gross_minor=snapshot.totals.gross.minor,
        total_minor=(snapshot.totals.gross + shipping).minor,
        compared_minor=plan.reason.compared.minor,
        limit_minor=limit.minor if limit else None,
        limit_currency=limit.currency if limit else None,
        why=plan.reason.why,
        deciders=plan.reason.deciders,
        version=1,
        revision=1,
        created_at=now,
        modified_at=now,
        expires_at=lapses_at,
        reminder_due_at=reminder_due_at(now, lapses_at, settings.reminder_hours),
        ledger_head=head.hash,
        ledger_length=head.length,
    )


def _party(prefix: str, member: Member) -> dict[str, str]:
    return {
        f"{prefix}_id": member.person_id,
        f"{prefix}_first_name": member.first_name,
        f"{prefix}_last_name": member.last_name,
        f"{prefix}_email": member.email,
    }


def _terms(plan: Plan, submission: Submission) -> Terms:
    window = submission.delivery_window or plan.resource.delivery_window
    return Terms(details=submission.details, delivery_window=window)


def _first_revision(approval: Approval, plan: Plan, terms: Terms, site: SiteFacts) -> Revision:
    return Revision(
        tenant_id=approval.tenant_id,
        approval_id=approval.id,
        revision=1,
        snapshot=freeze(plan.resource),
        details=terms.details,
        delivery_window=terms.delivery_window,
        delivery_words=delivery.freeze(terms, site),
        at=approval.created_at,
        by_id=plan.member.person_id,
        by_name=plan.member.name,
    )
