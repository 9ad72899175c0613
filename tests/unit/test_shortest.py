"""What stands, in its shortest form: the same thing for the service, nothing that could be left out, and the same once more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import catalog, definition, index_normalisation, table_normalisation
from astra.changes import ABSENT, Change, apply
from astra.shortest import collection, index, table
from tests.unit.table_definitions import KEYS, definitions

RECORDINGS = Path(__file__).parents[1] / "recordings" / "exchanges.jsonl"
ON = {
    "lexical": {"enabled": True, "analyzer": "standard"},
    "rerank": {"enabled": True, "service": {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}},
}


def returned(kind: str) -> list[Any]:
    """Every different thing of that kind that the real service listed."""
    found: dict[str, Any] = {}
    for line in RECORDINGS.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        for one in ((exchange.get("returned") or {}).get("status") or {}).get(kind) or ():
            if isinstance(one, dict):
                stated = one.get("options") if kind == "collections" else one["definition"]
                found.setdefault(
                    json.dumps([stated, one.get("indexType")]), pytest.param(one, id=f"{exchange['name']}-{one['name']}")
                )
    return list(found.values())


def leaves(form: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of all keys of nested mappings."""
    for key, value in form.items() if isinstance(form, dict) else ():
        yield (*path, key)
        yield from leaves(value, (*path, key))


def without(form: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    return apply([Change(path, None, ABSENT)], form)


@pytest.mark.parametrize("one", returned("collections"))
def test_a_recorded_collection_means_the_same_in_its_shortest_form(one: Any) -> None:
    form = collection(one["options"])
    assert definition.differences(form, one["options"]) == ()
    assert collection(definition.normalised(form)) == form
    assert ".providerKey" not in json.dumps(form)


@pytest.mark.parametrize("one", returned("tables"))
def test_a_recorded_table_means_the_same_in_its_shortest_form(one: Any) -> None:
    form = table(one["definition"])
    assert table_normalisation.differences(form, one["definition"]) == ()
    assert table(table_normalisation.normalised(form)) == form
    assert "apiSupport" not in json.dumps(form)


@pytest.mark.parametrize("one", returned("indexes"))
def test_a_recorded_index_means_the_same_in_its_shortest_form(one: Any) -> None:
    stated = {"table": "t", "indexType": one["indexType"], "options": {}, **one["definition"]}
    kind = {"vector": {"type": "vector", "dimension": 8}}.get(one["indexType"], "text")
    name = stated["column"] if isinstance(stated["column"], str) else next(iter(stated["column"]))
    form = index(stated, {name: kind})
    options = {**form.get("options", {}), **{key: form[key] for key in ("metric", "sourceModel") if key in form}}
    again = {"table": "t", "indexType": one["indexType"], "column": form["column"], "options": options}
    assert index_normalisation.differences(again, stated) == ()


MODELS = [(provider.key, model) for provider in catalog.embedding_providers().values() for model in provider.models.values()]
METRICS = ["cosine", "dot_product", "euclidean"]


@st.composite
def vectors(draw: st.DrawFn) -> dict[str, Any]:
    """A vector definition as a person may write it, with much that need not be said."""
    provider, model = draw(st.sampled_from(MODELS))
    stated = model.schema["properties"]["dimension"]
    dimension = draw(
        st.sampled_from([stated.get("const") or stated.get("default") or stated["maximum"], stated.get("minimum", 8)])
    )
    service: dict[str, Any] = {"provider": provider, "modelName": model.name}
    if draw(st.booleans()):
        service["authentication"] = {"providerKey": draw(st.sampled_from(["team", "team.providerKey", "other"]))}
    found: dict[str, Any] = {"dimension": dimension, "service": service}
    if draw(st.booleans()):
        found["metric"] = draw(st.sampled_from(METRICS))
    if draw(st.booleans()):
        found["sourceModel"] = draw(st.sampled_from(["other", "openai-v3-small", "bert"]))
    return found


@given(
    vectors(), st.sampled_from([{}, ON, {"lexical": {"enabled": False}}, {"lexical": {"enabled": True, "analyzer": "english"}}])
)
def test_whatever_was_made_its_shortest_form_means_it_and_says_nothing_in_vain(vector: Any, more: Any) -> None:
    stands = definition.normalised({"vector": vector, **more})
    form = collection(stands)
    assert definition.differences(form, stands) == ()
    assert collection(definition.normalised(form)) == form
    # Lexical search and reranking are the database's choice where nothing is said, and so no difference.
    of_vector = [path for path in leaves(form) if len(path) > 1 and path[0] == "vector"]
    known = definition.default_dimension(form["vector"]["service"]) is not None
    needless = [path for path in of_vector if not definition.differences(without(form, path), stands)]
    # Of a model without a default that is known, any dimension would do for the judge: it is said.
    assert needless == ([] if known else [("vector", "dimension")])


@given(definitions(KEYS[1]))
def test_a_table_says_nothing_in_vain_either(sent: Any) -> None:
    stands = table_normalisation.normalised(sent)
    form = table(stands)
    assert table_normalisation.differences(form, stands) == ()
    assert table(table_normalisation.normalised(form)) == form
    assert list(form["columns"])[:3] == ["id", "page", "revision"]
    assert list(form["columns"])[3:] == sorted(form["columns"].keys() - {"id", "page", "revision"})
    assert not [name for name, column in form["columns"].items() if isinstance(column, dict) and set(column) == {"type"}]


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({}, {}),
        (ON, {}),
        (
            {"lexical": {"enabled": False}, "rerank": {"enabled": False}},
            {"lexical": {"enabled": False}, "rerank": {"enabled": False}},
        ),
        ({"lexical": {"enabled": True, "analyzer": "english"}}, {"lexical": {"enabled": True, "analyzer": "english"}}),
        ({"vector": {"dimension": 8, "metric": "cosine", "sourceModel": "other"}}, {"vector": {"dimension": 8}}),
        ({"indexing": {}}, {"indexing": {"deny": []}}),
        ({"defaultId": {"type": "uuid"}}, {"defaultId": {"type": "uuid"}}),
    ],
)
def test_what_the_database_decides_is_left_to_it(options: Any, form: Any) -> None:
    assert collection(options) == form


def test_a_self_hosted_database_decides_otherwise() -> None:
    assert collection({"lexical": {"enabled": False}, "rerank": {"enabled": False}}, self_hosted=True) == {}


@pytest.mark.parametrize(
    ("kind", "options", "column_type", "form"),
    [
        ("vector", {"metric": "cosine", "sourceModel": "other"}, "vector", {"column": "c"}),
        ("vector", {"metric": "dot_product", "sourceModel": "bert"}, "vector", {"column": "c", "sourceModel": "bert"}),
        ("regular", {"ascii": False, "caseSensitive": True, "normalize": False}, "text", {"column": "c"}),
        (
            "regular",
            {"ascii": True, "caseSensitive": True, "normalize": False},
            "text",
            {"column": "c", "options": {"ascii": True}},
        ),
        ("text", {"analyzer": "standard"}, "text", {"column": "c", "indexType": "text"}),
        ("text", {"analyzer": "english"}, "text", {"column": "c", "options": {"analyzer": "english"}}),
        ("regular", {}, "int", {"column": "c"}),
        ("UNKNOWN", {}, "int", {"column": "c", "indexType": "UNKNOWN"}),
    ],
)
def test_an_index_says_its_kind_only_where_nobody_could_tell(kind: str, options: Any, column_type: str, form: Any) -> None:
    assert index({"table": "t", "indexType": kind, "column": "c", "options": options}, {"c": {"type": column_type}}) == form
