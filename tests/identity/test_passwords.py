"""What guessing a password costs whoever has stolen the table; the other tests hash cheaply."""

import pytest

from tests.support import thrift
from webapp.identity import passwords


@pytest.fixture(autouse=True)
def _as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", thrift.REAL_HASHER)
    monkeypatch.setattr(passwords, "_NOBODYS", thrift.REAL_NOBODYS)


def test_a_password_is_kept_as_argon2id_with_64_mib_and_three_rounds() -> None:
    kept = passwords.hashed("rita-Secret-2026")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(kept, "rita-Secret-2026")
    assert not passwords.matches(kept, "rita-Secret-2027")


def test_somebody_unknown_is_refused_with_the_same_work() -> None:
    assert not passwords.matches(None, "nobody's")
    assert not thrift.REAL_HASHER.check_needs_rehash(thrift.REAL_NOBODYS)
