"""Vectors: how they are written in JSON, how they are kept for searching, and which are nearest.

Beside its document a vector is kept as 32-bit floats, so that a search reads no JSON.
"""

from __future__ import annotations

import binascii
import math
import struct
from array import array
from base64 import b64decode
from operator import mul
from typing import TYPE_CHECKING, Final, NamedTuple

from emulator.data_api.errors import DataApiError

if TYPE_CHECKING:
    from collections.abc import Container

    from emulator.data_api.call import Call

Vector = list[float]

GREATEST: Final = 3.4028234663852886e38
"""The greatest 32-bit float; that greater ones are refused like this is unverified."""

NEGLIGIBLE: Final = 1e-6
"""A vector is zero to the database when no component is greater than this."""

MAX_SEARCHED: Final = 1000
"""Documents that a search by a vector returns at most, over all (as the open-source service's source has it)."""


def read(value: object, bad_type: str) -> Vector:
    """A vector as sent: an array of numbers, or `{"$binary": <base64 of big-endian 32-bit floats>}`, as astrapy sends it.

    Raises:
        DataApiError: the code `bad_type`, SHRED_BAD_VECTOR_SIZE, SHRED_BAD_VECTOR_VALUE, SHRED_BAD_BINARY_VECTOR_VALUE.

    """
    if isinstance(value, dict) and set(value) == {"$binary"}:
        return _from_binary(value["$binary"])
    if not isinstance(value, list):
        raise DataApiError(bad_type, "A vector is an array of numbers, or an object with $binary.")
    if not value:
        raise DataApiError("SHRED_BAD_VECTOR_SIZE", "A vector cannot be empty.")
    if any(isinstance(item, bool) or not isinstance(item, (int, float)) or abs(item) > GREATEST for item in value):
        raise DataApiError("SHRED_BAD_VECTOR_VALUE", "A vector has something else than 32-bit floats in it.")
    return value


def refuse_zero(metric: str, vector: Vector) -> None:
    """The cosine metric has no use for a vector without a direction, neither to store nor to search for.

    The database refuses it; that the answer has this code is unverified.

    Raises:
        DataApiError: INVALID_DATABASE_QUERY.

    """
    if metric == "cosine" and all(abs(component) <= NEGLIGIBLE for component in vector):
        raise DataApiError("INVALID_DATABASE_QUERY", "The metric cosine cannot compare a vector that is zero, or nearly so.")


def _from_binary(value: object) -> Vector:
    try:
        packed = b64decode(value if isinstance(value, str) else "", validate=True)
        floats = struct.unpack(f">{len(packed) // 4}f", packed)
    except (binascii.Error, ValueError, struct.error):
        floats = ()
    if not floats or not all(map(math.isfinite, floats)):
        raise DataApiError("SHRED_BAD_BINARY_VECTOR_VALUE", "$binary needs the base64 text of 32-bit floats.")
    return [as_sent(number) for number in floats]


def as_sent(number: float) -> float:
    """A 32-bit float as the service writes it: with the seven digits that it has (unverified to the last digit)."""
    return float(f"{number:.7g}")


def _dot(one: array[float], other: array[float]) -> float:
    product: float = sum(map(mul, one, other))
    return product


def _cosine(one: array[float], other: array[float], lengths: float) -> float:
    return (1 + _dot(one, other) / (lengths or 1)) / 2


def _dot_product(one: array[float], other: array[float], _: float) -> float:
    return (1 + _dot(one, other)) / 2


def _euclidean(one: array[float], other: array[float], _: float) -> float:
    distance = math.dist(one, other)
    return 1 / (1 + distance * distance)


SIMILARITY: Final = {"cosine": _cosine, "dot_product": _dot_product, "euclidean": _euclidean}
"""By metric: of two vectors and the product of their lengths, the greater, the nearer; as Cassandra computes it."""


def keep(call: Call, document: int, field: str, vector: Vector) -> None:
    """Store the vector of a field of the document with that sequence number."""
    packed = array("f", vector)
    call.connection.execute(
        "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", (document, field, packed.tobytes(), math.hypot(*packed))
    )


class Near(NamedTuple):
    """Whose vector it is, by sequence number, and how near."""

    owner: int
    similarity: float


def nearest(call: Call, field: str, metric: str, vector: Vector, among: Container[int] | None) -> list[Near]:
    """The documents of the call's collection or table that have a vector in that field, nearest first.

    The real service searches an index that may miss some; this looks at all. `among` are those that pass a filter, None
    for all.
    """
    sought = array("f", vector)
    length = math.hypot(*sought)
    similarity = SIMILARITY[metric]
    found = call.connection.execute(
        "SELECT owner, packed, length FROM vectors JOIN documents ON sequence = owner"
        " WHERE database = ? AND keyspace = ? AND collection = ? AND field = ?",
        (call.database, call.keyspace, call.collection, field),
    )
    near = [
        Near(row["owner"], similarity(array("f", row["packed"]), sought, row["length"] * length))
        for row in found
        if among is None or row["owner"] in among
    ]
    return sorted(near, key=lambda item: -item.similarity)
