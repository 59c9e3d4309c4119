"""A desk as an operator starts it: the `countersign` program in child processes, on loopback."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from tests.outbox.server import MailServer
from tests.support.cast import cart as handed_over
from webapp.approvals import service
from webapp.approvals.models import Approval
from webapp.approvals.submission import submit
from webapp.config import PREFIX
from webapp.db import Database, make_engine
from webapp.demo import prospect
from webapp.identity.domain import Actor
from webapp.identity.models import WebSession
from webapp.identity.sessions import CSRF_KEY
from webapp.kernel.clock import utcnow
from webapp.orders.models import Order
from webapp.seeding import service as seeding

ACME = Path(__file__).parent.parent / "data" / "acme.json"
TENANT = "acme"
PROVIDER = "Acme"

# What the cast buys: a product of the list with its price and tax.
DRILL = ("drill-18v", "DR-18V", "Cordless drill 18 V", "250.00")
BITS = ("bit-set-40", "BS-040", "Bit set, 40 pieces", "166.67")
LADDER = ("ladder-3m", "LD-003", "Folding ladder 3 m", "333.33")
BENCH = ("workbench", "WB-120", "Workbench", "250.00")
# 1,250.00 net and 1,500.00 with tax: 500.00 over the limit of Hafen Logistik. And 500.00.
OVER = ((DRILL, 4), (BENCH, 1))
UNDER = ((DRILL, 1), (BITS, 1))
Goods = tuple[tuple[tuple[str, str, str, str], int], ...]

_PATIENCE = 120.0
_GRACE = 15.0
_NUMBERS = count(1)


class NotServed(Exception):
    """A part of the desk did not come up, or what was waited for did not happen."""


@dataclass(frozen=True)
class Mail:
    """A mail that has arrived at the mail server: what its reader sees."""

    to: str
    subject: str
    text: str

    @property
    def links(self) -> list[str]:
        """The addresses in it."""
        return re.findall(r"https?://\S+", self.text)


@dataclass(frozen=True)
class Desk:
    """A served desk: where it is, what is in its database, and the mail that left it."""

    url: str
    database: Database
    provider: str
    mails: MailServer = field(default_factory=MailServer)

    def cart(self, owner: str, goods: Goods = OVER, *, company: str | None = "le1") -> str:
        """Give somebody an open cart of their own; its id."""
        cart_id = f"journey-{os.getpid()}-{next(_NUMBERS)}"
        cart = {"id": cart_id, "customerId": owner, "siteCode": "main", "currency": "EUR"}
        cart |= {"legalEntityId": company} if company else {}
        items = [
            {
                "productId": product,
                "sku": sku,
                "name": name,
                "quantity": quantity,
                "unitPrice": price,
                "taxRate": "0.20",
            }
            for (product, sku, name, price), quantity in goods
        ]
        self.load({"carts": [{**cart, "items": items}]})
        return cart_id

    def load(self, document: Mapping[str, Any]) -> None:
        """Add to the desk what a seed file would."""
        with self.database.transaction() as session:
            seeding.load(session, {"tenant": TENANT, **document}, now=utcnow())

    def ask(self, requester: Actor, approver: Actor, goods: Goods = OVER) -> str:
        """A pending request for a fresh cart, handed over by the use case itself; its id."""
        cart_id = self.cart(requester.person_id, goods)
        with self.database.transaction() as session:
            return submit(session, requester, handed_over(cart_id, approver), now=utcnow()).id

    def withdraw(self, actor: Actor, approval_id: str) -> None:
        """Let somebody withdraw a request, by the use case itself."""
        with self.database.transaction() as session:
            service.withdraw(session, actor, approval_id, now=utcnow())

    def approval(self, approval_id: str) -> Approval:
        """A request as it is stored."""
        with self.database.reading() as session:
            return session.scalars(select(Approval).where(Approval.id == approval_id)).one()

    def order_of(self, approval_id: str) -> Order:
        """The one order of a request as it is stored."""
        with self.database.reading() as session:
            return session.scalars(select(Order).where(Order.approval_id == approval_id)).one()

    def order_for(self, cart_id: str) -> Order:
        """The one order of a cart as it is stored."""
        with self.database.reading() as session:
            return session.scalars(select(Order).where(Order.resource_id == cart_id)).one()

    def delete_sessions(self, person_id: str) -> None:
        """Forget that this person was ever here."""
        with self.database.transaction() as session:
            session.execute(delete(WebSession).where(WebSession.person_id == person_id))

    def end_sessions(self, person_id: str) -> None:
        """Let the time of this person's sessions be over."""
        with self.database.transaction() as session:
            session.execute(
                update(WebSession)
                .where(WebSession.person_id == person_id)
                .values(expires_at=utcnow() - timedelta(minutes=1))
            )

    def replace_form_tokens(self, person_id: str) -> None:
        """Let the forms that this person has open be no longer valid."""
        with self.database.transaction() as session:
            found = select(WebSession).where(WebSession.person_id == person_id)
            for row in session.scalars(found):
                row.data = {**row.data, CSRF_KEY: "another token than that of the open forms"}

    def mail(self, to: str, *, about: str, subject: str) -> Mail:
        """The mail to this person that leads to this path; waits until the worker has sent it.

        Raises:
            NotServed: it has not come.
        """
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            for mail in map(_read, list(self.mails.mails)):
                if mail.to == to and subject in mail.subject and self.url + about in mail.links:
                    return mail
            time.sleep(0.1)
        raise NotServed(f"No mail {subject!r} to {to}; there are {self.mails.subjects}.")

    def mails_to(self, to: str, *, about: str) -> list[Mail]:
        """What has arrived so far for this person about this path."""
        found = map(_read, list(self.mails.mails))
        return [mail for mail in found if mail.to == to and self.url + about in mail.links]


