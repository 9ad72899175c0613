"""Where reports go: what the options `--format` and `--output` mean, and files that are replaced as a whole or not at all.

A command that makes reports does four things with it:

    @click.command()
    @output.options(printed="text (one line a finding; the default), json (schemas/reports/validate-1.schema.json), ...")
    def validate(stated: str | None, outputs: tuple[str, ...]) -> None:
        wanted = output.wanted(stated, outputs)              # first: refuses what has no format before any work is done
        ...
        failures = output.publish(wanted, make, coloured)    # last: writes every file, then prints
        output.tell(failures)                                # one line each on standard error; then exit with 1

`make(form)` is the report in a format of FORMATS, `coloured()` the text for a terminal that shows colours.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, TextIO

import click

from astra.wording import listed, named
from commands import completing, ending
from commands.replacing import replace_all

# Name of a format: the extensions of its files. Of several formats with one extension the first is meant
# where nobody says which.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "text": (".txt",),
    "json": (".json",),
    "sarif": (".sarif", ".json"),
    "junit": (".xml",),
    "github": (".txt",),
    "markdown": (".md", ".txt"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reports are wanted.

    Attributes:
        printed: the format of what is printed, a key of FORMATS.
        files: the format of each file, by the file's name as it was given.
    """

    printed: str
    files: Mapping[str, str]

    @property
    def formats(self) -> frozenset[str]:
        """All of them, each once."""
        return frozenset({self.printed, *self.files.values()})


def options(printed: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options `--format` and `--output`, as the parameters `stated` and `outputs`.

    Args:
        printed: what --help says of the formats, after "What is printed: ".
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        outputs = click.option(
            "--output",
            "outputs",
            multiple=True,
            metavar="FILE",
            shell_complete=completing.files,
            help="Write a report into FILE, too; may be given several times. The extension says in which format: .json, .sarif, "
            ".xml, .md or .txt. Where it fits several formats (SARIF in a .json), or none, --format decides. FILE is replaced as "
            "a whole or not at all.",
        )
        stated = click.option("--format", "stated", type=click.Choice(list(FORMATS)), help=f"What is printed: {printed}")
        return stated(outputs(command))

    return decorate


def wanted(stated: str | None, outputs: Iterable[str], refused: Callable[[str], str] = lambda _: "") -> Wanted:
    """Which reports are wanted.

    Args:
        stated: the value of --format; None stands for text.
        outputs: the values of --output.
        refused: why a file must not be written, as the rest of a sentence that begins with its name; "" where it may.

    Raises:
        click.ClickException: a file has no format, or must not be written.
    """
    files = {}
    for file in outputs:
        form = format_of(file, stated)
        if form is None:
            known = dict.fromkeys(extension for extensions in FORMATS.values() for extension in extensions)
            raise click.ClickException(
                f"{named(file)}: no format has this extension; use {listed(known)}, or say which with --format"
            )
        if reason := refused(file):
            raise click.ClickException(f"{named(file)}: {reason}")
        files[file] = form
    return Wanted(stated or "text", files)


def format_of(file: str, stated: str | None) -> str | None:
    """The format that a file is written in.

    Args:
        file: its name.
        stated: the format that was asked for, None for none. It decides among the formats that share the extension,
            and for a file whose extension is nobody's.

    Returns:
        A key of FORMATS; None where neither the extension nor anybody else says one.
    """
    extensions = {suffix.lower() for suffix in PurePath(file).suffixes}
    # Of `results.sarif.json` the rarer extension says more.
    fitting = (
        ["sarif"]
        if ".sarif" in extensions
        else [name for name, own in FORMATS.items() if {PurePath(file).suffix.lower()} & {*own}]
    )
    return stated if stated in fitting or not fitting else fitting[0]


def publish(wanted: Wanted, make: Callable[[str], str], coloured: Callable[[], str]) -> list[str]:
    """Writes every file, then prints. What could not be written is said in a sentence each, and hinders nothing else."""
    failures = [failure for file, form in wanted.files.items() if (failure := written(file, make(form)))]
    if wanted.printed == "text":
        # As the terminal reads it; the other formats are UTF-8 by their standards.
        encoding = (sys.stdout and sys.stdout.encoding) or "utf-8"
        content = (coloured() if colours(sys.stdout) else make("text")).encode(encoding, "backslashreplace")
    else:
        content = make(wanted.printed).encode("utf-8", "backslashreplace")
    return [*failures, *_printed(content)]


def _printed(content: bytes) -> list[str]:
    try:
        click.echo(content, nl=False)
    except OSError as error:
        ending.give_up_output()
        # A reader that leaves early wants no more.
        return [] if isinstance(error, BrokenPipeError) else [f"standard output: cannot be written: {error.strerror}"]
    return []


def tell(failures: Iterable[str]) -> None:
    """Each failure as a line on standard error."""
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)


def colours(stream: TextIO | None) -> bool:
    """Whether a stream shows colours: a terminal does, unless NO_COLOR or its kind says otherwise."""
    return obeys(stream) and not os.environ.get("NO_COLOR")


def obeys(stream: TextIO | None) -> bool:
    """Whether a stream is a terminal that obeys control sequences, by which a line of progress is written over."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def written(file: str, content: str) -> str:
    """Replaces a file as a whole, or says in a sentence why it could not be; "" where it was."""
    try:
        _replace(Path(os.path.realpath(file)), content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        return f"{named(file)}: cannot be written: {error.strerror}"
    return ""


def appended(file: str, content: str) -> str:
    """Adds to the end of a file that others write, too; why it could not be, or ""."""
    try:
        with Path(file).open("ab") as stream:
            stream.write(content.encode("utf-8", "backslashreplace"))
    except OSError as error:
        return f"{named(file)}: cannot be written: {error.strerror}"
    return ""


def handed_over(texts: Mapping[str, str], environ: Mapping[str, str]) -> list[str]:
    """Adds each text to the file that a variable names, as jobs of GitHub Actions are handed things.

    Args:
        texts: by name of the variable; one that is not set is passed over.
        environ: the variables.

    Returns:
        A sentence for each file that could not be written.
    """
    done = [appended(environ[name], text) for name, text in texts.items() if environ.get(name)]
    return [failure for failure in done if failure]


def _replace(target: Path, content: bytes) -> None:
    if target.exists() and not target.is_file():
        # A device or a pipe is written to, not replaced.
        target.write_bytes(content)
        return
    replace_all({target: content})
