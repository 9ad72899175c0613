"""`vectorize validate`: every mistake in environment files, without a network, an engine or an account."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from astra.wording import listed, named
from commands.reports import FORMATS, Checked, count, format_of, report, summary, text
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
@click.argument("sources", nargs=-1, metavar="[FILE|STACK]...")
@click.option(
    "--format",
    "stated",
    type=click.Choice(list(FORMATS)),
    help="What is printed: text (one line a finding; the default), json (schemas/reports/validate-1.schema.json), sarif (2.1.0), "
    "junit, github (workflow commands) or markdown.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    help="Write a report into FILE, too; may be given several times. The extension says in which format: .json, .sarif, "
    ".xml, .md or .txt. Where it fits several formats (SARIF in a .json), or none, --format decides. FILE is replaced as "
    "a whole or not at all.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings, too.")
def validate(sources: tuple[str, ...], stated: str | None, outputs: tuple[str, ...], strict: bool) -> None:
    """Find every mistake in environment files. Needs no network, no engine and no account, and changes nothing.

    FILE is a path, or - for standard input; STACK a name, for environments/STACK.yaml. Without any, every file
    environments/*.yaml is checked.

    Each finding is a line `file:line:column: path: sentence`; the last line, on standard error, counts them. Warnings say what
    is allowed but hardly meant.
    """
    formats = {file: _format(file, stated, sources) for file in outputs}
    files = check(sources)
    failures = [failure for file, form in formats.items() if (failure := _written(file, report(form, files)))]
    _print(files, stated or "text")
    _print_summary(files, strict=strict)
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    if failures or count(files, "error") or (strict and count(files, "warning")):
        sys.exit(1)


def _format(file: str, stated: str | None, sources: Sequence[str]) -> str:
    """The format of an output; an output that would replace what is checked is refused, too."""
    form = format_of(file, stated)
    if form is None:
        known = dict.fromkeys(extension for extensions in FORMATS.values() for extension in extensions)
        raise click.ClickException(
            f"{named(file)}: no format has this extension; use {listed(known)}, or say which with --format"
        )
    if is_input(Path(file), sources):
        raise click.ClickException(f"{named(file)}: is checked itself, and would be replaced by the report; name another file")
    return form


def _written(file: str, content: str) -> str:
    """Replaces a file as a whole, or says in a sentence why it could not be."""
    try:
        _replace(Path(os.path.realpath(file)), content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        return f"{named(file)}: cannot be written: {error.strerror}"
    return ""


def _replace(target: Path, content: bytes) -> None:
    if target.exists() and not target.is_file():
        # A device or a pipe is written to, not replaced.
        target.write_bytes(content)
        return
    if target.exists():
        if not os.access(target, os.W_OK):
            raise PermissionError(None, "Permission denied")
        mode = target.stat().st_mode & 0o777
    else:
        os.umask(mask := os.umask(0))
        mode = 0o666 & ~mask
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _print(files: Sequence[Checked], form: str) -> None:
    if form == "text":
        # As the terminal reads it; the other formats are UTF-8 by their standards.
        encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
        content = text.report(files, coloured=_colours(sys.stdout)).encode(encoding, "backslashreplace")
    else:
        content = report(form, files).encode("utf-8", "backslashreplace")
    click.echo(content, nl=False)


def _print_summary(files: Sequence[Checked], *, strict: bool) -> None:
    errors, warnings = count(files, "error"), count(files, "warning")
    line = summary(files) + ("; --strict refuses warnings" if strict and warnings and not errors else "")
    colour = "red" if errors else "yellow" if warnings else "green"
    click.echo(click.style(line, fg=colour) if _colours(sys.stderr) else line, err=True)


def _colours(stream: TextIO | None) -> bool:
    """Whether a stream shows colours: a terminal does, unless NO_COLOR or its kind says otherwise."""
    terminal = stream is not None and stream.isatty()
    return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
