"""What the rows measure with: a data set that is served, its people signed in, and the floors."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from webapp.bench import serving, skeletons, visitors
from webapp.bench.client import Asking, Burst, Client, get, post
from webapp.bench.figures import Pairs, paired
from webapp.bench.plan import BUSY, HEAVY, READER, TENANT, Plan
from webapp.bench.rows import LONG
from webapp.bench.serving import Served
from webapp.bench.visitors import Headers
from webapp.db import Database, make_engine

INBOX = "/inbox"
LIST = f"/approval/{TENANT}/approvals?pageSize=20"
_SESSIONS = 8
_MATERIAL = "material.json"
_FORM = "application/x-www-form-urlencoded"


# The path of a form, the headers that are sent along, and what was filled in.
Form = tuple[str, Headers, bytes]


class TooFew(Exception):
    """The data set holds too few requests that wait; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often is measured."""

    rounds: int = 8
    seconds: float = 1.0
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Backend:
    """A kind of database, where the data set lies in it, and where one of 1,000 approvals."""

    name: str
    url: str
    small_url: str


@dataclass
class Stage:
    """A served data set on one database; `small` is the address of one of 1,000 approvals."""

    backend: Backend
    plan: Plan
    folder: Path
    effort: Effort
    database: Database
    desk: Served
    floors: Served
    people: dict[int, Headers]
    bearer: Headers
    request_path: str
    pool: "Pool"
    sizes: dict[str, int] = field(default_factory=dict)

    def get(self, path: str, who: int = READER) -> Asking:
        """Somebody's page, again and again."""
        return self.asking(path, self.people[who])

    def floor(self, path: str) -> Asking:
        """A floor, again and again."""
        return self.asking(path, {"Host": serving.HOST})

    def asking(self, path: str, headers: Headers) -> Asking:
        """Whatever anybody asks, again and again."""
        request = get(path, headers)
        return lambda: request

    def against(
        self, mine: tuple[Served, Asking], other: tuple[Served, Asking], *, connections: int = 8
    ) -> Pairs:
        """Two sides in alternating slices, each on connections of its own."""
        with ExitStack() as stack:
            sides = []
            for served, asking in (mine, other):
                client = stack.enter_context(closing(Client(served.port, connections)))
                ask = partial(client.burst, asking, self.effort.seconds)
                sides.append(partial(costed, served, ask))
            return paired(*sides, rounds=self.effort.rounds)


def costed(served: Served, ask: Callable[[], Burst]) -> Burst:
    """A slice with what it cost the server."""
    before = served.processor()
    burst = ask()
    burst.processor = served.processor() - before
    return burst


class Pool:
    """What waits for the heavy approver; each is decided once, by a form as browsers send it."""

    def __init__(self, database: Database, people: list[tuple[Headers, str]]) -> None:
        self._people = people
        self._taken = 0
        with database.reading() as session:
            self._ids = list(
                session.scalars(
                    text(
                        "SELECT id FROM approvals WHERE tenant_id = :tenant AND approver_id = :who"
                        " AND status = 'PENDING' AND turn = 'APPROVER' ORDER BY turn_since, id"
                    ),
                    {"tenant": TENANT, "who": f"p{HEAVY}"},
                )
            )

    def __len__(self) -> int:
        return len(self._ids) - self._taken

    @property
    def next_id(self) -> str:
        """What is decided next; raises `TooFew`."""
        if not len(self):
            raise TooFew("Nothing waits any more in this data set. Build a new one.")
        return str(self._ids[self._taken])

    def form(self) -> Form:
        """The second press of an approval of the next request: path, headers, body."""
        path = f"/approvals/{self.next_id}/decision"
        headers, token = self._people[self._taken % len(self._people)]
        self._taken += 1
        body = urlencode({"csrf_token": token, "step": "approved", "revision": "1", "note": ""})
        origin = {"Origin": f"https://{serving.HOST}", "Referer": f"https://{serving.HOST}{path}"}
        return path, {**headers, **origin, "Content-Type": _FORM}, body.encode()

    def decide(self) -> bytes:
        """The same as it goes to a server."""
        return post(*self.form())

    def burst(self, client: Client, seconds: float, share: int) -> Burst:
        """Decide for so long, but no more than a share of what is left."""
        return client.burst(self.decide, seconds, most=max(1, len(self) // share))


@contextmanager
def staged(backend: Backend, plan: Plan, folder: Path, effort: Effort) -> Iterator[Stage]:
    """Serve the data set and its floors for the block.

    Raises `NotServed`, and `NotThere` when a page is not what the floors are made of.
    """
    with ExitStack() as stack:
        engine = make_engine(backend.url)
        stack.callback(engine.dispose)
        database = Database(engine)
        desk = stack.enter_context(serving.desk(backend.url, folder))
        client = stack.enter_context(closing(Client(desk.port, 1)))
        cast = (HEAVY, BUSY, READER)
        people = dict(zip(cast, visitors.sign_in(database, [f"p{n}" for n in cast]), strict=True))
        bearer = visitors.bearer(database, f"p{READER}")
        path = _long_request(database)
        sizes = _prepare(folder / _MATERIAL, client, people[READER], (bearer, path))
        floors = stack.enter_context(serving.floors(folder / _MATERIAL, folder))
        pool = _pool(database, client)
        yield Stage(
            backend, plan, folder, effort, database, desk, floors, people, bearer, path, pool, sizes
        )


def _pool(database: Database, client: Client) -> Pool:
    deciders = visitors.sign_in(database, [f"p{HEAVY}"] * _SESSIONS)
    return Pool(database, [(one, visitors.form_token(client, one)) for one in deciders])


def _long_request(database: Database) -> str:
    """The page of the reader's request that was talked about most."""
    with database.reading() as session:
        found = session.scalar(
            text(
                "SELECT id FROM approvals WHERE tenant_id = :tenant AND approver_id = :who"
                " AND status = 'PENDING' AND ledger_length = :length"
            ),
            {"tenant": TENANT, "who": f"p{READER}", "length": LONG},
        )
    return f"/approvals/{found}"


def _prepare(
    material: Path, client: Client, reader: Headers, other: tuple[Headers, str]
) -> dict[str, int]:
    """Write what the floors answer, made from what the desk answers; how many bytes each is."""
    bearer, path = other
    inbox = _body(client.ask(get(INBOX, reader)))
    request = _body(client.ask(get(path, reader)))
    listed = _body(client.ask(get(LIST, bearer)))
    pages = {
        "inbox": skeletons.skeleton(inbox, skeletons.ROW).as_data(),
        "request": skeletons.skeleton(request, skeletons.ITEM, skeletons.EVENT).as_data(),
    }
    lists = {"list": json.loads(listed)}
    material.write_text(json.dumps({"pages": pages, "lists": lists}), "utf-8")
    answers = {"inbox": inbox, "request": request, "list": listed}
    return {name: len(one.encode()) for name, one in answers.items()}


def _body(answer: bytes) -> str:
    return answer.partition(b"\r\n\r\n")[2].decode()
