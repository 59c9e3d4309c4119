"""Asks the API everything that a document allows, and much that it forbids (schemathesis).

As a program: `python -m tests.emporix.asking --examples 200 --seeds 1 2 3 [--reference FILE]`.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import schemathesis
import structlog
from flask import Flask, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.schemas import BaseSchema

from tests.emporix.conftest import token_for
from tests.support import databases
from tests.support.app import ACME, load_acme, make_app
from tests.support.cast import RITA
from tests.support.cast import cart as handed_over
from webapp.approvals.submission import submit
from webapp.db import Database
from webapp.emporix import openapi
from webapp.identity.domain import Holder, Origin
from webapp.kernel.clock import utcnow
from webapp.seeding import service as seeding

# A rule that refuses something is a 400 here (422 and 412 are for keys and versions), so that not
# every refusal of something well-formed is a fault.
_REFUSALS = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "422", "429"]
OPEN = tuple(f"open-{number}" for number in range(30))
ASKED = tuple(f"asked-{number}" for number in range(30))
_PHASES = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True)
class Deviation:
    """What the reference document does not say, where we know and want it."""

    operation: str
    check: str
    words: str
    reason: str

    def explains(self, finding: "Finding") -> bool:
        """Whether this is why the finding came up."""
        return (
            self.operation in finding.operation
            and self.check == finding.check
            and self.words in finding.message
        )


DEVIATIONS = (
    *(
        Deviation(
            operation,
            "status_code_conformance",
            "Received: 404",
            "APPROVAL-404002 and APPROVAL-404003 are listed there without a status; their first "
            "digits are the status.",
        )
        for operation in ("POST /approval/{tenant}/approv", "POST /approval/{tenant}/search/users")
    ),
    Deviation(
        "GET /approval/{tenant}/approvals",
        "status_code_conformance",
        "Received: 400",
        "Limits of pages are published, the answer to what is outside of them is not; nor is "
        "that to a query that cannot be read.",
    ),
    Deviation(
        "GET /approval/{tenant}/approvals",
        "negative_data_rejection",
        "`X-Total-Count` in header",
        "Whatever is not true asks for no count; browsers and proxies send all kinds of headers.",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What an answer did wrong: the operation, the check, and the request that shows it."""

    operation: str
    check: str
    message: str
    request: str

    def __str__(self) -> str:
        return f"{self.operation}\n  {self.check}: {self.message}\n  {self.request}"


@contextmanager
def desk() -> Iterator[Flask]:
    """The application with the cast of acme, in a database that may be ruined."""
    with (
        tempfile.TemporaryDirectory() as folder,
        databases.sqlite(Path(folder)) as backend,
        backend.own() as database,
    ):
        _fill(load_acme(database))
        unlimited = {"token_calls": 0, "failed_logins": 0, "api_searches": 0}
        yield make_app(database, base_url="http://localhost", **unlimited)


def aimed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with ids that exist here, so that more is asked than what there is not."""
    found = deepcopy(document)
    parameters, schemas = found["components"]["parameters"], found["components"]["schemas"]
    parameters["ApprovalId"]["schema"] = _mostly(*ASKED)
    parameters["QuoteId"]["schema"] = _mostly("Q1", "Q2")
    schemas["CartOrder"]["properties"]["cartId"] = _mostly(*OPEN, *ASKED, maxLength=200)
    for name in ("Ask", "NewCartApproval"):
        schemas[name]["properties"]["resourceId"] = _mostly(*OPEN)
    for name in ("NewCartApproval", "NewQuoteApproval"):
        approver = schemas[name]["properties"]["approver"]
        approver["properties"]["userId"] = _mostly("bob", "ada")
        # Otherwise one is made under an id that is then asked for as none.
        schemas[name]["properties"]["id"] = {"type": "string", "pattern": "^made-[a-z]{9}$"}
    return found


def _mostly(*words: str, **limits: int) -> dict[str, Any]:
    return {"anyOf": [{"enum": list(words)}, {"type": "string", "minLength": 1, **limits}]}


def _fill(database: Database) -> None:
    """Carts of Rita's, some open and some handed over to Bob, under ids that `aimed` knows."""
    known = json.loads(ACME.read_text("utf-8"))["carts"]
    pattern = next(cart for cart in known if cart["id"] == "c500-rita")
    carts = [{**pattern, "id": name} for name in (*OPEN, *ASKED)]
    with database.transaction() as session:
        seeding.load(session, {"tenant": "acme", "carts": carts}, now=utcnow())
        for name in ASKED:
            submit(session, RITA, handed_over(name, id=name), now=utcnow())


def ask(
    document: dict[str, Any],
    app: Flask,
    *,
    examples: int,
    seed: int,
    phases: Iterable[str] = _PHASES,
) -> list[Finding]:
    """What is wrong with the answers; each fault once for each operation and check."""
    customer = _customer(app)
    config = _config(app, customer, examples=examples, seed=seed, phases=set(phases))
    schema: BaseSchema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = _Renewing(app, customer)
    return list(_findings(from_schema(schema).execute()))


