"""How a call ends: a sentence for what a person can mend, a report for a bug, and nothing for a reader that left."""

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from astra import catalog
from astra.errors import Invalid, Unavailable
from commands.bug_report import WHERE
from commands.main import LazyGroup, main

ROOT = Path(__file__).parents[2]
VECTORIZE = str(Path(sys.executable).with_name("vectorize"))
TOKEN = "AstraCS:planted:0123456789abcdef0123456789abcdef"
BARE = "0123planted456789abcdef0123456789ab"


def ended(raised: BaseException | None, *arguments: str, **environ: str) -> Result:
    """How a call ends whose command raises that."""

    class Planted(LazyGroup):
        def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
            return command if cmd_name == "planted" else None

    @click.command(name="planted", context_settings={"ignore_unknown_options": True})
    @click.argument("stated", nargs=-1)
    def command(stated: tuple[str, ...]) -> None:
        if raised is not None:
            raise raised
        click.echo(f"done with {len(stated)}")

    @click.group(cls=Planted)
    def group() -> None:
        pass

    return CliRunner().invoke(group, ["planted", *arguments], env=environ)


def test_what_went_well_ends_with_0() -> None:
    done = ended(None, "a")
    assert (done.exit_code, done.output) == (0, "done with 1\n")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (Invalid("schemas/rules.json:1:2: the file is no JSON"), 1, "Error: schemas/rules.json:1:2: the file is no JSON"),
        (Unavailable("no answer", advice="Try again."), 1, "Error: no answer Try again."),
        (click.ClickException("no such thing"), 1, "Error: no such thing"),
        (click.ClickException(f"no such thing: {TOKEN}"), 1, "Error: no such thing: (hidden)"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), 1, "Error: /x: cannot be read or written: Permission denied"),
        (
            PermissionError(errno.EACCES, "Permission denied", TOKEN),
            1,
            "Error: (hidden): cannot be read or written: Permission denied",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), 1, "Error: cannot be read or written: No space left on device"),
        (OSError("the address is odd"), 1, "Error: cannot be read or written: the address is odd"),
        (click.Abort(), 1, "Aborted!"),
        # After the line on which the terminal shows ^C.
        (KeyboardInterrupt(), 130, "\nInterrupted."),
        (EOFError(), 1, "\nAborted!"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (SystemExit(2), 2, ""),
        (SystemExit(None), 0, ""),
        (SystemExit("nothing goes any more"), 1, "nothing goes any more"),
    ],
    ids=repr,
)
def test_what_a_person_can_mend_is_a_sentence(raised: BaseException, code: int, said: str) -> None:
    done = ended(raised)
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", f"{said}\n" if said else "")


def test_a_bug_is_a_sentence_where_to_report_it_and_what_is_needed_to_find_it() -> None:
    done = ended(ZeroDivisionError("division by zero"), "--stack", "dev prod")
    lines = done.stderr.splitlines()
    assert (done.exit_code, done.stdout) == (1, "")
    assert lines[:4] == [
        "Error: ZeroDivisionError: division by zero",
        WHERE,
        "",
        f"vectorize, version {metadata.version('astra-vectorize')}",
    ]
    assert lines[4].startswith(f"Python {platform.python_version()}, {platform.system()}")
    assert "command: vectorize planted --stack 'dev prod'" in lines
    assert "Traceback (most recent call last):" in lines
    assert f'  File "{__file__}", line' in done.stderr
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert "in the project's issue tracker" in WHERE


PLANTED = {
    "a token": TOKEN,
    "a key of letters and digits": BARE,
    "a key of a provider": "sk-plantedplantedplanted",
    "a password in an address": "postgres://planted:planted@host/db",
    "a passphrase of the environment": "planted and short",
    "random text": "planted0" * 7,
}


@pytest.mark.parametrize("secret", PLANTED.values(), ids=PLANTED)
def test_in_the_report_of_a_bug_is_no_secret(secret: str) -> None:
    """Neither from the command line, nor from the error's words, nor from those of its cause."""
    error = ValueError(f"it said\n{secret}")
    error.__cause__ = KeyError(secret)
    done = ended(error, f"--token={secret}", secret, PULUMI_CONFIG_PASSPHRASE="planted and short")
    said = done.stderr.replace("vectorize planted", "").replace("<planted", "")
    assert "(hidden)" in said
    assert "planted" not in said
    assert "Traceback (most recent call last):" in said


