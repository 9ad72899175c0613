"""`vectorize drift`: how the live systems of stacks differ from what was applied to them."""

import os
import sys
from collections.abc import Sequence

import click

from astra.drift import Report, exit_code
from astra.wording import named
from commands import drift_reports, engine, engine_process, output, progress
from commands.drift_reports import github, text
from commands.drift_stack import looked_at
from commands.stack_option import stack_option


@click.command(
    epilog="""\b
Examples:
  vectorize drift                           the selected stack
  vectorize drift --all                     every stack of the project
  vectorize drift --stack dev --stack prod --output drift.json --output drift.sarif
  vectorize drift --stack prod --format github
                                            annotations, step summary and outputs in GitHub Actions

\b
Exit codes: 0 no drift; 2 drift; 1 it could not be told of everything.
NO_COLOR=1 keeps colours off a terminal."""
)
@stack_option("names", multiple=True, help="A stack; may be given several times. By default the selected one.")
@click.option("--all", "everything", is_flag=True, help="Every stack of the project.")
@click.option(
    "--probe",
    "tries",
    is_flag=True,
    help="Have each integration embed once, by a search that writes nothing: a key that was revoked at the provider is found in "
    "no other way. For HEADER the key is taken from the integration's keyVariable. Nothing is told of one that nothing relies "
    "on, and HEADER without keyVariable is not tried.",
)
@output.options(
    "text (what, where, since when and what to do; the default), json (schemas/reports/drift-1.schema.json), sarif (2.1.0), "
    "junit, github (workflow commands, step summary and outputs) or markdown."
)
def drift(names: tuple[str, ...], everything: bool, tries: bool, stated: str | None, outputs: tuple[str, ...]) -> None:
    """Find out how live systems differ from what was applied: changed, missing and unmanaged things, credentials, models.

    Reads, and writes neither to the system nor to the state. What cannot be read is told with the reason, and is never called
    drift. Sees the token of ASTRA_DB_APPLICATION_TOKEN, or else the stack's secret config vectorize:token as it is now.
    """
    wanted = output.wanted(stated, outputs)
    try:
        with engine_process.ended_together():
            reports = [_looked_at(one, tries=tries) for one in _chosen(names, everything=everything)]
    except engine.EngineError as error:
        raise click.ClickException(str(error)) from None
    failures = output.publish(
        wanted, lambda form: drift_reports.report(form, reports), lambda: text.report(reports, coloured=True)
    )
    if "github" in wanted.formats:
        failures += github.hand_over(reports, os.environ)
    if wanted.printed != "text":
        click.echo(drift_reports.summary(reports), err=True)
    output.tell(failures)
    sys.exit(1 if failures else exit_code(reports))


def _chosen(names: Sequence[str], *, everything: bool) -> list[str]:
    if names and everything:
        raise click.UsageError("--all and --stack exclude each other")
    if names:
        return sorted(dict.fromkeys(names))
    known = engine.stacks()
    chosen = [name for name, selected in known if selected or everything]
    if not chosen:
        raise engine.EngineError(
            "no stack is selected: name one with --stack, or use --all" if known else "the project has no stack"
        )
    return chosen


def _looked_at(stack: str, *, tries: bool) -> Report:
    with progress.line() as tell:
        return looked_at(
            stack,
            tries=tries,
            tell=lambda read, number: tell(f"{named(stack)}: {read:,} of {number:,} read" if number else ""),
        )
