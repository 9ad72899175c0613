"""The resources' arguments for type checkers: what they refuse, and that they say what the schemas say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from astra import catalog
from providers import arguments

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "examples" / "programs"
WRONG = {number for number, line in enumerate((PROGRAMS / "wrong.py").read_text().splitlines(), 1) if line.endswith("# wrong")}


def mypy() -> set[tuple[str, int]]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--hide-error-context",
        *map(str, PROGRAMS.glob("*.py")),
    ]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return {(Path(file).name, int(line)) for file, line in re.findall(r"^(.+?):(\d+): error", said, re.MULTILINE)}


def pyright() -> set[tuple[str, int]]:
    """The package basedpyright is pyright with its Node.js in the package, in pyright's own mode."""
    settings = {"typeCheckingMode": "strict", "include": [str(PROGRAMS)], "extraPaths": [str(ROOT)]}
    command = [str(Path(sys.executable).with_name("basedpyright")), "--outputjson", "--pythonpath", sys.executable, "--project"]
    (ROOT / ".vectorize" / "cache").mkdir(parents=True, exist_ok=True)
    project = ROOT / ".vectorize" / "cache" / "pyright.json"
    project.write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run([*command, str(project)], cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in found if one["severity"] == "error"}


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_type_checker_refuses_the_wrong_lines_and_nothing_else(checker: Any) -> None:
    assert checker() == {("wrong.py", line) for line in WRONG}


def keys(arguments_type: Any) -> tuple[set[str], set[str]]:
    """All keys of a TypedDict, and the required ones."""
    return set(arguments_type.__required_keys__ | arguments_type.__optional_keys__), set(arguments_type.__required_keys__)


VECTOR = catalog.schema("resources:collection")["properties"]["vector"]


@pytest.mark.parametrize(
    ("arguments_type", "schema"),
    [
        (arguments.VectorArgs, VECTOR),
        (arguments.ServiceArgs, catalog.schema("service")),
        (arguments.AuthenticationArgs, catalog.schema("service")["$defs"]["sharedSecret"]),
        *(
            (getattr(arguments, f"{name[0].upper()}{name[1:]}Args"), catalog.schema("resources:collection")["properties"][name])
            for name in ("indexing", "defaultId", "lexical", "rerank")
        ),
        (
            arguments.RerankServiceArgs,
            catalog.schema("resources:collection")["properties"]["rerank"]["properties"]["service"],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_arguments_have_the_keys_of_their_schema(arguments_type: Any, schema: Any) -> None:
    assert keys(arguments_type) == (set(schema["properties"]), set(schema.get("required", ())))


@pytest.mark.parametrize(
    ("literal", "schema"),
    [
        (arguments.Metric, VECTOR["properties"]["metric"]),
        (arguments.SourceModel, VECTOR["properties"]["sourceModel"]),
        (arguments.IdType, catalog.schema("resources:collection")["properties"]["defaultId"]["properties"]["type"]),
        (arguments.CloudProvider, catalog.schema("resources:database")["properties"]["cloudProvider"]),
    ],
    ids=["metric", "sourceModel", "defaultId", "cloudProvider"],
)
def test_literals_are_the_allowed_values_of_their_schema(literal: Any, schema: Any) -> None:
    assert get_origin(literal) is not None
    assert list(get_args(literal)) == schema["enum"]
