"""docs/ says all there is: every command, flag, resource, property, rule and error code, as it is now, and no link is dead."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from astra import catalog
from commands.main import main
from tests.unit.documentation import DOCS, PAGES, ROOT, anchors, links, named
from tools.documentation import errors, resources
from tools.documentation.pages import left_over, pages, stale

ERRORS = (DOCS / "errors.md").read_text(encoding="utf-8")
# What is written like an error code and is none.
OTHER_WORDS = {"END_OF_LIFE", "SHARED_SECRET"}


def text(file: str) -> str:
    return (DOCS / file).read_text(encoding="utf-8")


def test_the_generated_parts_are_fresh() -> None:
    assert list(stale(DOCS)) == [], "run make docs"
    assert left_over(DOCS) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for address in links(page):
        path, _, heading = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in anchors(target)):
            dead.append(address)
    assert dead == []


def test_every_page_is_in_the_table_of_contents() -> None:
    linked = {(DOCS / address.partition("#")[0]).resolve() for address in links(DOCS / "README.md")}
    assert [named(page) for page in DOCS.rglob("*.md") if page not in {*linked, DOCS / "README.md"}] == []


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, f"{path} {name}")


COMMANDS = dict(commands(main, "vectorize"))


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_is_described_with_every_option(path: str) -> None:
    steps = path.split()
    page = text(f"commands/{steps[1] if len(steps) > 1 else steps[0]}.md")
    section = re.split(r"^##? ", page, flags=re.MULTILINE)
    (described,) = (one for one in section if one.partition("\n")[0] == path)
    options = [name for one in COMMANDS[path].params for name in (*one.opts, *one.secondary_opts) if name.startswith("-")]
    assert [name for name in options if not re.search(rf"`(\S.*?, |\S+ / )*{name}[ `,]", described)] == []


def keys(rule: Any, seen: tuple[int, ...] = ()) -> Iterator[str]:
    """The names of all properties below a schema, wherever its references lead."""
    if isinstance(rule, Mapping) and id(rule) not in seen:
        yield from rule.get("properties", {})
        inner = [*rule.get("properties", {}).values(), rule.get("additionalProperties"), rule.get("items")]
        for one in (*inner, catalog.referred(rule["$ref"]) if "$ref" in rule else None):
            yield from keys(one, (*seen, id(rule)))


@pytest.mark.parametrize("kind", resources.KINDS, ids=lambda kind: kind.__name__)
def test_a_resource_is_described_with_every_property(kind: Any) -> None:
    page = text(f"resources/{resources.slug(kind)}.md")
    shown = {path.rpartition(".")[2] for path in re.findall(r"^\| `([\w.]+)` \|", page, re.MULTILINE)}
    assert set(keys(catalog.schema(f"resources:{resources.slug(kind)}"))) - shown == set()


@pytest.mark.parametrize("kind", resources.KINDS, ids=lambda kind: kind.__name__)
def test_a_resource_is_described_with_every_argument(kind: Any) -> None:
    arguments = kind.__init__.__kwdefaults__ or {}
    every = [name for name in kind.__init__.__annotations__ if name not in ("return", "resource_name", "opts", *arguments)]
    page = text(f"resources/{resources.slug(kind)}.md")
    assert [name for name in (*every, *arguments) if name != "opts" and f"| `{name}` |" not in page] == []


def test_the_environment_file_is_described_with_every_key() -> None:
    page = text("environment.md")
    shown = set(re.findall(r"^\| \[?`(\w+)`", page, re.MULTILINE))
    assert set(keys(catalog.schema("environment"))) - shown == set()


@pytest.mark.parametrize("key", catalog.embedding_providers())
def test_an_integration_is_described_with_every_model_parameter_and_kind_of_authentication(key: str) -> None:
    provider = catalog.embedding_providers()[key]
    page = text(f"integrations/{key}.md")
    every = [*provider.models, *provider.parameters, *(f"authentication: {kind}" for kind in provider.authentication)]
    assert [name for name in every if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("name", "rule"), [(name, rule) for name in errors.rule_files() for rule in catalog.schema(name)["$defs"]]
)
def test_a_rule_is_described_with_what_to_do(name: str, rule: str) -> None:
    assert catalog.schema(name)["$defs"][rule]["x-remedy"]
    assert f"\n### `{rule}`\n" in ERRORS


def error_codes() -> set[str]:
    """What is written in astra/ as the service's error codes are."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "astra").glob("*.py")]
    texts = {
        one.value for tree in trees for one in ast.walk(tree) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return {one for one in texts if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", one)} - OTHER_WORDS


def test_every_error_code_that_is_known_is_described() -> None:
    assert "VECTORIZE_CREDENTIAL_INVALID" in error_codes()
    assert {code for code in error_codes() if f"\n### `{code}`\n" not in ERRORS} == set()


def test_what_to_do_about_a_code_stands_in_one_place() -> None:
    stated = {name for name, one in errors.stated().items() if "remedy" in one}
    assert stated & errors.ADVISED.keys() == set()
    assert all(one.meaning and one.remedy for one in errors.codes().values())


def test_every_page_is_made_once() -> None:
    files = [page.file for page in pages()]
    assert len(files) == len(set(files))
