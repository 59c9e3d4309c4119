"""The stories of the demo: what they ask the desk, and how they are followed and left."""

from flask import Flask

from tests.demo.conftest import Told, Visitor
from tests.support.app import sign_in
from webapp.approvals import service
from webapp.approvals.domain import Action
from webapp.approvals.service import Decision
from webapp.demo import cast, guide


def test_a_story_is_as_far_as_the_desk(told: Told) -> None:
    with told.database.transaction() as session:
        assert {name: guide.progress(session, name).done for name in guide.STORIES} == {
            "over-the-limit": 0,
            "once-more": 0,
            "away": 0,
        }
        ada = cast.actor(session, "ada", "logistik")
        no = Decision(action=Action.DECLINE, note="Two boxes are left.", place_order=False)
        service.decide(session, ada, told.requests["p09"], no, now=told.now)
        declined = guide.progress(session, "once-more")
        assert (declined.done, declined.at) == (1, f"/approvals/{told.requests['p09']}")
        ines = cast.actor(session, "ines", "logistik")
        cart_id = service.resubmit(session, ines, told.requests["p09"], now=told.now)
        taken_back = guide.progress(session, "once-more")
        assert (taken_back.done, taken_back.at) == (2, f"/carts/{cart_id}/edit")
        session.rollback()


def test_every_step_leads_to_a_page_and_is_done_by_somebody_of_the_cast() -> None:
    for story in guide.STORIES.values():
        assert {step.by for step in story.steps} <= set(cast.LINES)
        facts = guide.Facts(cart_id=story.cart_id)
        assert all(step.at(facts).startswith("/") for step in story.steps)
        assert not any(step.is_done(facts) for step in story.steps)


def test_a_story_is_begun_from_the_landing_page_left_and_gone_on_with(visitor: Visitor) -> None:
    page = visitor.send(visitor.get("/demo"), story="over-the-limit")
    assert "Rita Brandt" in page.text
    assert visitor.get("/requests").text.count('id="stage-story"') == 1
    # Whoever one becomes, the story stays.
    assert 'id="stage-story"' in visitor.be("ada", on="/requests").text
    assert 'aria-current="step"' in visitor.get("/demo/story").text
    visitor.press("/requests", "/demo/story/end")
    assert 'id="stage-story"' not in visitor.get("/requests").text


def test_a_story_that_nobody_tells_is_not_followed(empty_demo: Flask) -> None:
    ada = sign_in(empty_demo, "ada", "logistik", tenant_id=cast.TENANT)
    ada.set_cookie("countersign-story", "the-end-of-the-world", domain="localhost")
    assert 'id="stage-story"' not in ada.get("/inbox").text
    assert ada.post("/demo/story", data={"story": "nothing"}).status_code == 404
