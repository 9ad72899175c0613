"""`vectorize validate`: which files it checks, what it says, what it writes, and what it exits with."""

import json
import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from junitparser import JUnitXml

from astra.document import LARGEST
from commands.output import FORMATS
from commands.sources import check
from commands.validate import validate

ROOT = Path(__file__).parents[2]
VECTORIZE = str(Path(sys.executable).with_name("vectorize"))
GOOD = """\
target: {kind: emulator}
databases:
  knowledge: {name: knowledge-dev, cloudProvider: AWS, region: us-east-2}
workload:
  knowledge:
    docs:
      collections:
        own: {vector: {dimension: 768}}
"""
BAD = GOOD.replace("768", "0").replace("AWS", "aws")
BAD_LINES = """\
environments/bad.yaml:3:36: databases.knowledge.cloudProvider: "aws" is not one of AWS, GCP, AZURE; did you mean "AWS"?
environments/bad.yaml:8:24: workload.knowledge.docs.collections.own.vector.dimension: 0 is not allowed; allowed: 1 to 4096
"""
# The account's own parameter in the workload is allowed, and hardly meant.
DOUBTFUL = """\
target: {kind: emulator}
databases:
  knowledge: {name: knowledge-dev, cloudProvider: AWS, region: us-east-2}
integrations:
  openai: {authentication: SHARED_SECRET, providerKey: mine, databases: [knowledge]}
workload:
  knowledge:
    docs:
      collections:
        articles: {vector: {service: {provider: openai, modelName: text-embedding-3-small, parameters: {organizationId: o}}}}
"""

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    (tmp_path / "environments").mkdir()
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    """Writes environments and calls the command: `run("dev", "--strict", dev=GOOD)`."""

    def call(*arguments: str, stdin: str | bytes = "", **environments: str | bytes) -> Result:
        for name, text in environments.items():
            content = text.encode() if isinstance(text, str) else text
            (project / "environments" / f"{name}.yaml").write_bytes(content)
        return CliRunner().invoke(validate, arguments, input=stdin)

    return call


def said(done: Result) -> tuple[int, str, str]:
    return done.exit_code, done.stdout, done.stderr


def test_without_arguments_every_environment_is_checked(run: Run) -> None:
    assert said(run(bad=BAD, good=GOOD)) == (1, BAD_LINES, "2 problems in 1 of 2 files\n")


def test_valid_files_are_counted_and_nothing_is_printed(run: Run) -> None:
    assert said(run(dev=GOOD, prod=GOOD)) == (0, "", "2 files are valid\n")


def test_a_name_is_a_stack_and_a_path_a_file(run: Run, project: Path) -> None:
    (project / "other.txt").write_text(GOOD)
    done = run("dev", "other.txt", "environments/prod.yaml", "--format", "json", dev=GOOD, prod=GOOD)
    assert [file["name"] for file in json.loads(done.stdout)["files"]] == [
        "environments/dev.yaml",
        "environments/prod.yaml",
        "other.txt",
    ]


def test_a_stack_is_found_although_a_folder_has_its_name(run: Run, project: Path) -> None:
    (project / "dev").mkdir()
    assert said(run("dev", dev=GOOD)) == (0, "", "1 file is valid\n")


def test_standard_input_has_a_name_of_its_own(run: Run) -> None:
    assert said(run("-", stdin=BAD)) == (1, BAD_LINES.replace("environments/bad.yaml", "<stdin>"), "2 problems in 1 file\n")


def test_a_file_of_several_names_is_reported_once(run: Run, project: Path) -> None:
    (project / "link.yaml").symlink_to(project / "environments" / "bad.yaml")
    done = run("bad", "environments/bad.yaml", "./environments/../environments/bad.yaml", "link.yaml", bad=BAD)
    assert said(done) == (1, BAD_LINES, "2 problems in 1 file\n")


