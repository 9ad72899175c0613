"""Tables and their indexes: what comes up from a file, what changes in place, what is replaced, and how rows are guarded.

Each test works on a copy of one stack, brought up once, that has two tables in one database.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.conftest import Project

if TYPE_CHECKING:
    from pathlib import Path

DRIFT = 7  # exit code of refresh --expect-no-changes
KEYSPACE = "default_keyspace"
PASSAGES = f"knowledge.{KEYSPACE}.passages"

SCALARS = (
    *("ascii", "bigint", "blob", "boolean", "date", "decimal", "double", "duration", "float", "inet", "int", "smallint"),
    *("text", "time", "timestamp", "tinyint", "uuid", "varint"),
)
SMALL = {"integration": "openai", "modelName": "text-embedding-3-small"}
LARGE = {"integration": "openai", "modelName": "text-embedding-3-large"}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}

# Every type of a column, each scalar in both of its forms; the key's columns in no order of the alphabet.
EVERY_TYPE: dict[str, dict[str, Any]] = {
    "definition": {
        "columns": {
            **{f"short_{scalar}": scalar for scalar in SCALARS},
            **{f"long_{scalar}": {"type": scalar} for scalar in SCALARS},
            "authors": {"type": "list", "valueType": "text"},
            "pages": {"type": "list", "valueType": {"type": "int"}},
            "tags": {"type": "set", "valueType": "uuid"},
            "labels": {"type": "map", "keyType": "text", "valueType": {"type": "int"}},
            "own": {"type": "vector", "dimension": 8},
            "embedding": {"type": "vector", "service": SMALL},
        },
        "primaryKey": {
            "partitionBy": ["short_uuid", "long_int"],
            "partitionSort": {"short_timestamp": -1, "long_bigint": 1, "short_ascii": 1},
        },
    },
    "indexes": {
        "every_text": {"column": "short_text"},
        "every_varint": {"column": "long_varint"},
        "every_tag": {"column": "tags"},
        "every_label": {"column": "labels"},
        "every_label_name": {"column": {"labels": "$keys"}, "options": {"caseSensitive": False}},
        "every_word": {"column": "long_text", "indexType": "text", "options": {"analyzer": "english"}},
        "every_own": {"column": "own", "metric": "dot_product"},
        "every_embedding": {"column": "embedding", "sourceModel": "openai-v3-small"},
    },
}
PASSAGES_TABLE: dict[str, dict[str, Any]] = {
    "definition": {
        "columns": {
            "document": "text",
            "page": "int",
            "body": "text",
            "note": "text",
            "own": {"type": "vector", "dimension": 1024},
            "embedding": {"type": "vector", "dimension": 512, "service": SMALL},
        },
        "primaryKey": {"partitionBy": ["document"], "partitionSort": {"page": 1}},
    },
    "indexes": {
        "passages_body": {"column": "body", "indexType": "text"},
        "passages_own": {"column": "own"},
        "passages_embedding": {"column": "embedding", "metric": "dot_product"},
    },
}
ROW = {"document": "a", "page": 1, "body": "a text", "note": "a note", "own": [0.25] * 1024, "embedding": [0.5] * 512}


@pytest.fixture
def environment() -> dict[str, Any]:
    """The stack's environment; a test changes it and declares it again."""
    stated = {
        "target": {"kind": "emulator"},
        "databases": {"knowledge": {"name": "knowledge-test", "cloudProvider": "AWS", "region": "us-east-2"}},
        "integrations": {"openai": {"authentication": "SHARED_SECRET", "providerKey": "test-openai"}},
        "workload": {"knowledge": {KEYSPACE: {"tables": {"every_type": EVERY_TYPE, "passages": PASSAGES_TABLE}}}},
    }
    # Written and read: nothing in it is shared, neither with another test nor as an anchor of YAML.
    copied: dict[str, Any] = json.loads(json.dumps(stated))
    return copied


@pytest.fixture
def tables(environment: dict[str, Any]) -> dict[str, Any]:
    """The environment's tables."""
    found: dict[str, Any] = environment["workload"]["knowledge"][KEYSPACE]["tables"]
    return found


