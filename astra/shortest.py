"""What stands, as a person would declare it: whatever the service fills in by itself is left out.

The judges are the modules that know the service's normalisation: something is left out where what stands is no difference
without it. Sources of the defaults of a database: recorded answers of Data API 1.0.51 as Astra runs it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from astra import definition, index_normalisation, table_normalisation
from astra.changes import ABSENT, Change, apply
from astra.document import Path
from astra.table_columns import facts, type_of
from astra.table_indexes import kind_of, target_of
from astra.validation import mapping

Form: TypeAlias = Mapping[str, Any]

# What a collection of Astra has where nothing was said of it.
_ON: Mapping[str, Any] = {
    "lexical": {"enabled": True, "analyzer": "standard"},
    "rerank": {"enabled": True, "service": {"provider": "nvidia", "modelName": "nvidia/llama-3.2-nv-rerankqa-1b-v2"}},
}
_OFF = {"enabled": False}


def collection(returned: Form, *, self_hosted: bool = False) -> dict[str, Any]:
    """The shortest definition of a collection.

    Args:
        returned: the options that findCollections explains.
        self_hosted: whether lexical search and reranking that are off are the database's choice; in Astra they are on.
    """
    form = definition.options(returned)
    for key, on in _ON.items():
        if form.get(key) == on or (self_hosted and form.get(key) == _OFF):
            del form[key]
    if form.get("indexing") == {}:
        # What the service makes of a list that is empty.
        form["indexing"] = {"deny": []}
    steps = [("vector", "sourceModel"), ("vector", "metric"), *_of_vector(("vector",), mapping(form.get("vector")))]
    return _shortened(form, _steps(form, steps), lambda shorter: definition.differences(shorter, returned))


def table(returned: Form) -> dict[str, Any]:
    """The shortest definition of a table, the columns of its key first and the others by their names.

    Args:
        returned: the definition that listTables explains.
    """
    form = table_normalisation.formed(returned)
    key = form["primaryKey"]
    first = [*key["partitionBy"], *key["partitionSort"]]
    order = sorted(form["columns"], key=lambda name: (first.index(name) if name in first else len(first), name))
    form = {"columns": {name: form["columns"][name] for name in order}, "primaryKey": _key(key)}
    paths = [path for name, column in form["columns"].items() for path in _of_vector(("columns", name), column)]
    shortened = _shortened(form, _steps(form, paths), lambda shorter: table_normalisation.differences(shorter, returned))
    return {**shortened, "columns": {name: _column(column) for name, column in shortened["columns"].items()}}


def index(returned: Form, columns: Form) -> dict[str, Any]:
    """The shortest form of an index, as an environment declares it.

    Args:
        returned: `{table, indexType, column, options}`, as `index.listed` tells it.
        columns: those of its table.
    """
    kind, column = returned["indexType"], returned["column"]
    options = dict(returned["options"])
    for key in sorted(options, reverse=True):
        fewer = {name: value for name, value in options.items() if name != key}
        if not index_normalisation.differences({**returned, "options": fewer}, returned):
            options = fewer
    beside = {key: options.pop(key) for key in ("metric", "sourceModel") if key in options and kind == "vector"}
    form = {"column": column, **beside, **({"options": options} if options else {})}
    if kind_of(form, type_of(columns.get(target_of(form)[0] or ""))) == kind:
        return form
    return {"column": column, "indexType": kind, **beside, **({"options": options} if options else {})}


def _of_vector(path: Path, vector: Form) -> Iterator[Path]:
    """What of a vector definition with a service may be left out or shortened, by its path."""
    service = vector.get("service")
    if not isinstance(service, Mapping):
        return
    for key in mapping(service.get("authentication")):
        yield (*path, "service", "authentication", key)
    if definition.default_dimension(service) is not None:
        # Of a model whose default nobody knows, any dimension would seem to be it.
        yield (*path, "dimension")
    yield (*path, "service", "modelName")


def _steps(form: Form, paths: Iterable[Path]) -> Iterator[Change]:
    """What shortens a form, step by step: a credential loses what the service added to its name, all else goes."""
    for path in paths:
        value: Any = form
        for step in path:
            value = mapping(value).get(str(step), ABSENT)
        if value is not ABSENT:
            named = "authentication" in path and isinstance(value, str)
            yield Change(tuple(map(str, path)), value, value.removesuffix(f".{path[-1]}") if named else ABSENT)


def _shortened(form: Form, steps: Iterable[Change], differ: Callable[[Form], Any]) -> dict[str, Any]:
    result = dict(form)
    # Of a service that tells less than it did when it was recorded, something may differ from the beginning.
    before = differ(result)
    for step in steps:
        shorter = apply([step], result)
        if differ(shorter) == before:
            result = shorter
    return result


def _column(column: Form) -> Any:
    """A column in its short form, where its type has one."""
    return column["type"] if set(column) == {"type"} and column["type"] not in facts()["keys"] else column


def _key(key: Form) -> Any:
    if key["partitionSort"]:
        return key
    return key["partitionBy"][0] if len(key["partitionBy"]) == 1 else {"partitionBy": key["partitionBy"]}
