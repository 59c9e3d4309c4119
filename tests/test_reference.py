"""The reference says what the program does now."""

import pytest

from tests.support import reference


@pytest.mark.parametrize("name", ["commands.md", "permissions.md"])
def test_the_reference_is_as_the_program_is(name: str) -> None:
    written = (reference.FOLDER / name).read_text("utf-8")
    assert written == reference.documents()[name], "run `make reference`"


def test_every_page_of_the_reference_is_written() -> None:
    pages = {path.name for path in reference.FOLDER.glob("*.md")}
    assert pages == reference.documents().keys()
