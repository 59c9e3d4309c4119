"""The shape of the house: sizes, names, and what is public."""

import ast
import re
from pathlib import Path

from flask import Flask

from webapp.emporix.access import RULES
from webapp.identity.guards import PUBLIC

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "webapp").rglob("*.py"))
MOST_LINES = 300
MOST_FUNCTION_LINES = 25
# One argument or one entry of a call that is spread over lines, and its closing bracket.
_VALUE = re.compile(r"\s*(\w+=[^(\[{]*(\([^()]*\))?[^(\[{]*,|[\"\w.]+[^(\[{]*,|[)\]}]+,?)")
SHUNNED = {"common", "utils", "helpers", "misc", "base"}


def test_a_module_has_one_job_and_at_most_300_lines() -> None:
    for path in MODULES:
        assert path.stem not in SHUNNED, path
        assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES, path


def test_a_function_fits_on_a_screen() -> None:
    """Apart from signature and docstring; a list of values, one on each line, counts as one."""
    for path in MODULES:
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = _body_lines(node, text.splitlines())
                assert length <= MOST_FUNCTION_LINES, f"{path}: {node.name} has {length} lines"


def test_nothing_is_public_but_signing_in_and_health(app: Flask) -> None:
    """A stranger is sent to the sign-in page from everywhere else; the API has rules of its own."""
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint in RULES:
            continue
        path = rule.build(dict.fromkeys(rule.arguments, "x"), append_unknown=False)
        assert path is not None
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            reply = client.open(path[1], method=method)
            assert reply.status_code in {302, 401}, f"{method} {rule.rule}: {reply.status}"
            assert "/sign-in" in (reply.headers.get("Location") or reply.text)


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    if not body:
        return 0
    return sum(not _VALUE.fullmatch(line) for line in lines[body[0].lineno - 1 : node.end_lineno])