def _config(
    app: Flask, customer: str, *, examples: int, seed: int, phases: set[str]
) -> SchemathesisConfig:
    guest, program = _guest(app), _program(app)
    shoppers = {"include-operation-id-regex": "^(login|refresh|exchange|anonymous.*)$"}
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            # Packed answers would be read without being unpacked.
            "headers": {"Authorization": f"Bearer {customer}", "Accept-Encoding": "identity"},
            "base-url": "http://localhost",
            "continue-on-failure": True,
            # How well a document lends itself to chance is no fault of the answers.
            "suppress-health-check": ["all"],
            # What else would nearly always be somebody else's.
            "parameters": {
                "tenant": "acme",
                "header.Emporix-Tenant": "acme",
                "client_id": "acme-storefront",
            },
            "generation": {"max-examples": examples, "database": "none", "deterministic": False},
            "phases": {name: {"enabled": name in phases} for name in _PHASES},
            "cache": {"enabled": False},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": _REFUSALS},
                # Sends in a way that stops before an application in the same process. That every
                # operation asks for its token is shown in test_openapi.
                "ignored_auth": {"enabled": False},
            },
            "operations": [
                {
                    # What is withdrawn is closed, and can still be read.
                    "include-path-regex": "^/approval/",
                    "checks": {"use_after_free": {"enabled": False}},
                },
                {**shoppers, "headers": {"Authorization": f"Bearer {guest}"}},
                {
                    "include-path-regex": "^/configuration/",
                    "headers": {"Authorization": f"Bearer {program}"},
                },
            ],
        }
    )


class _Renewing:
    """Whoever signs out needs a sign-in of their own, or all that follows is a stranger's."""

    def __init__(self, app: Flask, token: str) -> None:
        self.app = app
        self.header = f"Bearer {token}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        is_last = environ["PATH_INFO"].endswith("/logout")
        if is_last and environ.get("HTTP_AUTHORIZATION") == self.header:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {_customer(self.app)}"
        return self.app.wsgi_app(environ, start_response)


def _findings(stream: Iterable[Any]) -> Iterator[Finding]:
    seen: set[tuple[str, str, str]] = set()
    for event in stream:
        if isinstance(event, events.NonFatalError):
            yield Finding(str(event.label), "error", str(event.info), "")
        if isinstance(event, events.FatalError):
            raise event.exception
        if not isinstance(event, events.ScenarioFinished):
            continue
        for case_id, checks in event.recorder.checks.items():
            case = event.recorder.cases[case_id].value
            for check in checks:
                if check.status is not Status.FAILURE:
                    continue
                finding = _finding(case.operation.label, check)
                key = (finding.operation, finding.check, finding.message[:60])
                if key not in seen:
                    seen.add(key)
                    yield finding


def _finding(label: str, check: Any) -> Finding:
    failure = check.failure_info.failure
    words = " ".join(f"{failure.title}: {failure.message}".split())
    return Finding(label, check.name, words[:600], check.failure_info.code_sample)


def _customer(app: Flask) -> str:
    return token_for(
        app,
        holder=Holder.CUSTOMER,
        origin=Origin.PASSWORD,
        person_id="rita",
        company_id="le1",
    )


def _guest(app: Flask) -> str:
    return token_for(
        app, holder=Holder.ANONYMOUS, origin=Origin.ANONYMOUS, client_id="acme-storefront"
    )


def _program(app: Flask) -> str:
    return token_for(app, holder=Holder.SERVICE, origin=Origin.CLIENT, client_id="acme-service")


def main(arguments: list[str]) -> int:
    """Ask with every seed; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--phases", nargs="+", default=list(_PHASES))
    parser.add_argument("--reference", type=Path)
    known = parser.parse_args(arguments)
    document = aimed(openapi.served_at("http://localhost"))
    if known.reference:
        document = schemathesis.openapi.from_path(known.reference).raw_schema
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    found, answers = 0, Counter[str]()
    for seed in known.seeds:
        with desk() as app:
            _count(app, answers)
            for finding in ask(
                document,
                app,
                examples=known.examples,
                seed=seed,
                phases=known.phases,
            ):
                if known.reference and any(one.explains(finding) for one in DEVIATIONS):
                    continue
                found += 1
                print(f"seed {seed}: {finding}\n", flush=True)
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(answers.items()))
    print(f"{answers.total():,} requests ({kinds}), {found} found")
    return 1 if found else 0


def _count(app: Flask, answers: Counter[str]) -> None:
    @app.after_request
    def note(response: Response) -> Response:
        answers[f"{response.status_code // 100}xx"] += 1
        return response


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
