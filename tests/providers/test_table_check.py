"""`check` of tables and indexes: the rules of the environment file, and nothing refused that is not known yet."""

from typing import Any

import pytest
from pulumi.output import Unknown as PulumiUnknown

from providers.dynamic import AstraResourceProvider
from providers.index import IndexProvider
from providers.table import TableProvider
from providers.vector_index import VectorIndexProvider
from tests.providers.table_standing import Provide, definition

UNKNOWN_YET = PulumiUnknown()  # type: ignore[no-untyped-call]
PLACE = {"apiEndpoint": "http://127.0.0.1:8181/databases/0a1b2c3d-0000-4000-8000-000000000001-us-east-2", "keyspace": "k"}
TABLE: dict[str, Any] = {"address": "d.k.t", **PLACE, "name": "t", "definition": definition()}
VECTOR_INDEX = {"address": "d.k.t.i", **PLACE, "table": "t", "name": "i", "column": "embedding", "metric": "cosine"}
INDEX = {"address": "d.k.t.i", **PLACE, "table": "t", "name": "i", "column": {"labels": "$keys"}, "options": {"ascii": True}}
VALID: dict[type[AstraResourceProvider], dict[str, Any]] = {
    TableProvider: TABLE,
    VectorIndexProvider: VECTOR_INDEX,
    IndexProvider: INDEX,
}


@pytest.fixture
def check(provide: Provide) -> Any:
    """What is refused: `check(kind, inputs)`."""

    def reasons(kind: type[AstraResourceProvider], inputs: dict[str, Any]) -> list[str]:
        result = provide(kind).check({}, inputs)
        assert result.inputs is inputs
        assert {failure.property for failure in result.failures} <= {""}
        return [failure.reason for failure in result.failures]

    return reasons


@pytest.mark.parametrize("kind", VALID)
def test_valid_inputs_pass_as_the_engine_sends_them(check: Any, kind: type[AstraResourceProvider]) -> None:
    assert check(kind, {**VALID[kind], "__provider": "gASV", "options": None}) == []


@pytest.mark.parametrize(("kind", "key"), [(kind, key) for kind, inputs in VALID.items() for key in inputs if key != "address"])
def test_an_input_that_is_not_known_yet_is_not_refused(check: Any, kind: type[AstraResourceProvider], key: str) -> None:
    assert check(kind, {**VALID[kind], key: UNKNOWN_YET}) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"columns": UNKNOWN_YET, "primaryKey": "id"},
        {**definition(), "primaryKey": UNKNOWN_YET},
        {**definition(), "primaryKey": {"partitionBy": ["id"], "partitionSort": UNKNOWN_YET}},
        {**definition(), "primaryKey": {"partitionBy": ["id"], "partitionSort": [{"page": UNKNOWN_YET}]}},
        definition(page=UNKNOWN_YET),
        definition(embedding={"type": "vector", "dimension": UNKNOWN_YET}),
        definition(embedding={"type": "vector", "service": {"provider": "openai", "modelName": UNKNOWN_YET}}),
    ],
)
def test_a_part_of_a_definition_that_is_not_known_yet_is_not_refused_either(check: Any, changed: dict[str, Any]) -> None:
    assert check(TableProvider, {**TABLE, "definition": changed}) == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (definition(page="strng"), 'definition.columns.page: "strng" is not one of '),
        (definition(key="nope"), 'definition.primaryKey: no column is called "nope"'),
        (
            definition(key={"partitionBy": ["id"], "partitionSort": {"page": 1, "tags": 1}}),
            'definition.primaryKey.partitionSort.tags: column "tags" is of type set, which cannot be part of a primary key',
        ),
        (
            definition(key={"partitionBy": ["id"], "partitionSort": {"page": 2.0}}),
            "definition.primaryKey.partitionSort.page: 2 is not one of 1, -1",
        ),
        (
            definition(
                embedding={"type": "vector", "dimension": 512.0, "service": {"provider": "nvidia", "modelName": "NV-Embed-QA"}}
            ),
            "definition.columns.embedding.dimension: 512 is not allowed; allowed: 1024 alone",
        ),
        (
            definition(embedding={"type": "vector", "service": {"provider": "opnai"}}),
            'definition.columns.embedding.service.provider: unknown embedding provider "opnai"',
        ),
        (
            definition(tags={"type": "set", "valueType": "duration"}),
            "definition.columns.tags.valueType: duration cannot stand in a set",
        ),
        (
            definition(body={"type": "text", "dimension": 5.0}),
            "definition.columns.body.dimension: belongs to columns of type vector",
        ),
    ],
)
def test_a_table_is_refused_in_the_words_of_the_environment(check: Any, changed: dict[str, Any], sentence: str) -> None:
    (reason,) = check(TableProvider, {**TABLE, "definition": changed})
    assert reason.startswith(f"d.k.t: {sentence}")


@pytest.mark.parametrize("key", ["keyspace", "name", "definition"])
def test_nothing_of_a_table_can_be_left_out(check: Any, key: str) -> None:
    (reason,) = check(TableProvider, {name: value for name, value in TABLE.items() if name != key})
    assert reason.startswith(f'd.k.t: "{key}" is missing')


def test_what_a_keyspace_that_failed_did_not_give_is_no_mistake_of_the_table(check: Any) -> None:
    assert check(TableProvider, {name: value for name, value in TABLE.items() if name != "apiEndpoint"}) == []


@pytest.mark.parametrize(
    ("kind", "changed", "sentence"),
    [
        (VectorIndexProvider, {"metric": "COSINE"}, 'metric: "COSINE" is not one of cosine, dot_product, euclidean'),
        (VectorIndexProvider, {"options": {}}, "options: unknown key"),
        (VectorIndexProvider, {"name": "a-b"}, "name: must be 1 to 100 letters, digits or underscores"),
        (IndexProvider, {"column": "v", "indexType": "vector", "options": {}}, 'indexType: "vector" is not one of regular, text'),
        (IndexProvider, {"column": {"labels": "keys"}}, 'column.labels: "keys" is not one of $keys, $values'),
        (
            IndexProvider,
            {"column": "body", "indexType": "regular", "options": {"analyzer": "english"}},
            "options.analyzer: only a text index has it, and this is a regular one",
        ),
        (
            IndexProvider,
            {"column": "body", "indexType": "text", "options": {"ascii": True}},
            "options.ascii: only a regular index has it, and this is a text one",
        ),
        (IndexProvider, {"indexType": "text", "options": {}}, "column: a text index needs a text column"),
    ],
)
def test_an_index_is_refused_as_far_as_it_can_be_without_its_table(
    check: Any, kind: type[AstraResourceProvider], changed: dict[str, Any], sentence: str
) -> None:
    (reason,) = check(kind, {**VALID[kind], **changed})
    assert reason.startswith(f"d.k.t.i: {sentence}")


@pytest.mark.parametrize("key", ["name", "definition", "apiEndpoint"])
def test_a_secret_in_the_wrong_place_is_not_shown(check: Any, key: str) -> None:
    secret = "sk-0123456789abcdefghij"
    assert secret not in "\n".join(check(TableProvider, {**TABLE, key: secret}))
    service = {"provider": secret, "modelName": secret, "authentication": {"providerKey": secret}}
    assert secret not in "\n".join(
        check(TableProvider, {**TABLE, "definition": definition(embedding={"type": "vector", "service": service})})
    )
