"""What wapiti and sqlmap find, signed in, in a desk of our own: `make scan`.

Both come from PyPI into `build/scan/`, in the versions of `requirements/scan.txt`. They are pointed
at a desk that is made for them on loopback, first on SQLite, then on PostgreSQL, as an admin, as a
requester and as a program; it is gone when they have finished. Modules of wapiti that would ask a
server of its makers are not run.
"""

import argparse
import csv
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from tests.scanners.asked import log_of
from tests.scanners.target import Target, target
from tests.security.forms import FORMS
from tests.security.test_hostile_input import ADDRESSES
from tests.support.databases import Name

PROGRAMS = Path(__file__).parents[2] / "build/scan/bin"
_MODULES = (
    "backup,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,"
    "redirect,sql,timesql,upload,xss"
)
# What would end the session with which everything else is asked, and what a stranger asks.
_LEFT_ALONE = ("sign-out", "sign-in*", "auth/*", "account/sessions/*", "static/*")
_FOR_STRANGERS = (
    "/", "/sign-in?next=/inbox", "/sign-in/choice?x=", "/auth/callback?code=a&state=b",
    "/decide?token={token}", "/developers", "/language", "/signed-out",
)  # fmt: skip
# What a scanner says by heart, and why it is none.
_EXPLAINED = {
    r"Secure Flag cookie": "the desk of the scan is on plain http; over https both cookies have it",
    r"anti CSRF token /sign-in": "a stranger has no session to bind a token to; the origin counts",
    r"anti CSRF token /language": "the same",
    r"LDAP Injection: .* /account/absences/new": "no directory stands behind it; plans grew",
    r"false positive or unexploitable": "sqlmap took it back: a list grew meanwhile",
    r"anti CSRF token /oauth/": "no cookie counts for the API, so no browser lends anybody one",
}
_MINUTES = 20
# In the log of the desk: who asked, and the first digit of the answer.
_ANSWERED = re.compile(rb" person=(\S+) status=([1-5])\d\d\b")


@dataclass(frozen=True)
class Scan:
    """What one run of a scanner came to."""

    what: str
    seconds: float
    requests: int
    signed_in: int
    faults: int
    findings: tuple[str, ...]
    explained: tuple[str, ...]

    def __str__(self) -> str:
        numbers = "".join(
            f"{number:>10}"
            for number in (
                round(self.seconds),
                self.requests,
                self.signed_in,
                self.faults,
                len(self.findings),
                len(self.explained),
            )
        )
        return "\n    ".join([f"{self.what:<42}{numbers}", *self.findings])


