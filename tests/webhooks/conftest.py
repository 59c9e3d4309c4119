"""A receiver, a desk with an endpoint, and a courier whose clock tests move."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from tests.support.cast import ADA, LATER, NOW, Desk, desk
from tests.webhooks.receiver import Receiver
from webapp.webhooks import service
from webapp.webhooks.addresses import Allowed
from webapp.webhooks.delivering import Courier
from webapp.webhooks.domain import COMPANY_EVENTS
from webapp.webhooks.sending import Way
from webapp.webhooks.service import Draft, Shown
from webapp.webhooks.vault import Vault

__all__ = ["desk"]

KEY = "a key for tests only, 0123456789"
SET_UP = service.Desk(vault=Vault(KEY), allowed=Allowed.parse("127.0.0.0/8"))
EVERYTHING = COMPANY_EVENTS


@dataclass
class Clock:
    """The time that tests move."""

    now: datetime = field(default=LATER)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Round:
    """Brings what is due when it is called; how many messages there were."""

    courier: Courier
    clock: Clock

    def __call__(self) -> int:
        groups = self.courier.claim()
        for group in groups:
            self.courier.bring(group)
        return sum(map(len, groups))

    def until_quiet(self) -> None:
        """Go on until nothing is due."""
        while self():
            pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver().start()
    yield one
    one.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(desk: Desk, clock: Clock) -> Round:
    courier = Courier(
        database=desk.database,
        vault=SET_UP.vault,
        way=Way(allowed=SET_UP.allowed, timeout=0.5),
        clock=clock,
        chance=lambda: 0.5,
    )
    return Round(courier, clock)


def make(desk: Desk, url: str, events: tuple[str, ...] = EVERYTHING) -> Shown:
    """An endpoint of Ada's company."""
    draft = Draft(url=url, description="ERP", event_types=events)
    return desk.run(service.add_own, ADA, draft, SET_UP, now=NOW)


@pytest.fixture
def hook(desk: Desk, receiver: Receiver) -> Shown:
    return make(desk, receiver.url)
