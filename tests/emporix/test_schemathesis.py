"""The API answers as its document says, whatever it is asked; `.ci/run` asks much more."""

import pytest

from tests.emporix.asking import aimed, ask, desk
from webapp.emporix import openapi


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["examples", "fuzzing"])
def test_answers_are_those_of_the_document(phase: str) -> None:
    document = aimed(openapi.served_at("http://localhost"))
    with desk() as app:
        found = ask(document, app, examples=2, seed=1, phases=[phase])
    assert not found, "\n".join(map(str, found))
