"""The quick loop: `pytest --quick` runs every test, but not with everything that it knows."""

import pytest

_LEFT_OUT = ("postgres", "journey", "slow")
_DEAR = {"backend", "browser", "postgres_server", "app"}


def shortened(items: list[pytest.Item]) -> list[pytest.Item]:
    """What the quick loop runs: SQLite, no browser, and one case of what needs a database.

    Tests without a database cost next to nothing and keep all their cases.
    """
    seen: set[str] = set()
    return [item for item in items if not _is_left_out(item) and _is_wanted(item, seen)]


def pure(items: list[pytest.Item]) -> list[pytest.Item]:
    """What asks no database, no browser and no application: the rules, in milliseconds each."""
    return [item for item in items if not _DEAR.intersection(getattr(item, "fixturenames", ()))]


def _is_left_out(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in _LEFT_OUT)


def _is_wanted(item: pytest.Item, seen: set[str]) -> bool:
    function = item.nodeid.partition("[")[0]
    if function in seen and "backend" in getattr(item, "fixturenames", ()):
        return False
    seen.add(function)
    return True
