"""Showing mails inside the desk: links that work, and HTML that can do nothing else."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_HEAD = re.compile(r"<head[^>]*>")
# Mails of the demo name the port at which the desk was when they were written.
_OWN = re.compile(r"https?://(?:127\.0\.0\.1|localhost)(?::\d+)?(?=/)")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a mail's text, with the address that it leads to or nothing."""

    text: str
    href: str = ""


def parts(text: str, base_url: str) -> Iterator[Part]:
    """The text of a mail, its links set apart; links into the desk lead to where it is now."""
    end = 0
    for match in _LINK.finditer(text):
        yield Part(text[end : match.start()])
        yield Part(*[_here(match.group(), base_url)] * 2)
        end = match.end()
    yield Part(text[end:])


def framed(html: str, base_url: str) -> str:
    """The HTML of a mail for a frame: its links open in the whole window."""
    page = _OWN.sub(base_url, html)
    return _HEAD.sub(lambda head: f'{head.group()}<base target="_top">', page, count=1)


def frame_policy(html: str) -> str:
    """A Content-Security-Policy under which the mail shows its own style sheet and does nothing."""
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLE.findall(html))
    styles = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {styles or chr(39) + 'none' + chr(39)}",
            "img-src data:",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-top-navigation-by-user-activation",
        )
    )


def _here(url: str, base_url: str) -> str:
    """The address with the desk's present host, when it was this desk."""
    own = _OWN.match(url) or urlsplit(url).netloc == urlsplit(base_url).netloc
    return _OWN.sub(base_url, url) if own else url
