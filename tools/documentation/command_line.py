"""The generated parts of the pages of commands: from click's own objects, so that a page says what --help says."""

import inspect
import re
from collections.abc import Iterator

import click

from commands.main import main
from tools.documentation.markdown import block, code, prose, table

PROGRAM = "vectorize"


def commands() -> dict[str, click.Command]:
    """The commands that have a page, by name; the program itself first."""
    context = _root()
    return {PROGRAM: main, **{name: _command(main, context, name) for name in main.list_commands(context)}}


def parts(name: str) -> dict[str, str]:
    """The parts of one's page by name."""
    context = _root()
    if name == PROGRAM:
        return {"command": "\n\n".join(_described(context))}
    command = _command(main, context, name)
    return {"command": "\n\n".join(_sections(click.Context(command, parent=context, info_name=name)))}


def _root() -> click.Context:
    return click.Context(main, info_name=PROGRAM, **main.context_settings)


def _command(group: click.Group, context: click.Context, name: str) -> click.Command:
    found = group.get_command(context, name)
    assert found is not None
    return found


def _contexts(context: click.Context) -> Iterator[click.Context]:
    """That of a command, and those of all commands below it, whatever they are nested in."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            yield from _contexts(click.Context(_command(context.command, context, name), parent=context, info_name=name))


def _sections(context: click.Context) -> Iterator[str]:
    for one in _contexts(context):
        if one is not context:
            yield f"## {one.command_path}"
        yield from _described(one)


def _described(context: click.Context) -> Iterator[str]:
    command = context.command
    yield block(" ".join([context.command_path, *command.collect_usage_pieces(context)]))
    yield from _text(command.help or "")
    if isinstance(command, click.Group):
        rows = [(_linked(context, name), prose(line)) for name, line in _lines(command, context)]
        yield table(("command", "what it does"), rows)
    stated = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    options = [record for one in stated if (record := one.get_help_record(context))]
    yield table(("option", "meaning"), [(code(names), prose(meaning)) for names, meaning in options])
    yield from _text(command.epilog or "")


def _lines(group: click.Group, context: click.Context) -> Iterator[tuple[str, str]]:
    for name in group.list_commands(context):
        yield name, _command(group, context, name).get_short_help_str(limit=200)


def _linked(context: click.Context, name: str) -> str:
    path = f"{context.command_path} {name}"
    return f"[{path}]({name}.md)" if context.parent is None else f"[{path}](#{path.replace(' ', '-')})"


def _text(text: str) -> Iterator[str]:
    """Paragraphs of help; those with click's mark for lines that stay lines keep them."""
    for paragraph in filter(None, re.split(r"\n\s*\n", inspect.cleandoc(text).partition("\f")[0])):
        if not paragraph.lstrip().startswith("\b"):
            yield prose(paragraph)
            continue
        lines = [line for line in paragraph.strip("\n").splitlines() if line.strip("\b ")]
        for shown, run in _runs(lines):
            yield block("\n".join(run)) if shown else prose(" ".join(run))


def _runs(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Indented lines together, which are shown as they stand, and the others together."""
    run: list[str] = []
    for line in lines:
        if run and line.startswith("  ") != run[0].startswith("  "):
            yield _shown(run)
            run = []
        run.append(line)
    if run:
        yield _shown(run)


def _shown(run: list[str]) -> tuple[bool, list[str]]:
    indented = run[0].startswith("  ")
    return indented, [line.removeprefix("  ") for line in run] if indented else run