def test_files_are_sorted_by_name_whatever_the_order_of_the_arguments(run: Run) -> None:
    done = run("b", "a", a="", b="")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["environments/a.yaml", "environments/b.yaml"]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("lcoal", 'lcoal:1:1: there is neither a file nor a stack of this name; did you mean "local"?'),
        ("x", "x:1:1: there is neither a file nor a stack of this name; stacks: local, prod"),
        (
            "environments/lcoal.yaml",
            'environments/lcoal.yaml:1:1: there is no such file; did you mean "environments/local.yaml"?',
        ),
        ("no/x", "no/x:1:1: there is no such file; there are: environments/local.yaml, environments/prod.yaml"),
        ("lcoal.yml", 'lcoal.yml:1:1: there is no such file; did you mean "environments/local.yaml"?'),
        (
            "environments/local.yaml/x",
            'environments/local.yaml/x:1:1: there is no such file; did you mean "environments/local.yaml"?',
        ),
        ("environments", "environments:1:1: this is a directory; name a file in it: local.yaml, prod.yaml"),
        ("empty/", "empty/:1:1: this is a directory; there is no YAML file in it"),
        ("a" * 300, f"{'a' * 70}…{'a' * 29}:1:1: cannot be read: File name too long"),
        ("a\nb", '"a\\nb":1:1: there is neither a file nor a stack of this name; stacks: local, prod'),
    ],
)
def test_what_is_not_there_is_said_and_the_others_are_checked(run: Run, project: Path, source: str, line: str) -> None:
    (project / "empty").mkdir()
    done = run("local", source, local=GOOD, prod=GOOD)
    assert said(done) == (1, f"{line}\n", "1 problem in 1 of 2 files\n")


def test_of_many_names_a_few_are_listed(run: Run) -> None:
    done = run("x", **{f"stack{number:02}": GOOD for number in range(12)})
    listed = ", ".join(f"stack{number:02}" for number in range(10))
    assert done.stdout == f"x:1:1: there is neither a file nor a stack of this name; stacks: {listed} and 2 more\n"


def test_a_project_without_environments_says_what_to_do(run: Run) -> None:
    sentence = "environments:1:1: there is no environment here; write environments/NAME.yaml, or name a file\n"
    assert said(run()) == (1, sentence, "1 problem in 1 file\n")


def test_what_cannot_be_opened_says_why(run: Run) -> None:
    with socket.socket(socket.AF_UNIX) as nobody:
        nobody.bind("environments/dev.yaml")
        assert run("dev").stdout == "dev:1:1: cannot be read: No such device or address\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        pytest.param(b"", "1:1: the file is empty; it needs target, databases and workload", id="empty"),
        pytest.param(b"- a\n", "1:1: must be a mapping, not a list", id="list"),
        pytest.param(b"a: \xff\n", "1:4: the text is not UTF-8", id="not UTF-8"),
        pytest.param(b"[" * 10_000, "1:51: nested deeper than 50 levels", id="10,000 deep"),
        pytest.param(
            b"a: b\n" * 2_000_000, "1:1: the file has more than 4,194,304 bytes; at most so many are read", id="10 MB of YAML"
        ),
    ],
)
def test_a_file_that_is_no_environment_is_one_sentence(run: Run, content: bytes, line: str) -> None:
    assert said(run(dev=content)) == (1, f"environments/dev.yaml:{line}\n", "1 problem in 1 file\n")


def test_a_stream_without_an_end_is_not_read_to_it() -> None:
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as endless:
        done = subprocess.run([VECTORIZE, "validate", "-"], stdin=endless.stdout, capture_output=True, text=True, check=False)
        endless.kill()
    assert done.stdout == f"<stdin>:1:1: the file has more than {LARGEST:,} bytes; at most so many are read\n"


def test_warnings_change_the_exit_code_only_if_that_is_asked_for(run: Run) -> None:
    done = run("dev", dev=DOUBTFUL)
    assert "environments/dev.yaml:10:" in done.stdout
    assert ": warning: workload.knowledge.docs.collections.articles" in done.stdout
    assert (done.exit_code, done.stderr) == (0, "1 warning in 1 file\n")
    strict = run("dev", "--strict")
    assert said(strict) == (1, done.stdout, "1 warning in 1 file; --strict refuses warnings\n")


