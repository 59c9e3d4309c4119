"""The documents that are written out of the program: `make reference` writes them anew."""

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from tests.support.app import make_settings
from tests.support.documents import ROOT
from webapp import cli
from webapp.app import create_app
from webapp.approvals.domain import NEXT, Action, Status, Turn
from webapp.approvals.policy import may
from webapp.emporix.access import RULES, Rule
from webapp.identity.domain import Actor, Holder, Role
from webapp.identity.frame import places_of

FOLDER = ROOT / "docs" / "reference"
_WRITTEN = "\n\nThis page is written out of the program by `make reference`, and held by a test.\n"
_NAMES = {
    Holder.ANONYMOUS: "visitors",
    Holder.CUSTOMER: "customers",
    Holder.SERVICE: "programs",
}
# The requester, the approver, and whoever stands in for the approver.
_WHO = (("rita", False), ("ada", False), ("bob", True))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A request of Rita's that Ada was asked to approve."""

    status: str
    turn: str | None
    resource_type: str = "CART"
    requester_id: str = "rita"
    requester_first_name: str = "Rita"
    approver_id: str = "ada"
    approver_first_name: str = "Ada"
    approver_last_name: str = "Lindqvist"
    decided_by_id: str | None = None
    decided_by_name: str | None = None
    order_id: str | None = None
    expires_at: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    reminded_at: datetime | None = None


def documents() -> dict[str, str]:
    """Every page of the reference by its file name."""
    return {"commands.md": commands(), "permissions.md": permissions()}


def commands() -> str:
    """Every command with what its help says."""
    head = "# Commands\n\n`countersign COMMAND --help` says the same at the terminal." + _WRITTEN
    return head + "".join(_command(words, command) for words, command in _leaves(cli.main))


def permissions() -> str:
    """Who may do what with a request, where people are led, and whose tokens operations take."""
    return "\n".join(
        [
            "# Permissions" + _WRITTEN,
            "## What is done with a request\n",
            "Whoever is none of these does not know that the request exists. Approving and",
            "declining also ask at that moment whether role, limit and group still allow it (R11,",
            "R12, R19 in [rules.md](../rules.md)). Requests expire by themselves, and admins hand",
            "them over on the company's pages.\n",
            *_table(("what", "while it is", "requester", "approver", "deputy"), _actions()),
            "\n## Where people are led\n",
            "A page that is not in somebody's navigation can be opened where it shows only what is",
            "theirs, and is refused or not found otherwise.\n",
            *_table(("role", "pages"), _places()),
            "\n## Operations of the API\n",
            "A customer's token carries what the role of its person grants. Programs read orders",
            "with `order.order_read` and companies with `customermanagement.legalentity_read`.\n",
            *_table(("operation", "tokens of", "scope"), _operations()),
            "",
        ]
    )


def _leaves(group: click.Group, before: str = "countersign") -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        words = f"{before} {name}"
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield words, command
        if isinstance(command, click.Group):
            yield from _leaves(command, words)


def _command(words: str, command: click.Command) -> str:
    context = click.Context(command, info_name=words)
    usage = " ".join(command.collect_usage_pieces(context))
    # A paragraph that the terminal keeps as it is comes after this sign.
    told = inspect.cleandoc(command.help or "").replace("\b\n", "")
    options = [one for one in command.params if isinstance(one, click.Option)]
    records = filter(None, (one.get_help_record(context) for one in options))
    rows = [f"| `{names}` | {words} |" for names, words in records]
    table = ["\n| option | what it does |", "|---|---|", *rows, ""] if rows else [""]
    return "\n".join([f"\n## `{words}`\n", f"`{words} {usage}`\n", told, *table])


def _actions() -> Iterator[tuple[str, ...]]:
    for action in Action:
        states = [status for status, possible in NEXT if possible is action]
        if states:
            answers = (_answer(action, states, *who) for who in _WHO)
            yield action.value.lower(), ", ".join(one.value.lower() for one in states), *answers


def _answer(action: Action, states: list[Status], person_id: str, is_deputy: bool) -> str:
    asked = (
        may(person_id, action, Facts(status=status, turn=turn), is_deputy=is_deputy)
        for status in states
        for turn in Turn
    )
    return "yes" if any(verdict.allowed for verdict in asked) else "–"


def _places() -> Iterator[tuple[str, ...]]:
    for role in Role:
        actor = Actor(
            tenant_id="acme", person_id="a", first_name="A", last_name="B", email="a@acme.example",
            company_id="le1", role=role,
        )  # fmt: skip
        yield f"{role.label} (`{role.value}`)", ", ".join(places_of(actor))


def _operations() -> Iterator[tuple[str, ...]]:
    routes = create_app(make_settings()).url_map.iter_rules()
    for route in sorted(routes, key=lambda one: (one.rule, sorted(one.methods or ()))):
        rule = RULES.get(route.endpoint)
        address = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.rule)
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule is not None:
                yield f"`{method} {address}`", _holders(rule), _scope(rule)


def _holders(rule: Rule) -> str:
    named = [_NAMES[holder] for holder in Holder if holder in rule.holders]
    return ", ".join(named) or "nobody is asked"


def _scope(rule: Rule) -> str:
    return f"`{rule.scope}`" if rule.scope else "–"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *lines]


def main() -> int:
    """Write the pages and say where they are."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text, "utf-8")
    print(f"The reference is in {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
