"""`vectorize completion`: what bash, zsh and fish offer, asked of the shells themselves; a shell that is not here is skipped."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from astra.catalog import embedding_providers
from commands.completion import SHELLS, VARIABLE
from commands.main import COMMANDS, main
from commands.output import FORMATS
from tools import activation
from tools.places import Places

PROGRAMS = Path(sys.executable).parent
HERE = [shell for shell in SHELLS if shutil.which(shell)]

# What the interactive shell has and a script has not: bash hands over the words, and zsh takes the matches, by functions.
BASH = """
compopt() {{ echo "files-by-compopt"; }}
eval "$(vectorize completion bash)"
COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_vectorize_completion vectorize
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ }}
compadd() {{ print -l -- "${{completions[@]}}"; }}
_describe() {{ print -l -- "${{completions_with_descriptions[@]%%:*}}"; }}
_path_files() {{ print -- "files-by-path-files"; }}
eval "$(vectorize completion zsh)"
words=({words}) CURRENT=$#words
_vectorize_completion
"""
FISH = """
vectorize completion fish | source
complete -C {line} | string replace -r '\\t.*' ''
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three environments, and a stack that has a config alone. There is no engine."""
    (tmp_path / "environments").mkdir()
    for name in ("dev", "local", "prod"):
        (tmp_path / "environments" / f"{name}.yaml").touch()
    for name in ("Pulumi.yaml", "Pulumi.pr-123.yaml", "Pulumi.dev.yaml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{PROGRAMS}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def offered(shell: str, *words: str) -> set[str]:
    """What a shell offers for the last of the words after `vectorize`."""
    # Where the last one is empty, the line ends with the space before it.
    line = shlex.quote(" ".join(["vectorize", *words]))
    script = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(words=shlex.join(["vectorize", *words]), line=line)
    own = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run([shell, *own, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return {line.strip() for line in done.stdout.splitlines() if line.strip()}


@pytest.mark.parametrize("shell", HERE)
@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("v", "validate"),
        ("drift --pro", "--probe"),
        ("drift --stack dev --stack p", "pr-123 prod"),
        ("emulator fault ", "add clear list"),
    ],
)
def test_each_shell_offers_it(project: Path, shell: str, typed: str, values: str) -> None:
    assert project.exists()
    assert offered(shell, *typed.split(" ")) == {*values.split()}


def told(typed: str) -> str:
    """What every shell is told where this was typed after `vectorize `."""
    *before, last = typed.split(" ")
    completing = ShellComplete(main, {}, "vectorize", VARIABLE)
    return " ".join(str(one.value) for one in completing.get_completions(before, last))


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", " ".join(sorted(COMMANDS))),
        ("catalog ", "check list update"),
        ("drift --format ", " ".join(FORMATS)),
        ("drift --stack ", "dev local pr-123 prod"),
        ("drift --stack=l", "local"),
        ("show p", "pr-123 prod"),
        ("show x", ""),
        ("catalog check --stack pr", "pr-123 prod"),
        ("catalog list ", " ".join(sorted(embedding_providers()))),
        ("catalog list --stack l", "local"),
        ("promote d", "dev"),
        ("promote dev ", "dev local prod"),
        ("promote --check p", "prod"),
        ("promote --history p", "prod"),
        ("completion b", "bash"),
    ],
)
def test_what_is_offered(project: Path, typed: str, values: str) -> None:
    assert project.exists()
    assert told(typed) == values


@pytest.mark.parametrize("shell", HERE)
def test_files_are_the_shell_s_own_business(project: Path, shell: str) -> None:
    (project / "report.json").touch()
    own = {"bash": {"files-by-compopt"}, "zsh": {"files-by-path-files"}, "fish": {"report.json"}}
    assert offered(shell, "validate", "--output", "rep") == own[shell]
    assert offered(shell, "validate", "d") - own[shell] == {"dev"}


def test_in_a_folder_of_the_project_the_stacks_are_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "below").mkdir()
    monkeypatch.chdir(project / "below")
    assert told("show l") == "local"


def test_where_there_is_no_project_nothing_is_offered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = project.parent / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    assert told("drift --stack ") == ""
    gone.rmdir()
    assert told("drift --stack ") == ""


def test_names_of_commands_are_offered_without_importing_one() -> None:
    program = (
        "import sys\n"
        "from click.shell_completion import ShellComplete\n"
        "from commands.main import main\n"
        "print(*(one.value for one in ShellComplete(main, {}, 'vectorize', '').get_completions([], '')))\n"
        "heavy = {'rich', 'emulator', 'httpx', 'jsonschema', 'yaml', 'commands.drift'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == sorted(COMMANDS)


def test_a_shell_that_is_not_known_is_an_error_of_use() -> None:
    done = CliRunner().invoke(main, ["completion", "tcsh"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        1,
        "Error: Invalid value for '{bash|fish|zsh}': 'tcsh' is not one of 'bash', 'fish', 'zsh'.",
    )


@pytest.fixture
def activated(project: Path) -> Path:
    places = Places(project)
    places.make()
    activation.write(places, None)
    # In the place of the environment: the one that runs this test.
    places.venv.symlink_to(PROGRAMS.parent)
    return places.activate


def test_activation_has_bash_complete_by_asking_for_the_script_when_it_is_needed(activated: Path) -> None:
    script = (
        f". {shlex.quote(str(activated))}; complete -p vectorize; _vectorize_load; echo $?; complete -p vectorize; "
        "COMP_WORDS=(vectorize show l) COMP_CWORD=2; _vectorize_completion vectorize; echo ${COMPREPLY[@]}"
    )
    # Without a terminal an interactive bash complains of that before anything else.
    done = subprocess.run(["bash", "--norc", "-i", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "complete -F _vectorize_load vectorize",
        # By which bash begins anew.
        "124",
        "complete -o nosort -F _vectorize_completion vectorize",
        "local",
    ]


@pytest.mark.skipif("zsh" not in HERE, reason="there is no zsh here")
def test_activation_has_zsh_complete_where_its_completion_is_on(activated: Path) -> None:
    source = f". {shlex.quote(str(activated))}"
    script = (
        'print "off: ${+functions[_vectorize_load]}"\n'
        'compdef() { print "compdef $*"; }\n'
        "compadd() { print -l -- $completions; }\n"
        f"{source}\nwords=(vectorize show l) CURRENT=3\n_vectorize_load\n"
    )
    done = subprocess.run(["zsh", "-f", "-i", "-c", f"{source}\n{script}"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "off: 0",
        "compdef _vectorize_load vectorize",
        "compdef _vectorize_completion vectorize",
        "local",
    ]


def test_activation_in_a_script_has_nothing_completed(activated: Path) -> None:
    script = f". {shlex.quote(str(activated))}; complete -p vectorize"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert os.access(activated, os.R_OK)
