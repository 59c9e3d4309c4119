"""Signing in with e-mail address and password, for shop clients that ask for both."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.identity.models import Person
from webapp.identity.passwords import matches


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom an e-mail address means; nobody, or somebody without a password, matches none."""

    person_id: str = ""
    password_hash: str | None = None
    active: bool = False

    def opened_by(self, password: str) -> bool:
        """Whether this person comes in with this password.

        It takes the same time for everybody, known or not, and is slow on purpose: ask outside of
        transactions that write.
        """
        return matches(self.password_hash, password) and self.active


def find(session: Session, tenant_id: str, email: str) -> Credentials:
    """The credentials behind an e-mail address, in whatever case it is written."""
    row = session.execute(
        select(Person.id, Person.password_hash, Person.active).where(
            Person.tenant_id == tenant_id, Person.email == email.strip().lower()
        )
    ).one_or_none()
    return Credentials(*row) if row is not None else Credentials()
