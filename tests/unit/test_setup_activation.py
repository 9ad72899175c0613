"""`. .vectorize/activate` works in every POSIX shell, twice, under `set -eu`, and leaves what the user chose."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import activation
from tools.places import Places

SHELLS = [shell for shell in ("sh", "dash", "bash", "zsh") if shutil.which(shell)]
SHOWN = ("PATH", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_HOME", "PULUMI_SKIP_UPDATE_CHECK")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "it's a project")
    made.make()
    activation.write(made, made.engine / "bin")
    return made


def sourced(shell: str, places: Places, *, times: int = 1, path: str = "/usr/bin:/bin", **environ: str) -> dict[str, str]:
    show = "; ".join(f'echo "{name}=${{{name}-}}"' for name in SHOWN)
    line = f"set -eu; {'. .vectorize/activate; ' * times}{show}"
    program = shutil.which(shell)
    assert program
    printed = subprocess.run(
        [program, "-c", line], cwd=places.root, env={"PATH": path, **environ}, check=True, capture_output=True, text=True
    )
    assert printed.stderr == ""
    return dict(row.split("=", 1) for row in printed.stdout.splitlines())


@pytest.mark.parametrize("shell", SHELLS)
def test_the_projects_programs_come_first_and_its_state_is_used(shell: str, places: Places) -> None:
    assert sourced(shell, places) == {
        "PATH": f"{places.venv}/bin:{places.engine}/bin:/usr/bin:/bin",
        "PULUMI_BACKEND_URL": f"file://{places.root.parent}/it%27s%20a%20project/.vectorize/state",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(places.passphrase),
        "PULUMI_HOME": str(places.pulumi_home),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
    }


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_twice_is_sourcing_once(shell: str, places: Places) -> None:
    assert sourced(shell, places, times=3) == sourced(shell, places)


@pytest.mark.parametrize("shell", SHELLS)
def test_sourcing_again_puts_the_project_first_again(shell: str, places: Places) -> None:
    path = f"/usr/bin:{places.engine}/bin:{places.venv}/bin:/bin"
    assert sourced(shell, places, path=path)["PATH"] == f"{places.venv}/bin:{places.engine}/bin:/usr/bin:/bin"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_backend_of_ones_own_stays(shell: str, places: Places) -> None:
    shown = sourced(shell, places, PULUMI_BACKEND_URL="s3://mine", PULUMI_CONFIG_PASSPHRASE="", PULUMI_HOME="/home/me/.pulumi")
    assert shown["PULUMI_BACKEND_URL"] == "s3://mine"
    assert shown["PULUMI_CONFIG_PASSPHRASE_FILE"] == ""
    assert shown["PULUMI_HOME"] == "/home/me/.pulumi"


@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_activation_of_another_project_set_gives_way(shell: str, places: Places) -> None:
    shown = sourced(
        shell,
        places,
        PULUMI_BACKEND_URL="file:///another/.vectorize/state",
        PULUMI_CONFIG_PASSPHRASE_FILE="/another/.vectorize/passphrase",
        PULUMI_HOME="/another/.vectorize/pulumi-home",
    )
    assert shown == sourced(shell, places)


def test_the_local_stack_runs_on_the_projects_own_state_whatever_the_shell_says(places: Places) -> None:
    environ = {"PATH": "/bin", "PULUMI_BACKEND_URL": "s3://mine", "PULUMI_CONFIG_PASSPHRASE": "x", "PULUMI_STACK": "prod"}
    chosen = activation.variables(places, None, environ)
    assert chosen["PULUMI_BACKEND_URL"] == places.state_url
    assert chosen["PATH"] == f"{places.venv}/bin{os.pathsep}/bin"
    assert "PULUMI_CONFIG_PASSPHRASE" not in chosen
    assert "PULUMI_STACK" not in chosen


def test_tests_are_given_no_state_at_all(places: Places) -> None:
    chosen = activation.without_state(places, None, {"PULUMI_BACKEND_URL": "s3://mine", "PULUMI_CONFIG_PASSPHRASE": "x"})
    assert not {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & chosen.keys()