@contextmanager
def acme(
    folder: Path, *, issuer: str, client: tuple[str, str], database_url: str
) -> Iterator[Desk]:
    """The desk of `tests/data/acme.json`, with its worker and a mail server, for the block.

    `client` is the id and the secret of the desk at the provider.

    Raises:
        NotServed: with what the program said.
    """
    port = free_port()
    mails = MailServer()
    environ = _environ(
        ENV="test",
        BASE_URL=f"http://127.0.0.1:{port}",
        DATABASE_URL=database_url,
        SECRET_KEY="a key for journeys only, 0123456789",
        OIDC_ISSUER=issuer,
        OIDC_CLIENT_ID=client[0],
        OIDC_CLIENT_SECRET=client[1],
        OIDC_PROVIDER_NAME=PROVIDER,
        SMTP_URL=mails.url,
        WORKERS="1",
        LOG_LEVEL="warning",
    )
    _run("db", "upgrade", environ=environ)
    _run("import", str(ACME), environ=environ)
    with ExitStack() as stack:
        mails.start()
        stack.callback(mails.stop)
        serve = ("serve", "--no-worker", "--port", str(port))
        served = stack.enter_context(_started(*serve, environ=environ, log=folder / "serve.log"))
        stack.enter_context(_started("worker", environ=environ, log=folder / "worker.log"))
        _await(served, environ[f"{PREFIX}BASE_URL"], folder / "serve.log")
        engine = make_engine(database_url)
        stack.callback(engine.dispose)
        yield Desk(environ[f"{PREFIX}BASE_URL"], Database(engine), issuer, mails)


@contextmanager
def demo(folder: Path, company: str = "") -> Iterator[Desk]:
    """`countersign demo` with its whole story, told afresh, in a folder of its own.

    It is the invented company, or that of an example.

    Raises:
        NotServed: with what the program said.
    """
    port = free_port()
    environ = {**_environ(), f"{PREFIX}DEMO_DIR": str(folder / "demo")}
    command = ("demo", "--no-open", "--port", str(port), "--company", company)
    path = folder / "demo"
    if company:
        path /= prospect.read(prospect.find(company)).slug
    url = f"http://127.0.0.1:{port}"
    with _started(*command, environ=environ, log=folder / "demo.log") as served:
        _await(served, url, folder / "demo.log")
        engine = make_engine(f"sqlite:///{path}/desk.db")
        try:
            yield Desk(url, Database(engine), f"{url}/demo/idp")
        finally:
            engine.dispose()


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[str]:
    """`countersign serve` without its worker for the block, in front of a database that is ready.

    Gives its address; its log is `serve.log` in the folder.

    Raises:
        NotServed: with what the program said.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environ = _environ(
        ENV="test",
        BASE_URL=url,
        DATABASE_URL=database_url,
        FILES_DIR=str(folder / "files"),
        **settings,
    )
    log = folder / "serve.log"
    command = ("serve", "--no-worker", "--port", str(port))
    with _started(*command, environ=environ, log=log) as process:
        _await(process, url, log)
        yield url


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environ(**settings: str) -> dict[str, str]:
    own = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {**own, **{PREFIX + name: text for name, text in settings.items()}}


def _program() -> list[str]:
    """The `countersign` of this environment; before it is installed, its module."""
    script = Path(sys.executable).with_name("countersign")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "webapp"]


def _run(*arguments: str, environ: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*_program(), *arguments],
        check=False,
        env=environ,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode:
        raise NotServed(f"countersign {' '.join(arguments)}: {done.stdout}{done.stderr}")


@contextmanager
def _started(
    *arguments: str, environ: Mapping[str, str], log: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*_program(), *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError), closing(urllib.request.urlopen(f"{url}/healthz", timeout=5)):  # noqa: S310
            return
        time.sleep(0.05)
    raise NotServed(f"{url} does not answer: {log.read_text('utf-8', 'replace')[-2000:]}")


def _read(mail: Any) -> Mail:
    body = mail.get_body(("plain",))
    return Mail(to=str(mail["To"]), subject=str(mail["Subject"]), text=body.get_content())
