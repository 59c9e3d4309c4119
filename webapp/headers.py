"""The headers that keep browsers from doing more than the pages ask for."""

from flask import Flask, Response

from webapp.config import Settings
from webapp.extensions import settings_of

_PERMISSIONS = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=(), "
    "browsing-topics=(), fullscreen=(self)"
)
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Send them with every answer of the application, but for what a view has said better."""
    sent = {name.lower(): (name, text) for name, text in security_headers(settings_of(app)).items()}

    def add_headers(response: Response) -> Response:
        missing = sent.keys() - {name.lower() for name, _ in response.headers}
        response.headers.extend([sent[name] for name in sent if name in missing])
        return response

    app.after_request(add_headers)


def content_security_policy(provider_origin: str) -> str:
    """No inline code, no other host; forms may lead to the provider, where sign-in goes on."""
    return "; ".join(
        (
            "default-src 'none'",
            "object-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            f"form-action 'self' {provider_origin}".rstrip(),
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


def security_headers(known: Settings) -> dict[str, str]:
    """What goes with every answer, of the application or in front of it."""
    return {
        "Content-Security-Policy": content_security_policy(known.oidc_origin),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Permissions-Policy": _PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
        **({"Strict-Transport-Security": _TWO_YEARS} if known.https else {}),
    }