def test_strict_accepts_what_is_valid(run: Run) -> None:
    assert said(run("--strict", dev=GOOD)) == (0, "", "1 file is valid\n")


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_goes_to_standard_output_with_the_summary_beside_it(run: Run, name: str) -> None:
    begins = {
        "text": "environments/bad.yaml:3:36: ",
        "json": '{\n  "version": 1,',
        "sarif": '{\n  "$schema": "https://docs.oasis-open.org/sarif/',
        "junit": '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="vectorize validate"',
        "github": "::error file=environments/bad.yaml,line=3,col=36,",
        "markdown": "<!-- vectorize validate -->\n",
    }
    done = run("--format", name, bad=BAD)
    assert done.stdout.startswith(begins[name])
    assert (done.exit_code, done.stderr) == (1, "2 problems in 1 file\n")


def test_outputs_are_written_beside_the_lines(run: Run, project: Path) -> None:
    done = run("--output", "a.json", "--output", "b.sarif", "--output", "c.xml", "--output", "d.md", "--output", "e.txt", bad=BAD)
    assert said(done) == (1, BAD_LINES, "2 problems in 1 file\n")
    assert json.loads((project / "a.json").read_text())["summary"] == {"files": 1, "valid": 0, "errors": 2, "warnings": 0}
    assert json.loads((project / "b.sarif").read_text())["version"] == "2.1.0"
    assert JUnitXml.fromfile(str(project / "c.xml")).failures == 2
    assert (project / "d.md").read_text().startswith("<!-- vectorize validate -->\n")
    assert (project / "e.txt").read_text() == BAD_LINES


def test_the_format_that_is_asked_for_is_printed_and_decides_where_an_extension_does_not(run: Run, project: Path) -> None:
    done = run("--format", "sarif", "--output", "a.json", "--output", "b.log", "--output", "c.md", dev=GOOD)
    assert (project / "a.json").read_text() == (project / "b.log").read_text() == done.stdout
    assert (project / "c.md").read_text().startswith("<!--")


def test_an_output_is_replaced_as_a_whole_and_keeps_its_permissions(run: Run, project: Path) -> None:
    there = project / "a.txt"
    there.write_text("something longer than the report\n" * 9)
    there.chmod(0o640)
    run("--output", "a.txt", dev="")
    assert there.read_text() == "environments/dev.yaml:1:1: the file is empty; it needs target, databases and workload\n"
    assert there.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in project.iterdir()) == ["a.txt", "environments"]


def test_an_output_behind_a_link_stays_behind_it(run: Run, project: Path) -> None:
    (project / "link.txt").symlink_to(project / "real.txt")
    run("--output", "link.txt", dev=GOOD)
    assert (project / "link.txt").is_symlink()
    assert (project / "real.txt").read_text() == ""


@pytest.mark.parametrize(
    ("file", "reason"),
    [("no/a.json", "No such file or directory"), ("folder.json", "Is a directory"), ("f/a.md", "Not a directory")],
)
def test_an_output_that_cannot_be_written_is_a_sentence_and_the_others_are_written(
    run: Run, project: Path, file: str, reason: str
) -> None:
    (project / "folder.json").mkdir()
    (project / "f").touch()
    done = run("--output", file, "--output", "b.txt", dev=GOOD)
    assert said(done) == (1, "", f"1 file is valid\nError: {file}: cannot be written: {reason}\n")
    assert (project / "b.txt").exists()


def test_a_device_is_written_to_and_not_replaced(run: Run) -> None:
    assert run("--output", "/dev/null", "--format", "text", dev=BAD).stderr == "2 problems in 1 file\n"
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("a.log", "a.log: no format has this extension; use .txt, .json, .sarif, .xml, .md, or say which with --format"),
        (
            "environments/dev.yaml",
            "environments/dev.yaml: no format has this extension; use .txt, .json, .sarif, .xml, .md, or say ",
        ),
    ],
)
def test_an_output_of_no_format_is_refused_before_anything_is_checked(run: Run, file: str, sentence: str) -> None:
    done = run("--output", file, dev=BAD)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {sentence}")


