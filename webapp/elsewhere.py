"""What settings may say of places elsewhere: shops, receivers, and where checkpoints go."""

import re
from ipaddress import ip_network
from urllib.parse import urlsplit

from webapp.config import Problem, Settings, variable

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MAIL_PLACE = re.compile(r"mailto:[^@\s?]+@[^@\s?]+")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")


def check_origins(settings: Settings) -> list[Problem]:
    """Shops whose pages may call the API are named by scheme and host."""
    return [
        Problem(
            variable("cors_origins"),
            f"{origin!r} is not an origin.",
            "Write scheme and host only, like https://shop.example.",
        )
        for origin in settings.cors_origin_list
        if not _is_origin(origin)
    ]


def check_receivers(settings: Settings) -> list[Problem]:
    """What webhooks may reach besides the internet are hosts and networks."""
    return [
        Problem(
            variable("webhook_allow"),
            f"{part!r} is neither a host nor a network of yours.",
            "Write them like hooks.corp.example, 10.2.0.0/16 or http://10.9.0.1:81.",
        )
        for part in filter(None, (one.strip() for one in settings.webhook_allow.split(",")))
        if not _is_place(part)
    ]


def check_checkpoints(settings: Settings) -> list[Problem]:
    """Checkpoints go to folders and mail addresses."""
    named = filter(None, (one.strip() for one in settings.checkpoint_to.split(",")))
    return [
        Problem(
            variable("checkpoint_to"),
            f"{place!r} is neither a folder nor a mail address.",
            "For a webhook run `countersign webhook add TENANT URL --event ledger.checkpoint`."
            if place.lower().startswith(("http:", "https:"))
            else "Write them like /mnt/elsewhere/checkpoints, mailto:auditor@example.com.",
        )
        for place in named
        if _SCHEME.match(place) and not _MAIL_PLACE.fullmatch(place)
    ]


def refuse_no_mail(settings: Settings) -> list[Problem]:
    """A mail address is no place where no mail leaves."""
    if settings.smtp_url or "mailto:" not in settings.checkpoint_to:
        return []
    return [
        Problem(
            variable("checkpoint_to"),
            "It names a mail address, and no mail leaves this desk.",
            f"Set {variable('smtp_url')}, or name a folder.",
        )
    ]


def refuse_plain_origins(settings: Settings) -> list[Problem]:
    """Over http anybody on the way becomes the shop, with the tokens of its customers."""
    return [
        Problem(
            variable("cors_origins"),
            f"{origin!r} is not an https address, so anybody on the way can speak for it.",
            "Serve the shop over https and name it so, or leave it out.",
        )
        for origin in settings.cors_origin_list
        if urlsplit(origin).scheme == "http"
    ]


def _is_place(text: str) -> bool:
    if _is_origin(text):
        return True
    try:
        # All addresses there are would be no guard.
        return ip_network(text).prefixlen > 0
    except ValueError:
        return _HOST.fullmatch(text.lower()) is not None


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and text == f"{parts.scheme}://{parts.netloc}"
