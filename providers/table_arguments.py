"""The types of the arguments of tables and their indexes, as providers/arguments.py has those of the other resources.

Sources: recorded answers of the Data API, its source (stargate/data-api at ada41bd8) and its documentation.
"""

from collections.abc import Mapping
from typing import Literal, NotRequired, TypeAlias, TypedDict

import pulumi

from providers.arguments import ServiceArgs

ScalarType = Literal[
    "ascii",
    "bigint",
    "blob",
    "boolean",
    "date",
    "decimal",
    "double",
    "duration",
    "float",
    "inet",
    "int",
    "smallint",
    "text",
    "time",
    "timestamp",
    "tinyint",
    "uuid",
    "varint",
]
MapPart = Literal["$keys", "$values"]
IndexType = Literal["regular", "text"]


class ScalarColumnArgs(TypedDict):
    """A column of a scalar type, in its long form; the short form is the type alone.

    type: one of the Data API's scalar types. It can read counter and timeuuid columns that others made, and makes none.
    """

    type: ScalarType


class UserDefinedColumnArgs(TypedDict):
    """A column, or what a list, a set or a map holds, of a user-defined type.

    type: userDefined.
    udtName: name of a type that the keyspace has already; up fails where it has none. None is made here.
    """

    type: Literal["userDefined"]
    udtName: pulumi.Input[str]


ValueType: TypeAlias = ScalarType | ScalarColumnArgs | UserDefinedColumnArgs


class ListColumnArgs(TypedDict):
    """A list.

    type: list.
    valueType: what it holds: a scalar type, or a user-defined one in the long form.
    """

    type: Literal["list"]
    valueType: ValueType


class SetColumnArgs(TypedDict):
    """A set.

    type: set.
    valueType: what it holds: a scalar type but duration, or a user-defined one in the long form.
    """

    type: Literal["set"]
    valueType: ValueType


class MapColumnArgs(TypedDict):
    """A map.

    type: map.
    keyType: of its keys: a scalar type but duration.
    valueType: of its values: a scalar type, or a user-defined one in the long form.
    """

    type: Literal["map"]
    keyType: ScalarType | ScalarColumnArgs
    valueType: ValueType


class VectorColumnArgs(TypedDict):
    """A column of vectors. Searching by it needs a VectorIndex, which also says how similarity is measured.

    type: vector.
    dimension: number of components of every vector, 1 or more, of a model those that it has. Left out with a service, the
        model's default counts, where it has one; without a service check refuses that. Another one replaces the table.
    service: what makes the vectors (see ServiceArgs); left out, one brings one's own. It can be set, changed and taken out in
        place; another provider, model or parameters on a table with rows only with allow_data_loss, because its vectors could
        no longer be compared.
    """

    type: Literal["vector"]
    dimension: NotRequired[pulumi.Input[int]]
    service: NotRequired[pulumi.Input[ServiceArgs]]


ColumnArgs: TypeAlias = (
    ScalarType | ScalarColumnArgs | ListColumnArgs | SetColumnArgs | MapColumnArgs | VectorColumnArgs | UserDefinedColumnArgs
)


class PrimaryKeyArgs(TypedDict):
    """What makes a row unique. Lists, maps, sets, durations and columns of a user-defined type cannot be part of it.

    partitionBy: one or more columns whose values together decide where a row is kept.
    partitionSort: further columns of the key, in the order of their weight: 1 sorts upwards, -1 downwards; none where left out.
    """

    partitionBy: pulumi.Input[list[pulumi.Input[str]]]
    partitionSort: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[Literal[1, -1]]]]]


class IndexOptionsArgs(TypedDict):
    """How texts are indexed; an index of anything else has no options, and up fails where it is given some.

    ascii: of a regular index: whether characters are reduced to their ASCII equivalents; false by default.
    caseSensitive: of a regular index: whether upper and lower case differ; true by default.
    normalize: of a regular index: whether texts are normalised to one Unicode form; false by default.
    analyzer: of a text index: name of an analyzer, or its definition in the Data API's words; standard by default.
    """

    ascii: NotRequired[pulumi.Input[bool]]
    caseSensitive: NotRequired[pulumi.Input[bool]]
    normalize: NotRequired[pulumi.Input[bool]]
    analyzer: NotRequired[pulumi.Input[str | Mapping[str, object]]]
