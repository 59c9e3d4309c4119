"""Erasing a person: names, words and files go, and the history stays whole (R59)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from webapp.approvals import finding
from webapp.approvals.recording import is_request
from webapp.audit import personal
from webapp.audit.personal import ADDRESS, ERASED, Subject, among, changed, table
from webapp.db import Utc
from webapp.identity import queries as identity
from webapp.identity.policy import Deed, is_last_admin
from webapp.identity.recording import note
from webapp.kernel.errors import Conflict, NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.kernel.text import ERASED_PERSON
from webapp.ledger import erasing as ledger
from webapp.ledger.erasing import Place


@dataclass(slots=True)
class Erased:
    """What was erased: how many of what, what stays, and the files to remove after the commit."""

    label: str
    gone: dict[str, int] = field(default_factory=dict)
    stays: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    was_before: bool = False


def erase(session: Session, tenant_id: str, person_id: str, *, now: datetime) -> Erased:
    """Forget who this person is and what they said; for the operator.

    Ids, amounts, moments and decisions stay, since others need them to prove what was decided.

    Raises:
        NotFound: there is no such person (`no_person`).
        Conflict: they still act for a company (`last_admin`, `still_active`), or a request waits
            for them or was made by them (`still_pending`); the sentence says what to do first.
    """
    row = _claimed(session, tenant_id, person_id)
    if found := ADDRESS.fullmatch(row.email):
        return Erased(f"{ERASED_PERSON} {found[1]}", was_before=True)
    _require_left(session, row)
    _require_decided(session, row)
    subject = Subject(
        tenant_id=tenant_id,
        person_id=person_id,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        number=_next_number(session, tenant_id),
    )
    return _Eraser(session, subject, now).run()


@dataclass
class _Eraser:
    session: Session
    subject: Subject
    now: datetime
    places: list[Place] = field(default_factory=list)

    def run(self) -> Erased:
        done = Erased(str(self.subject.values["name"]))
        facts, mentions = ledger.naming(self.session, self._tenant, self.subject.names)
        own = ledger.of_person(self.session, self._tenant, self.subject.person_id)
        self.places += own + facts
        companies, requests = self._companies(), self._requests(own)
        done.gone |= self._messages(requests)
        done.gone |= personal.remove(self.session, self.subject)
        done.gone["memberships"] = self._memberships()
        done.files = self._attachments()
        done.gone["attached files"] = len(done.files)
        scrubbed = personal.scrub(self.session, self.subject, self._unseal)
        done.gone["names, addresses and notes in rows that stay"] = scrubbed + personal.rename(
            self.session, self.subject
        )
        finding.renew(self.session, self._tenant, requests)
        done.gone["entries of the history, emptied"] = ledger.empty(
            self.session, self._tenant, self.places
        )
        for company_id in companies:
            note(self.session, self._tenant, company_id, Deed.ERASE, now=self.now)
        self._raise_versions(companies)
        done.stays["requests, with amounts, decisions and the person's id"] = len(requests)
        done.stays["entries in which others mention them in words of their own"] = len(
            set(mentions) - set(self.places)
        )
        return done

    @property
    def _tenant(self) -> str:
        return self.subject.tenant_id

    def _unseal(self, name: str, row: Row[Any]) -> None:
        """The digest of a revision's terms no longer fits, and would let names be guessed."""
        if name == "approval_revisions":
            self.places += ledger.sealing(self.session, self._tenant, row.approval_id, row.revision)

    def _companies(self) -> list[str]:
        members, requests = table("memberships").c, table("approvals").c
        found = {
            *self.session.scalars(select(members.company_id).where(*self._is(members.person_id))),
            *self.session.scalars(select(requests.company_id).where(self._takes_part())),
        }
        known = table("companies").c
        mine = known.tenant_id == self._tenant, known.id.in_(found)
        return list(self.session.scalars(select(known.id).where(*mine).order_by(known.id)))

    def _raise_versions(self, companies: Sequence[str]) -> None:
        """What is kept of a company beside the database may hold the name (`approvals.around`)."""
        known = table("companies").c
        for some in among(companies):
            mine = known.tenant_id == self._tenant, known.id.in_(some)
            changed(
                self.session,
                update(table("companies")).where(*mine).values(version=known.version + 1),
            )

    def _requests(self, own: Sequence[Place]) -> list[str]:
        """The requests in which they had a part."""
        found = self.session.scalars(select(table("approvals").c.id).where(self._takes_part()))
        return sorted({*found, *(stream for stream, _ in own if is_request(stream))})

    def _takes_part(self) -> Any:
        rows = table("approvals").c
        parts = (rows.requester_id, rows.approver_id, rows.decided_by_id)
        mine = or_(*(one == self.subject.person_id for one in parts))
        return and_(rows.tenant_id == self._tenant, mine)

    def _messages(self, requests: Sequence[str]) -> dict[str, int]:
        """What was told of their requests, to whom it ever was, with all attempts to do so."""
        messages, attempts = table("outbox_messages"), table("webhook_attempts")
        waiting = self._count_waiting(requests)
        answers = 0
        for some in among(requests):
            ids = select(messages.c.id).where(
                messages.c.tenant_id == self._tenant, messages.c.stream_id.in_(some)
            )
            mine = attempts.c.tenant_id == self._tenant, attempts.c.message_id.in_(ids)
            answers += changed(self.session, delete(attempts).where(*mine))
        told = self._letters("outbox_messages", requests)
        return {
            "messages about their requests or to them": told,
            "of these, not sent yet": waiting,
            "attempts of webhooks": answers,
            "mails in the desk's own mailbox": self._letters("mailbox_mails", requests),
        }

    def _letters(self, name: str, requests: Sequence[str]) -> int:
        rows = table(name)
        to_them = or_(
            rows.c.recipient_id == self.subject.person_id, rows.c.address == self.subject.email
        )
        mine = rows.c.tenant_id == self._tenant
        count = changed(self.session, delete(rows).where(mine, to_them))
        for some in among(requests):
            count += changed(self.session, delete(rows).where(mine, rows.c.stream_id.in_(some)))
        return count

    def _count_waiting(self, requests: Sequence[str]) -> int:
        rows = table("outbox_messages").c
        waiting = rows.tenant_id == self._tenant, rows.status == "PENDING"
        count = select(func.count(rows.id)).where(*waiting)
        found = (
            self.session.scalar(count.where(rows.stream_id.in_(some))) for some in among(requests)
        )
        return sum(one or 0 for one in found)

    def _memberships(self) -> int:
        members, group = table("memberships"), table("approval_group_members")
        mine = select(members.c.id).where(*self._is(members.c.person_id))
        changed(
            self.session,
            delete(group).where(group.c.tenant_id == self._tenant, group.c.membership_id.in_(mine)),
        )
        changed(
            self.session,
            update(table("people")).where(*self._is(table("people").c.id)).values(active=False),
        )
        return changed(self.session, delete(members).where(*self._is(members.c.person_id)))

    def _attachments(self) -> list[str]:
        rows = table("attachments")
        mine = self._is(rows.c.by_id)
        files = list(self.session.scalars(select(rows.c.file).where(*mine)))
        self.session.execute(
            update(rows)
            .where(*mine)
            .values(
                name=ERASED,
                by_name=self.subject.values["name"],
                removed_at=func.coalesce(rows.c.removed_at, literal(self.now, Utc)),
            )
        )
        return files

    def _is(self, column: Any) -> tuple[Any, ...]:
        return column.table.c.tenant_id == self._tenant, column == self.subject.person_id