def main(arguments: Sequence[str]) -> int:
    """Scan, print what was found, and return 1 where something was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=_MINUTES, help="at most, for each scan")
    parser.add_argument("--database", choices=get_args(Name), help="only on this one")
    parser.add_argument("--only", default="", help="scans with this word in their names")
    chosen = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # Whoever ends it takes the desk and the scanner along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    heads = ("seconds", "requests", "signed in", "faults", "findings", "explained")
    print(f"{'scan':<42}" + "".join(f"{head:>10}" for head in heads), flush=True)
    found = []
    for name in [chosen.database] if chosen.database else get_args(Name):
        with tempfile.TemporaryDirectory(prefix="cs-scan-", dir="/tmp") as folder:
            for scan in _scans(name, Path(folder), chosen):
                print(scan, flush=True)
                found.append(scan)
    return 1 if not found or any(scan.findings or scan.faults for scan in found) else 0


def _scans(name: Name, folder: Path, chosen: argparse.Namespace) -> Iterator[Scan]:
    seconds = 60 * chosen.minutes
    # A quarter of the time to look around, the rest for what is tried, each kind as long as others.
    limits = ["--max-scan-time", str(seconds // 4)]
    limits += ["--max-attack-time", str(seconds // 2 // len(_MODULES.split(",")))]
    with target(name, folder) as desk:
        commands = {
            f"sqlmap, all people and the API, {name}": _sqlmap(desk, folder, name),
            f"wapiti, pages as a stranger, {name}": _wapiti_of_strangers(desk, folder),
            f"wapiti, pages as an admin, {name}": _wapiti(desk, folder, desk.cookies["ada"]),
            f"wapiti, pages as a requester, {name}": _wapiti(desk, folder, desk.cookies["rita"]),
            f"wapiti, fragments as an approver, {name}": [
                *_wapiti(desk, folder, desk.cookies["bob"]),
                *("-H", "HX-Request: true"),
            ],
            f"wapiti, the API, {name}": _wapiti_of_the_api(desk, folder),
        }
        for what, command in commands.items():
            if chosen.only in what:
                bounded = [*command, *limits] if what.startswith("wapiti") else command
                yield _run(what, bounded, desk, minutes=chosen.minutes)


def _sqlmap(desk: Target, folder: Path, name: Name) -> list[str]:
    asked = folder / "asked.log"
    asked.write_text(log_of(desk), "utf-8")
    return [
        str(PROGRAMS / "sqlmap"),
        *("-l", str(asked), "--batch", "--disable-coloring", "--flush-session"),
        *("--dbms", name),
        *("--skip", "csrf_token,X-CSRFToken", "--ignore-code", "*", "--retries", "1"),
        *("--output-dir", str(folder / "sqlmap"), "--results-file", str(folder / "found.csv")),
    ]


def _wapiti(desk: Target, folder: Path, cookie: str) -> list[str]:
    first = {form.path for form in (*ADDRESSES, *FORMS)}
    return [
        *_wapiti_itself(desk, folder),
        *("-m", _MODULES, "-C", cookie, "--skip", "csrf_token"),
        *(word for path in sorted(first) for word in ("-s", desk.path(path))),
        *(word for path in _LEFT_ALONE for word in ("-x", f"{desk.url}/{path}")),
    ]


def _wapiti_of_strangers(desk: Target, folder: Path) -> list[str]:
    starts = (word for path in _FOR_STRANGERS for word in ("-s", desk.path(path)))
    return [*_wapiti_itself(desk, folder), "-m", _MODULES, *starts, "-x", f"{desk.url}/static/*"]


def _wapiti_of_the_api(desk: Target, folder: Path) -> list[str]:
    document = folder / "openapi.json"
    document.write_text(json.dumps(desk.document()), "utf-8")
    return [
        *_wapiti_itself(desk, folder),
        *(
            "-m",
            _MODULES,
            "--swagger",
            str(document),
            "-H",
            f"Authorization: Bearer {desk.api_token}",
        ),
        *("-d", "0", "-x", f"{desk.url}/customer/*/logout*"),
    ]


def _wapiti_itself(desk: Target, folder: Path) -> list[str]:
    kept = ("--store-session", str(folder / "wapiti"), "--store-config", str(folder / "wapiti"))
    report = ("-f", "json", "-o", str(folder / "found.json"), "-v", "0", "--no-bugreport")
    return [str(PROGRAMS / "wapiti"), "-u", f"{desk.url}/", "--flush-session", *kept, *report]


def _run(what: str, command: list[str], desk: Target, *, minutes: int) -> Scan:
    folder, before, started = desk.log.parent, desk.log.stat().st_size, time.monotonic()
    environ = {**os.environ, "HOME": str(folder)}
    with (folder / "scanner.log").open("wb") as output:
        try:
            done = subprocess.run(  # noqa: S603 - the scanner
                command, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                timeout=60 * minutes, check=False,
            )  # fmt: skip
            problems = [f"ended with {done.returncode}"] if done.returncode else []
        except subprocess.TimeoutExpired:
            problems = [f"not finished after {minutes} minutes"]
    with desk.log.open("rb") as log:
        log.seek(before)
        answers = Counter(_ANSWERED.findall(log.read()))
    if not answers:
        problems.append("asked nothing")
    found = [*problems, *_found(folder)]
    explained = [one for one in found if any(re.search(known, one) for known in _EXPLAINED)]
    return Scan(
        what=what,
        seconds=time.monotonic() - started,
        requests=answers.total(),
        signed_in=sum(count for (person, _), count in answers.items() if person != b"None"),
        faults=sum(count for (_, status), count in answers.items() if status == b"5"),
        findings=tuple(one for one in found if one not in explained),
        explained=tuple(explained),
    )


def _found(folder: Path) -> Iterator[str]:
    """What the report of the last scanner names."""
    table, report = folder / "found.csv", folder / "found.json"
    if table.is_file():
        with table.open(newline="", encoding="utf-8") as file:
            yield from (" ".join(row) for row in list(csv.reader(file))[1:])
        table.unlink()
    if report.is_file():
        known = json.loads(report.read_text("utf-8"))
        for kind in ("vulnerabilities", "anomalies"):
            for category, findings in known[kind].items():
                yield from (f"{category}: {one['info']} {one['path']}" for one in findings)
        report.unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
