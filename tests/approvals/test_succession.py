"""What a change would mean for what is pending, without a database."""

from dataclasses import dataclass, replace

from tests.approvals.facts import ADA, BOB, CLEO, HAFEN, RITA, ROB, WERK_GROUP
from webapp.approvals.succession import Crew, Gain, compare
from webapp.identity.domain import Role
from webapp.kernel.money import Money

PEOPLE = [ADA, BOB, CLEO, RITA, ROB]
CREW = Crew(company=HAFEN, members=PEOPLE)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A pending request of Rita to Bob over 500 EUR."""

    requester_id: str = "rita"
    approver_id: str = "bob"
    compared_minor: int = 50_000
    currency: str = "EUR"


SMALL = Asked()
LARGE = Asked(requester_id="rob", approver_id="ada", compared_minor=150_000)


def test_who_else_may_decide_leaves_out_the_approver_and_the_requester() -> None:
    assert CREW.successors(SMALL) == [ADA]
    assert CREW.successors(LARGE) == []
    own = replace(SMALL, requester_id="ada")
    assert CREW.eligible(own) == [BOB]


def test_whoever_leaves_strands_what_waits_for_them() -> None:
    effect = compare([SMALL, LARGE], CREW, CREW.without("bob"))
    (stranded,) = effect.stranded
    assert stranded.case is SMALL
    assert stranded.standing.code == "inactive"
    assert stranded.successors == [ADA]
    assert effect.losses == [Gain(member=BOB, count=1)]
    assert not effect.gains
    assert not effect.rescued


def test_a_higher_role_lets_somebody_decide_on_more() -> None:
    effect = compare([SMALL, LARGE], CREW, CREW.with_role("bob", Role.ADMIN))
    assert [(one.member.person_id, one.count) for one in effect.gains] == [("bob", 1)]
    assert not effect.stranded
    back = compare([SMALL, LARGE], CREW.with_role("bob", Role.ADMIN), CREW)
    assert [(one.member.person_id, one.count) for one in back.losses] == [("bob", 1)]


def test_nobody_gains_what_they_asked_for_themselves() -> None:
    mine = Asked(requester_id="bob", approver_id="ada", compared_minor=150_000)
    assert compare([mine], CREW, CREW.with_role("bob", Role.ADMIN)).is_none


def test_a_lower_limit_strands_what_a_buyer_was_asked_for() -> None:
    after = CREW.with_limit(Money(10_000, "EUR"))
    effect = compare([SMALL, LARGE], CREW, after)
    assert [one.case for one in effect.stranded] == [SMALL]
    assert effect.stranded[0].successors == [ADA]
    assert compare([SMALL], after, CREW).rescued == [SMALL]


def test_no_limit_means_that_buyers_may_decide_on_everything() -> None:
    effect = compare([LARGE], CREW, CREW.with_limit(None))
    assert [one.member for one in effect.gains] == [BOB]


def test_a_group_takes_the_decision_from_everybody_else() -> None:
    after = CREW.with_group(["rob"])
    assert after.company.has_group
    effect = compare([SMALL, LARGE], CREW, after)
    assert [one.case for one in effect.stranded] == [SMALL, LARGE]
    # Rob stands in the group, and asked for one of the two himself.
    assert [(one.member.person_id, one.count) for one in effect.gains] == [("rob", 1)]
    assert effect.stranded[1].successors == []
    assert {one.member.person_id for one in effect.losses} == {"ada", "bob"}


def test_without_its_last_member_a_group_is_none() -> None:
    grouped = Crew(company=WERK_GROUP, members=[replace(BOB, company_id="le3", in_group=True)])
    assert not grouped.without("bob").company.has_group
    assert not grouped.with_group([]).company.has_group


def test_what_nobody_would_notice_is_nothing() -> None:
    assert compare([SMALL, LARGE], CREW, CREW.with_role("cleo", Role.REQUESTER)).is_none
    assert compare([], CREW, CREW.without("bob")).is_none


def test_an_approver_who_does_not_belong_here_any_more_may_not_decide() -> None:
    assert CREW.standing(replace(SMALL, approver_id="gone")).code == "not_member"
