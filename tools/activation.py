"""The environment in which Pulumi and the project's commands run: as a mapping for child processes, as a script for people."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from tools.places import Places

PASSPHRASE_NAMES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def variables(places: Places, engine: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the project's programs first on PATH and the project's own state, whatever state it named before."""
    chosen = without_state(places, engine, environ)
    chosen["PULUMI_BACKEND_URL"] = places.state_url
    chosen["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(places.passphrase)
    return chosen


def without_state(places: Places, engine: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the project's programs first on PATH and no state backend at all: for tests, which make their own."""
    # Under PYTHONSAFEPATH the host of dynamic resources cannot import the project.
    dropped = {"PYTHONSAFEPATH", "PULUMI_BACKEND_URL", "PULUMI_STACK", *PASSPHRASE_NAMES}
    chosen = {name: value for name, value in environ.items() if name not in dropped}
    chosen["PATH"] = path_with(programs(places, engine), environ.get("PATH", os.defpath))
    chosen["PULUMI_HOME"] = str(places.pulumi_home)
    chosen["PULUMI_SKIP_UPDATE_CHECK"] = "1"
    chosen.setdefault("PULUMI_RUN_PROGRAM", "true")
    return chosen


def programs(places: Places, engine: Path | None) -> list[Path]:
    """The folders of programs, the first found first; `engine` is None where it is on PATH already."""
    # The language host asks the first python on PATH for its packages: that must be the project's.
    return [places.venv / "bin", *([engine] if engine else [])]


def path_with(folders: list[Path], path: str) -> str:
    """`path` with the folders first and each of them once."""
    first = [str(folder) for folder in folders]
    return os.pathsep.join([*first, *(part for part in path.split(os.pathsep) if part not in first)])


def script(places: Places, engine: Path | None) -> str:
    """The text of `.vectorize/activate`, for any POSIX shell."""
    prepends = "\n".join(f"_vectorize_first {shlex.quote(str(folder))}" for folder in reversed(programs(places, engine)))
    return f"""\
# Written by set-up; use it with `. .vectorize/activate` in sh, bash, zsh or dash.

_vectorize_first() {{
    _vectorize_path=":${{PATH-}}:"
    while :; do
        case "$_vectorize_path" in
            *":$1:"*) _vectorize_path="${{_vectorize_path%%":$1:"*}}:${{_vectorize_path#*":$1:"}}" ;;
            *) break ;;
        esac
    done
    _vectorize_path="${{_vectorize_path#:}}"
    _vectorize_path="${{_vectorize_path%:}}"
    PATH="$1${{_vectorize_path:+:$_vectorize_path}}"
}}
{prepends}
unset -f _vectorize_first
unset _vectorize_path
export PATH

# What the activation of another project set gives way, or its state would be used here.
case "${{PULUMI_HOME:-}}" in */{places.made.name}/{places.pulumi_home.name}) unset PULUMI_HOME ;; esac
case "${{PULUMI_BACKEND_URL:-}}" in file://*/{places.made.name}/{places.state.name}) unset PULUMI_BACKEND_URL ;; esac
case "${{PULUMI_CONFIG_PASSPHRASE_FILE:-}}" in
    */{places.made.name}/{places.passphrase.name}) unset PULUMI_CONFIG_PASSPHRASE_FILE ;;
esac
export PULUMI_SKIP_UPDATE_CHECK=1
# Refresh and destroy see the settings and permissions of now, and not those of the last up.
export PULUMI_RUN_PROGRAM="${{PULUMI_RUN_PROGRAM:-true}}"
if [ -z "${{PULUMI_HOME:-}}" ]; then
    export PULUMI_HOME={shlex.quote(str(places.pulumi_home))}
fi
if [ -z "${{PULUMI_BACKEND_URL:-}}" ]; then
    export PULUMI_BACKEND_URL={shlex.quote(places.state_url)}
fi
if [ -z "${{PULUMI_CONFIG_PASSPHRASE+set}}" ] && [ -z "${{PULUMI_CONFIG_PASSPHRASE_FILE:-}}" ]; then
    export PULUMI_CONFIG_PASSPHRASE_FILE={shlex.quote(str(places.passphrase))}
fi

# Completion of vectorize, where somebody types: the script is asked for when it is first needed, so that this stays quick.
case $- in
    *i*)
        if [ -n "${{BASH_VERSION-}}" ]; then
            _vectorize_load() {{
                unset -f _vectorize_load
                complete -r vectorize
                # 124 has bash begin anew, by the completion that is there now.
                eval "$(vectorize completion bash 2>/dev/null)" && return 124
            }}
            complete -F _vectorize_load vectorize
        elif [ -n "${{ZSH_VERSION-}}" ] && command -v compdef >/dev/null; then
            _vectorize_load() {{
                unset -f _vectorize_load
                eval "$(vectorize completion zsh 2>/dev/null)" && _vectorize_completion "$@"
            }}
            compdef _vectorize_load vectorize
        fi
        ;;
esac
"""


def write(places: Places, engine: Path | None) -> None:
    """Write the script where it is missing or out of date."""
    text = script(places, engine)
    if not places.activate.exists() or places.activate.read_text() != text:
        places.activate.write_text(text)
