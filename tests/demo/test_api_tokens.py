"""The demo's provider and the API: a program with a person's access token, over real sockets."""

import re
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from tests.demo.conftest import CLIENT_ID, SECRET, Visitor
from tests.demo.test_provider import VERIFIER, ask
from webapp.demo import cast

TENANT = str(cast.seed_document("http://localhost/demo/idp")["tenant"])


def access_token(visitor: Visitor, person: str) -> str:
    """What a program gets whose user chose this person at the provider."""
    address = f"{visitor.url}/demo/idp/authorize"
    query = ask(redirect_uri=f"{visitor.url}/auth/callback")
    page = visitor.session.get(address, params=query, timeout=10)
    form = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert form, page.text
    chosen = visitor.session.post(
        page.url,
        data={"person": person, "csrf_token": form[1]},
        headers={"Origin": visitor.url, "Referer": page.url},
        allow_redirects=False,
        timeout=10,
    )
    code = dict(parse_qsl(urlsplit(urljoin(page.url, chosen.headers["Location"])).query))["code"]
    reply = requests.post(
        f"{visitor.url}/demo/idp/token",
        auth=(CLIENT_ID, SECRET),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": query["redirect_uri"],
            "code_verifier": VERIFIER,
        },
        timeout=10,
    )
    assert reply.status_code == 200, reply.text
    token: str = reply.json()["access_token"]
    return token


def call(visitor: Visitor, token: str, path: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(visitor.url + path, headers=headers, timeout=10)


def test_the_access_token_of_a_person_opens_the_api(visitor: Visitor) -> None:
    token = access_token(visitor, "rita")
    reply = call(visitor, token, f"/iam/{TENANT}/users/me/scopes")
    assert reply.status_code == 200, reply.text
    assert "approval.approval_read_own" in reply.json()["scopes"]
    shown = call(visitor, token, f"/customer/{TENANT}/validateauthtoken").json()
    assert shown["email"].startswith("rita")
    assert 0 < shown["expires_in"] <= 600


def test_it_is_still_good_at_the_provider(visitor: Visitor) -> None:
    reply = call(visitor, access_token(visitor, "rita"), "/demo/idp/userinfo")
    assert reply.status_code == 200
    assert reply.json()["email"].startswith("rita")
