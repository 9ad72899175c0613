"""`vectorize promote` as it is called, and what it has the engine do: a stand-in that notes how it was called."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from astra import canonical, deployment
from commands import engine, engine_update
from commands.environment_file import environment_file
from commands.main import main
from commands.promotion import applying
from commands.promotion.side import Side

ROOT = Path(__file__).parents[2]
DATABASES = {"k": {"name": "k", "cloudProvider": "AWS", "region": "us-east-2"}}
DEV: dict[str, Any] = {
    "target": {"kind": "emulator"},
    "promotesTo": "staging",
    "databases": DATABASES,
    "workload": {"k": {"docs": {"collections": {"a": None}}}},
}
STAGING: dict[str, Any] = {"target": {"kind": "emulator"}, "databases": DATABASES, "workload": {}}
LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file."
)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name, which prints a file a command and ends by the code that another one says."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\necho "$@" >> "$0.called"\necho "$VECTORIZE_ALLOW_DATA_LOSS" >> "$0.losses"\n'
        'case "$1" in stack|state) name="$2" ;; *) name="$1" ;; esac\n'
        'cat "$0.$name" 2>/dev/null\nexit "$(cat "$0.$name.code" 2>/dev/null || echo 0)"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "environments").mkdir()
    monkeypatch.chdir(tmp_path)
    says(program, "ls", json.dumps([{"name": "dev"}, {"name": "own"}]))
    says(program, "export", "{}")
    says(program, "config", "{}")
    says(program, "history", "[]")
    declare("dev", DEV)
    declare("staging", STAGING)
    return program


def says(program: Path, command: str, answer: str, code: int = 0) -> None:
    program.with_name(f"pulumi.{command}").write_text(answer)
    program.with_name(f"pulumi.{command}.code").write_text(str(code))


def declare(name: str, data: dict[str, Any]) -> None:
    Path(f"environments/{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False))


def deployed(program: Path, data: dict[str, Any], deployed_at: str = "2026-01-02T03:04:05Z") -> str:
    """Makes the state say that this environment is deployed."""
    digest = canonical.digest(data)
    made = deployment.Deployment(digest, json.dumps(data["workload"]), deployed_at, tool="0.1.0")
    outputs = {**made.outputs(), "history": deployment.packed([made])}
    kept = {"urn": "urn:p::deployment", "type": "pulumi-python:dynamic/astra:Deployment", "outputs": outputs}
    says(program, "export", json.dumps({"deployment": {"resources": [kept]}}))
    return digest


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["promote", *arguments])


@pytest.mark.usefixtures("pulumi")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "say which environment's workload it is: vectorize promote FROM [TO]"),
        (["dev", "dev"], "dev is not promoted to itself"),
        (
            ["staging"],
            "environments/staging.yaml does not say where its workload goes to: name it, or write promotesTo: NAME there",
        ),
        (["dev", "stagin"], 'no environment is called stagin; did you mean "staging"?'),
        (["devv"], 'no environment is called devv; did you mean "dev"?'),
        (["dev", "elsewhere"], "no environment is called elsewhere; there are: dev, own, staging"),
        (["own"], "there is no environments/own.yaml to say where its workload goes to: name the environment that takes it"),
        (["dev", "--apply", "--dry-run"], "--apply and --dry-run exclude each other"),
        (["dev", "--check", "staging"], "--check TO and --history ENVIRONMENT stand alone, beside --format and --output"),
        (["--history", "dev", "--format", "sarif"], "--history is shown as text or json"),
        (["--check", "stagin"], 'no environment is called stagin; did you mean "staging"?'),
    ],
)
def test_what_is_asked_for_in_vain_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    done = call(*arguments)
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, f"Error: {sentence}")


def test_a_stack_that_declares_the_file_of_another_is_refused(pulumi: Path) -> None:
    says(pulumi, "export", "{}")
    says(pulumi, "config", json.dumps({"vectorize:environment": {"value": "staging"}}))
    done = call("dev")
    assert done.exit_code == 1
    assert done.output == (
        "Error: the stack dev declares environments/staging.yaml, by its config vectorize:environment; a workload is promoted "
        "between environments that go by the names of their stacks\n"
    )


def test_without_an_engine_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call("dev", "staging")
    sentence = "Error: pulumi is not on PATH. Activate the project's environment: . .vectorize/activate\n"
    assert (done.exit_code, done.output) == (1, sentence)


def test_a_digest_of_the_history_passes_the_gate_for_ci_and_no_other(pulumi: Path) -> None:
    deployed(pulumi, DEV)
    declare("staging", {**STAGING, "workload": DEV["workload"]})
    done = call("--check", "staging", "--format", "json")
    assert (done.exit_code, json.loads(done.stdout)["outcome"], json.loads(done.stdout)["from"]) == (0, "proven", "dev")
    # Somebody adds what dev never had.
    declare("staging", {**STAGING, "workload": {"k": {"docs": {"collections": {"a": None, "b": None}}}}})
    done = call("--check", "staging", "--format", "json")
    report = json.loads(done.stdout)
    assert (done.exit_code, [one["rule"] for one in report["gates"]]) == (2, ["promotion/proven"])
    # A stated origin does not replace the environment that promotes to it.
    promoted = {"from": "staging", "digest": canonical.digest(DEV)}
    declare("staging", {**STAGING, "promoted": promoted, "workload": DEV["workload"]})
    assert json.loads(call("--check", "staging", "--format", "json").stdout)["from"] == "dev"


def test_what_is_proven_has_to_have_run_for_long_enough_and_its_update_to_have_succeeded(pulumi: Path) -> None:
    deployed(pulumi, DEV, "2999-01-01T00:00:00Z")
    says(pulumi, "history", json.dumps([{"kind": "refresh", "result": "succeeded"}, {"kind": "update", "result": "failed"}]))
    declare("staging", {**STAGING, "promotion": {"soak": "1h"}, "workload": DEV["workload"]})
    done = call("--check", "staging", "--format", "json")
    refused = [one["rule"] for one in json.loads(done.stdout)["gates"] if one["verdict"] == "refused"]
    assert (done.exit_code, refused) == (2, ["promotion/soak", "promotion/failed-update"])


def test_an_environment_that_nobody_promotes_to_proves_nothing(pulumi: Path) -> None:
    deployed(pulumi, DEV)
    done = call("--check", "dev")
    assert done.exit_code == 2
    assert "no environment promotes to dev, so nothing has proven what it declares" in done.output


def test_what_cannot_be_read_is_no_verdict(pulumi: Path) -> None:
    declare("staging", {**STAGING, "workload": []})
    done = call("--check", "staging")
    assert (done.exit_code, "could not be told" in done.output) == (1, True)
    declare("staging", STAGING)
    says(pulumi, "export", "", 1)
    assert call("--check", "staging").exit_code == 1


def test_the_history_is_a_table_or_json(pulumi: Path) -> None:
    digest = deployed(pulumi, DEV)
    assert call("--history", "dev").output.split() == [
        *("digest", "deployed", "at", "commit", "from", "tool"),
        *(word for word in call("--history", "dev").output.split() if set(word) == {"─"}),
        *(digest[:19], "2026-01-02T03:04:05Z", "0.1.0"),
    ]
    (one,) = json.loads(call("--history", "dev", "--format", "json").stdout)["deployments"]
    assert (one["digest"], one["commit"], one["from"]) == (digest, None, None)
    says(pulumi, "export", "{}")
    assert call("--history", "dev").output == "Nothing was deployed here, as far as the state knows.\n"


def test_an_update_is_told_what_may_be_lost_and_nothing_else_is(pulumi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VECTORIZE_ALLOW_DATA_LOSS", "k.docs.everything")
    engine_update.updated("staging", "promote dev: sha256:x", ["k.docs.b", "k.docs.a"], "")
    engine_update.previewed("staging", [], "")
    engine_update.unprotect("staging", ["urn:a", "urn:b"])
    engine_update.protect("staging", [])
    assert pulumi.with_name("pulumi.called").read_text().splitlines() == [
        "up --yes --skip-preview --message promote dev: sha256:x --non-interactive --stack staging",
        "preview --non-interactive --stack staging",
        "state unprotect urn:a urn:b --yes --non-interactive --stack staging",
    ]
    assert pulumi.with_name("pulumi.losses").read_text().splitlines()[:2] == ["k.docs.a,k.docs.b", ""]


def test_what_the_engine_said_is_shown_where_it_failed_and_only_there(pulumi: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says(pulumi, "up", "all is well\n")
    engine_update.updated("staging", "m", [], "")
    assert capsys.readouterr().err == ""
    says(pulumi, "up", "error: it went wrong with s3cr3t-token at postgres://USER:pass@HOST\n", 255)
    said = r"it went wrong with \(hidden\) at postgres://\(hidden\)@HOST"
    sentence = f"^cannot update staging: the engine ended with exit code 255: {said}; what it said stands on standard error$"
    with pytest.raises(engine.EngineError, match=sentence):
        engine_update.updated("staging", "m", [], "s3cr3t-token")
    assert capsys.readouterr().err == "error: it went wrong with (hidden) at postgres://(hidden)@HOST\n"


def test_of_what_the_engine_said_its_errors_are_repeated_and_not_its_progress(pulumi: Path) -> None:
    says(
        pulumi,
        "up",
        " +  astra:Database kb creating (0s) error: AstraError: cannot do it.\n +  Stack s  error: update failed\n"
        "Diagnostics:\n  astra:Database (kb):\n    error: AstraError: cannot do it.\n    error: update failed\n",
        255,
    )
    with pytest.raises(engine.EngineError) as raised:
        engine_update.updated("staging", "m", [], "")
    assert str(raised.value) == (
        "cannot update staging: the engine ended with exit code 255: cannot do it; what it said stands on standard error"
    )


def test_what_was_unprotected_in_vain_and_still_stands_is_protected_again(pulumi: Path) -> None:
    says(pulumi, "export", json.dumps({"deployment": {"resources": [{"urn": "urn:stands"}]}}))
    says(pulumi, "preview", "", 255)
    digest = canonical.digest(DEV)
    chosen = deployment.Deployment(digest, json.dumps(DEV["workload"]), "2026-01-02T03:04:05Z")
    staging = Side("staging", environment_file("staging"), "staging")
    assert staging.file.environment
    losses = applying.Losses(["urn:stands", "urn:gone"])
    (gate,), done = applying.applied(staging, staging.file.environment, "dev", chosen, losses, lambda: "Taken back.")
    assert (gate.verdict, done) == ("unknown", [])
    assert gate.sentence == "cannot preview staging: the engine ended with exit code 255; what it said stands on standard error"
    assert gate.advice == "Taken back."
    assert [line.partition(" --")[0] for line in pulumi.with_name("pulumi.called").read_text().splitlines()] == [
        "state unprotect urn:stands urn:gone",
        "preview",
        "stack export",
        "state protect urn:stands",
    ]


def test_of_a_lock_is_said_how_to_get_out(pulumi: Path, capsys: pytest.CaptureFixture[str]) -> None:
    says(pulumi, "up", LOCKED, 255)
    with pytest.raises(engine.EngineError) as raised:
        engine_update.updated("staging", "m", [], "")
    assert str(raised.value) == (
        "cannot update staging: another update has the lock of the stack. Wait for its end and run this again; if it was killed, "
        "run pulumi cancel --stack staging first."
    )
    assert capsys.readouterr().err == ""


# Says that it began, and ends at a SIGINT as it sees fit.
LISTENING = """\
#!{python}
import pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
with open(sys.argv[0] + ".fifo", "w") as told:
    told.write("began")
signal.sigwait([signal.SIGINT])
sys.exit(7)
"""
UPDATING = """\
import signal
from commands import engine, engine_update
# Whoever runs the tests may ignore what is sent here, as a job in the background does.
for number in (signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.default_int_handler)
try:
    engine_update.updated("staging", "m", [], "")
except engine.EngineError as error:
    print(error)
"""


@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_handed_on_and_the_engine_ends_as_it_sees_fit(pulumi: Path, ends: signal.Signals) -> None:
    pulumi.write_text(LISTENING.format(python=sys.executable))
    fifo = pulumi.with_name("pulumi.fifo")
    os.mkfifo(fifo)
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", UPDATING], env=variables, stdout=subprocess.PIPE, text=True) as updating:
        assert fifo.read_text() == "began"
        updating.send_signal(ends)
        said, _ = updating.communicate()
    assert said == "cannot update staging: the engine ended with exit code 7; what it said stands on standard error\n"
