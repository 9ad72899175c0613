"""`vectorize show`: the stack's outputs as a table."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table

# Of a pipe or a log, where nothing has to be folded. Unit: characters.
WIDE = 160
COLUMNS = ("keyspace", "collection", "provider", "model", "dimension", "metric")


@click.command()
@click.argument("stack", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the stack's output `databases` as JSON instead.")
def show(stack: str | None, as_json: bool) -> None:
    """Show what STACK (by default the selected one) stands for, from the outputs of its last update."""
    databases = _databases(stack)
    if as_json:
        click.echo(json.dumps(databases, indent=2))
    elif not databases:
        click.echo("Nothing stands in this stack yet: run pulumi up.")
    else:
        console = Console(width=None if sys.stdout.isatty() else WIDE)
        for name, database in databases.items():
            console.print(_heading(name, database), highlight=False, soft_wrap=True)
            console.print(_table(database))


def _databases(stack: str | None) -> dict[str, Any]:
    if shutil.which("pulumi") is None:
        raise click.ClickException("pulumi is not on PATH. Activate the project's environment: . .vectorize/activate")
    call = ["pulumi", "stack", "output", "--json", *(["--stack", stack] if stack else [])]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ") or f"exit code {done.returncode}"
        raise click.ClickException(f"cannot read the outputs of {stack or 'the selected stack'}: {said}")
    found: dict[str, Any] = json.loads(done.stdout).get("databases", {})
    return found


def _heading(name: str, database: Mapping[str, Any]) -> str:
    place = f"{database['cloudProvider']} {database['region']}"
    return f"[bold]{name}[/bold]: {database['name']}, {place}\n{database['apiEndpoint']}"


def _table(database: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for column in COLUMNS:
        justify: JustifyMethod = "right" if column == "dimension" else "left"
        # All of it is shown however narrow the terminal: names and models fold.
        table.add_column(column, justify=justify, overflow="fold", min_width=len(column))
    for row in rows(database):
        table.add_row(*row)
    return table


def rows(database: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """One row a collection, as COLUMNS says; a keyspace without any has a row of its own."""
    for keyspace, content in sorted(database["keyspaces"].items()):
        if not content["collections"]:
            yield (keyspace, "(none)", "", "", "", "")
        for name, one in sorted(content["collections"].items()):
            provider = one["provider"] or ("own vectors" if one["dimension"] else "no vectors")
            yield (keyspace, name, provider, one["modelName"] or "", str(one["dimension"] or ""), one["metric"] or "")
