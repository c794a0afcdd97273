"""``schema``: the JSON Schemas of the files that people write."""

from __future__ import annotations

import click


@click.command(epilog="Example: antrea-gitops schema answers > answers.schema.json")
@click.argument("name", type=click.Choice(["cluster", "answers"]), default="cluster")
def command(name: str) -> None:
    """Print the JSON Schema of cluster.yaml, or of a data file with answers for `new`."""
    from antrea_generator.schemas import schema_text

    click.echo(schema_text(name), nl=False)