@pytest.mark.parametrize("sources", [[], ["dev"], ["./environments/dev.yaml"]])
def test_a_report_never_replaces_what_is_checked(run: Run, project: Path, sources: list[str]) -> None:
    done = run(*sources, "--format", "json", "--output", "environments/dev.yaml", dev=GOOD)
    sentence = "Error: environments/dev.yaml: is checked itself, and would be replaced by the report; name another file\n"
    assert said(done) == (1, "", sentence)
    assert (project / "environments" / "dev.yaml").read_text() == GOOD


PLANTED = {
    "openai": "sk-proj-plantedplantedplanted0123456789",
    "huggingface": "hf_plantedplantedplanted0123456789",
    "astra": "AstraCS:planted:0123456789abcdef0123456789abcdef",
    "nvidia": "nvapi-plantedplantedplanted0123456789",
    "jinaAI": "jina_plantedplantedplanted0123456789",
    "unknown kind": "plantedplantedplantedplantedplantedplantedplanted0123456789",
}
PLACES = {
    "a credential's name": "integrations: {openai: {authentication: SHARED_SECRET, providerKey: %s}}",
    "a credential in the workload": "workload: {k: {d: {collections: {c: {vector: {service: "
    "{provider: openai, modelName: text-embedding-3-small, authentication: {providerKey: %s}}}}}}}}",
    "a value of no meaning": "target: {kind: %s}",
    "an unknown key's value": "target: {kind: astra, token: %s}",
    "a model": "workload: {k: {d: {collections: {c: {vector: {service: {provider: openai, modelName: %s}}}}}}}",
    "a parameter": "workload: {k: {d: {collections: {c: {vector: {service: "
    "{provider: openai, modelName: text-embedding-3-small, parameters: {organizationId: %s, other: %s}}}}}}}}",
    "a reference": "integrations: {openai: {authentication: HEADER, databases: [%s]}}",
    "a broken text": "target: {kind: '%s",
}
NAMES = {"a key": "target: {%s: 1}", "a key that stands twice": "{%s: 1, %s: 2}"}


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_holds_a_secret_that_was_pasted_anywhere(run: Run, project: Path, name: str) -> None:
    for secret in PLANTED.values():
        # A long name is a name, and shown; of a name only how keys begin can tell.
        places = PLACES if "planted0" in secret and secret.startswith("planted") else PLACES | NAMES
        for number, place in enumerate(places.values()):
            (project / "environments" / f"{number}.yaml").write_text(place.replace("%s", secret))
        done = run("--format", name, "--output", "report.txt")
        assert done.exit_code == 1
        assert "planted" not in done.output
        assert "planted" not in (project / "report.txt").read_text()


def test_a_secret_in_place_of_a_stack_is_not_repeated(run: Run) -> None:
    done = run(PLANTED["astra"], dev=GOOD)
    assert done.stdout == "(hidden):1:1: there is neither a file nor a stack of this name; stacks: dev\n"


def test_a_thousand_collections_are_checked(project: Path) -> None:
    whole = yaml.safe_load(GOOD)
    whole["workload"]["knowledge"]["docs"]["collections"] = {f"c{n}": {"vector": {"dimension": 0}} for n in range(1000)}
    (project / "environments" / "big.yaml").write_text(yaml.safe_dump(whole))
    [file] = check(["big"])
    assert sum(finding.sentence == "0 is not allowed; allowed: 1 to 4096" for finding in file.findings) == 1000


