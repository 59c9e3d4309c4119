"""Which settings the desk must not start with, and what to do about each."""

from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import urlsplit

from webapp.config import ENVIRONMENTS, BadSettings, Problem, Settings, variable
from webapp.elsewhere import (
    check_checkpoints,
    check_origins,
    check_receivers,
    refuse_no_mail,
    refuse_plain_origins,
)

_SHORTEST_KEY = 32
_SHORTEST_TOKEN = 16
_LEVELS = ("debug", "info", "warning", "error")
_NOT_NEGATIVE = (
    "proxies",
    "token_calls",
    "failed_logins",
    "page_calls",
    "api_searches",
    "keep_messages_days",
    "keep_words_months",
    "checkpoint_hours",
    "waiting",
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Names that no public name server answers for (RFC 6761, 6762, 8375 and the reserved `internal`).
_HOME = ("localhost", "local", "test", "internal", "lan", "home.arpa")


def problems(settings: Settings) -> list[Problem]:
    """What is wrong with the values; production has the strict list."""
    found = [problem for check in _CHECKS for problem in check(settings)]
    if settings.env == "production":
        found += [problem for check in _PRODUCTION for problem in check(settings)]
    return found


def require_sound(settings: Settings) -> None:
    """Return when the desk may start with these settings, otherwise raise `BadSettings`."""
    if found := problems(settings):
        raise BadSettings(found)


def require_database(settings: Settings) -> None:
    """Return when the database can be spoken to as it is named, otherwise raise `BadSettings`."""
    if found := _check_database(settings):
        raise BadSettings(found)


def require_places(settings: Settings) -> None:
    """Return when checkpoints can go where the settings say, otherwise raise `BadSettings`."""
    if found := check_checkpoints(settings):
        raise BadSettings(found)


def _check_base(settings: Settings) -> list[Problem]:
    parts = urlsplit(settings.base_url)
    if parts.scheme in {"http", "https"} and parts.netloc and not (parts.path or parts.query):
        return []
    return [
        Problem(
            variable("base_url"),
            f"{settings.base_url!r} is not an address without a path.",
            "Write it like https://desk.example.",
        )
    ]


def _check_choices(settings: Settings) -> list[Problem]:
    choices = {"env": ENVIRONMENTS, "log_level": _LEVELS}
    return [
        Problem(
            variable(name),
            f"{getattr(settings, name)!r} is not known.",
            f"Choose one of {', '.join(known)}.",
        )
        for name, known in choices.items()
        if getattr(settings, name) not in known
    ]


def _check_demo(settings: Settings) -> list[Problem]:
    host = urlsplit(settings.base_url).hostname or ""
    if not settings.demo or settings.demo_public or _is_near(host):
        return []
    return [
        Problem(
            variable("base_url"),
            "The demo lets everybody in, and this address is not one of this machine or network.",
            f"For people of yours set {variable('env')}=production; for a show, "
            f"{variable('demo_public')}=yes.",
        )
    ]


def _is_near(host: str) -> bool:
    """Whether an address leads no further than this machine or the network that it stands in."""
    try:
        known = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(tuple(f".{name}" for name in _HOME))
    return known.is_private or known.is_loopback or known.is_link_local


def _check_numbers(settings: Settings) -> list[Problem]:
    lowest = {"session_idle_minutes": 1, "session_max_hours": 1, "workers": 1, "threads": 2}
    lowest["fresh_sign_in_minutes"] = 1
    return [
        Problem(
            variable(name), f"{getattr(settings, name)} is too small.", f"{least} is the least."
        )
        for name, least in {**lowest, **dict.fromkeys(_NOT_NEGATIVE, 0)}.items()
        if getattr(settings, name) < least
    ]


def _check_database(settings: Settings) -> list[Problem]:
    if settings.database_url.startswith("sqlite:///"):
        return []
    if not settings.database_url.startswith("postgresql+psycopg://"):
        what = "It is neither SQLite nor PostgreSQL."
        remedy = "Write sqlite:////path/file.db or postgresql+psycopg://user:password@host/name."
    elif find_spec("psycopg") is None:
        what = "The driver of PostgreSQL is not installed."
        remedy = "Install it beside this program: pip install 'psycopg[binary]'."
    else:
        return []
    return [Problem(variable("database_url"), what, remedy)]


def _check_secret(settings: Settings) -> list[Problem]:
    if settings.env == "production" and not settings.secret_key:
        what = "It is missing."
    elif len(settings.secret_key) < _SHORTEST_KEY:
        what = f"It is shorter than {_SHORTEST_KEY} characters."
    elif len(set(settings.secret_key)) < _SHORTEST_KEY // 4:
        what = "It repeats a few characters and can be guessed."
    else:
        return []
    return [
        Problem(
            variable("secret_key"),
            what,
            "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'.",
        )
    ]


def _check_oidc(settings: Settings) -> list[Problem]:
    if not settings.oidc_issuer:
        return []
    parts = urlsplit(settings.oidc_issuer)
    is_safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
    wrong = {
        "oidc_client_id": ("It is missing.", "Register this desk at the provider.")
        if not settings.oidc_client_id
        else None,
        "oidc_scopes": ("`openid` is missing.", "Without it nobody signs in.")
        if "openid" not in settings.oidc_scopes.split()
        else None,
        "oidc_issuer": ("It is not an https address.", "Sign-in answers must not be readable.")
        if not is_safe
        else None,
    }
    return [Problem(variable(name), *words) for name, words in wrong.items() if words]


def _check_ways(settings: Settings) -> list[Problem]:
    server, token = urlsplit(settings.smtp_url), settings.metrics_token
    is_server = server.scheme in {"smtp", "smtps"} and server.hostname
    wrong = {
        "smtp_url": ("It names no mail server.", "Write it like smtp://user:password@host:587.")
        if settings.smtp_url and not is_server
        else None,
        "metrics_token": ("It can be guessed.", f"Use {_SHORTEST_TOKEN} characters or more.")
        if token and len(token) < _SHORTEST_TOKEN
        else None,
    }
    return [Problem(variable(name), *words) for name, words in wrong.items() if words]


def _refuse_http(settings: Settings) -> list[Problem]:
    if settings.https:
        return []
    return [
        Problem(
            variable("base_url"),
            "Production needs an https address.",
            "Put a reverse proxy with a certificate in front and set its address.",
        )
    ]


def _refuse_no_provider(settings: Settings) -> list[Problem]:
    if not settings.oidc_issuer:
        return [
            Problem(
                variable("oidc_issuer"),
                "Nobody could sign in.",
                "Set the issuer, the client id and the secret of your OpenID Connect provider.",
            )
        ]
    if settings.oidc_issuer.startswith(f"{settings.base_url}/demo"):
        return [
            Problem(
                variable("oidc_issuer"),
                "This is the provider of the demo, which lets everybody in.",
                "Set your own provider.",
            )
        ]
    return []


_CHECKS: tuple[Callable[[Settings], list[Problem]], ...] = (
    _check_base,
    _check_choices,
    _check_demo,
    _check_database,
    _check_secret,
    _check_oidc,
    _check_numbers,
    check_origins,
    check_receivers,
    check_checkpoints,
    _check_ways,
)
_PRODUCTION: tuple[Callable[[Settings], list[Problem]], ...] = (
    _refuse_http,
    _refuse_no_provider,
    refuse_no_mail,
    refuse_plain_origins,
)
