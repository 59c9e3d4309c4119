"""The settings in words: each with its value, its default and what it is for."""

from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from webapp.config import Settings, variable, written


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
            _shown(written(getattr(settings, one.name)), secret=one.metadata["secret"]),
            written(one.default),
            one.metadata["explained"],
        )
        for one in fields(settings)
    ]


def _shown(text: str, *, secret: bool) -> str:
    if not secret or not text:
        return text
    return _without_password(text) if "://" in text else "(set)"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@")