@pytest.mark.parametrize(
    ("said", "environ"),
    [
        ("https://host/state?password=planted1&region=eu", {}),
        ("password=planted", {}),
        ("{'apiKey': 'planted'}", {}),
        ("as planted1", {"MYSQL_PWD": "planted1"}),
        ("as planted1", {"PULUMI_BACKEND_URL": "postgres://user:planted1@host/state"}),
        ("as planted@1", {"PULUMI_BACKEND_URL": "postgres://user:planted%401@host/state"}),
        ("as planted1", {"PULUMI_BACKEND_URL": "postgres://host/state?password=planted1"}),
        ("as planted", {"OPENAI_API_KEY": "plant"}),
        ("planted\nthe planted", {"PULUMI_CONFIG_PASSPHRASE": "planted\nthe planted"}),
        ("planted's own", {"PULUMI_CONFIG_PASSPHRASE": "planted's own"}),
    ],
)
def test_in_the_report_of_a_bug_is_nothing_that_is_said_to_be_a_secret(said: str, environ: dict[str, str]) -> None:
    """Whatever it looks like: where it stands says so, or the variable that holds it."""
    done = ended(LookupError(said), said, **environ)
    assert "plant" not in done.stderr.replace("vectorize planted", "").replace("<planted", "")
    assert next(line for line in done.stderr.splitlines() if "(hidden)" in line).startswith("Error: LookupError: ")


def test_the_folder_is_no_secret() -> None:
    assert "in /a/folder" in ended(ValueError("in /a/folder"), PWD="/a/folder", OLDPWD="/a/folder").stderr


def test_where_a_bug_is_stays_readable_however_long_its_path_is(tmp_path: Path) -> None:
    module = tmp_path / ("folder0" * 12) / "module.py"
    module.parent.mkdir()
    code = compile("def fail(): raise ValueError('here')", str(module), "exec")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - a function that is somewhere else
    with pytest.raises(ValueError, match="here") as raised:
        names["fail"]()
    assert f'File "{module}", line 1, in fail' in ended(raised.value).stderr


