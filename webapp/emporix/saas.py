"""The `saas-token` that customers get at sign-in and send to checkout: a JWT that names them.

It opens nothing by itself. Its key is derived from the secret key of the desk and the tenant, so
that a token of one tenant is none of another.
"""

import hmac
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jwt import JWTClaimsRegistry

from webapp.extensions import settings
from webapp.kernel.ids import new_id

SECONDS = 14400
_ALGORITHM = "HS256"
_LABEL = "countersign saas-token 1"


def make(person_id: str, tenant_id: str, now: datetime) -> str:
    """A token that says for four hours that its holder is this person."""
    issued = int(now.timestamp())
    claims = {"sub": person_id, "iat": issued, "exp": issued + SECONDS, "jti": new_id()}
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(tenant_id), algorithms=[_ALGORITHM])


def subject_of(token: str, tenant_id: str, now: datetime) -> str | None:
    """The person whom a token of this tenant names, while it is good; None for anything else."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token.encode("utf-8", "replace"), _key(tenant_id), algorithms=[_ALGORITHM]
        ).claims
        _rules(now).validate(claims)
    except (JoseError, ValueError):
        return None
    return str(claims["sub"])


def _rules(now: datetime) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=int(now.timestamp()), sub={"essential": True}, exp={"essential": True}
    )


def _key(tenant_id: str) -> OctKey:
    secret, label = settings().secret_key, f"{_LABEL}\n{tenant_id}"
    return OctKey.import_key(hmac.digest(secret.encode(), label.encode(), "sha256"))
