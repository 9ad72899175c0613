"""Whether an index that stands is the one that was meant: its defaults, recorded from the Data API."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra.changes import Change
from astra.index_normalisation import as_found, differences, normalised

PLAIN: dict[str, Any] = {"ascii": False, "caseSensitive": True, "normalize": False}
MODELS = ["ada002", "bert", "cohere-v3", "gecko", "nv-qa-4", "openai-v3-large", "openai-v3-small"]


def index(kind: str, **options: Any) -> dict[str, Any]:
    return {"table": "t", "indexType": kind, "column": "c", "options": options}


@pytest.mark.parametrize(
    ("sent", "returned"),
    [
        pytest.param(index("vector"), index("vector", metric="cosine", sourceModel="other"), id="ix_default"),
        pytest.param(
            index("vector", metric="euclidean"),
            index("vector", metric="euclidean", sourceModel="other"),
            id="ix_metric_euclidean",
        ),
        pytest.param(
            index("vector", sourceModel="ada002", metric="euclidean"),
            index("vector", sourceModel="ada002", metric="euclidean"),
            id="ix_sm_and_metric",
        ),
        *(
            pytest.param(
                index("vector", sourceModel=model), index("vector", metric="dot_product", sourceModel=model), id=f"ix_sm_{model}"
            )
            for model in MODELS
        ),
        pytest.param(
            index("vector", sourceModel="other"), index("vector", metric="cosine", sourceModel="other"), id="ix_sm_other"
        ),
        pytest.param(index("regular"), index("regular"), id="ix_regular: nothing to be said of numbers"),
        pytest.param(
            index("regular", caseSensitive=False),
            index("regular", **{**PLAIN, "caseSensitive": False}),
            id="ix_regular_text_opts",
        ),
        pytest.param(index("regular"), index("regular", **PLAIN), id="a text's index is told with its defaults"),
        pytest.param(index("regular", **PLAIN), index("regular"), id="one that was made by CQL without them"),
        pytest.param(index("text"), index("text", analyzer="standard"), id="a text index"),
        pytest.param(
            index("text", analyzer={"tokenizer": {"name": "standard"}}),
            index("text", analyzer={"tokenizer": {"name": "standard"}}),
            id="an analyzer's definition",
        ),
        pytest.param(
            {"table": "t", "indexType": "regular", "column": {"labels": "$keys"}},
            {"table": "t", "indexType": "regular", "column": {"labels": "$keys"}, "options": {}},
            id="the keys of a map",
        ),
    ],
)
def test_what_the_service_accepted_is_never_a_difference(sent: Any, returned: Any) -> None:
    assert differences(sent, returned) == ()
    assert as_found(sent, returned) == sent


@pytest.mark.parametrize(
    ("sent", "returned", "found"),
    [
        (
            index("vector"),
            index("vector", metric="euclidean", sourceModel="other"),
            (("options", "metric"), "cosine", "euclidean"),
        ),
        (
            index("vector", sourceModel="ada002"),
            index("vector", metric="cosine", sourceModel="ada002"),
            (("options", "metric"), "dot_product", "cosine"),
        ),
        (
            index("vector"),
            index("vector", metric="cosine", sourceModel="ada002"),
            (("options", "sourceModel"), "other", "ada002"),
        ),
        (index("regular"), index("regular", **{**PLAIN, "ascii": True}), (("options", "ascii"), False, True)),
        (index("text"), index("text", analyzer="english"), (("options", "analyzer"), "standard", "english")),
        (index("regular"), {**index("regular"), "table": "other"}, (("table",), "t", "other")),
        (index("regular"), {**index("regular"), "column": "other"}, (("column",), "c", "other")),
        (index("regular"), {**index("regular"), "column": {"c": "$values"}}, (("column",), "c", {"c": "$values"})),
    ],
)
def test_what_stands_otherwise_is_a_difference(sent: Any, returned: Any, found: Any) -> None:
    assert differences(sent, returned) == (Change(*found),)
    assert differences(as_found(sent, returned), returned) == ()


def test_an_index_of_another_kind_is_another_index() -> None:
    found = differences(index("text"), {"table": "t", "indexType": "UNKNOWN", "column": "UNKNOWN"})
    assert {change.path[0] for change in found} == {"indexType", "column", "options"}


OPTIONS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "vector": st.fixed_dictionaries(
        {}, optional={"metric": st.sampled_from(["cosine", "dot_product"]), "sourceModel": st.sampled_from(["other", *MODELS])}
    ),
    "text": st.fixed_dictionaries({}, optional={"analyzer": st.sampled_from(["standard", "english"])}),
    "regular": st.fixed_dictionaries({}, optional={key: st.booleans() for key in PLAIN}),
}
INDEXES = st.sampled_from(sorted(OPTIONS)).flatmap(lambda kind: OPTIONS[kind].map(lambda options: index(kind, **options)))


@given(INDEXES)
def test_an_index_never_differs_from_what_follows_from_it(stated: dict[str, Any]) -> None:
    assert differences(stated, normalised(stated)) == ()


@given(INDEXES, INDEXES)
def test_what_is_found_is_what_stands(stated: dict[str, Any], standing: dict[str, Any]) -> None:
    found = as_found(stated, normalised(standing))
    assert differences(found, normalised(standing)) == ()
    assert as_found(found, normalised(standing)) == found
