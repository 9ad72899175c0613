"""How the generated parts of a page are told from what a person wrote, and how they are made."""

import re
import shutil
from pathlib import Path

import pytest

from providers import Table
from tests.unit.documentation import DOCS
from tools.documentation import docstrings, errors, properties, resources
from tools.documentation.__main__ import main
from tools.documentation.markdown import anchor, prose, table
from tools.documentation.parts import Broken, begun, part, renewed

PAGE = "# Title\n\nBy hand.\n\n<!-- generated: one -->\nold\n<!-- end of one -->\n\nBy hand, too.\n"


def test_a_part_is_rewritten_and_the_rest_stays() -> None:
    new = renewed(PAGE, {"one": "new"})
    assert new == PAGE.replace("\nold\n", "\n\nnew\n\n")
    assert renewed(new, {"one": "new"}) == new


def test_a_new_page_has_nothing_but_its_parts() -> None:
    assert begun("Title", {"one": "text"}) == f"# Title\n\n{part('one', 'text')}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# Title\n", "its generated parts should be one, and are none"),
        (PAGE + PAGE, "its generated parts should be one, and are one, one"),
        (PAGE.replace("one -->", "two -->"), "its generated parts should be one, and are two"),
        (PAGE + "<!-- generated: one -->\n", "a mark of a generated part has no other end"),
    ],
)
def test_marks_that_do_not_fit_are_refused(text: str, said: str) -> None:
    with pytest.raises(Broken, match=f"^{said}$"):
        renewed(text, {"one": "new"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("* alone means\n all", "\\* alone means all"),
        ("a <name>, `x*<y>` and dot_product, - or _.", "a \\<name>, `x*<y>` and dot_product, - or \\_."),
    ],
)
def test_a_text_holds_no_mark_but_code(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_a_column_that_is_empty_is_left_out() -> None:
    assert table(("a", "b", "c"), [("1", "", "x|y"), ("2", "", "")]) == "| a | c |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |"


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("What protects your documents", "what-protects-your-documents"),
        ("Integrations, and the first `up` of a new environment", "integrations-and-the-first-up-of-a-new-environment"),
        ("`drift/changed`", "driftchanged"),
        ("`dot_product`", "dot_product"),
        ("More of [it](there.md)", "more-of-it"),
    ],
)
def test_a_heading_has_the_name_that_github_gives_it(heading: str, name: str) -> None:
    assert anchor(heading) == name


def test_a_docstring_comes_apart() -> None:
    found = docstrings.parsed(Table)
    assert found.paragraphs[0].startswith("A table. Columns come and go")
    assert found.sections["Args"]["primary_key"] == "the name of a column, or {partitionBy, partitionSort} (see PrimaryKeyArgs)."
    assert list(found.sections["Attributes"]) == ["explained"]


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ({"enum": ["a", True]}, "`a`, `true`"),
        ({"type": "integer", "minimum": 60, "maximum": 90}, "whole number from 60 to 90"),
        ({"type": "integer", "minimum": 1}, "whole number from 1 on"),
        ({"type": ["string", "object"]}, "text or mapping"),
        ({"type": "array", "items": {"type": "string"}}, "list of text"),
    ],
)
def test_what_a_property_takes_is_said_in_words(rule: dict[str, object], shown: str) -> None:
    assert properties.takes(rule) == shown


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("name", "replaces it"),
        ("definition.columns", "in place"),
        ("definition.columns.COLUMN.type", "replaces it"),
        ("definition.columns.COLUMN.dimension", "replaces it"),
        ("definition.columns.COLUMN.service", "in place"),
        ("definition.columns.COLUMN.service.modelName", "in place"),
        ("definition.primaryKey", "replaces it"),
    ],
)
def test_what_a_change_of_a_table_does_is_told_by_the_code_that_alters_tables(path: str, change: str) -> None:
    assert re.search(rf"^\| `{re.escape(path)}` \|.*\| {change} \|", resources.parts(Table)["reference"], re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh copy of docs/."""
    made = Path(shutil.copytree(DOCS, tmp_path / "docs"))
    main([], made)
    capsys.readouterr()
    return made


def test_a_stale_page_is_told_and_rewritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "commands" / "show.md"
    fresh = page.read_text(encoding="utf-8")
    page.write_text(fresh.replace("Show what STACK", "Show that STACK"), encoding="utf-8")
    assert main(["--check"], folder) == 1
    assert capsys.readouterr().out == "docs/commands/show.md is stale: run make docs\n"
    assert main([], folder) == 0
    assert page.read_text(encoding="utf-8") == fresh
    assert main(["--check"], folder) == 0


def test_a_page_that_is_missing_is_begun(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "integrations" / "openai.md"
    page.unlink()
    assert main([], folder) == 0
    assert capsys.readouterr().out == "docs/integrations/openai.md was written\n"
    assert page.read_text(encoding="utf-8").startswith("# OpenAI\n\n<!-- generated: about -->\n\nEmbedding models of OpenAI")


def test_a_page_of_nothing_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "commands" / "gone.md").write_text("# gone\n", encoding="utf-8")
    assert main([], folder) == 1
    assert capsys.readouterr().out == "docs/commands/gone.md is of nothing that exists: delete it, or correct its name\n"


@pytest.mark.parametrize(
    ("said", "titles", "missing"), [({"NEW": {"remedy": "Wait."}}, {}, "meaning"), ({"NEW": {}}, {"NEW": "New"}, "remedy")]
)
def test_a_code_that_nothing_is_said_of_is_told(said: dict[str, dict[str, str]], titles: dict[str, str], missing: str) -> None:
    advised = dict.fromkeys(errors.ADVISED, "A title")
    assert errors.explained({}, advised).keys() == errors.ADVISED.keys()
    with pytest.raises(Broken, match=rf"^tools/documentation/codes\.json has to say the {missing} of NEW$"):
        errors.explained(said, advised | titles)


def test_a_page_without_a_mark_is_told_and_nothing_is_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "environment.md").write_text("# By hand\n", encoding="utf-8")
    (folder / "errors.md").unlink()
    assert main([], folder) == 1
    assert capsys.readouterr().err == "docs/environment.md: its generated parts should be keys, and are none\n"
    assert not (folder / "errors.md").exists()
