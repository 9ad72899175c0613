"""`vectorize import`: databases that stand already, as an environment file and in a stack's state."""

import sys

import click

from astra.errors import AstraError
from commands import engine, output, progress
from commands.importing.report import Report, as_json, text
from commands.importing.selecting import Selection
from commands.importing.taking_over import Wish, imported
from commands.stack_option import stack_option


@click.command(
    "import",
    epilog="""\b
Examples:
  vectorize import --stack prod --database 0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f
                                            one database, as the stack prod; both are made where they are new
  vectorize import --stack prod --all --dry-run
                                            the whole organisation; shows the file and writes nothing
  vectorize import --all --name 'kb-*' --region us-east-2
                                            into the selected stack, only some of them
  vectorize import --stack shared --database ID --existing
                                            a database that others manage: only what is in it is managed
  vectorize import --stack home --target data-api --endpoint https://data.example.com
                                            a self-hosted Data API

\b
Exit codes: 0 imported, or nothing to do; 2 what stands differs from what the file says, or nothing was written since
something else is to be applied first; 1 it could not be read or done.
NO_COLOR=1 keeps colours off a terminal.""",
)
@stack_option(help="The stack, which is made where it does not exist. By default the selected one.")
@click.option("--database", "databases", multiple=True, metavar="ID", help="A database by its id; may be given several times.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="URL",
    help="A database by the address of its Data API, without a path; may be given several times.",
)
@click.option("--all", "everything", is_flag=True, help="Every serverless database of the organisation.")
@click.option("--name", "pattern", metavar="PATTERN", help="With --all: only those whose name fits, * and ? as in a shell.")
@click.option("--region", metavar="REGION", help="With --all: only those that were made in this region.")
@click.option(
    "--existing", is_flag=True, help="Declare new databases by their ids: what is in them is managed, they themselves never are."
)
@click.option(
    "--target",
    type=click.Choice(["astra", "data-api", "emulator"]),
    help="The service, for an environment file that is new. By default astra.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option(
    "--format",
    "stated",
    type=click.Choice(["text", "json"]),
    help="What is printed: text (the default) or json (schemas/reports/import-1.schema.json).",
)
def import_command(
    stack: str | None,
    databases: tuple[str, ...],
    endpoints: tuple[str, ...],
    everything: bool,
    pattern: str | None,
    region: str | None,
    existing: bool,
    target: str | None,
    dry_run: bool,
    stated: str | None,
) -> None:
    """Bring databases that stand under management: write what stands as an environment file, and take it into the stack's state.

    Reads databases, regions, keyspaces, collections, tables, indexes and the integrations that they name, and writes nothing to
    the service. Afterwards a preview shows no change and drift finds nothing. A file that is there is added to and never
    overwritten; what stands otherwise than it says is shown. What an environment cannot declare is left out, with the reason, and
    named in drift.ignore. The same call again finishes an import that was cut off.
    """
    for option, values in (("--name", [pattern]), ("--region", [region]), ("--database", databases), ("--endpoint", endpoints)):
        if any(one is not None and not one.strip() for one in values):
            raise click.UsageError(f"{option} is empty")
    if everything == bool(databases or endpoints):
        raise click.UsageError("say which databases: --database ID or --endpoint URL, several times, or --all")
    if (pattern or region) and not everything:
        raise click.UsageError("--name and --region choose among --all")
    selection = Selection(databases, endpoints, everything, pattern or "*", region or "", existing)
    try:
        with progress.line() as tell:
            report = imported(Wish(stack, selection, target or "", dry_run), tell)
    except (engine.EngineError, AstraError) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(_published(report, stated))


def _published(report: Report, stated: str | None) -> int:
    wanted = output.wanted(stated, ())
    failures = output.publish(wanted, lambda form: as_json(report) if form == "json" else text(report), lambda: text(report))
    output.tell(failures)
    return 1 if failures else report.exit_code
