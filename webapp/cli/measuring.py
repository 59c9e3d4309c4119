"""Measuring: `bench`."""

from pathlib import Path
from typing import Any

import click

from webapp.cli.program import clearly, fail, main

_QUICK = 5_000
_FOLDER = click.Path(file_okay=False, path_type=Path)


@main.command()
@click.option("--approvals", type=click.IntRange(1_000), help="The size of the data set.")
@click.option("--on", type=click.Choice(["sqlite", "postgresql"]), help="Only this database.")
@click.option("--database", default="", help="An empty PostgreSQL; else one that is thrown away.")
@click.option("--only", "rows", type=int, multiple=True, help="Only this row; may be repeated.")
@click.option("--rounds", type=click.IntRange(1), help="Pairs of slices for each figure.")
@click.option("--quick", is_flag=True, help="Few rounds on a small data set: within a minute.")
@click.option("--data", type=_FOLDER, help="Keep the data sets in this folder, or find them there.")
@click.option("--seed", default=7, show_default=True, help="Which data set of that size.")
@click.option(
    "--out", type=_FOLDER, default="build/bench", show_default=True, help="For the files."
)
@clearly
def bench(**wanted: Any) -> None:
    """Measure how fast the desk is, as ratios to floors of the same run.

    Builds a data set, serves it on loopback as `serve` does, and measures pages, lists and
    decisions in turn with what the same server can do without a database. Nothing of a desk of
    yours is touched; a database that is named has to be empty.
    """
    from webapp.bench import report, running
    from webapp.bench.building import NotOurs
    from webapp.bench.serving import NotServed
    from webapp.bench.skeletons import NotThere
    from webapp.kernel.clock import utcnow

    chosen, now = _chosen(wanted), utcnow()
    results = []
    try:
        for found in running.run(chosen, now=now, say=click.echo, progress=_progress):
            results.append(found)
            for text in report.line(found):
                click.echo(text)
    except (NotOurs, NotServed, NotThere) as error:
        fail(str(error))
    facts = report.facts(chosen, now)
    for path in report.write(wanted["out"], results, facts):
        click.echo(f"Written: {path}")


def _chosen(wanted: dict[str, Any]) -> Any:
    from webapp.bench.running import Wanted
    from webapp.bench.stage import Effort

    quick = wanted["quick"]
    effort = Effort(wanted["rounds"] or (2 if quick else 8), 0.1 if quick else 1.0, quick)
    return Wanted(
        approvals=wanted["approvals"] or (_QUICK if quick else 1_000_000),
        seed=wanted["seed"],
        backends=(wanted["on"],) if wanted["on"] else ("sqlite", "postgresql"),
        effort=effort,
        rows=wanted["rows"],
        url=wanted["database"],
        data=wanted["data"],
    )


def _progress(kind: str, done: int, every: int) -> None:
    share = done / every
    bar = "#" * int(share * 30)
    click.echo(f"\r{kind}: [{bar:<30}] {share:4.0%}", nl=done == every)
