"""The reference page: everything of the document, and commands that work for the demo's people."""

from tests.support.app import As, HouseClient
from webapp.emporix import openapi, prose

NAMES = [one.operation["operationId"] for one in openapi.operations()]


def test_every_operation_stands_on_the_page_with_a_command(client: HouseClient) -> None:
    page = client.get("/developers").text
    for name in NAMES:
        assert f'id="{name}"' in page, name
        assert f'id="command-{name}"' in page, name


def test_strangers_may_read_it(client: HouseClient) -> None:
    assert client.get("/developers").status_code == 200


def test_whoever_is_signed_in_reads_it_with_their_navigation(as_: As) -> None:
    page = as_("rita").get("/developers").text
    assert 'href="/requests"' in page


def test_outside_the_demo_there_are_words_to_fill_in_and_no_tokens(as_: As) -> None:
    client = as_("rita")
    page = client.get("/developers").text
    assert "$TENANT" in page
    assert "/developers/token" not in page
    assert client.post("/developers/token").status_code == 404


def test_what_is_from_the_document_is_marked_as_english(as_: As) -> None:
    page = as_("rita").get("/developers", headers={"Accept-Language": "de"}).text
    assert 'class="operation-words" lang="en"' in page


def test_marks_of_the_document_become_markup_and_nothing_else_does() -> None:
    found = prose.inline("**now** `a<b` & <i>")
    assert found == "<strong>now</strong> <code>a&lt;b</code> &amp; &lt;i&gt;"
    table = dict(prose.blocks("## Head\n\n| a | b |\n|---|---|\n| `c` | d |\n\nwords\nmore"))
    assert table["heading"] == "Head"
    assert table["table"] == [["a", "b"], ["<code>c</code>", "d"]]
    assert table["text"] == "words more"
