"""The environment file of a stack, as commands find it that look at a stack: from wherever in the project they are called."""

from dataclasses import dataclass
from pathlib import Path

from astra import document, environment
from astra.declaration import Environment
from commands.sources import FOLDER

_PROJECT = ("Pulumi.yaml", "Pulumi.yml")


@dataclass(frozen=True, slots=True)
class EnvironmentFile:
    """What an environment file says.

    Attributes:
        name: its path relative to the project, with /.
        text: None where there is no such file, or it is no YAML.
        environment: what it declares; None where that cannot be told.
        problem: why that cannot be told, as a sentence; "" where it can, and where there is no such file.
        missing: whether there is no such file.
    """

    name: str
    text: document.Document | None = None
    environment: Environment | None = None
    problem: str = ""
    missing: bool = False


def project() -> Path:
    """The folder of the project: the nearest upwards with a Pulumi.yaml, as the engine finds it; else the current one."""
    here = Path.cwd()
    return next((one for one in (here, *here.parents) if any((one / name).is_file() for name in _PROJECT)), here)


def environment_file(name: str) -> EnvironmentFile:
    """The environment file of that name: `environments/<name>.yaml` of the project."""
    relative = FOLDER / f"{name}.yaml"
    shown = relative.as_posix()
    try:
        parsed = document.parse((project() / relative).read_bytes(), shown)
    except FileNotFoundError:
        return EnvironmentFile(shown, missing=True)
    except OSError as error:
        return EnvironmentFile(shown, problem=f"{shown}: cannot be read: {error.strerror}")
    except document.NotReadable as error:
        return EnvironmentFile(shown, problem=str(error))
    errors = sum(finding.severity == "error" for finding in environment.findings(parsed))
    if errors:
        problems = f"{errors} problem{'s' if errors > 1 else ''}"
        return EnvironmentFile(
            shown, parsed, problem=f"what {shown} declares cannot be told: it has {problems}; see vectorize validate"
        )
    return EnvironmentFile(shown, parsed, environment.environment(parsed.data))
