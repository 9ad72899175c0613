"""`vectorize`: the list of its commands. Each is imported only when it is called, so that --help answers at once."""

import importlib
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import click
from click.shell_completion import CompletionItem

from commands import ending

# Name: where it is, and its line in --help. The emulator is named, not imported: production code never imports it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "catalog": ("commands.catalog:catalog", "List embedding models; keep their schemas as the service is."),
    "completion": ("commands.completion:completion", "Print what makes a shell complete vectorize."),
    "drift": ("commands.drift:drift", "Find out how live systems differ from what was applied."),
    "emulator": ("emulator.command_line:emulator", "Run the embedded emulator of Astra's APIs."),
    "import": ("commands.import_command:import_command", "Bring databases that stand under management."),
    "promote": ("commands.promote:promote", "Take the workload that one environment has proven to the next one."),
    "show": ("commands.show:show", "Show what a stack stands for: databases, keyspaces, collections."),
    "validate": ("commands.validate:validate", "Find every mistake in environment files, offline."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and lines without importing them, and ends as `commands/ending.py` has it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            # Click names the nearest of the commands that were added, and none was.
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        names = [CompletionItem(name, help=line) for name, (_, line) in sorted(COMMANDS.items()) if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT002 - click's own signature
        **extra: Any,
    ) -> Any:
        call = partial(super().main, args, prog_name, complete_var, standalone_mode=False, **extra)
        return call() if not standalone_mode else sys.exit(ending.code(call, sys.argv[1:] if args is None else args))


def _versions(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from commands import versions  # noqa: PLC0415 - only --version and a bug's report need it

        click.echo(versions.text())
        context.exit()


# 2 means findings here, so a command that was called wrongly ends like everything else that could not be done.
click.UsageError.exit_code = 1


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  vectorize validate                        every environment of the project
  vectorize show dev                        what stands in a stack
  vectorize drift --all                     what differs from what was applied
  vectorize COMMAND --help                  more examples

\b
Exit codes: 0 done; 1 could not be done; 2 done, and there are findings; 130 interrupted.
NO_COLOR=1 keeps colours off a terminal.""",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_versions,
    help="Show the versions of vectorize, Python and the engine, and how old the schemas are.",
)
def main(**_: Any) -> None:
    """Astra DB vectorize as code.

    What is declared in environments/ is brought up by `pulumi up`; these commands look at it.
    """
