"""Looking after a desk: `doctor`."""

import click

from webapp.cli.program import clearly, fail, main
from webapp.config import Settings
from webapp.explaining import explain


@main.command()
@clearly
def doctor() -> None:
    """Explain every setting, and look whether everything that the desk leans on answers."""
    from webapp import doctor as examiner

    settings = Settings.from_environ()
    for one in explain(settings):
        click.echo(click.style(one.name, bold=True) + f" = {one.value or '(nothing)'}")
        click.echo(f"    {one.explained}")
    click.echo()
    is_well = True
    for finding in examiner.examine(settings):
        mark = (
            click.style("fine ", fg="green") if finding.is_fine else click.style("wrong", fg="red")
        )
        click.echo(f"{mark}  {finding.what}: {finding.words} {finding.remedy}".rstrip())
        is_well = is_well and finding.is_fine
    if not is_well:
        fail("Something needs your attention; it is marked as wrong above.")
