"""Tokens below the web: families, races, roles of the moment, and what is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.app import load_acme
from tests.support.cast import ADA
from tests.support.threads import at_once
from webapp.db import Database
from webapp.identity import administration, scopes, tokens
from webapp.identity.bearers import Bearer, Subject, TokenRefused
from webapp.identity.domain import Holder, Origin, Role
from webapp.identity.tokens import Issued

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def subject(person_id: str = "rita", **changes: object) -> Subject:
    values: dict[str, object] = {
        "tenant_id": "acme",
        "holder": Holder.CUSTOMER,
        "origin": Origin.PASSWORD,
        "session_id": "session-1",
        "person_id": person_id,
        **changes,
    }
    return Subject(**values)  # type: ignore[arg-type]


def issue(database: Database, **changes: object) -> Issued:
    with database.transaction() as session:
        return tokens.issue(session, subject(**changes), now=NOW)  # type: ignore[arg-type]


def known(database: Database, token: str, *, tenant_id: str = "acme") -> Bearer:
    with database.reading() as session:
        return tokens.authenticate(session, tenant_id, token, now=NOW)


def refreshed(session: Session, token: str) -> Issued | None:
    return tokens.refresh(session, "acme", token, company_id="le1", now=NOW)


def test_a_refresh_token_is_no_access_token(acme: Database) -> None:
    issued = issue(acme)
    with pytest.raises(TokenRefused):
        known(acme, issued.refresh_token)
    with acme.transaction() as session:
        assert refreshed(session, issued.access_token) is None


def test_a_token_is_good_in_its_tenant_only(acme: Database) -> None:
    with pytest.raises(TokenRefused):
        known(acme, issue(acme).access_token, tenant_id="other")


def test_of_many_refreshes_at_once_one_wins_and_then_all_end(own_database: Database) -> None:
    load_acme(own_database)
    issued = issue(own_database)

    def refresh() -> Issued | None:
        with own_database.transaction() as session:
            return refreshed(session, issued.refresh_token)

    answers = at_once([refresh] * 6)
    won = [answer for answer in answers if isinstance(answer, Issued)]
    assert len(won) == 1
    assert answers.count(None) == 5
    with pytest.raises(TokenRefused):
        known(own_database, won[0].access_token)


def test_a_changed_role_counts_at_the_next_request(acme: Database) -> None:
    token = issue(acme, person_id="ben", company_id="le1").access_token
    assert known(acme, token).actor.role is Role.BUYER  # type: ignore[union-attr]
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET role = 'B2B_ADMIN' WHERE person_id = 'ben'"))
    sender = known(acme, token)
    assert sender.actor is not None
    assert sender.actor.role is Role.ADMIN
    assert sender.scopes == scopes.of_customer(Role.ADMIN)


def test_whoever_leaves_the_company_has_no_role_in_it(acme: Database) -> None:
    token = issue(acme, person_id="ben", company_id="le1").access_token
    with acme.transaction() as session:
        session.execute(text("UPDATE memberships SET source = 'PAGE' WHERE person_id = 'ben'"))
        administration.set_active(session, ADA, "ben", False, now=NOW)
    sender = known(acme, token)
    assert sender.actor is not None
    assert (sender.actor.company_id, sender.actor.role) == ("le1", None)
    assert sender.scopes == scopes.of_customer(None)


def test_stored_scopes_only_narrow(acme: Database) -> None:
    named = ("approval.approval_read_own", "customer.customer_manage_own")
    sender = known(acme, issue(acme, company_id="le1", scopes=named).access_token)
    assert sender.scopes == {"approval.approval_read_own"}


def test_without_a_company_one_may_what_one_may_anywhere(acme: Database) -> None:
    sender = known(acme, issue(acme, person_id="mia").access_token)
    assert sender.actor is not None
    assert (sender.actor.company_id, sender.company_id) == (None, None)
    assert "approval.approval_manage" in sender.scopes


def test_the_only_company_is_the_one_to_act_for(acme: Database) -> None:
    sender = known(acme, issue(acme).access_token)
    assert sender.actor is not None
    assert (sender.actor.company_id, sender.company_id) == ("le1", None)


def test_old_tokens_are_forgotten_a_day_after_their_end(acme: Database) -> None:
    issue(acme, holder=Holder.ANONYMOUS, origin=Origin.ANONYMOUS, person_id=None)
    with acme.transaction() as session:
        assert tokens.prune(session, now=NOW + timedelta(days=1)) == 0
        assert tokens.prune(session, now=NOW + timedelta(days=1, hours=2)) == 1
        assert tokens.prune(session, now=NOW + timedelta(days=3)) == 1
