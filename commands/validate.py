"""`vectorize validate`: every mistake in environment files, without a network, an engine or an account."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from commands import completing, output
from commands.reports import Checked, count, report, summary, text
from commands.sources import check, is_input


@click.command(
    epilog="""\b
Examples:
  vectorize validate                        every environment of the project
  vectorize validate dev prod               two of them, by their stacks
  vectorize validate pr.yaml other/a.yaml   files, wherever they are
  envsubst < a.yaml | vectorize validate -  what another program writes
  vectorize validate --format github        annotations in GitHub Actions
  vectorize validate --output a.sarif --output b.xml
                                            SARIF and JUnit beside the lines
  vectorize validate dev --format json | jq .summary

\b
Exit codes: 0 nothing is wrong; 1 something is, or cannot be read or written.
NO_COLOR=1 keeps colours off a terminal."""
)
@click.argument("sources", nargs=-1, metavar="[FILE|STACK]...", shell_complete=completing.sources)
@output.options(
    "text (one line a finding; the default), json (schemas/reports/validate-1.schema.json), sarif (2.1.0), junit, github "
    "(workflow commands) or markdown."
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
def validate(sources: tuple[str, ...], stated: str | None, outputs: tuple[str, ...], strict: bool) -> None:
    """Find every mistake in environment files. Needs no network, no engine and no account, and changes nothing.

    FILE is a path, or - for standard input; STACK a name, for environments/STACK.yaml. Without any, every file
    environments/*.yaml is checked.

    Each finding is a line `file:line:column: path: sentence`; the last line, on standard error, counts them. Warnings say what
    is allowed but hardly meant.
    """
    wanted = output.wanted(stated, outputs, lambda file: _would_replace(file, sources))
    files = check(sources)
    failures = output.publish(wanted, lambda form: report(form, files), lambda: text.report(files, coloured=True))
    _print_summary(files, strict=strict)
    output.tell(failures)
    if failures or count(files, "error") or (strict and count(files, "warning")):
        sys.exit(1)


def _would_replace(file: str, sources: Sequence[str]) -> str:
    if is_input(Path(file), sources):
        return "is checked itself, and would be replaced by the report; name another file"
    return ""


def _print_summary(files: Sequence[Checked], *, strict: bool) -> None:
    errors, warnings = count(files, "error"), count(files, "warning")
    line = summary(files) + ("; --strict refuses warnings" if strict and warnings and not errors else "")
    colour = "red" if errors else "yellow" if warnings else "green"
    click.echo(click.style(line, fg=colour) if output.colours(sys.stderr) else line, err=True)
