"""`vectorize show`: the stack's outputs as a table."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from commands import completing, ending, engine, output

# Of a pipe or a log, where nothing has to be folded. Unit: characters.
WIDE = 160
# What stands in the outputs for a value that an update never learned, since what has it could not be made. Source: the
# engine's own, which prints it in `pulumi stack output --json`, too.
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
COLUMNS = ("keyspace", "collection or column", "provider", "model", "dimension", "metric")

_NOT_MADE = ("not made yet", "", "", "")


@click.command(
    epilog="""\b
Examples:
  vectorize show                            the selected stack
  vectorize show prod                       another one
  vectorize show dev --json | jq -r '.[].apiEndpoint'
                                            addresses, for a script

\b
Exit codes: 0 shown; 1 it could not be.
NO_COLOR=1 keeps colours off a terminal."""
)
@click.argument("stack", required=False, shell_complete=completing.stacks)
@click.option("--json", "as_json", is_flag=True, help="Print the stack's output `databases` as JSON instead.")
def show(stack: str | None, as_json: bool) -> None:
    """Show what STACK (by default the selected one) stands for, from the outputs of its last update."""
    databases = _databases(stack)
    if as_json:
        click.echo(json.dumps(databases, indent=2))
    elif not databases:
        click.echo("Nothing stands in this stack yet: run pulumi up.")
    else:
        shown = console()
        for name, database in databases.items():
            shown.print(_heading(name, database), highlight=False, soft_wrap=True)
            shown.print(_table(database))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # A reader that leaves early wants no more. Rich would end the program with 1 here; its exit code is the command's own.
        self.quiet = True
        ending.give_up_output()


def console() -> Console:
    """Standard output for tables: as wide as its terminal, or WIDE; and without an escape sequence where no colours are shown."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return _Console(width=None if terminal else WIDE, color_system="auto" if output.colours(sys.stdout) else None)


def _databases(stack: str | None) -> dict[str, Any]:
    try:
        found: dict[str, Any] = _known(engine.outputs(stack).get("databases", {}))
    except engine.EngineError as error:
        raise click.ClickException(str(error)) from None
    return found


def _known(value: Any) -> Any:
    """What the last update learned: null for what it could not make."""
    if isinstance(value, Mapping):
        return {key: _known(inner) for key, inner in value.items()}
    return None if value == UNKNOWN else value


def _heading(name: str, database: Mapping[str, Any]) -> Text:
    # An existing database that is named by its address alone has nothing but that.
    place = f"{database['name']}, {database['cloudProvider']} {database['region']}\n" if "name" in database else ""
    lines = [f": {place}{database['apiEndpoint']}"]
    lines += [f"{region}: {one['apiEndpoint'] or 'not made yet'}" for region, one in sorted(database.get("regions", {}).items())]
    for integration, one in sorted(database.get("integrations", {}).items()):
        lines.append(f"{integration}: {one['status']}, {one['proof']}" if one["status"] else f"{integration}: not verified")
    # As it is: a string would be read as markup, and what the service says may have brackets.
    return Text.assemble((name, "bold"), "\n".join(lines))


def _table(database: Mapping[str, Any]) -> Table:
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for column in COLUMNS:
        justify: JustifyMethod = "right" if column == "dimension" else "left"
        # All of it is shown however narrow the terminal: names and models fold.
        table.add_column(column, justify=justify, overflow="fold", min_width=len(column))
    for row in rows(database):
        table.add_row(*map(Text, row))
    return table


def rows(database: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """One row a collection and one a vector column of a table, as COLUMNS says; a keyspace without any has a row of its own."""
    for keyspace, content in sorted(database["keyspaces"].items()):
        found = [*_collections(content.get("collections") or {}), *_columns(content.get("tables") or {})]
        for row in found or [("(none)", "", "", "", "")]:
            yield (keyspace, *row)


def _collections(collections: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in sorted(collections.items()):
        yield (name, *(_NOT_MADE if one is None else _vector(one)))


def _columns(tables: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, vectors in sorted(tables.items()):
        for column, one in sorted((vectors or {}).items()):
            yield (f"{name}.{column}", *_vector(one))
        if not vectors:
            yield (f"{name} (table)", *(_NOT_MADE if vectors is None else _vector({})))


def _vector(one: Mapping[str, Any]) -> tuple[str, str, str, str]:
    provider = one.get("provider") or ("own vectors" if one.get("dimension") else "no vectors")
    return (provider, one.get("modelName") or "", str(one.get("dimension") or ""), one.get("metric") or "")
