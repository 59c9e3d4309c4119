"""The account page: preferences, companies, sessions."""

from tests.support.app import As


def test_everybody_sees_their_account(as_: As) -> None:
    reply = as_("rita").get("/account")
    assert reply.status_code == 200
    assert "Your account" in reply.text
