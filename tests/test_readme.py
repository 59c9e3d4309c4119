"""What the documents say is what the program does."""

import re
from pathlib import Path

import click
import pytest

from webapp import cli
from webapp.config import Settings
from webapp.demo import cast
from webapp.explaining import explain

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
RULES = (ROOT / "docs/rules.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
OPTION = re.compile(r"(?<!\S)--[a-z][a-z-]*")
SOURCES = sorted([*ROOT.glob("webapp/**/*.py"), *ROOT.glob("tests/**/*.py")])


def names(documents: list[Path]) -> list[str]:
    return [str(document.relative_to(ROOT)) for document in documents]


def commands(group: click.Group, before: str = "") -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{before}{name} ")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            found.add(f"{before}{name}")
    return found


def headings(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    lines = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in lines}


def options(line: str) -> set[str]:
    """The options of the command in a line such as `demo --company alpdent`."""
    command: click.Command = cli.main
    known = {"--help", "--version"}
    for word in line.split():
        known |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        if isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
    return known | {name for one in command.params for name in (*one.opts, *one.secondary_opts)}


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    rows = re.findall(r"^\| `(COUNTERSIGN_\w+)` \| (?:`(.*?)`|nothing) \|", README, re.MULTILINE)
    assert rows == [(setting.name, setting.default) for setting in explain(Settings())]


def test_every_setting_is_explained_in_the_words_of_the_doctor() -> None:
    missing = [each.name for each in explain(Settings()) if f"| {each.explained} |" not in README]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_command_that_is_named_exists(document: Path) -> None:
    known = commands(cli.main)
    named = re.findall(
        r"(?:^|[`(])countersign ((?:db |audit |client |outbox |webhook |demo )?[a-z][a-z-]*)",
        document.read_text(),
        re.M,
    )
    assert set(named) - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_option_of_a_command_that_is_shown_exists(document: Path) -> None:
    shown = re.findall(r"(?:^|[`(])countersign ([a-z][^`\n#]*)", document.read_text(), re.M)
    assert [line for line in shown if not set(OPTION.findall(line)) <= options(line)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_command_of_make_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(), re.MULTILINE)
    assert set(named) - targets == set()


def test_the_pictures_of_the_readme_weigh_little() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(pictures) == 3
    assert sum((ROOT / picture).stat().st_size for picture in pictures) < 150_000


def test_every_person_of_the_demo_is_introduced() -> None:
    people = [
        f"{person['firstName']} {person['lastName']}"
        for person in cast.seed_document("https://issuer.example")["customers"]
    ]
    assert (
        re.findall(r"^\| (\w+ \w+) \| (?:Logistik|Technik|Basel|all three) \|", README, re.M)
        == people
    )


def test_the_tree_names_every_module() -> None:
    package = ROOT / "webapp"
    there = {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()}
    there |= {path.name for path in package.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert set(re.findall(r"^  ([a-z_0-9]+(?:\.py|/)) ", README, re.MULTILINE)) == there


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_leads_to_a_document(document: Path) -> None:
    links = re.findall(r"\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_link_into_a_document_leads_to_a_heading(document: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", document.read_text())
    pages = [(document.parent / path if path else document, part) for path, part in links]
    assert [(str(page), part) for page, part in pages if part not in headings(page)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=names(DOCUMENTS))
def test_every_file_that_is_named_exists(document: Path) -> None:
    paths = re.findall(
        r"`((?:webapp|templates|static|migrations|tests|requirements|docs)/[\w./]*)`",
        document.read_text(),
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text()
    pages = [page.name for page in sorted((ROOT / "docs/decisions").glob("0*.md"))]
    assert re.findall(r"\]\((0.*?\.md)\)", listed) == pages


def test_every_rule_that_is_cited_is_written_down() -> None:
    written = re.findall(r"^\*\*(R\d+)\. ", RULES, re.MULTILINE)
    assert sorted(written, key=lambda rule: int(rule[1:])) == [
        f"R{number}" for number in range(1, len(written) + 1)
    ]
    cited = {
        (rule, str(source.relative_to(ROOT)))
        for source in SOURCES
        for rule in re.findall(r"\bR\d+\b", source.read_text())
        if rule not in written
    }
    assert cited == set()


def test_every_rule_says_where_it_comes_from_and_where_it_lives() -> None:
    for rule in re.split(r"^\*\*(?=R\d)", RULES.partition("\n## Tables")[0], flags=re.M)[1:]:
        assert "*Source:*" in rule, rule[:40]
        assert "*Code:*" in rule, rule[:40]


def test_every_function_that_a_rule_names_exists_in_its_file() -> None:
    places = re.findall(r"`(webapp/[\w/]+\.py)`\s+\(((?:`[\w.]+`(?:, )?)+)\)", RULES)
    assert len(places) > 20
    missing = [
        (path, name)
        for path, quoted in places
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", quoted)
        if name not in (ROOT / path).read_text()
    ]
    assert missing == []
