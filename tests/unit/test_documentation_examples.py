"""Every example of docs/ runs: environments are valid and declared, programs are typed and run, commands can be called."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from astra import catalog, document, environment, validation
from commands.main import main
from providers import key_order, stack
from providers.dynamic import ADDRESS
from tests.unit.documentation import DOCS, PAGES, REFERENCE, ROOT, Block, blocks, named
from tools.documentation import resources

YAML = [block for page in PAGES for block in blocks(page, "yaml")]
ENVIRONMENTS = [block for page in REFERENCE for block in blocks(page, "yaml")]
PROGRAMS = [block for page in REFERENCE for block in blocks(page, "python")]
# By type token, the kind.
KINDS = {resources.type_token(kind): kind for kind in resources.KINDS}
ENDPOINT = "https://0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f-us-east-2.apps.astra.datastax.com"
# What the service would make of anything.
OUTPUTS = {"apiEndpoint": ENDPOINT, "options": {}, "explained": {"columns": {}}, "status": "verified", "proof": "asked"}

each = pytest.mark.parametrize


def shown(block: Block) -> str:
    return block.name


class Engine(mocks.Mocks):
    """Remembers what was registered: by kind, the inputs of each."""

    def __init__(self) -> None:
        self.registered: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        if args.typ not in KINDS:
            return f"{args.name}-id", dict(args.inputs)
        stated = {key: value for key, value in args.inputs.items() if key not in ("__provider", ADDRESS) and value is not None}
        if not args.resource_id:
            self.registered.append((KINDS[args.typ].__name__, stated))
        identity = "/".join(str(stated[key]) for key in ("apiEndpoint", "keyspace", "name") if key in stated)
        return args.resource_id or identity or f"{args.name}-id", {**OUTPUTS, **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)

    @property
    def kinds(self) -> set[str]:
        return {kind for kind, _ in self.registered}

    def problems(self) -> list[str]:
        """What the resources' own schemas say against the inputs."""
        schemas = {kind.__name__: f"resources:{resources.slug(kind)}" for kind in resources.KINDS}
        return [
            f"{kind}: {problem}"
            for kind, inputs in self.registered
            for problem in validation.problems(_with_order_restored(inputs), schemas[kind])
        ]


def _with_order_restored(inputs: dict[str, Any]) -> dict[str, Any]:
    """The engine is given the order of a table's key as a list."""
    return {**inputs, "definition": key_order.restored(inputs["definition"])} if "definition" in inputs else inputs


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = Engine()
    mocks.set_mocks(made, preview=False)
    yield made
    pulumi.runtime.settings.reset_options()


def run(program: Callable[[], Any]) -> None:
    pulumi.runtime.test(lambda: pulumi.Output.from_input(program()))()  # type: ignore[no-untyped-call]


def subject(page: Path) -> str:
    """The kind of resource that a page is about; "" where it is about something else."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ") if page.parent.name == "resources" else ""


@each("block", YAML, ids=shown)
def test_yaml_can_be_read_and_whole_environments_have_no_error(block: Block) -> None:
    stated = yaml.safe_load(block.text)
    if isinstance(stated, dict) and {"target", "databases", "workload"} <= stated.keys():
        parsed = document.parse(block.text.encode(), block.name)
        assert [str(one) for one in environment.findings(parsed) if one.severity == "error"] == []


@each("block", ENVIRONMENTS, ids=shown)
def test_an_environment_is_whole_without_a_warning_and_declares_what_its_page_is_about(block: Block, engine: Engine) -> None:
    parsed = document.parse(block.text.encode(), "example.yaml")
    assert [str(one) for one in environment.findings(parsed)] == []
    run(lambda: stack.declare(environment.environment(parsed.data)))
    assert engine.kinds >= {"Workload", "Deployment", subject(block.page) or "Workload"}
    if block.page.parent.name == "integrations":
        services = [inputs["vector"]["service"]["provider"] for kind, inputs in engine.registered if kind == "Collection"]
        assert services == [block.page.stem]


@each("block", PROGRAMS, ids=shown)
def test_a_program_runs_and_its_resources_are_valid(block: Block, engine: Engine) -> None:
    run(lambda: exec(compile(block.text, block.name, "exec"), {}))  # noqa: S102 -- our own pages
    assert subject(block.page) in engine.kinds
    assert engine.problems() == []


def test_the_programs_have_the_right_types(tmp_path: Path) -> None:
    for block in PROGRAMS:
        (tmp_path / f"{block.page.stem.replace('-', '_')}_program.py").write_text(block.text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", *map(str, sorted(tmp_path.glob("*.py")))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_reference_page_has_its_examples() -> None:
    # One that vectorize catalog update filled in waits for a person, who writes its example with the rest.
    begun = {DOCS / "integrations" / f"{key}.md" for key, one in catalog.embedding_providers().items() if one.guessed}
    assert {block.page for block in ENVIRONMENTS} >= {*REFERENCE} - begun
    programs = {named(block.page) for block in PROGRAMS}
    internal = {"docs/resources/deployment.md"}
    assert programs == {f"docs/resources/{resources.slug(kind)}.md" for kind in resources.KINDS} - internal


def calls(page: Path) -> Iterator[list[str]]:
    """The arguments of each call of vectorize that a page's code blocks show."""
    for block in blocks(page, "", "sh", "console"):
        for line in block.text.splitlines():
            # Behind the call, what it does: after # or after more than one blank.
            call = re.split(r"\s+#|\s{2,}", line.strip().removeprefix("$ "))[0]
            for piece in re.split(r" \| | && | >+ ", call):
                if re.match(r"(\w+=\S* )*vectorize( |$)", piece) and not re.search(r"[\[(|].*[])|]|\.\.\.|COMMAND", piece):
                    yield shlex.split(re.sub(r"^(\w+=\S* )*vectorize", "", piece))


CALLS = {page: list(calls(page)) for page in PAGES}


def parsed(arguments: list[str]) -> str:
    """The path of the command that would be called; click refuses what it does not know."""
    context = main.make_context("vectorize", arguments)
    while isinstance(context.command, click.Group):
        rest = [*context._protected_args, *context.args]
        _, command, rest = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(command.name, rest, parent=context)
    return context.command_path


@each("page", [page for page in PAGES if CALLS[page]], ids=named)
def test_a_call_is_one_that_click_knows(page: Path) -> None:
    called = [arguments for arguments in CALLS[page] if not {"--help", "--version"} & {*arguments}]
    assert all(parsed(arguments).startswith("vectorize ") for arguments in called)


def test_calls_are_found_on_every_page_of_a_command() -> None:
    pages = {named(page) for page, found in CALLS.items() if found}
    assert {f"docs/commands/{name}.md" for name in ("catalog", "drift", "emulator", "promote", "validate")} <= pages


@each("arguments", [["validate", "--strickt"], ["catalog", "chekc"], ["drift", "--stack"]])
def test_a_call_that_click_does_not_know_is_refused(arguments: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(arguments)
