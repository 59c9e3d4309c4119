"""The story of somebody's own company: five weeks in its language, of what its products come to.

The first request expires within hours, as in the invented company; carts that the three stories
need (`guide`) have the ids that they have there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from webapp.demo import filling
from webapp.demo.premises import document
from webapp.demo.prospect import Prospect
from webapp.demo.script import (
    Absence,
    Act,
    Basket,
    Moment,
    Request,
    Script,
    ago,
    answer,
    approve,
    ask,
    comment,
    decline,
    on,
    promise,
    withdraw,
)
from webapp.reader import reading_as, zone_of
from webapp.wording import gettext as _

PENDING_SINCE = ago(days=6, hours=18, minutes=35)


@dataclass(frozen=True, slots=True)
class _Plot:
    """Goods by what they come to, in parts of the limit, and hours of the company's day."""

    prospect: Prospect

    def at(self, workdays: int, clock: str) -> Moment:
        return on(workdays, clock, zone_of(self.prospect.company.time_zone))

    def below(self, share: str, turn: int) -> str:
        return self._goods(filling.below, share, turn)

    def above(self, share: str, turn: int) -> str:
        return self._goods(filling.above, share, turn)

    def _goods(self, fill: Callable[..., str], share: str, turn: int) -> str:
        return fill(self.prospect.articles, self.prospect.limit.amount * Decimal(share), turn=turn)


def script(prospect: Prospect) -> Script:
    """What is played, in the language of the company; needs an application for its words."""
    company = prospect.company
    with reading_as(company.language, company.time_zone):
        plot = _Plot(prospect)
        return Script(
            company=document(prospect),
            requests=(*_finished(plot), *_pending(plot)),
            baskets=_baskets(plot),
            absences=(Absence(by="claus", deputy="ada", at=plot.at(2, "17:30"), days=4),),
        )


# fmt: off
def _finished(plot: _Plot) -> tuple[Request, ...]:
    at, below, above = plot.at, plot.below, plot.above
    said_no = _("Too much for this month. Ask again with half of it.")
    return (
        _request("r01", "rita > bob", at(23, "09:05"), below("0.4", 1),
                 approve(at(23, "10:40")), words=_("The usual restock.")),
        _request("r02", "ines > ada", at(22, "11:15"), below("0.7", 2),
                 ask(at(22, "13:02"), _("Do these replace old ones, or are they extra?")),
                 answer(at(21, "08:20"), _("They replace old ones.")),
                 approve(at(21, "09:10"), _("Good, thank you."))),
        _request("r03", "bob > ada", at(20, "14:20"), above("1.6", 3),
                 approve(at(19, "09:26"))),
        _request("r04", "rita > ada", at(18, "08:50"), above("1.2", 4),
                 withdraw(at(17, "09:31"))),
        _request("r05", "ines > bob", at(16, "09:25"), below("0.5", 5),
                 comment(at(16, "11:02"), _("We need it on Monday.")),
                 approve(at(16, "11:40"))),
        _request("r06", "rita > claus", at(14, "08:00"), above("2.1", 6),
                 promise(at(14, "16:20"), _("Please order when you need it."))),
        _request("r07", "bob > claus", at(12, "10:10"), above("1.4", 7),
                 approve(at(11, "12:30"))),
        _request("r09", "ines > ada", at(6, "14:30"), above("1.8", 9),
                 decline(at(5, "09:00"), said_no)),
        _request("r10", "bob > ada", at(4, "09:20"), above("1.1", 10),
                 approve(at(3, "10:15"))),
    )


def _pending(plot: _Plot) -> tuple[Request, ...]:
    at, below, above = plot.at, plot.below, plot.above
    return (
        _request("p01", "ines > ada", PENDING_SINCE, above("1.3", 11),
                 words=_("Everything for the busy weeks in one delivery.")),
        _request("p03", "rita > ada", at(3, "09:12"), above("1.7", 12),
                 ask(at(3, "11:40"), _("Do we need all of it now?")),
                 answer(at(1, "16:14"), _("Yes, the shelf is empty.")),
                 words=_("For the new room.")),
        _request("p06", "rita > claus", at(2, "15:20"), above("1.5", 13)),
        _request("p08", "ines > bob", at(1, "14:00"), below("0.5", 14)),
        _request("p09", "ines > ada", ago(hours=25), below("0.8", 15)),
        _request("p11", "bob > ada", ago(hours=9), above("3.2", 16),
                 words=_("The old one does not last the winter.")),
        _request("p14", "rita > ada", ago(hours=4), above("1.1", 17),
                 ask(ago(hours=3), _("Is this the size that we had last time?"))),
    )


def _baskets(plot: _Plot) -> tuple[Basket, ...]:
    at, below, above = plot.at, plot.below, plot.above
    return (
        Basket(key="b01", by="rita", at=ago(hours=20), goods=above("1.4", 0),
               name=_("For next month")),
        Basket(key="b02", by="rita", at=at(2, "08:30"), goods=below("0.6", 18)),
        Basket(key="b03", by="bob", at=ago(hours=6), goods=below("0.7", 19)),
        Basket(key="b04", by="bob", at=at(3, "16:00"), goods=above("2.0", 20)),
        Basket(key="b06", by="ada", at=at(1, "17:05"), goods=below("0.9", 21)),
        Basket(key="b10", by="bob", at=at(6, "10:00"), ordered=at(6, "10:20"),
               goods=below("0.5", 22)),
    )
# fmt: on


def _request(key: str, who: str, at: Moment, goods: str, *then: Act, words: str = "") -> Request:
    """`who` is the requester and the approver: `rita > ada`."""
    by, to = who.split(" > ")
    return Request(key=key, by=by, to=to, at=at, goods=goods, then=then, words=words)