@pytest.fixture
def passages(tables: dict[str, Any]) -> dict[str, Any]:
    """The columns of the table passages."""
    found: dict[str, Any] = tables["passages"]["definition"]["columns"]
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack is kept once it stands."""
    return tmp_path_factory.mktemp("kept") / "stack"


@pytest.fixture
def standing(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    kept: Path,
    engine_environment: dict[str, str],
    environment: dict[str, Any],
) -> Project:
    """A copy of the stack as its first `up` left it."""
    if not kept.exists():
        made: Project = request.getfixturevalue("project")
        made.declare(environment)
        made.up().ok()
        shutil.copytree(made.folder.parent, kept)
    copied = tmp_path / "copy"
    shutil.copytree(kept, copied)
    # Which stack is selected, the engine remembers by the folder, and this is another one.
    own = {"PULUMI_BACKEND_URL": f"file://{copied / 'state'}", "PULUMI_STACK": "test"}
    return Project(copied / "project", {**engine_environment, **own})


def insert(project: Project) -> None:
    """Somebody else, an application, puts a row into passages."""
    project.data_api(f"/{KEYSPACE}/passages", {"insertOne": {"document": ROW}})


def row(project: Project) -> dict[str, Any] | None:
    """The row of passages; None where it has none."""
    found: dict[str, Any] | None = project.data_api(f"/{KEYSPACE}/passages", {"findOne": {}})["data"]["document"]
    return found


def live(project: Project, table: str = "passages") -> dict[str, Any]:
    """The definition of a table that stands."""
    found: dict[str, Any] = project.world.tables(project.database()["id"], KEYSPACE)[table]
    return found


def indexes(project: Project, table: str = "passages") -> dict[str, Any]:
    """The indexes of a table that stand: kind, column and options by name."""
    found = project.world.indexes(project.database()["id"], KEYSPACE)
    return {
        name: (index["indexType"], index["definition"]["column"], index["definition"]["options"])
        for name, index in found.items()
        if index["table"] == table
    }


def refused(project: Project, forced_by: str) -> None:
    """An update that is refused, in its plan: the row would lose something, and nobody allowed it."""
    run = project.up()
    assert run.code == 1, run.output
    assert f"{PASSAGES} would be {forced_by}" in run.output
    assert f"and it holds documents ({KEYSPACE}.passages)" in run.output
    assert f"allowDataLoss: [{PASSAGES}]" in run.output
    assert row(project) == ROW


def test_a_table_of_every_type_stands_as_declared(standing: Project) -> None:
    definition = live(standing, "every_type")
    types = {name: column["type"] for name, column in definition["columns"].items()}
    assert types == {
        **{f"{form}_{scalar}": scalar for form in ("short", "long") for scalar in SCALARS},
        **dict.fromkeys(("authors", "pages"), "list"),
        **dict.fromkeys(("own", "embedding"), "vector"),
        "tags": "set",
        "labels": "map",
    }
    assert definition["columns"]["pages"] == {"type": "list", "valueType": "int"}
    assert definition["columns"]["labels"] == {"type": "map", "keyType": "text", "valueType": "int"}
    assert (definition["columns"]["own"]["dimension"], definition["columns"]["embedding"]["dimension"]) == (8, 1536)
    assert definition["columns"]["embedding"]["service"] == {
        "provider": "openai",
        "modelName": "text-embedding-3-small",
        "authentication": {"providerKey": "test-openai.providerKey"},
    }
    key = definition["primaryKey"]
    assert key["partitionBy"] == ["short_uuid", "long_int"]
    assert list(key["partitionSort"].items()) == [("short_timestamp", -1), ("long_bigint", 1), ("short_ascii", 1)]


def test_indexes_of_every_kind_stand_as_declared(standing: Project) -> None:
    texts = {"ascii": False, "caseSensitive": True, "normalize": False}
    assert indexes(standing, "every_type") == {
        "every_text": ("regular", "short_text", texts),
        "every_varint": ("regular", "long_varint", {}),
        "every_tag": ("regular", {"tags": "$values"}, {}),
        "every_label": ("regular", "labels", {}),
        "every_label_name": ("regular", {"labels": "$keys"}, {**texts, "caseSensitive": False}),
        "every_word": ("text", "long_text", {"analyzer": "english"}),
        "every_own": ("vector", "own", {"metric": "dot_product", "sourceModel": "other"}),
        "every_embedding": ("vector", "embedding", {"metric": "dot_product", "sourceModel": "openai-v3-small"}),
    }


def test_after_an_up_nothing_changes_and_after_a_refresh_neither(standing: Project) -> None:
    standing.preview("--expect-no-changes").ok()
    standing.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes").ok()
    standing.preview("--expect-no-changes").ok()


def test_applications_are_told_the_vectors_of_a_table(standing: Project) -> None:
    assert standing.outputs()["databases"]["knowledge"]["keyspaces"][KEYSPACE]["tables"]["passages"] == {
        "own": {"dimension": 1024, "provider": None, "modelName": None},
        "embedding": {"dimension": 512, "provider": "openai", "modelName": "text-embedding-3-small"},
    }


def test_a_column_is_added_in_place(standing: Project, environment: dict[str, Any], passages: dict[str, Any]) -> None:
    insert(standing)
    passages["language"] = "text"
    passages["summary"] = {"type": "vector", "service": NVIDIA}
    standing.declare(environment)
    standing.up().ok()
    assert live(standing)["columns"]["language"] == {"type": "text"}
    assert live(standing)["columns"]["summary"]["dimension"] == 1024
    assert row(standing) == ROW


def test_columns_come_and_go_in_one_update_and_an_index_goes_with_its_column(
    standing: Project, environment: dict[str, Any], passages: dict[str, Any], tables: dict[str, Any]
) -> None:
    passages["language"] = "text"
    del passages["body"]
    del passages["note"]
    del tables["passages"]["indexes"]["passages_body"]
    standing.declare(environment)
    standing.up().ok()
    assert live(standing)["columns"].keys() == {"document", "page", "language", "own", "embedding"}
    assert indexes(standing).keys() == {"passages_own", "passages_embedding"}
    standing.preview("--expect-no-changes").ok()


def test_a_column_of_a_table_with_rows_is_dropped_only_where_that_was_allowed(
    standing: Project, environment: dict[str, Any], passages: dict[str, Any]
) -> None:
    insert(standing)
    del passages["note"]
    standing.declare(environment)
    refused(standing, "altered: it would lose its column note")
    standing.declare({**environment, "allowDataLoss": [PASSAGES]})
    standing.up().ok()
    assert row(standing) == {name: value for name, value in ROW.items() if name != "note"}
    standing.preview("--expect-no-changes").ok()


def test_a_service_is_set_and_taken_out_in_place(
    standing: Project, environment: dict[str, Any], passages: dict[str, Any]
) -> None:
    insert(standing)
    passages["own"]["service"] = NVIDIA
    standing.declare(environment)
    # Nobody knows which model one's own vectors are from.
    refused(standing, "altered: it would get vectors of another model in its column own")
    standing.declare({**environment, "allowDataLoss": [PASSAGES]})
    planned = standing.preview().ok().output
    assert f"~  pulumi-python:dynamic/astra:Table {PASSAGES} update [diff: ~definition]" in planned
    assert "replace" not in planned
    standing.up().ok()
    assert live(standing)["columns"]["own"]["service"] == NVIDIA
    assert row(standing) == ROW
    del passages["own"]["service"]
    standing.declare(environment)
    assert "replace" not in standing.up().ok().output
    assert "service" not in live(standing)["columns"]["own"]
    assert row(standing) == ROW
    assert indexes(standing).keys() == PASSAGES_TABLE["indexes"].keys()


def test_the_model_of_a_table_with_rows_changes_only_where_that_was_allowed(
    standing: Project, environment: dict[str, Any], passages: dict[str, Any]
) -> None:
    insert(standing)
    passages["embedding"]["service"] = LARGE
    standing.declare(environment)
    refused(standing, "altered: it would get vectors of another model in its column embedding")
    standing.declare({**environment, "allowDataLoss": [PASSAGES]})
    assert "replace" not in standing.up().ok().output
    assert live(standing)["columns"]["embedding"]["service"]["modelName"] == "text-embedding-3-large"
    assert row(standing) == ROW


def test_another_credential_alone_spoils_nothing_and_needs_no_permission(standing: Project, environment: dict[str, Any]) -> None:
    insert(standing)
    standing.world.add_credential("openai", "another-openai")
    environment["integrations"]["openai"]["providerKey"] = "another-openai"
    standing.declare(environment)
    standing.up().ok()
    service = live(standing)["columns"]["embedding"]["service"]
    assert service["authentication"] == {"providerKey": "another-openai.providerKey"}
    assert row(standing) == ROW
    standing.preview("--expect-no-changes").ok()


REPLACING: dict[str, tuple[str, dict[str, Any]]] = {
    "the primary key": ("primaryKey", {"partitionBy": ["page"], "partitionSort": {"document": 1}}),
    "the type of a column": ("note", {"type": "set", "valueType": "text"}),
}


def changed(environment: dict[str, Any], what: str, into: dict[str, Any]) -> dict[str, Any]:
    """The environment with another primary key or another column of passages."""
    definition = environment["workload"]["knowledge"][KEYSPACE]["tables"]["passages"]["definition"]
    (definition if what in definition else definition["columns"])[what] = into
    return environment


def stated(project: Project, what: str) -> Any:
    """The primary key, or that column, of passages as it stands."""
    return {**live(project)["columns"], **live(project)}[what]


@pytest.mark.parametrize(("what", "into"), REPLACING.values(), ids=REPLACING)
def test_an_empty_table_is_replaced_with_its_indexes_by(
    standing: Project, environment: dict[str, Any], what: str, into: dict[str, Any]
) -> None:
    before = indexes(standing)
    standing.declare(changed(environment, what, into))
    output = standing.up().ok().output
    assert output.index(f"{PASSAGES} deleting original") < output.index(f"{PASSAGES} creating replacement")
    assert "+-4 replaced" in output
    assert stated(standing, what) == into
    assert indexes(standing) == before
    standing.preview("--expect-no-changes").ok()


@pytest.mark.parametrize(("what", "into"), REPLACING.values(), ids=REPLACING)
def test_a_table_with_rows_is_replaced_only_where_that_was_allowed_by(
    standing: Project, environment: dict[str, Any], what: str, into: dict[str, Any]
) -> None:
    insert(standing)
    before = stated(standing, what)
    standing.declare(changed(environment, what, into))
    refused(standing, "replaced: that of a table cannot be altered (")
    assert stated(standing, what) == before
    standing.declare({**environment, "allowDataLoss": [PASSAGES]})
    standing.up().ok()
    assert stated(standing, what) == into
    assert row(standing) is None
    assert indexes(standing).keys() == PASSAGES_TABLE["indexes"].keys()


@pytest.mark.parametrize("deletion", ["its replacement", "its end in the file", "destroy"])
def test_a_table_that_is_kept_because_of_its_rows_keeps_its_indexes_too_through(
    standing: Project, environment: dict[str, Any], tables: dict[str, Any], deletion: str
) -> None:
    insert(standing)
    before = indexes(standing)
    if deletion == "its replacement":
        standing.declare(changed(environment, *REPLACING["the type of a column"]))
    elif deletion == "its end in the file":
        standing.declare({**environment, "workload": {"knowledge": {KEYSPACE: {"tables": {"every_type": tables["every_type"]}}}}})
    run = standing.destroy() if deletion == "destroy" else standing.up()
    assert run.code == 1, run.output
    said = f"cannot delete {PASSAGES}: it holds documents (passages)" if deletion == "destroy" else f"{PASSAGES} would be "
    assert said in run.output
    assert row(standing) == ROW
    assert indexes(standing) == before


def test_a_refused_replacement_can_be_taken_back(
    standing: Project, environment: dict[str, Any], passages: dict[str, Any]
) -> None:
    insert(standing)
    before = (live(standing), indexes(standing))
    standing.declare(changed(environment, *REPLACING["the type of a column"]))
    refused(standing, "replaced: that of a table cannot be altered (")
    passages["note"] = "text"
    standing.declare(environment)
    standing.up().ok()
    assert (live(standing), indexes(standing)) == before
    assert row(standing) == ROW
    standing.preview("--expect-no-changes").ok()


def test_what_somebody_changed_is_seen_and_repaired(standing: Project) -> None:
    before = (live(standing), indexes(standing))
    added = {"language": {"type": "text"}}
    standing.data_api(f"/{KEYSPACE}/passages", {"alterTable": {"operation": {"add": {"columns": added}}}})
    standing.data_api(f"/{KEYSPACE}", {"dropIndex": {"name": "passages_own"}})
    run = standing.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert run.code == DRIFT, run.output
    assert f"::{PASSAGES}]" in run.output
    assert "+ language" in run.output
    assert f"::{PASSAGES}.passages_own]" in run.output
    assert f"::{PASSAGES}.passages_body]" not in run.output
    standing.up("--refresh").ok()
    assert (live(standing), indexes(standing)) == before
    standing.preview("--refresh", "--expect-no-changes").ok()


LATER = {"columns": {"id": "text", "body": "text"}, "primaryKey": "id"}


def begun(project: Project, definition: dict[str, Any]) -> None:
    """A killed run made the table `later` with a row in it, and its index, and kept nothing of them in the state."""
    project.data_api(f"/{KEYSPACE}", {"createTable": {"name": "later", "definition": definition}})
    project.data_api(f"/{KEYSPACE}/later", {"createIndex": {"name": "later_body", "definition": {"column": "body"}}})
    project.data_api(f"/{KEYSPACE}/later", {"insertOne": {"document": {"id": "a"}}})


def test_what_a_killed_run_left_is_taken_over(standing: Project, environment: dict[str, Any], tables: dict[str, Any]) -> None:
    begun(standing, LATER)
    tables["later"] = {"definition": LATER, "indexes": {"later_body": {"column": "body"}}}
    standing.declare(environment)
    assert "+ 2 created" in standing.up().ok().output
    assert standing.data_api(f"/{KEYSPACE}/later", {"findOne": {}})["data"]["document"] == {"id": "a"}
    standing.preview("--expect-no-changes").ok()


def test_a_table_of_another_definition_is_not_taken_over_and_both_are_shown(
    standing: Project, environment: dict[str, Any], tables: dict[str, Any]
) -> None:
    begun(standing, {**LATER, "columns": {"id": "text", "body": "ascii"}})
    tables["later"] = {"definition": LATER, "indexes": {"later_body": {"column": "body"}}}
    standing.declare(environment)
    run = standing.up()
    assert run.code == 1
    assert (
        "cannot create table default_keyspace.later: a table of that name is there with another definition "
        '(columns.body.type: declared "text", there "ascii"). Declare what is there to take it over, choose another name, or '
        "delete it yourself."
    ) in run.output
    assert live(standing, "later")["columns"]["body"] == {"type": "ascii"}


def test_a_collection_that_has_the_name_of_a_table_stays(
    standing: Project, environment: dict[str, Any], tables: dict[str, Any]
) -> None:
    standing.data_api(f"/{KEYSPACE}", {"createCollection": {"name": "later"}})
    standing.data_api(f"/{KEYSPACE}/later", {"insertOne": {"document": {"_id": "a"}}})
    tables["later"] = {"definition": LATER}
    standing.declare(environment)
    run = standing.up()
    assert run.code == 1
    assert "cannot create table default_keyspace.later: the Data API said CANNOT_ADD_EXISTING_TABLE" in run.output
    assert "A collection may have it: choose another name, or delete it yourself." in run.output
    assert standing.data_api(f"/{KEYSPACE}/later", {"countDocuments": {"filter": {}}})["status"]["count"] == 1
