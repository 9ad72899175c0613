"""`vectorize promote`: the workload that one environment has proven goes to the next one."""

import os
import sys

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from astra.deployment import Deployment
from astra.errors import Invalid
from astra.promotion import Report, exit_code, short
from astra.validation import mapping
from astra.wording import named
from commands import completing, engine, engine_process, output, progress, promotion_reports
from commands.environment_file import environment_file
from commands.promotion.checking import checked
from commands.promotion.promoting import Wish, promoted
from commands.promotion.side import sides
from commands.promotion_reports import github, text, versioned_json
from commands.show import WIDE

_COLUMNS = ("digest", "deployed at", "commit", "from", "tool")


@click.command(
    epilog="""\b
Examples:
  vectorize promote dev                     to the environment that promotesTo names: writes its file
  vectorize promote dev staging --dry-run   says what would change, and what stands in the way
  vectorize promote staging prod --apply    writes, updates and verifies
  vectorize promote dev staging --allow knowledge.docs.articles
                                            replaces a collection that holds documents
  vectorize promote --check prod            for CI: has staging proven what prod.yaml declares?
  vectorize promote --history staging       what was deployed there
  vectorize promote staging prod --to-digest 3c0ffee5d1ce
                                            rolls back to what staging had deployed before

\b
Exit codes: 0 promoted, or nothing to do; 2 refused, with all the reasons; 1 it could not be told or done.
NO_COLOR=1 keeps colours off a terminal."""
)
@click.argument("source", required=False, metavar="[FROM]", shell_complete=completing.environments)
@click.argument("target", required=False, metavar="[TO]", shell_complete=completing.environments)
@click.option(
    "--allow", "allowed", multiple=True, metavar="ADDRESS", help="What may be lost or has to be embedded anew; several times."
)
@click.option("--apply", "applies", is_flag=True, help="Preview and update TO, and verify what stands then.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@click.option(
    "--probe/--no-probe",
    "probes",
    default=None,
    help="Whether each integration of TO embeds once, which writes nothing. By default with --apply.",
)
@click.option(
    "--to-digest", "digest", default="", metavar="DIGEST", help="An earlier deployment of FROM, by a beginning that is one's own."
)
@click.option(
    "--check",
    "check",
    metavar="TO",
    shell_complete=completing.environments,
    help="Only tell whether its predecessor has proven what TO's file declares. Asks no database.",
)
@click.option(
    "--history",
    "history",
    metavar="ENVIRONMENT",
    shell_complete=completing.environments,
    help="Only show what was deployed there, as text or json.",
)
@output.options(
    "text (changes, gates and what to do; the default), json (schemas/reports/promotion-1.schema.json), sarif (2.1.0), junit (a "
    "test case a gate), github (workflow commands, step summary and outputs) or markdown (for a pull request)."
)
def promote(
    source: str | None,
    target: str | None,
    allowed: tuple[str, ...],
    applies: bool,
    dry_run: bool,
    probes: bool | None,
    digest: str,
    check: str | None,
    history: str | None,
    stated: str | None,
    outputs: tuple[str, ...],
) -> None:
    """Promote the workload that is deployed in FROM to TO, by default the environment that FROM's promotesTo names.

    Takes what FROM has proven, refuses what it has not, shows what changes in TO, asks TO's databases whether it can work there,
    and writes it into environments/TO.yaml. Nothing else is touched without --apply. Databases, regions, integrations and
    credentials stay each environment's own.
    """
    wanted = output.wanted(stated, outputs)
    alone = check is not None or history is not None
    if (check is not None and history is not None) or (alone and (source or target or allowed or applies or dry_run or digest)):
        raise click.UsageError("--check TO and --history ENVIRONMENT stand alone, beside --format and --output")
    if applies and dry_run:
        raise click.UsageError("--apply and --dry-run exclude each other")
    try:
        if history is not None:
            _tell_history(history, wanted)
            return
        made = checked(check) if check is not None else _promoted(source, target, digest, allowed, (applies, dry_run, probes))
    except (engine.EngineError, Invalid) as error:
        raise click.ClickException(str(error)) from None
    failures = output.publish(
        wanted,
        lambda form: promotion_reports.report(form, made),
        lambda: text.report(promotion_reports.shown(made), coloured=True),
    )
    if "github" in wanted.formats:
        failures += github.hand_over(made, os.environ)
    if wanted.printed != "text":
        click.echo(promotion_reports.summary(made), err=True)
    output.tell(failures)
    sys.exit(1 if failures else exit_code(made))


def _promoted(
    source: str | None,
    target: str | None,
    digest: str,
    allowed: tuple[str, ...],
    ways: tuple[bool, bool, bool | None],
) -> Report:
    if not source:
        raise click.UsageError("say which environment's workload it is: vectorize promote FROM [TO]")
    target = target or _next(source)
    if target == source:
        raise click.UsageError(f"{named(source)} is not promoted to itself")
    applies, dry_run, probes = ways
    wish = Wish(source, target, digest, frozenset(allowed), dry_run, applies, applies if probes is None else probes)
    with progress.line() as tell:
        return promoted(wish, engine_process.ended_together, tell)


def _next(source: str) -> str:
    file = environment_file(source)
    found = str(mapping(file.text.data if file.text else None).get("promotesTo", ""))
    if file.missing:
        # An unknown name is told with the one that may be meant.
        sides([source])
        raise click.UsageError(f"there is no {file.name} to say where its workload goes to: name the environment that takes it")
    if not found:
        raise click.UsageError(f"{file.name} does not say where its workload goes to: name it, or write promotesTo: NAME there")
    return found


def _tell_history(name: str, wanted: output.Wanted) -> None:
    if wanted.formats - {"text", "json"}:
        raise click.UsageError("--history is shown as text or json")
    (side,) = sides([name])
    failures = output.publish(
        wanted,
        lambda form: versioned_json.history(name, side.history) if form == "json" else _table(side.history, WIDE),
        lambda: _table(side.history, None),
    )
    output.tell(failures)
    if failures:
        sys.exit(1)


def _table(history: tuple[Deployment, ...], width: int | None) -> str:
    if not history:
        return "Nothing was deployed here, as far as the state knows.\n"
    table = Table(box=box.SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for one in history:
        table.add_row(*map(Text, (short(one.digest), one.deployed_at, one.commit[:12], one.origin, one.tool)))
    # A file is not the terminal that the command may stand on.
    console = Console(width=width, color_system=None if width else "auto")
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines() if line.strip()) + "\n"
