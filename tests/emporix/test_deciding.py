"""Changing, deciding, withdrawing, and permission through the API (sections 3.5 to 3.8, 5.4)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.emporix.approving import (
    APPROVALS,
    PERMITTED,
    SEARCH,
    D,
    about,
    ask,
    ask_for_quote,
    change,
    decide,
    fields,
    found,
    permitted,
    read,
    refusal,
)
from tests.emporix.conftest import Api, ApiClient
from tests.support.cast import Desk
from webapp.kernel.clock import utcnow

VALIDATION = (400, "APPROVAL-400001")
UNKNOWN = (404, "APPROVAL-404001")
APPROVE = [{"op": "replace", "path": "/status", "value": "APPROVED"}]


@pytest.fixture
def rita(api: Api) -> ApiClient:
    return api("rita")


@pytest.fixture
def bob(api: Api) -> ApiClient:
    return api("bob")


@pytest.fixture
def ap(rita: ApiClient) -> str:
    return ask(rita)


# Changing


def test_the_combined_example_of_the_contract_works_for_the_approver(
    rita: ApiClient, bob: ApiClient, ap: str
) -> None:
    operations = (("REPLACE", "/comment", "new comment"), ("REPLACE", "/status", "APPROVED"))
    assert change(bob, ap, *operations).status_code == 204
    document = read(rita, ap)
    assert (document["status"], document["comment"]) == ("APPROVED", "new comment")
    assert document["metadata"]["version"] == 2


def test_one_bare_object_is_one_operation(rita: ApiClient, ap: str) -> None:
    window = {"id": "w", "slotId": "s", "deliveryDate": "2027-05-02T13:06:15.280Z"}
    sent = {**window, "deliveryDayLabel": "Sunday", "deliveryTimeLabel": "1 pm"}
    body = {"op": "ADD", "path": "/resource/deliveryWindow", "value": sent}
    assert rita.patch(f"{APPROVALS}/{ap}", json=body).status_code == 204
    assert read(rita, ap)["resource"]["deliveryWindow"] == window


def test_a_decline_without_words_sends_null(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    operations = (("REPLACE", "/status", "DECLINED"), ("ADD", "/approverComment", None))
    assert change(bob, ap, *operations).status_code == 204
    document = read(rita, ap)
    assert document["status"] == "DECLINED"
    assert "approverComment" not in document


@pytest.mark.parametrize("kind", ["application/json", "application/json-patch+json", None])
def test_a_change_is_read_by_its_type(bob: ApiClient, ap: str, kind: str | None) -> None:
    data = b'[{"op":"replace","path":"/status","value":"APPROVED"}]'
    reply = bob.patch(f"{APPROVALS}/{ap}", data=data, content_type=kind)
    assert (reply.status_code, reply.data) == (204, b"")


def test_a_change_of_another_type_is_refused(bob: ApiClient, ap: str) -> None:
    reply = bob.patch(f"{APPROVALS}/{ap}", data=b"[]", content_type="text/plain")
    assert refusal(reply) == (415, None)


def test_a_change_of_nothing_is_refused(bob: ApiClient, ap: str) -> None:
    reply = bob.patch(f"{APPROVALS}/{ap}", data=b"", content_type="application/json")
    assert refusal(reply) == VALIDATION


def test_part_of_the_details_is_changed_by_its_path(rita: ApiClient, ap: str) -> None:
    operations = (
        ("replace", "/details/currency", "CHF"),
        ("replace", "/details/addresses/0/street", "Kai"),
        ("remove", "/details/shipping/shippingTaxCode"),
    )
    assert change(rita, ap, *operations).status_code == 204
    details = read(rita, ap)["details"]
    assert (details["currency"], details["addresses"][0]["street"]) == ("CHF", "Kai")
    assert "shippingTaxCode" not in details["shipping"]


# changes of details that leave what cannot be used, and the field that is named
SPOILED = [
    (("replace", "/details/currency", "Euro"), "details.currency"),
    (("replace", "/details/addresses", []), "details.addresses"),
    (("add", "/details/addresses/-", D["addresses"][0]), "details.addresses"),
    (("add", "/details/addresses/0/zipCode", "1" * 12), "details.addresses.0.zipCode"),
    (("replace", "/details/shipping/amount", -1), "details.shipping.amount"),
    (("replace", "/details/shipping", "free"), "details.shipping"),
    (("replace", "/details", {}), "details"),
]


@pytest.mark.parametrize(("operation", "field"), SPOILED)
def test_details_have_to_stay_usable(
    rita: ApiClient, ap: str, operation: tuple[Any, ...], field: str
) -> None:
    reply = change(rita, ap, ("replace", "/comment", "new"), operation)
    assert (refusal(reply), fields(reply)) == (VALIDATION, {field})
    document = read(rita, ap)
    assert (document["details"], document["comment"]) == (D, "please")
    assert document["metadata"]["version"] == 1


def test_only_the_approver_writes_their_words(rita: ApiClient, ap: str) -> None:
    assert change(rita, ap, ("add", "/approverComment", "fine")).status_code == 400
    assert "approverComment" not in read(rita, ap)


def test_the_terms_of_a_quote_are_not_changed(rita: ApiClient) -> None:
    ap = ask_for_quote(rita)
    reply = change(rita, ap, ("add", "/details", D))
    assert refusal(reply) == (400, "APPROVAL-400007")


@pytest.mark.parametrize("who", ["ada", "rob", "olga", "mia"])
def test_nobody_else_changes_or_withdraws_anything(api: Api, ap: str, who: str) -> None:
    stranger = api(who, "le1") if who == "mia" else api(who)
    assert refusal(change(stranger, ap, ("add", "/comment", "x"))) == UNKNOWN
    assert refusal(stranger.delete(f"{APPROVALS}/{ap}")) == UNKNOWN


def test_a_token_without_a_company_decides_what_is_assigned(api: Api, bob: ApiClient) -> None:
    mia = api("mia", None)
    ap = ask(api("mia", "le1"), "c500-mia-le1")
    assert change(mia, ap, ("replace", "/comment", "now")).status_code == 204
    assert read(bob, ap)["comment"] == "now"
    assert mia.delete(f"{APPROVALS}/{ap}").status_code == 204
    assert read(mia, ap)["status"] == "CLOSED"


def test_an_approver_who_may_not_decide_any_more_decides_nothing(
    rita: ApiClient, bob: ApiClient, ap: str, desk: Desk
) -> None:
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'")
    assert refusal(bob.patch(f"{APPROVALS}/{ap}", json=APPROVE)) == (400, "APPROVAL-400002")
    assert read(rita, ap)["status"] == "PENDING"


def test_rita_learns_of_the_decision(bob: ApiClient, ap: str, desk: Desk) -> None:
    decide(bob, ap, "APPROVED")
    assert desk.told(ap) == [("submitted", "bob"), ("approved", "rita")]


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", '"9", "1"'])
def test_a_change_of_the_version_that_was_seen_is_made(bob: ApiClient, ap: str, tag: str) -> None:
    reply = bob.patch(f"{APPROVALS}/{ap}", json=APPROVE, headers={"If-Match": tag})
    assert (reply.status_code, reply.headers["ETag"]) == (204, '"2"')


@pytest.mark.parametrize("tag", ['"2"', 'W/"2"', '"', ",", "", '"8", "9"'])
def test_a_change_of_another_version_is_not(
    rita: ApiClient, bob: ApiClient, ap: str, tag: str
) -> None:
    path, headers = f"{APPROVALS}/{ap}", {"If-Match": tag}
    for reply in (
        bob.patch(path, json=APPROVE, headers=headers),
        bob.delete(path, headers=headers),
    ):
        assert refusal(reply) == (412, None)
    assert read(rita, ap)["status"] == "PENDING"


def test_withdrawing_the_version_that_was_seen(rita: ApiClient, ap: str) -> None:
    assert rita.delete(f"{APPROVALS}/{ap}", headers={"If-Match": '"1"'}).status_code == 204


def test_the_approver_withdraws_too(rita: ApiClient, bob: ApiClient, ap: str) -> None:
    assert bob.delete(f"{APPROVALS}/{ap}").status_code == 204
    assert read(rita, ap)["status"] == "CLOSED"


def test_other_terms_make_a_new_revision(rita: ApiClient, ap: str, desk: Desk) -> None:
    assert change(rita, ap, ("replace", "/details/currency", "CHF")).status_code == 204
    document = read(rita, ap)
    assert document["metadata"]["version"] == 2
    assert desk.approval(ap).revision == 2


def test_what_is_over_is_not_withdrawn(api: Api, ap: str) -> None:
    with time_machine.travel(utcnow() + timedelta(days=30, seconds=1)):
        rita = api("rita")
        assert refusal(rita.delete(f"{APPROVALS}/{ap}")) == VALIDATION
        assert read(rita, ap)["status"] == "EXPIRED"


def test_what_is_over_is_over_for_the_approver_who_looks_first(api: Api, desk: Desk) -> None:
    ap = ask(api("rita"))
    with time_machine.travel(utcnow() + timedelta(days=30, seconds=1)):
        assert read(api("bob"), ap)["status"] == "EXPIRED"
        document = read(api("rita"), ap)
    assert (document["status"], document["metadata"]["version"]) == ("EXPIRED", 2)
    assert desk.told(ap)[1:] == [("expired", "rita")]


# Permission and search


def test_the_approver_may_order_what_waits_for_them(bob: ApiClient, ap: str) -> None:
    expected = {"action": "CHECKOUT", "permitted": True, "status": "PENDING", "approvalId": ap}
    assert permitted(bob, "c500-rita") == expected


def test_a_colleague_may_not_and_learns_of_no_approval(api: Api, ap: str) -> None:
    assert permitted(api("ada"), "c500-rita") == {"action": "CHECKOUT", "permitted": False}


def test_an_approver_who_may_not_decide_any_more_may_not_order(
    bob: ApiClient, ap: str, desk: Desk
) -> None:
    desk.sql("UPDATE memberships SET role = 'B2B_REQUESTER' WHERE id = 'ca-bob-le1'")
    answer = bob.post(PERMITTED, json=about("c500-rita")).get_json()
    assert (answer["permitted"], answer["approvalId"]) == (False, ap)
    assert "only admins and buyers of Hafen Logistik GmbH may" in answer["reason"]


@pytest.mark.parametrize("status", ["DECLINED", "CLOSED"])
def test_an_approval_that_has_ended_is_not_named(
    rita: ApiClient, bob: ApiClient, ap: str, status: str
) -> None:
    decide(bob, ap, status)
    for who in (rita, bob):
        assert permitted(who, "c500-rita") == {"action": "CHECKOUT", "permitted": False}


def test_an_approval_that_is_over_by_the_clock_is_not_named(api: Api, ap: str) -> None:
    with time_machine.travel(utcnow() + timedelta(days=31)):
        answer = permitted(api("rita"), "c500-rita")
    assert answer == {"action": "CHECKOUT", "permitted": False}


def test_what_was_ordered_is_not_ordered_again(
    rita: ApiClient, bob: ApiClient, ap: str, desk: Desk
) -> None:
    decide(bob, ap, "APPROVED")
    desk.order(ap)
    answer = rita.post(PERMITTED, json=about("c500-rita")).get_json()
    assert (answer["permitted"], answer["status"], answer["approvalId"]) == (False, "APPROVED", ap)
    assert "has been placed" in answer["reason"]


@pytest.mark.parametrize("path", [PERMITTED, SEARCH])
def test_a_question_is_refused_where_it_cannot_be_answered(
    api: Api, rita: ApiClient, path: str
) -> None:
    mia = api("mia", None)
    assert refusal(mia.post(path, json=about("c500-mia-le1"))) == (404, "APPROVAL-404003")
    assert refusal(rita.post(path, json=about("c500-olga"))) == (404, "APPROVAL-404002")
    assert refusal(rita.post(path, json=about("Q1"))) == (404, "APPROVAL-404002")
    for field in ("resourceType", "resourceId", "action"):
        values: list[Any] = [None, 5, "", "x\x00", [], {}]
        for value in values:
            reply = rita.post(path, json={**about("c500-rita"), field: value})
            assert (refusal(reply), fields(reply)) == (VALIDATION, {field})


def test_an_admin_who_needs_nobody_is_told_of_the_others(api: Api) -> None:
    assert found(api("ada"), "c1500-ada") == {"alan"}


def test_nobody_who_could_approve_is_an_empty_list(api: Api) -> None:
    assert found(api("gus"), "c500-gus") == set()


def test_who_is_not_active_is_not_found(rita: ApiClient, desk: Desk) -> None:
    desk.sql("UPDATE people SET active = false WHERE id = 'ben'")
    assert found(rita, "c500-rita") == {"ada", "alan", "bob"}


def test_whoever_is_found_can_be_asked_and_nobody_else(api: Api, rita: ApiClient) -> None:
    may = found(rita, "Q1", "QUOTE")
    everybody = {"ada", "alan", "bob", "ben", "rita", "rob", "mia", "olga", "gus", "carl"}
    for person in sorted(everybody - may):
        body = {**about("Q1", "QUOTE"), "approver": {"userId": person}}
        assert refusal(rita.post(APPROVALS, json=body)) == (400, "APPROVAL-400006")
    for person in sorted(may):
        decide(rita, ask_for_quote(rita, approver=person), "CLOSED")