def started(*arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([VECTORIZE, "validate", *arguments], capture_output=True, text=True, check=False, **more)


def test_a_reader_that_leaves_early_is_no_error_to_see(project: Path) -> None:
    collections = "".join(f"        c{number}: {{vector: {{dimension: 0}}}}\n" for number in range(2000))
    (project / "environments" / "big.yaml").write_text(GOOD + collections)
    head = f"'{VECTORIZE}' validate --format json --output whole.json | head -n 1"
    done = subprocess.run(["/bin/sh", "-c", head], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{\n", "2,000 problems and 1 warning in 1 file\n")
    # Written before anything is printed.
    assert len(json.loads((project / "whole.json").read_text())["files"][0]["findings"]) >= 2000


@pytest.mark.parametrize("form", FORMATS)
def test_what_cannot_be_printed_is_said(project: Path, form: str) -> None:
    (project / "environments" / "dev.yaml").write_text(GOOD.replace("768", "0"))
    with Path("/dev/full").open("w") as full:
        arguments = ["validate", "--format", form, "--output", "report.json"]
        done = subprocess.run([VECTORIZE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["1 problem in 1 file", "Error: standard output: cannot be written: No space left on device"],
    )
    # Nothing else is hindered by it.
    assert (project / "report.json").exists()


def test_a_terminal_of_few_letters_gets_the_others_escaped(project: Path) -> None:
    (project / "environments" / "dev.yaml").write_text(GOOD.replace("AWS", "äws"))
    done = started(env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert '"\\xe4ws" is not one of AWS' in done.stdout


def test_closed_streams_are_borne(project: Path) -> None:
    done = subprocess.run(["/bin/sh", "-c", f"'{VECTORIZE}' validate - <&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "<stdin>:1:1: standard input is closed\n")
    (project / "environments" / "dev.yaml").write_text(GOOD)
    done = subprocess.run(["/bin/sh", "-c", f"'{VECTORIZE}' validate >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "1 file is valid\n")


def on_a_terminal(**more: str) -> str:
    """What the command prints where both its streams are a terminal."""
    master, slave = pty.openpty()
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm", **more}
    subprocess.run([VECTORIZE, "validate"], stdout=slave, stderr=slave, env=environ, check=False)
    os.close(slave)
    with os.fdopen(master, "rb") as terminal:
        return terminal.read1(100_000).decode()


def test_a_terminal_gets_colours(run: Run) -> None:
    run(dev="")
    assert on_a_terminal() == (
        "\x1b[1menvironments/dev.yaml:1:1:\x1b[0m the file is empty; it needs target, databases and workload\r\n"
        "\x1b[31m1 problem in 1 file\x1b[0m\r\n"
    )


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_gets_no_colours_where_they_are_not_wanted(run: Run, setting: dict[str, str]) -> None:
    run(dev="")
    assert "\x1b" not in on_a_terminal(**setting)


def test_validate_needs_neither_engine_nor_network_nor_tables() -> None:
    program = (
        "import sys\n"
        "from commands.main import main\n"
        "main(['validate', 'local', '--format', sys.argv[1]], standalone_mode=False)\n"
        "heavy = {'pulumi', 'grpc', 'httpx', 'rich', 'emulator', 'providers', 'tenacity', 'werkzeug'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    for name in FORMATS:
        call = [sys.executable, "-c", program, name]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "1 file is valid\n")


def test_help_names_every_format_and_shows_examples() -> None:
    done = CliRunner().invoke(validate, ["--help"])
    assert f"[{'|'.join(FORMATS)}]" in done.output
    assert "vectorize validate dev prod " in done.output
    assert max(len(line) for line in done.output.splitlines()) <= 80


HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize(
    ("file", "checked"),
    [
        ("environments/dev.yaml", True),
        ("environments/team/dev.yml", True),
        ("Pulumi.dev.yaml", False),
        ("tests/environments/dev.yaml", False),
    ],
)
def test_the_hook_is_for_environments(file: str, checked: bool) -> None:
    assert (HOOK["id"], HOOK["language"], HOOK["types"]) == ("vectorize-validate", "python", ["yaml"])
    assert bool(re.search(HOOK["files"], file)) is checked


def test_the_hook_calls_the_command_with_the_files_that_changed(project: Path) -> None:
    (project / "environments" / "bad.yaml").write_text(BAD)
    program, *arguments = HOOK["entry"].split()
    assert program == "vectorize"
    call = [VECTORIZE, *arguments, "environments/bad.yaml"]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, BAD_LINES, "2 problems in 1 file\n")
