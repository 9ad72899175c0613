"""What is asked of the engine: a stand-in that says what it is told to, and notes how it was called."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from commands import engine
from commands.main import main
from commands.output import FORMATS
from commands.standing import met, resources

ROOT = Path(__file__).parents[2]
VECTORIZE = str(Path(sys.executable).with_name("vectorize"))
TOKEN = "AstraCS:CANARYtokenCANARY:0123456789abcdef"
URN = "urn:pulumi:dev::p::pulumi-python:dynamic/astra:Collection::k.docs.a"


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name, which prints a file a command."""
    program = tmp_path / "pulumi"
    program.write_text(
        '#!/bin/sh\necho "$@" >> "$0.called"\necho "$ASTRA_DB_APPLICATION_TOKEN-$PULUMI_RUN_PROGRAM" >> "$0.environment"\n'
        'case "$1" in stack) name="$2" ;; *) name="$1" ;; esac\n'
        'cat "$0.$name.out" 2>/dev/null\ncat "$0.$name.err" >&2 2>/dev/null\n[ ! -e "$0.$name.err" ]\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PULUMI_RUN_PROGRAM", "true")
    monkeypatch.chdir(tmp_path)
    says(program, "config", {})
    says(program, "export", {"deployment": {"manifest": {"time": "2026-01-02T03:04:05.678Z"}}})
    says(program, "ls", [{"name": "dev", "current": True}, {"name": "prod", "current": False}])
    return program


def says(program: Path, name: str, answer: Any, error: str = "") -> None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    program.with_name(f"pulumi.{name}.out").write_text(text)
    if error:
        program.with_name(f"pulumi.{name}.err").write_text(error)


def called(program: Path) -> list[str]:
    return program.with_name("pulumi.called").read_text().splitlines()


def event(**content: Any) -> str:
    return json.dumps({"sequence": 1, **content}) + "\n"


def outputs(op: str, urn: str = URN, new: Any = None) -> str:
    return event(resOutputsEvent={"metadata": {"op": op, "urn": urn, "old": {"inputs": {"a": 1}, "outputs": {}}, "new": new}})


def test_a_refresh_is_a_preview_without_the_program_and_with_the_token_of_now(pulumi: Path) -> None:
    read: list[int] = []
    says(pulumi, "refresh", "not JSON\n" + outputs("same", new={"outputs": {"x": 1}}) + outputs("delete", f"{URN}b"))
    found = engine.refreshed("dev", TOKEN, read.append)
    assert called(pulumi) == ["refresh --preview-only --json --run-program=false --parallel=64 --non-interactive --stack dev"]
    assert pulumi.with_name("pulumi.environment").read_text() == f"{TOKEN}-\n"
    assert (sorted(found.met), found.errors, found.failure, read) == ([URN, f"{URN}b"], {}, "", [1, 2])


def test_what_a_read_raised_is_told_of_its_resource_without_the_engine_s_words(pulumi: Path) -> None:
    message = "  error: Exception calling application: AstraError: cannot read it: HTTP 503.\n"
    lines = [
        event(diagnosticEvent={"urn": URN, "severity": "error", "message": message}),
        event(diagnosticEvent={"urn": URN, "severity": "info", "message": "nothing"}),
        event(resOpFailedEvent={"metadata": {"urn": f"{URN}b"}}),
        event(diagnosticEvent={"severity": "error", "message": "preview failed"}),
        event(summaryEvent={}),
    ]
    says(pulumi, "refresh", "".join(lines), error="error: preview failed")
    found = engine.refreshed("dev", "", lambda _: None)
    assert found.errors == {URN: "cannot read it: HTTP 503.", f"{URN}b": ""}
    assert found.met == {}


KEPT = [{"urn": URN, "type": "pulumi-python:dynamic/astra:Collection", "inputs": {"address": "k.docs.a"}, "provider": "urn:p::1"}]


@pytest.mark.parametrize(
    ("refreshed", "outcome", "reason"),
    [
        (engine.Refreshed(met={URN: {"op": "same", "new": {"outputs": {"x": 1}}}}), "met", None),
        (engine.Refreshed(met={URN: {"op": "delete", "new": None}}), "missing", None),
        (engine.Refreshed(errors={URN: "HTTP 503"}), "unread", "HTTP 503"),
        # Whatever else is said of it: what raised was not read.
        (engine.Refreshed(met={URN: {"op": "delete", "new": None}}, errors={URN: "HTTP 503"}), "unread", "HTTP 503"),
        (engine.Refreshed(failure="the stack is locked"), "unread", "the stack is locked"),
        (engine.Refreshed(), "unread", "the engine did not say anything of it"),
    ],
)
def test_only_what_the_engine_says_is_gone_is_gone(refreshed: engine.Refreshed, outcome: str, reason: str | None) -> None:
    (one,) = (met(one, refreshed) for one in resources(KEPT, "urn:p"))
    assert one.outcome == outcome
    assert reason in (None, one.reason)


def test_the_order_of_a_table_s_key_is_as_the_data_api_has_it() -> None:
    key = {"partitionBy": ["a"], "partitionSort": [{"c": 1.0}, {"b": -1.0}]}
    kept = {**KEPT[0], "inputs": {"definition": {"primaryKey": key}}, "outputs": {"explained": {"primaryKey": key}}}
    (one,) = resources([kept], "urn:p")
    for stated in (one.inputs["definition"], one.outputs["explained"]):
        assert list(stated["primaryKey"]["partitionSort"].items()) == [("c", 1.0), ("b", -1.0)]


def test_what_is_half_deleted_or_of_another_provider_is_none() -> None:
    assert resources([{**KEPT[0], "delete": True}], "urn:p") == []
    assert resources(KEPT, "urn:q") == []


def test_of_a_stack_without_resources_nothing_is_unread_whatever_the_engine_says(pulumi: Path) -> None:
    says(pulumi, "refresh", "", "error: there is nothing to refresh")
    done = CliRunner().invoke(main, ["drift", "--format", "json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["stacks"][0]["updated"] == "2026-01-02T03:04:05Z"


@pytest.mark.usefixtures("pulumi")
def test_every_stack() -> None:
    done = CliRunner().invoke(main, ["drift", "--all", "--format", "json"])
    assert [one["name"] for one in json.loads(done.stdout)["stacks"]] == ["dev", "prod"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("error: incorrect passphrase\n", "cannot read the config of dev: incorrect passphrase"),
        (
            "error: the stack is currently locked by 1 lock(s).\n Either wait, or\n run pulumi cancel",
            "cannot read the config of dev: the stack is currently locked by 1 lock(s). Either wait, or run pulumi cancel",
        ),
        (
            'error: unable to open "postgres://USER:secret@HOST/DB"',
            'cannot read the config of dev: unable to open "postgres://(hidden)@HOST/DB"',
        ),
        (f"error: bad {TOKEN}", "cannot read the config of dev: bad (hidden)"),
        ("", "cannot read the config of dev: exit code 1"),
    ],
)
def test_what_the_engine_cannot_do_is_one_sentence_and_unknown(pulumi: Path, error: str, sentence: str) -> None:
    says(pulumi, "config", "", error or " ")
    done = CliRunner().invoke(main, ["drift", "--stack", "dev", "--format", "json"])
    assert done.exit_code == 1
    assert [one["sentence"] for one in json.loads(done.stdout)["unknown"]] == [sentence]


def test_without_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = CliRunner().invoke(main, ["drift"])
    assert (done.exit_code, done.output) == (
        1,
        "Error: pulumi is not on PATH. Activate the project's environment: . .vectorize/activate\n",
    )


@pytest.mark.parametrize(
    ("stacks", "arguments", "sentence"),
    [
        ([], [], "the project has no stack"),
        ([], ["--all"], "the project has no stack"),
        ([{"name": "dev", "current": False}], [], "no stack is selected: name one with --stack, or use --all"),
        ([], ["--all", "--stack", "dev"], "--all and --stack exclude each other"),
    ],
)
def test_which_stack_is_meant_has_to_be_clear(pulumi: Path, stacks: Any, arguments: list[str], sentence: str) -> None:
    says(pulumi, "ls", stacks)
    done = CliRunner().invoke(main, ["drift", *arguments])
    assert done.exit_code == 1
    assert done.output.splitlines()[-1] == f"Error: {sentence}"


def test_a_report_for_which_there_is_no_format_is_refused_before_anything_is_asked(pulumi: Path) -> None:
    done = CliRunner().invoke(main, ["drift", "--output", "drift.docx"])
    assert (done.exit_code, "no format has this extension" in done.output) == (1, True)
    assert not pulumi.with_name("pulumi.called").exists()


# The others are empty where there is nothing to tell.
@pytest.mark.usefixtures("pulumi")
@pytest.mark.parametrize("form", sorted(FORMATS.keys() - {"github", "markdown"}))
def test_a_report_that_cannot_be_printed_is_said(form: str) -> None:
    with Path("/dev/full").open("w") as full:
        call = [VECTORIZE, "drift", "--stack", "dev", "--format", form]
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    *rest, last = done.stderr.splitlines()
    assert (done.returncode, last) == (1, "Error: standard output: cannot be written: No space left on device")
    assert rest in ([], ["no drift in 1 stack; 0 of 0 managed"])


@pytest.mark.usefixtures("pulumi")
def test_a_reader_that_leaves_early_does_not_change_what_was_found() -> None:
    read, write = os.pipe()
    os.close(read)
    call = [VECTORIZE, "drift", "--stack", "dev", "--format", "json"]
    done = subprocess.run(call, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "no drift in 1 stack; 0 of 0 managed\n")


def test_a_transport_that_cannot_be_opened_is_one_sentence(pulumi: Path) -> None:
    stated = {"target": "emulator", "config": {"transport": "nowhere:open_store", "store": "x"}}
    provider = {"urn": "urn:p", "type": "pulumi:providers:pulumi-python", "inputs": {"vectorize:settings": json.dumps(stated)}}
    says(pulumi, "export", {"deployment": {"resources": [provider, *KEPT]}})
    done = CliRunner().invoke(main, ["drift", "--stack", "dev", "--format", "json"])
    assert done.exit_code == 1
    (one,) = json.loads(done.stdout)["unknown"]
    assert one["sentence"] == (
        "cannot open the transport nowhere:open_store: No module named 'nowhere'. Check vectorize:transport and vectorize:store "
        "in the stack's config."
    )


# Says that it began, notes each SIGINT, and ends at the one of that number; it hangs as an engine does whose reads hang.
HANGING = """\
#!{python}
import json, pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
notes = pathlib.Path(sys.argv[0] + ".notes")
print(json.dumps({{"resOutputsEvent": {{"metadata": {{"op": "same", "urn": "urn"}}}}}}), flush=True)
for number in range({last}):
    signal.sigwait([signal.SIGINT])
    notes.write_text("SIGINT\\n" * (number + 1))
signal.pause() if not {last} else None
"""
# The pauses after each SIGINT: the second is sent when the first was noted, and nothing depends on how fast that is.
LOOKING = """\
import pathlib
from concurrent.futures import ThreadPoolExecutor
from commands import engine, engine_process

def pauses():
    yield {first}
    while {first} == 0 and not pathlib.Path("pulumi.notes").exists() and {last}:
        pass
    yield {second}

engine_process._GRACE = pauses()

def started(_):
    (process,) = engine_process._running
    print(process.pid, flush=True)

with engine_process.ended_together(), ThreadPoolExecutor() as pool:
    pool.submit(engine.refreshed, "dev", "", started).result()
"""


def hanging(program: Path, last: int) -> Path:
    program.write_text(HANGING.format(python=sys.executable, last=last))
    return program


def heard() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ended(ends: signal.Signals, *before: str, **pauses: float) -> tuple[int, bool]:
    """How a look ended that got a signal while the engine read, and whether the engine runs on."""
    call = [*before, sys.executable, "-c", LOOKING.format(**pauses)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        call,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
        # Whoever runs the tests may ignore what is sent here, as a job in the background does.
        preexec_fn=heard,  # noqa: PLW1509 - no thread of the tests holds a lock
    ) as looking:
        assert looking.stdout is not None
        engine_s = int(looking.stdout.readline())
        if before:
            looking.send_signal(signal.SIGHUP)
        looking.send_signal(ends)
        try:
            looking.wait(timeout=120)
        finally:
            runs_on = killed(engine_s)
    return looking.returncode, runs_on


def killed(process: int) -> bool:
    """Whether a process ran until now."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_a_look_ends_the_engine_first(pulumi: Path, ends: signal.Signals) -> None:
    hanging(pulumi, 1)
    assert ended(ends, first=60, second=60, last=1) == (-ends, False)
    assert pulumi.with_name("pulumi.notes").read_text() == "SIGINT\n"


def test_an_engine_that_waits_for_its_reads_is_asked_once_more(pulumi: Path) -> None:
    hanging(pulumi, 2)
    assert ended(signal.SIGTERM, first=0, second=60, last=2) == (-signal.SIGTERM, False)
    assert pulumi.with_name("pulumi.notes").read_text() == "SIGINT\nSIGINT\n"


def test_an_engine_that_does_not_listen_is_ended_all_the_same(pulumi: Path) -> None:
    hanging(pulumi, 0)
    assert ended(signal.SIGTERM, first=0, second=0, last=0) == (-signal.SIGTERM, False)


def test_a_look_that_was_told_to_ignore_a_signal_goes_on(pulumi: Path) -> None:
    hanging(pulumi, 1)
    assert ended(signal.SIGTERM, "nohup", first=60, second=60, last=1) == (-signal.SIGTERM, False)
