"""`vectorize`: the list of its commands. Each is imported only when it is called, so that --help answers at once."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

# Name: where it is, and its line in --help. The emulator is named, not imported: production code never imports it.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "catalog": ("commands.catalog:catalog", "List embedding models; keep their schemas as the service is."),
    "drift": ("commands.drift:drift", "Find out how live systems differ from what was applied."),
    "emulator": ("emulator.command_line:emulator", "Run the embedded emulator of Astra's APIs."),
    "promote": ("commands.promote:promote", "Take the workload that one environment has proven to the next one."),
    "show": ("commands.show:show", "Show what a stack stands for: databases, keyspaces, collections."),
    "validate": ("commands.validate:validate", "Find every mistake in environment files, offline."),
}


class LazyGroup(click.Group):
    """A group that knows its commands' names and lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])


# 2 means findings here, so a command that was called wrongly ends like everything else that could not be done.
click.UsageError.exit_code = 1


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="astra-vectorize", prog_name="vectorize")
def main(**_: Any) -> None:
    """Astra DB vectorize as code.

    What is declared in environments/ is brought up by `pulumi up`; these commands look at it.
    Exit codes: 0 done, 1 could not be done, 2 done and there are findings.
    """
