"""The `countersign` program."""

import click


@click.group()
def main() -> None:
    """Countersign, an approvals desk for the carts of business customers."""
