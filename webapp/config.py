"""The settings: read once from the environment, each with the words that explain it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from webapp.kernel.sentence import N_

PREFIX = "COUNTERSIGN_"
# Where prometheus_client of every process puts its figures: it looks there when it is imported, so
# that it has to be set before a process starts.
FIGURES_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
ENVIRONMENTS = ("production", "development", "demo", "test")
LANGUAGES = {"en": "English", "de": "Deutsch"}
_TRUE, _FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


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
    """What the operator decides; each field is an environment variable after `COUNTERSIGN_`."""

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
    files_dir: str = _setting(
        "",
        "The folder for files that people attach; web processes and worker share it. Empty: beside "
        "the SQLite file, or in the folder of this user.",
    )
    ledger_dir: str = _setting(
        "", "The folder of the keys that sign the history. Empty: `ledger` beside that for files."
    )
    checkpoint_hours: int = _setting(
        24, "Hours between checkpoints of the history, as soon as there is a key; 0: none."
    )
    checkpoint_to: str = _setting(
        "",
        "Folders, mailto:auditor@example.com, by commas; empty: `checkpoints` beside the keys. "
        "Webhooks that ask for `ledger.checkpoint` get them as well.",
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
    oidc_roles_file: str = _setting(
        "",
        "A JSON file that says which groups of the provider mean which role in which company; "
        "empty: the provider says nothing of roles.",
    )
    oidc_groups_claim: str = _setting("groups", "The claim that lists somebody's groups.")
    oidc_provider_name: str = _setting(
        N_("your organisation"), "How the button on the sign-in page calls the provider."
    )
    oidc_api_audience: str = _setting(
        "",
        "The audience that the provider's access tokens must name so that the API takes them; "
        "empty: the id of this desk.",
    )
    oidc_api_config: str = _setting(
        "oidc", "How shop clients name the provider (`config`) when they exchange its tokens."
    )
    smtp_url: str = _setting(
        "",
        "smtp://user:password@host:587 (STARTTLS) or smtps://host:465; empty: no mail leaves.",
        secret=True,
    )
    mail_from: str = _setting("Countersign <countersign@localhost>", "The sender of every mail.")
    sending: bool = _setting(
        True,
        "Whether anything leaves. No: mails and webhooks are written as always and wait until it "
        "is yes again; for a copy of this desk, so that it writes to nobody.",
    )
    keep_messages_days: int = _setting(
        30, "How many days messages are kept after they were sent; 0: for ever."
    )
    keep_words_months: int = _setting(
        0,
        "Months after which words and files of decided requests are erased; amounts, people and "
        "decisions stay. 0: never.",
    )
    webhook_allow: str = _setting(
        "",
        "Hosts and networks that webhooks may reach although they are not public, by http as well "
        "and at any port, separated by commas: hooks.corp.example, 10.2.0.0/16. With scheme and "
        "port only that one is meant: http://10.9.0.1:81.",
    )
    session_idle_minutes: int = _setting(
        120, "A session ends after so many minutes without a click."
    )
    session_max_hours: int = _setting(12, "A session ends after so many hours, whatever happens.")
    fresh_sign_in_minutes: int = _setting(
        5,
        "So many minutes a sign-in counts where a company asks for one before large decisions.",
    )
    oidc_acr_values: str = _setting(
        "",
        "Which kinds of sign-in (`acr`) count there, separated by spaces, such as the one with a "
        "second factor; empty: any.",
    )
    workers: int = _setting(2, "Web processes.")
    threads: int = _setting(8, "Requests that one process serves at the same time; 2 or more.")
    waiting: int = _setting(
        1000,
        "Open pages that one process lets wait for news, each in a thread that sleeps; those "
        "beyond ask every other second.",
    )
    proxies: int = _setting(
        0, "How many reverse proxies in front are trusted for the address and scheme of a request."
    )
    cors_origins: str = _setting(
        "",
        "Origins of shops whose pages call the API from the browser, separated by commas: "
        "https://shop.example. Production takes https only.",
    )
    token_calls: int = _setting(
        120,
        "How often one address may ask for tokens of one kind in a minute; 0: no limit.",
    )
    failed_logins: int = _setting(
        10,
        "Wrong passwords in a minute for one account from one address, and ten times as many in an "
        "hour from anywhere; 0: no limit.",
    )
    page_calls: int = _setting(
        120,
        "How often one address may set out to sign in, and one person search or ask for a PDF, in "
        "a minute; 0: no limit.",
    )
    api_searches: int = _setting(
        600,
        "How often one person or program may search through the API in a minute: filter, sort or "
        "count a list, look for people or products; 0: no limit.",
    )
    demo_public: bool = _setting(
        False,
        "Whether the demo may stand at an address of the internet, where everybody who finds it "
        "signs in as anybody.",
    )
    metrics_token: str = _setting(
        "",
        "What Prometheus shows (`Authorization: Bearer ...`) to read `/metrics`; empty: there is "
        "no such page.",
        secret=True,
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
    def files_folder(self) -> Path:
        """Where attached files lie."""
        if self.files_dir:
            return Path(self.files_dir)
        _, is_file, path = self.database_url.partition("sqlite:///")
        if is_file and path:
            return Path(path).parent / "files"
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        return Path(data) / "countersign" / "files"

    @property
    def ledger_folder(self) -> Path:
        """Where the keys lie that sign the history."""
        return Path(self.ledger_dir) if self.ledger_dir else self.files_folder.with_name("ledger")

    @property
    def oidc_origin(self) -> str:
        """Scheme and host of the provider, or nothing when none is set."""
        parts = urlsplit(self.oidc_issuer)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def cors_origin_list(self) -> tuple[str, ...]:
        """The origins that may call the API from a browser."""
        return tuple(filter(None, (origin.strip() for origin in self.cors_origins.split(","))))

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


def to_environ(settings: Settings) -> dict[str, str]:
    """The environment from which another process reads the same settings."""
    return {variable(one.name): written(getattr(settings, one.name)) for one in fields(settings)}


def variable(name: str) -> str:
    """The environment variable of a field of `Settings`."""
    return PREFIX + name.upper()


def written(value: Any) -> str:
    """A value as one writes it in the environment."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


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
