"""The provider of the demo satisfies the certified `openid-client`, and refuses what it must."""

import json
import subprocess

from tests.certified.conftest import program
from tests.demo.conftest import CLIENT_ID, SECRET, Visitor, visitor

__all__ = ["visitor"]


def test_the_demo_provider_behaves_as_a_certified_client_expects(visitor: Visitor) -> None:
    said = talk(visitor.url)
    assert said == {
        "discovery": f"{visitor.url}/demo/idp",
        "pkce": True,
        "issuerParameter": True,
        "audience": CLIENT_ID,
        "proof": True,
        "person": "rita",
        "email": "rita.brandt@hafen-logistik.example",
        "codeTwice": "invalid_grant",
        "otherSubject": "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
        "tokenAfterwards": "invalid_token",
        "badToken": "invalid_token",
        "wrongVerifier": "invalid_grant",
        "wrongSecret": "invalid_client",
        "maxAge": "accepted",
        "noChallenge": "invalid_request",
        "plainChallenge": "invalid_request",
        "noNonce": "invalid_request",
        "implicit": "unsupported_response_type",
        "noOpenid": "invalid_request",
        "otherAddress": 400,
        "signedOut": f"{visitor.url}/signed-out?state=out",
        "signedOutElsewhere": None,
    }


def talk(url: str) -> dict[str, object]:
    """What the client says of the provider at this address."""
    arguments = (f"{url}/demo/idp", CLIENT_ID, SECRET, f"{url}/auth/callback", f"{url}/signed-out")
    command = ["node", str(program("client.mjs")), *arguments, "rita"]
    done = subprocess.run(  # noqa: S603 - our own script
        command, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said
