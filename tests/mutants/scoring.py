"""How many small changes of the rules a test notices: `make mutants`.

mutmut changes the modules that pyproject.toml names, in a copy in `mutants/`, and runs the tests
that reach each change. A run that was stopped goes on where it was. What survives is shown by
`.venv/bin/mutmut show NAME`.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPY = ROOT / "mutants"
GOAL = 90
# Exit codes that mutmut keeps: of pytest, of a run that took too long, and none before it ran.
_NOTICED = {1, 3, -24, 24, 36, 152, 255}


@dataclass(frozen=True)
class Score:
    """What became of the changes of one module."""

    module: str
    noticed: int
    unnoticed: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many changes there are."""
        return self.noticed + len(self.unnoticed)

    @property
    def percent(self) -> float:
        """The share that a test noticed."""
        return 100 * self.noticed / self.total


def main() -> int:
    """Change, test and print a table; return 1 where a module does not reach the goal."""
    run = subprocess.run(  # noqa: S603 - what somebody asks of `make mutants`
        [sys.executable, "-m", "mutmut", "run", *sys.argv[1:]], cwd=ROOT, check=False
    )
    scores = [*_scores()]
    _print(scores)
    is_enough = bool(scores) and all(score.percent >= GOAL for score in scores)
    return 0 if run.returncode == 0 and is_enough else 1


def _scores() -> Iterator[Score]:
    for kept in sorted(COPY.glob("webapp/**/*.meta")):
        found = json.loads(kept.read_text("utf-8"))["exit_code_by_key"]
        if not found:
            continue
        unnoticed = tuple(name for name, code in found.items() if code not in _NOTICED)
        module = kept.relative_to(COPY).with_suffix("").as_posix()
        yield Score(module, len(found) - len(unnoticed), unnoticed)


def _print(scores: list[Score]) -> None:
    for score in scores:
        print(*score.unnoticed, sep="\n")
    print("\n| module | changes | noticed | score |\n|---|--:|--:|--:|")
    for score in scores:
        print(f"| `{score.module}` | {score.total} | {score.noticed} | {score.percent:.1f} % |")


if __name__ == "__main__":
    sys.exit(main())