def _claimed(session: Session, tenant_id: str, person_id: str) -> Any:
    """The row of the person; two who erase in one tenant come one after the other."""
    tenants, people = table("tenants").c, table("people")
    session.execute(select(tenants.id).where(tenants.id == tenant_id).with_for_update())
    mine = people.c.tenant_id == tenant_id, people.c.id == person_id
    row = session.execute(select(people).where(*mine).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(sentence(N_("There is no such person.")), code="no_person")
    return row


def _require_left(session: Session, row: Any) -> None:
    """Return when the person acts for no company any more."""
    for company_id, name in _active_in(session, row):
        members = identity.members(session, row.tenant_id, company_id)
        own = next(one for one in members if one.person_id == row.id)
        if is_last_admin(own, members):
            why = (
                "This is the only active admin of {company}. Make somebody else an admin, then "
                "end that they act for it."
            )
            raise Conflict(sentence(why, company=name), code="last_admin")
        why = (
            "They still act for {company}. End that first: on the page of its people, or where "
            "an import or the identity provider says so."
        )
        raise Conflict(sentence(why, company=name), code="still_active")


def _active_in(session: Session, row: Any) -> Iterator[tuple[str, str]]:
    members, companies = table("memberships").c, table("companies").c
    same = and_(companies.tenant_id == members.tenant_id, companies.id == members.company_id)
    if row.active:
        found = session.execute(
            select(companies.id, companies.name)
            .join_from(members.id.table, companies.id.table, same)
            .where(members.tenant_id == row.tenant_id, members.person_id == row.id, members.active)
            .order_by(companies.id)
        )
        yield from ((one.id, one.name) for one in found.all())


def _require_decided(session: Session, row: Any) -> None:
    rows = table("approvals").c
    theirs = or_(rows.requester_id == row.id, rows.approver_id == row.id)
    query = select(rows.number).where(
        rows.tenant_id == row.tenant_id, rows.status == "PENDING", theirs
    )
    if numbers := list(session.scalars(query.order_by(rows.number))):
        why = (
            "Requests of theirs, or that wait for them, are not decided yet: {numbers}. Decide or "
            "withdraw them, or hand them over to somebody else."
        )
        told = sentence(why, numbers=", ".join(map(str, numbers)))
        raise Conflict(told, code="still_pending")


def _next_number(session: Session, tenant_id: str) -> int:
    rows = table("people").c
    taken = session.scalars(
        select(rows.email).where(rows.tenant_id == tenant_id, rows.email.like("erased-%"))
    )
    return 1 + max((int(one[1]) for each in taken if (one := ADDRESS.fullmatch(each))), default=0)
