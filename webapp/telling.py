"""What somebody has just done, told on the next page, once: in a cookie, so nothing is written."""

from flask import Response, after_this_request, current_app, g, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.extensions import settings

# Long enough to come to the next page.
_SECONDS = 60


def tell(response: Response, text: str) -> None:
    """Let the browser bring these words along to the next page, for whoever is here now."""
    response.set_cookie(
        _name(),
        _signer().dumps([_reader(), text]),
        max_age=_SECONDS,
        secure=settings().https,
        httponly=True,
        samesite="Lax",
    )


def told() -> str:
    """The words that came along for whoever reads this; they are taken back then."""
    cookie = request.cookies.get(_name())
    if cookie is None:
        return ""
    try:
        reader, text = _signer().loads(cookie, max_age=_SECONDS)
    except BadData:
        return ""
    if reader != _reader():
        return ""
    after_this_request(_forget)
    return str(text)


def _forget(response: Response) -> Response:
    response.delete_cookie(_name(), secure=settings().https, httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return "__Host-countersign-said" if settings().https else "countersign-said"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="said")


def _reader() -> list[str | None]:
    """Tenant and person; somebody who has just signed in is who reads the next page."""
    owner = getattr(session, "owner", None)
    if owner:
        return [*owner[:2]]
    actor = g.get("actor")
    return [actor.tenant_id, actor.person_id] if actor else [None, None]
