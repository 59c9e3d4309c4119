"""Settings: read from the environment, refused when they are unsafe, explained without secrets."""

from typing import Any

import pytest

from webapp.config import BadSettings, Settings, to_environ
from webapp.explaining import explain
from webapp.soundness import problems, require_sound

KEY = "k3y-of-a-production-desk-with-many-letters"
SOUND: dict[str, Any] = {
    "env": "production",
    "base_url": "https://desk.example",
    "secret_key": KEY,
    "database_url": "postgresql+psycopg://desk:hidden@db/desk",
    "oidc_issuer": "https://id.example/realm",
    "oidc_client_id": "desk",
    "oidc_client_secret": "hidden too",
    "smtp_url": "smtp://desk:hidden@mail.example:587",
}


def test_checkpoints_may_go_to_folders_and_mail_addresses() -> None:
    where = "/mnt/far/a:b, beside/it, mailto:auditor+desk@example.com"
    require_sound(Settings(**SOUND, checkpoint_to=where))


def test_the_environment_is_read_by_its_prefix() -> None:
    found = Settings.from_environ(
        {
            "COUNTERSIGN_ENV": "development",
            "COUNTERSIGN_WORKERS": " 4 ",
            "COUNTERSIGN_OIDC_TRUST_EMAIL": "yes",
            "PATH": "/bin",
        }
    )
    assert (found.env, found.workers, found.oidc_trust_email) == ("development", 4, True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WORKERS", "many", "not a whole number"),
        ("OIDC_TRUST_EMAIL", "perhaps", "neither yes nor no"),
        ("DATABASE_ULR", "sqlite:///x", "no such setting"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, value: str, words: str) -> None:
    with pytest.raises(BadSettings, match=words) as caught:
        Settings.from_environ({f"COUNTERSIGN_{name}": value})
    assert caught.value.problems[0].name == f"COUNTERSIGN_{name}"
    assert caught.value.problems[0].remedy


def test_another_process_reads_the_same_settings() -> None:
    settings = Settings(**SOUND, oidc_trust_email=True, workers=3)
    assert Settings.from_environ(to_environ(settings)) == settings


def test_a_production_desk_may_start() -> None:
    require_sound(Settings(**SOUND))


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"secret_key": "x" * 40}, "SECRET_KEY"),
        ({"base_url": "http://desk.example"}, "BASE_URL"),
        ({"base_url": "https://desk.example/path"}, "BASE_URL"),
        ({"base_url": "desk.example"}, "BASE_URL"),
        ({"oidc_issuer": ""}, "OIDC_ISSUER"),
        ({"oidc_issuer": "http://id.example"}, "OIDC_ISSUER"),
        ({"oidc_issuer": "https://desk.example/demo/idp"}, "OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({"oidc_scopes": "profile"}, "OIDC_SCOPES"),
        ({"env": "prodution"}, "ENV"),
        ({"database_url": "mysql://db/desk"}, "DATABASE_URL"),
        ({"log_level": "loud"}, "LOG_LEVEL"),
        ({"workers": 0}, "WORKERS"),
        ({"threads": 1}, "THREADS"),
        ({"proxies": -1}, "PROXIES"),
        ({"token_calls": -1}, "TOKEN_CALLS"),
        ({"failed_logins": -1}, "FAILED_LOGINS"),
        ({"page_calls": -1}, "PAGE_CALLS"),
        ({"api_searches": -1}, "API_SEARCHES"),
        ({"session_idle_minutes": 0}, "SESSION_IDLE_MINUTES"),
        ({"fresh_sign_in_minutes": 0}, "FRESH_SIGN_IN_MINUTES"),
        ({"waiting": -1}, "WAITING"),
        ({"smtp_url": "mail.example:25"}, "SMTP_URL"),
        ({"metrics_token": "secret"}, "METRICS_TOKEN"),
        ({"cors_origins": "https://shop.example, http://shop.example"}, "CORS_ORIGINS"),
        ({"cors_origins": "http://localhost:3000"}, "CORS_ORIGINS"),
        ({"cors_origins": "https://shop.example/"}, "CORS_ORIGINS"),
        ({"webhook_allow": "10.2.0.0/16, 0.0.0.0/0"}, "WEBHOOK_ALLOW"),
        ({"webhook_allow": "::/0"}, "WEBHOOK_ALLOW"),
        ({"checkpoint_to": "https://hooks.example/in"}, "CHECKPOINT_TO"),
        ({"checkpoint_to": "/mnt/far, mailto:nobody"}, "CHECKPOINT_TO"),
        ({"checkpoint_to": "s3://bucket/checkpoints"}, "CHECKPOINT_TO"),
        ({"checkpoint_to": "mailto:auditor@example.com", "smtp_url": ""}, "CHECKPOINT_TO"),
    ],
)
def test_production_refuses_what_is_unsafe(changed: dict[str, Any], name: str) -> None:
    found = problems(Settings(**SOUND | changed))
    assert {problem.name for problem in found} == {f"COUNTERSIGN_{name}"}
    with pytest.raises(BadSettings):
        require_sound(Settings(**SOUND | changed))


@pytest.mark.parametrize(
    ("host", "is_near"),
    [
        ("127.0.0.1:8080", True),
        ("[::1]:8080", True),
        ("localhost", True),
        ("workstation:8000", True),
        ("desk.local", True),
        ("192.168.1.20", True),
        ("10.0.0.5:8080", True),
        ("desk.example.com", False),
        ("8.8.8.8", False),
        ("[2606:4700::1111]", False),
        ("localhost.example.com", False),
    ],
)
def test_the_demo_stays_near_unless_somebody_says_otherwise(host: str, is_near: bool) -> None:
    demo = {**SOUND, "env": "demo", "base_url": f"http://{host}"}
    assert [one.name for one in problems(Settings(**demo))] == (
        [] if is_near else ["COUNTERSIGN_BASE_URL"]
    )
    assert not problems(Settings(**demo, demo_public=True))


def test_every_setting_is_explained_and_no_secret_shown() -> None:
    lines = explain(Settings(**SOUND))
    assert all(line.explained for line in lines)
    shown = " ".join(line.value for line in lines)
    assert KEY not in shown
    assert "hidden" not in shown
    assert "postgresql+psycopg://desk:***@db/desk" in shown
