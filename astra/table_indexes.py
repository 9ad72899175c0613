"""Indexes of a table: on columns that exist and can carry them, one a column."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from astra.errors import Problem
from astra.table_columns import facts, type_of, unknown
from astra.wording import shown

Kind: TypeAlias = Literal["regular", "text", "vector"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Target:
    """What an index is on: a column of a known type, or the keys or values of a map."""

    name: str
    column: Any
    type: str
    part: str | None

    @property
    def elements(self) -> list[str | None]:
        """Types of what the index holds."""
        inner = {"list": ["valueType"], "set": ["valueType"], "map": ["keyType", "valueType"]}.get(self.type)
        if inner is None or not isinstance(self.column, Mapping):
            return [self.type]
        if self.type == "map" and self.part:
            inner = ["keyType"] if self.part == "$keys" else ["valueType"]
        return [type_of(self.column.get(key)) for key in inner]

    def __str__(self) -> str:
        return f"column {shown(self.name)} is of type {self.type}"


def kind_of(index: Mapping[str, Any], column_type: str | None) -> Kind | None:
    """The kind of an index: the stated one, or what fits its column and its options; None where there is no such kind."""
    stated, options = index.get("indexType"), index.get("options")
    if "indexType" in index:
        return next((kind for kind in KINDS if kind == stated), None)
    if column_type == "vector":
        return "vector"
    return "text" if isinstance(options, Mapping) and "analyzer" in options else "regular"


def target_of(index: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The name of the column that an index is on, and which part of a map; None where it is not said."""
    column = index.get("column")
    if isinstance(column, Mapping) and len(column) == 1:
        ((name, part),) = column.items()
        return (name, part) if part in ("$keys", "$values") else (None, None)
    return (column, None) if isinstance(column, str) else (None, None)


def problems(indexes: Mapping[str, Any], columns: Mapping[str, Any], partition: tuple[str, ...]) -> Iterator[Problem]:
    """Every problem of the indexes, beyond the form that the schema gives them; paths begin at their names.

    Args:
        indexes: the indexes by name.
        columns: the table's columns by name.
        partition: names of the columns of the partition key.
    """
    taken: dict[tuple[str, str | None], tuple[str, str]] = {}
    for name, index in indexes.items():
        column, part = target_of(index) if isinstance(index, Mapping) else (None, None)
        if column is None:
            continue
        if column not in columns:
            yield Problem((name, "column"), unknown(column, columns), "reference")
            continue
        column_type = type_of(columns[column])
        kind = kind_of(index, column_type)
        if column_type is None or kind is None:
            continue
        found = tuple(_index_problems(index, kind, Target(column, columns[column], column_type, part), partition))
        yield from (problem.below(name) for problem in found)
        if any(problem.severity == "error" for problem in found):
            continue
        earlier, its_kind = taken.setdefault((column, part), (name, kind))
        if earlier != name:
            yield _second_problem(column, earlier, {kind, its_kind}).below(name)


def _second_problem(column: str, earlier: str, kinds: set[str]) -> Problem:
    sentence = f"column {shown(column)} has an index already: {shown(earlier)}"
    if kinds == {"regular", "text"}:
        doubt = "; Cassandra takes one, and whether Astra takes a text index beside a regular one has not been seen"
        return Problem((), sentence + doubt, "table", "warning")
    return Problem(("column",), sentence, "table")


def _index_problems(index: Mapping[str, Any], kind: str, on: Target, partition: tuple[str, ...]) -> Iterator[Problem]:
    if on.part and on.type != "map":
        yield Problem(("column",), f"{on.part} is a part of a map; {on}", "table")
    if partition == (on.name,):
        sentence = f"column {shown(on.name)} alone is the partition key: rows are found by it without an index, and it takes none"
        yield Problem(("column",), sentence, "table")
    if kind == "vector":
        yield from _vector_problems(index, on)
        return
    for key in ("metric", "sourceModel"):
        if key in index:
            yield Problem((key,), f"only a vector index has a {key}; {on}", "table")
    if on.type == "vector":
        yield Problem(("indexType",), f"{on}: only a vector index can carry it", "table")
    elif on.type == "userDefined" or any(element in facts()["notIndexed"] for element in on.elements):
        held = "" if on.elements == [on.type] else " of " + " and ".join(str(element) for element in on.elements)
        yield Problem(("column",), f"{on}{held}, which cannot be indexed", "table")
    else:
        yield from _text_problems(on) if kind == "text" else ()
        options = index.get("options")
        yield from _option_problems(options, kind, on) if isinstance(options, Mapping) else ()


def _vector_problems(index: Mapping[str, Any], on: Target) -> Iterator[Problem]:
    if on.type != "vector":
        yield Problem(("indexType",), f"a vector index needs a vector column; {on}", "table")
    options = index.get("options")
    for option in options if isinstance(options, Mapping) else ():
        beside = option in ("metric", "sourceModel")
        sentence = "stands beside column here, not in options" if beside else "is no option of a vector index"
        yield Problem(("options", option), sentence, "table")


def _text_problems(on: Target) -> Iterator[Problem]:
    if on.type == "ascii":
        doubt = "Astra's documentation allows a text index on it, the Data API's source of 2026-08 on text columns alone"
        yield Problem((), f"{on}: {doubt}", "table", "warning")
    elif on.type != "text":
        yield Problem(("column",), f"a text index needs a text column; {on}", "table")


def _option_problems(options: Mapping[str, Any], kind: str, on: Target) -> Iterator[Problem]:
    for option in options:
        if option not in ("ascii", "caseSensitive", "normalize", "analyzer"):
            continue
        if kind == "text" or option == "analyzer":
            if (kind == "text") != (option == "analyzer"):
                other = "regular" if kind == "text" else "text"
                yield Problem(("options", option), f"only a {other} index has it, and this is a {kind} one", "table")
        elif on.type == "map" and not on.part:
            sentence = f"an index on the entries of a map has none; index its $keys or its $values: {on}"
            yield Problem(("options", option), sentence, "table")
        elif any(element and element not in facts()["withTextOptions"] for element in on.elements):
            held = " and ".join(str(element) for element in on.elements)
            yield Problem(("options", option), f"only an index of texts has it; column {shown(on.name)} holds {held}", "table")
