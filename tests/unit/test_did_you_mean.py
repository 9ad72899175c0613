"""A mistyped name is answered with the nearest: of commands, options, stacks, environments and providers."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.main import main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of three environments, and an engine that knows no other stack than those."""
    program = tmp_path / "pulumi"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1 $2" = "stack ls" ]; then echo \'[{"name": "team/dev"}, {"name": "team/staging"}, {"name": "team/prod"}]\'; '
        "else echo \"error: no stack named '$(echo $* | sed 's/.*--stack //')' found\" >&2; exit 255; fi\n"
    )
    program.chmod(0o755)
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "environments").mkdir()
    for name in ("dev", "staging", "prod"):
        (tmp_path / "environments" / f"{name}.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize(
    ("call", "said"),
    {
        "shwo": "Error: No such command 'shwo'. Did you mean 'show'?",
        "catalog lst": "Error: No such command 'lst'. Did you mean 'list'?",
        "emulator fualt": "Error: No such command 'fualt'. Did you mean 'fault'?",
        "nothing-like-it": "Error: No such command 'nothing-like-it'.",
        "drift --prob": "Error: No such option '--prob'. Did you mean '--probe'?",
        "show stagin": "Error: cannot read the outputs of stagin: no stack named 'stagin' found; did you mean \"staging\"?",
        "show team/stagin": (
            "Error: cannot read the outputs of team/stagin: no stack named 'team/stagin' found; did you mean \"team/staging\"?"
        ),
        "show x": "Error: cannot read the outputs of x: no stack named 'x' found; there are: dev, prod, staging",
        "catalog list --stack pord": "Error: cannot read the config of pord: no stack named 'pord' found; did you mean \"prod\"?",
        "catalog check --stack x": "Error: cannot read the config of x: no stack named 'x' found; there are: dev, prod, staging",
        "catalog list opnai": 'Error: there is no embedding provider opnai; did you mean "openai"?',
        "promote stagin": 'Error: no environment is called stagin; did you mean "staging"?',
        "promote dev stagin": 'Error: no environment is called stagin; did you mean "staging"?',
        "promote --check stagin": 'Error: no environment is called stagin; did you mean "staging"?',
        "promote --history stagin": 'Error: no environment is called stagin; did you mean "staging"?',
    }.items(),
)
def test_what_may_be_meant_is_said(project: Path, call: str, said: str) -> None:
    assert project.exists()
    done = CliRunner().invoke(main, call.split())
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (1, said)


def test_drift_says_it_of_the_stack_that_could_not_be_read(project: Path) -> None:
    assert project.exists()
    done = CliRunner().invoke(main, ["drift", "--stack", "stagin"])
    what = "cannot read the config of stagin: no stack named 'stagin' found; did you mean \"staging\"?"
    assert (done.exit_code, f"  what     {what}\n" in done.stdout) == (1, True)


def test_validate_says_it_of_files_and_of_stacks(project: Path) -> None:
    assert project.exists()
    done = CliRunner().invoke(main, ["validate", "stagin", "environments/pord.yaml"])
    assert done.stdout.splitlines() == [
        'environments/pord.yaml:1:1: there is no such file; did you mean "environments/prod.yaml"?',
        'stagin:1:1: there is neither a file nor a stack of this name; did you mean "staging"?',
    ]
