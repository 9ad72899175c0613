"""Which values a column of a table can have."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

Send = Callable[..., httpx.Response]

UUID = "00000000-0000-4000-8000-000000000001"
VALUES: list[tuple[Any, list[Any], list[Any]]] = [
    ("tinyint", [-128, 127], [-129, 128, 1.5, "1", True]),
    ("smallint", [-(2**15), 2**15 - 1], [2**15]),
    ("int", [-(2**31), 2**31 - 1], [2**31]),
    ("bigint", [-(2**63), 2**63 - 1], [2**63]),
    ("varint", [2**63], [1.5, True]),
    ("float", [1, 1.5, "NaN", "Infinity", "-Infinity"], ["1.5", "nan", True]),
    ("double", [1, 1.5, "NaN"], ["hello"]),
    ("decimal", [1, 1.5, "1.5", "-1E+400"], ["NaN", "abc", "", True]),
    ("boolean", [True], [1, "true"]),
    ("text", ["", "é"], [1]),
    ("ascii", ["a"], ["é"]),
    ("uuid", [UUID], ["nope", 1]),
    ("date", ["2024-02-29"], ["2023-02-29", "20240229", "nope", 1]),
    ("time", ["23:59", "23:59:59.123456789"], ["24:00", "23:59:60", "nope"]),
    ("timestamp", ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+01:00"], ["2024-02-29", "2023-02-29T12:00:00Z", "nope", 1]),
    ("inet", ["127.0.0.1", "::1"], ["localhost", "256.0.0.1", 1]),
    ("blob", [{"$binary": "AAAA"}], [{"$binary": "?"}, {"$binary": 1}, {"a": 1}, "AAAA"]),
    ({"type": "list", "valueType": "int"}, [[], [1, 1]], [["1"], [None], 1]),
    ({"type": "set", "valueType": "date"}, [["2024-02-29"]], [["nope"]]),
    (
        {"type": "map", "keyType": "text", "valueType": "int"},
        [{"a": 1}, [["a", 1]]],
        [{"a": "b"}, [["a"]], [[1, 1]], [[None, 1]]],
    ),
    ({"type": "map", "keyType": "int", "valueType": "text"}, [[[1, "a"]]], [[["1", "a"]], [1]]),
]
"""By type of a column: values that it can have, and values that it cannot."""


@pytest.mark.parametrize(("column", "good", "bad"), VALUES, ids=lambda item: str(item)[:40])
def test_a_column_has_values_of_its_type(send: Send, column: Any, good: list[Any], bad: list[Any]) -> None:
    definition = {"columns": {"id": "int", "value": column}, "primaryKey": "id"}
    send("default_keyspace", "createTable", name="t", definition=definition)
    rows = [{"id": place, "value": value} for place, value in enumerate([*good, *bad])]
    answer = send("default_keyspace/t", "insertMany", documents=rows).json()
    assert answer["status"]["insertedIds"] == [[place] for place in range(len(good))]
    assert [error["errorCode"] for error in answer["errors"]] == ["INVALID_COLUMN_VALUES"] * len(bad)
