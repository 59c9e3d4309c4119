"""Personal keys: shown once, ended by their owner, and never good for more than they say."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.support.cast import BOB, RITA
from webapp.db import Database
from webapp.identity import keys
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import Forbidden, Invalid, NotFound

NOW = utcnow()
YEAR = timedelta(days=365)


def test_a_key_opens_with_its_secret_which_is_not_kept(acme: Database) -> None:
    with acme.transaction() as session:
        shown = keys.create(session, RITA, "Orders of the week", lifetime=YEAR, now=NOW)
        assert keys.authenticate(session, shown.key.id, shown.secret, now=NOW) == shown.key
        assert shown.secret not in str(session.execute(text("SELECT * FROM tokens")).all())
    assert keys.is_key_id(shown.key.id)
    assert shown.key.person_id == "rita"


def test_another_secret_or_another_id_opens_nothing(acme: Database) -> None:
    with acme.transaction() as session:
        mine = keys.create(session, RITA, "Mine", lifetime=YEAR, now=NOW)
        other = keys.create(session, RITA, "Other", lifetime=YEAR, now=NOW)
        assert keys.authenticate(session, mine.key.id, "guess", now=NOW) is None
        assert keys.authenticate(session, mine.key.id, other.secret, now=NOW) is None


def test_a_key_ends_when_it_said(acme: Database) -> None:
    with acme.transaction() as session:
        shown = keys.create(session, RITA, "For a day", lifetime=timedelta(days=1), now=NOW)
        later = NOW + timedelta(days=1)
        assert keys.authenticate(session, shown.key.id, shown.secret, now=later) is None
        assert keys.listed(session, RITA, now=later) == []


def test_only_its_owner_sees_and_ends_a_key(acme: Database) -> None:
    with acme.transaction() as session:
        shown = keys.create(session, RITA, "Mine", lifetime=YEAR, now=NOW)
        assert keys.listed(session, BOB, now=NOW) == []
        with pytest.raises(NotFound):
            keys.revoke(session, BOB, shown.key.id, now=NOW)
        assert [key.name for key in keys.listed(session, RITA, now=NOW)] == ["Mine"]
        assert keys.revoke(session, RITA, shown.key.id, now=NOW) == "Mine"
        assert keys.authenticate(session, shown.key.id, shown.secret, now=NOW) is None
        with pytest.raises(NotFound):
            keys.revoke(session, RITA, shown.key.id, now=NOW)


def test_nobody_has_more_than_twenty_that_work(acme: Database) -> None:
    with acme.transaction() as session:
        for number in range(keys.MOST):
            shown = keys.create(session, RITA, f"Key {number}", lifetime=YEAR, now=NOW)
        with pytest.raises(Forbidden):
            keys.create(session, RITA, "One more", lifetime=YEAR, now=NOW)
        keys.revoke(session, RITA, shown.key.id, now=NOW)
        keys.create(session, RITA, "One more", lifetime=YEAR, now=NOW)
        keys.create(session, BOB, "Bob's", lifetime=YEAR, now=NOW)


def test_a_key_may_be_for_one_of_ones_companies_only(acme: Database) -> None:
    with acme.transaction() as session:
        made = keys.create(session, RITA, "Ours", lifetime=YEAR, company_id="le1", now=NOW)
        assert made.key.company_id == "le1"
        with pytest.raises(NotFound):
            keys.create(session, RITA, "Theirs", lifetime=YEAR, company_id="le2", now=NOW)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 101}),
        ("lifetime", {"lifetime": timedelta(days=367)}),
        ("lifetime", {"lifetime": timedelta(0)}),
        ("scopes", {"scopes_": ["everything"]}),
    ],
)
def test_what_cannot_be_is_named(acme: Database, field: str, values: dict[str, object]) -> None:
    given: dict[str, object] = {"name": "A key", "lifetime": YEAR, **values}
    with acme.transaction() as session, pytest.raises(Invalid) as refused:
        keys.create(session, RITA, now=NOW, **given)  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}
