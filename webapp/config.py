"""The settings: read once from the environment, checked, and explained by `countersign doctor`."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

PREFIX = "COUNTERSIGN_"
ENVIRONMENTS = ("production", "development", "demo", "test")
LANGUAGES = {"en": "English", "de": "Deutsch"}
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})
_SHORTEST_KEY = 32
_LEVELS = ("debug", "info", "warning", "error")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that cannot be used: its name, what is wrong, and what to do about it."""

    name: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what} {self.remedy}"


class BadSettings(Exception):
    """The desk must not start like this; `problems` says why, one by one."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def _setting(default: Any, explained: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"explained": explained, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the operator decides; every field is an environment variable with `COUNTERSIGN_` before it."""

    env: str = _setting(
        "production",
        "production, development, demo or test. Production refuses to start with what is unsafe.",
    )
    base_url: str = _setting(
        "http://127.0.0.1:8080",
        "The address that people type, without a path: https://desk.example.",
    )
    database_url: str = _setting(
        "sqlite:///countersign.db",
        "sqlite:////path/file.db or postgresql+psycopg://user:password@host/name.",
        secret=True,
    )
    secret_key: str = _setting(
        "", "At least 32 random characters; forms are signed with it.", secret=True
    )
    oidc_issuer: str = _setting(
        "", "The issuer of the OpenID Connect provider, as it names itself."
    )
    oidc_client_id: str = _setting("", "The id of this desk at the provider.")
    oidc_client_secret: str = _setting(
        "", "The secret of this desk at the provider; empty for a public client.", secret=True
    )
    oidc_scopes: str = _setting("openid profile email", "What the provider is asked for.")
    oidc_trust_email: bool = _setting(
        False,
        "Match people by e-mail at their first sign-in even if the provider does not say that it "
        "verified the address.",
    )
    oidc_provider_name: str = _setting(
        "your organisation", "How the button on the sign-in page calls the provider."
    )
    smtp_url: str = _setting(
        "",
        "smtp://user:password@host:587 (STARTTLS) or smtps://host:465; empty: no mail leaves.",
        secret=True,
    )
    mail_from: str = _setting("Countersign <countersign@localhost>", "The sender of every mail.")
    session_idle_minutes: int = _setting(
        120, "A session ends after so many minutes without a click."
    )
    session_max_hours: int = _setting(12, "A session ends after so many hours, whatever happens.")
    workers: int = _setting(2, "Web processes.")
    threads: int = _setting(8, "Requests that one process serves at the same time; 2 or more.")
    proxies: int = _setting(
        0, "How many reverse proxies in front are trusted for the address and scheme of a request."
    )
    log_level: str = _setting("info", "debug, info, warning or error.")

    @property
    def demo(self) -> bool:
        """Whether this desk shows an invented company with its own provider."""
        return self.env == "demo"

    @property
    def https(self) -> bool:
        """Whether people come over https."""
        return self.base_url.startswith("https://")

    @property
    def oidc_origin(self) -> str:
        """Scheme and host of the provider, or nothing when none is set."""
        parts = urlsplit(self.oidc_issuer)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """The settings of this process.

        Raises:
            BadSettings: a value is no number, no yes or no, or a name is not known.
        """
        given = {
            name.removeprefix(PREFIX).lower(): text
            for name, text in (os.environ if environ is None else environ).items()
            if name.startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_")
        }
        values, problems = _read(cls(), given)
        if problems:
            raise BadSettings(problems)
        return cls(**values)


def variable(name: str) -> str:
    """The environment variable of a field of `Settings`."""
    return PREFIX + name.upper()


@dataclass(frozen=True, slots=True)
class Explained:
    """One line of the table of settings; a secret's value is hidden."""

    name: str
    value: str
    default: str
    explained: str


def explain(settings: Settings) -> list[Explained]:
    """Every setting with its value, its default and what it is for, in reading order."""
    return [
        Explained(
            variable(one.name),
            _shown(getattr(settings, one.name), secret=one.metadata["secret"]),
            _shown(one.default, secret=False),
            one.metadata["explained"],
        )
        for one in fields(settings)
    ]


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


def _read(defaults: Settings, given: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    known = {one.name: getattr(defaults, one.name) for one in fields(defaults)}
    values: dict[str, Any] = {}
    wrong = [
        Problem(variable(name), "There is no such setting.", "`countersign doctor` lists them all.")
        for name in sorted(given.keys() - known.keys())
    ]
    for name, default in known.items():
        if name not in given:
            continue
        try:
            values[name] = _parse(given[name].strip(), default)
        except ValueError as error:
            wrong.append(Problem(variable(name), str(error), "Correct it or leave it out."))
    return values, wrong


def _parse(text: str, default: Any) -> Any:
    if isinstance(default, bool):
        if text.lower() not in _TRUE | _FALSE:
            raise ValueError(f"{text!r} is neither yes nor no.")
        return text.lower() in _TRUE
    if isinstance(default, int):
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{text!r} is not a whole number.") from None
    return text


def _shown(value: Any, *, secret: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if secret and value:
        return _without_password(value) if "://" in value else "(set)"
    return str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@")


def _check_base(settings: Settings) -> list[Problem]:
    parts, found = urlsplit(settings.base_url), []
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query:
        found.append(
            Problem(
                variable("base_url"),
                f"{settings.base_url!r} is not an address without a path.",
                "Write it like https://desk.example.",
            )
        )
    if settings.env not in ENVIRONMENTS:
        found.append(
            Problem(
                variable("env"),
                f"{settings.env!r} is not known.",
                f"Choose one of {', '.join(ENVIRONMENTS)}.",
            )
        )
    if settings.log_level not in _LEVELS:
        found.append(
            Problem(
                variable("log_level"),
                f"{settings.log_level!r} is not a level.",
                f"Choose one of {', '.join(_LEVELS)}.",
            )
        )
    return found


def _check_numbers(settings: Settings) -> list[Problem]:
    lowest = {"session_idle_minutes": 1, "session_max_hours": 1, "workers": 1, "threads": 2}
    return [
        Problem(
            variable(name), f"{getattr(settings, name)} is too small.", f"{least} is the least."
        )
        for name, least in {**lowest, "proxies": 0}.items()
        if getattr(settings, name) < least
    ]


def _check_database(settings: Settings) -> list[Problem]:
    if settings.database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return []
    return [
        Problem(
            variable("database_url"),
            "It is neither SQLite nor PostgreSQL.",
            "Write sqlite:////path/file.db or postgresql+psycopg://user:password@host/name.",
        )
    ]


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
    found = []
    if not settings.oidc_client_id:
        found.append(
            Problem(
                variable("oidc_client_id"),
                "It is missing.",
                "Register this desk at the provider and set what it was given.",
            )
        )
    if "openid" not in settings.oidc_scopes.split():
        found.append(
            Problem(variable("oidc_scopes"), "`openid` is missing.", "Without it nobody signs in.")
        )
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        found.append(
            Problem(
                variable("oidc_issuer"),
                "It is not an https address.",
                "Sign-in answers must not travel in the clear.",
            )
        )
    return found


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
    _check_database,
    _check_secret,
    _check_oidc,
    _check_numbers,
)
_PRODUCTION: tuple[Callable[[Settings], list[Problem]], ...] = (_refuse_http, _refuse_no_provider)