def test_not_standalone_everything_is_the_caller_s() -> None:
    group = LazyGroup("vectorize")
    with pytest.raises(click.UsageError):
        group.main(["nothing"], standalone_mode=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which nothing is, and no engine."""
    (tmp_path / "environments").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return tmp_path


def redirected(where: str, *arguments: str, unbuffered: str = "") -> tuple[int, str]:
    """Exit code and standard error of the program itself, whose output a shell sends somewhere.

    Args:
        where: as the shell has it.
        arguments: of the program.
        unbuffered: what PYTHONUNBUFFERED is set to; where it is empty, Python keeps what could not be written, to try it again.
    """
    call = ["/bin/bash", "-c", f'set -o pipefail; "$0" "$@" {where}', VECTORIZE, *arguments]
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False, env=environ)
    return done.returncode, done.stderr


def run(call: str) -> tuple[int, str]:
    """Exit code and standard error of a call in this process."""
    done = CliRunner().invoke(main, call.split())
    return done.exit_code, done.stderr


# By click, before a command begins and in one, and by rich.
PRINTING = [("--help",), ("completion", "fish"), ("catalog", "list", "nvidia")]


buffered_or_not = pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])


@buffered_or_not
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_full_disk_is_a_sentence(project: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    assert project.exists()
    said = "Error: standard output: cannot be written: No space left on device\n"
    assert redirected(">/dev/full", *arguments, unbuffered=unbuffered) == (1, said)


@buffered_or_not
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_closed_output_is_borne(project: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    assert project.exists()
    assert redirected(">&-", *arguments, unbuffered=unbuffered) == (0, "")


@buffered_or_not
@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_reader_that_leaves_early_hears_nothing(project: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    assert project.exists()
    assert redirected("| true", *arguments, unbuffered=unbuffered)[1] == ""


@buffered_or_not
def test_a_table_ends_as_it_would_have_where_its_reader_leaves_early(project: Path, unbuffered: str) -> None:
    assert project.exists()
    assert redirected("| true", "catalog", "list", unbuffered=unbuffered) == (0, "")


NO_ENGINE = "Error: pulumi is not on PATH. Activate the project's environment: . .vectorize/activate"
NO_STORE = (
    "Error: There is no store .vectorize/emulator.sqlite. An update of the stack local makes it, and so does emulator serve."
)


@pytest.mark.parametrize(
    ("call", "said"),
    {
        "show": NO_ENGINE,
        "drift": NO_ENGINE,
        "promote dev prod": NO_ENGINE,
        "catalog check --stack dev": NO_ENGINE,
        "promote --check dev": "Error: no environment is called dev; there are: none",
        "validate": "1 problem in 1 file",
        "emulator status": NO_STORE,
    }.items(),
)
def test_where_nothing_is_set_up_each_command_says_what_is_missing(project: Path, call: str, said: str) -> None:
    assert project.exists()
    assert run(call) == (1, f"{said}\n")


WITH_A_MODEL = """\
target: {kind: astra}
databases: {knowledge: {cloudProvider: AWS, region: us-east-2}}
workload:
  databases:
    knowledge:
      keyspaces:
        docs:
          collections:
            articles: {vector: {service: {provider: openai, modelName: text-embedding-3-small}}}
"""
BROKEN = {
    "a folder": lambda file: file.mkdir(),
    "more than can be read": lambda file: file.write_bytes(b"a" * 10_000_000),
    "no text": lambda file: file.write_bytes(bytes(range(256))),
    "a link to itself": lambda file: file.symlink_to(file),
    "too deep": lambda file: file.write_text("[" * 100_000),
    "anchors of anchors": lambda file: file.write_text("a: &a [x, x]\nb: &b [*a, *a]\n"),
}


@pytest.mark.parametrize("name", ["environments/dev.yaml", "policies.yaml"])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_file_of_whatever_kind_is_a_finding(project: Path, name: str, broken: str) -> None:
    BROKEN[broken](project / name)
    for call in ("validate dev", "promote --check dev"):
        code, said = run(call)
        assert code in (1, 2)
        assert "Traceback" not in said
        assert "This is a bug" not in said


DAMAGED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "nothing": lambda _: {},
    "no model": lambda stated: {**stated, "oneOf": []},
    "no list of models": lambda stated: {**stated, "oneOf": 5},
    "a model without properties": lambda stated: {**stated, "oneOf": [{"x-status": "SUPPORTED"}]},
    "no title": lambda stated: {key: stated[key] for key in stated if key != "title"},
    "no source": lambda stated: {**stated, "x-sources": {"answer": "here"}},
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_schema_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    """It can be read, and says not what it has to."""
    folder = tmp_path / "schemas"
    shutil.copytree(catalog.SCHEMAS, folder)
    monkeypatch.setattr(catalog, "SCHEMAS", folder)
    monkeypatch.setattr(catalog, "_PROVIDERS", folder / "embedding-providers")
    monkeypatch.setattr(catalog, "documents", catalog.documents.__wrapped__)
    monkeypatch.setattr(catalog, "embedding_providers", catalog.embedding_providers.__wrapped__)
    file = catalog.provider_file("openai")
    file.write_text(json.dumps(DAMAGED[damage](json.loads(file.read_text()))))
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(WITH_A_MODEL)
    monkeypatch.chdir(tmp_path)
    said = (
        "Error: schemas/embedding-providers/openai.schema.json:1:1: the file has not the form of "
        "schemas/embedding-provider.metaschema.json: correct it, or restore it from git\n"
    )
    assert run("validate") == (1, said)


def test_half_a_schema_is_a_sentence(project: Path) -> None:
    """Of an update of the project that was cut off; the program is a copy."""
    for folder in ("astra", "commands", "schemas"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns("__pycache__"))
    half = project / "schemas" / "embedding-providers" / "openai.schema.json"
    half.write_text(half.read_text()[:1000])
    (project / "environments" / "dev.yaml").write_text("target: {kind: astra}\n")
    program = "import sys; from commands.main import main; main(sys.argv[1:])"
    for arguments in (["validate"], ["catalog", "list"]):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: schemas/embedding-providers/openai.schema.json:")
        assert line.endswith("correct it, or restore it from git")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["validate"], "1 problem in 1 file"),
        (["promote", "--check", "dev"], "Error: the current folder: cannot be read or written: No such file or directory"),
    ],
    ids=["validate", "promote"],
)
def test_a_current_folder_that_is_gone_is_a_sentence(project: Path, arguments: list[str], said: str) -> None:
    shell = f'mkdir gone && cd gone && rmdir ../gone && exec "{VECTORIZE}" "$@"'
    done = subprocess.run(["/bin/sh", "-c", shell, "sh", *arguments], capture_output=True, text=True, check=False, cwd=project)
    assert (done.returncode, done.stderr) == (1, f"{said}\n")


@pytest.mark.parametrize("answer", ["nothing of JSON", '"a text"', "", "[{}"])
@pytest.mark.parametrize("call", ["show dev", "drift", "catalog list --stack dev"])
def test_an_engine_that_is_none_is_a_sentence(project: Path, monkeypatch: pytest.MonkeyPatch, call: str, answer: str) -> None:
    program = project / "pulumi"
    program.write_text(f"#!/bin/sh\nprintf '%s' '{answer}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{project}:/usr/bin:/bin")
    code, said = run(call)
    assert code == 1
    assert said.endswith(": the answer of pulumi cannot be read; is the pulumi on PATH the engine that set-up installed?\n")


def test_interrupted_it_is_said_in_a_line_and_by_130(project: Path) -> None:
    """By an engine that presses Ctrl-C, so to speak: at what time is certain then."""
    program = project / "pulumi"
    program.write_text("#!/bin/sh\nkill -INT $PPID\nprintf '{}'\n")
    program.chmod(0o755)
    environ = {**os.environ, "PATH": f"{project}:/usr/bin:/bin"}
    # Whoever runs the tests may ignore the signal, as a job in the background does, and a program inherits that.
    listening = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    call = [sys.executable, "-c", listening, VECTORIZE, "show", "dev"]
    done = subprocess.run(call, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "\nInterrupted.\n")
