"""The document of the API is complete, sound, and says what the routes and their guard say."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from webapp.emporix import access, openapi, throttling
from webapp.identity.domain import Holder

DOCUMENT = openapi.served_at("https://desk.example")
OPERATIONS = list(openapi.operations())
NAMES = [one.operation["operationId"] for one in OPERATIONS]
TOKENS = {
    "CustomerToken": Holder.CUSTOMER,
    "AnonymousToken": Holder.ANONYMOUS,
    "ServiceToken": Holder.SERVICE,
}
each_operation = pytest.mark.parametrize("one", OPERATIONS, ids=NAMES)


def test_the_document_is_sound() -> None:
    faults = [f"{error.json_path}: {error.message}" for error in _faults(DOCUMENT)]
    assert not faults


def test_every_route_stands_in_the_document_and_nothing_else(app: Flask) -> None:
    described = {(one.method, _shape(one.path)) for one in OPERATIONS}
    assert described == {(method, path) for method, path, _ in _routes(app)}


def test_the_document_asks_for_the_tokens_and_scopes_that_the_guard_asks_for(app: Flask) -> None:
    described = {(one.method, _shape(one.path)): _security(one.operation) for one in OPERATIONS}
    assert described == {(method, path): _rule(name) for method, path, name in _routes(app)}


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)


@each_operation
def test_every_operation_says_what_it_does_and_what_can_come_back(one: openapi.Described) -> None:
    operation = one.operation
    assert operation["summary"]
    assert len(operation["description"]) > len("It does.")
    assert len(operation["tags"]) == 1
    answers = set(operation["responses"])
    assert {"500", "503"} <= answers
    assert "400" in answers
    assert ("401" in answers) or not operation["security"]
    assert any(status.startswith("2") for status in answers) or one.path.startswith("/caas-")
    if "requestBody" in operation:
        assert operation["requestBody"]["required"] is True
        assert "413" in answers


@each_operation
def test_every_part_of_a_path_is_described(one: openapi.Described) -> None:
    named = {part["name"] for part in one.parameters if part["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", one.path))
    assert all(part["description"] for part in one.parameters)


@each_operation
def test_every_example_is_what_its_schema_says(one: openapi.Described) -> None:
    for schema, example in _examples(one):
        checker = _checker(schema)
        problems = [f"{error.json_path}: {error.message}" for error in checker.iter_errors(example)]
        assert not problems


@each_operation
def test_every_answer_with_a_body_shows_one(one: openapi.Described) -> None:
    for status, answer in one.operation["responses"].items():
        for media in openapi.resolve(answer).get("content", {}).values():
            assert "example" in media or "examples" in media, status


@pytest.mark.parametrize("token", [None, "nonsense"])
def test_every_operation_asks_for_the_token_that_the_document_names(
    app: Flask, token: str | None
) -> None:
    client = FlaskClient(app)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for one in OPERATIONS:
        if one.operation["security"]:
            path = re.sub(r"{\w+}", "x", one.path.replace("{tenant}", "acme"))
            answer = client.open(path, method=one.method, headers=headers)
            assert answer.status_code == 401, f"{one.method} {path}"
            fault = answer.get_json()["fault"]
            assert fault["detail"]["errorcode"] == "oauth.v2.InvalidAccessToken"


def test_whatever_searches_may_be_refused_for_a_while(app: Flask) -> None:
    endpoints = {(method, path): endpoint for method, path, endpoint in _routes(app)}
    for one in OPERATIONS:
        names = {part["name"] for part in one.parameters}
        searches = bool(names & {"q", "sort"}) or "/search" in one.path
        endpoint = endpoints[one.method.upper(), _shape(one.path)]
        assert searches == (endpoint in throttling.SEARCHES), one.path
        if searches:
            assert "429" in one.operation["responses"], one.path


def test_the_document_is_served_to_everybody(app: Flask) -> None:
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    document = answer.get_json()
    assert document["openapi"].startswith("3.1.")
    assert document["servers"] == [{"url": "http://localhost"}]
    assert list(document["paths"]) == list(DOCUMENT["paths"])


def _faults(document: dict[str, Any]) -> Iterator[Any]:
    yield from OpenAPIV31SpecValidator(document).iter_errors()


def _routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api_"):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, _shape(rule.rule), rule.endpoint


def _shape(path: str) -> str:
    return re.sub(r"<[^>]*>|{\w+}", "{}", path)


def _security(operation: dict[str, Any]) -> dict[Holder, set[str]]:
    return {
        TOKENS[name]: set(scopes)
        for choice in operation["security"]
        for name, scopes in choice.items()
    }


def _rule(endpoint: str) -> dict[Holder, set[str]]:
    rule = access.RULES[endpoint]
    return {holder: _scopes(rule, holder) for holder in rule.holders}


def _scopes(rule: access.Rule, holder: Holder) -> set[str]:
    if rule.scope is None or holder is Holder.ANONYMOUS:
        return set()
    return {_OF_PROGRAMS.get(rule.scope, rule.scope) if holder is Holder.SERVICE else rule.scope}


_OF_PROGRAMS = {
    "order.order_readascustomer": "order.order_read",
    "customermanagement.legalentity_read_own": "customermanagement.legalentity_read",
}


def _examples(one: openapi.Described) -> Iterator[tuple[Any, Any]]:
    for parameter in one.parameters:
        if "example" in parameter:
            yield parameter["schema"], parameter["example"]
    answers = [openapi.resolve(each) for each in one.operation["responses"].values()]
    for place in [one.operation.get("requestBody", {}), *answers]:
        for media in place.get("content", {}).values():
            examples = [each["value"] for each in media.get("examples", {}).values()]
            yield from ((media["schema"], each) for each in examples)
            if "example" in media:
                yield media["schema"], media["example"]
    for answer in answers:
        for header in map(openapi.resolve, answer.get("headers", {}).values()):
            yield header["schema"], header["example"]


def _checker(schema: Any) -> Draft202012Validator:
    whole = {"components": DOCUMENT["components"], "allOf": [schema]}
    return Draft202012Validator(whole, format_checker=FormatChecker())
