"""`vectorize completion`: the script by which a shell completes the commands, options and values of `vectorize`.

The scripts and what they call are click's own (`click.shell_completion`): they know every command, option and choice from the
definitions themselves. Only the values are ours, in `commands/completing.py`.
"""

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from commands.main import main

# Click's name of the variable by which the script asks for completions. The program finds the same one out by its own name.
VARIABLE = "_VECTORIZE_COMPLETE"
SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "fish": FishComplete, "zsh": ZshComplete}


@click.command(
    epilog="""\b
Examples:
  eval "$(vectorize completion bash)"       in bash 4.4 or newer: this shell; in
                                            ~/.bashrc every shell
  eval "$(vectorize completion zsh)"        in zsh, after compinit; in ~/.zshrc
                                            every shell
  vectorize completion fish | source        in fish: this shell
  vectorize completion fish > ~/.config/fish/completions/vectorize.fish
                                            in fish: every shell

\b
Exit codes: 0 printed; 1 it could not be.
Where `. .vectorize/activate` was run in bash, or in zsh after compinit, it is
there already."""
)
@click.argument("shell", type=click.Choice(sorted(SHELLS)))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete vectorize: commands, options, stacks, environments, providers, formats, files.

    It calls vectorize, which has to be on PATH, at each press of the key; values are read from the project's files, and nothing
    is asked of the engine or of a network.
    """
    click.echo(SHELLS[shell](main, {}, "vectorize", VARIABLE).source())
