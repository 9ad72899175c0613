"""Index: a regular or a text index on a column of a table that is no vector."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi

from astra import table_indexes
from astra.errors import Problem
from providers.dynamic import AstraResource
from providers.table_arguments import IndexOptionsArgs, IndexType, MapPart
from providers.table_index import TableIndexProvider


class IndexProvider(TableIndexProvider):
    """Verbs of Index."""

    schema = "resources:index"

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        column, part = table_indexes.target_of(definition)
        if column is None or table_indexes.kind_of(definition, None) == "vector":
            # The schema says it.
            return ()
        # What the column is, only its table knows: one is assumed that can have either kind of index.
        assumed = {"type": "map", "keyType": "text", "valueType": "text"} if part else "text"
        found = table_indexes.problems({"": definition}, {column: assumed}, ())
        return tuple(replace(problem, path=problem.path[1:]) for problem in found)

    def index_of(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        kind = table_indexes.kind_of(inputs, None)
        return {"table": inputs["table"], "indexType": kind, "column": inputs["column"], "options": inputs.get("options", {})}

    def inputs_of(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        return dict(stated)


class Index(AstraResource, module="astra", name="Index"):
    """A regular or a text index. Whatever of it changes replaces it; the rows of the table stay.

    Args:
        resource_name: its address: `database.keyspace.table.index`.
        api_endpoint: http(s) address of its database's Data API, without a path of the API: the `api_endpoint` of its Table.
        keyspace: name of its keyspace: the `keyspace` of its Table.
        table: name of its table: the `name` of a Table, so that the table stands first and a replaced one gets its indexes.
        name: 1 to 100 letters, digits or underscores; upper and lower case differ. Unique among the indexes of the keyspace.
        column: the column, neither a vector nor a blob nor a duration; of a map its entries, or {labels: $keys} for the keys of
            the map labels and {labels: $values} for its values. It can have one index, a map one for each of these.
        index_type: regular, for filters and sorting, or text, for search by words, of text columns alone. By default regular;
            text where options has an analyzer.
        options: how texts are indexed (see IndexOptionsArgs); the defaults where left out.
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        explained: {table, indexType, column, options} as the service tells it, its defaults filled in for an index of texts.

    Check refuses what breaks these rules, as far as it can without knowing the column. Up fails where the table or the column
    is missing or the column cannot have such an index, where an index with another definition or of another table has the name
    (one with the same is taken over), where the column has an index already, and where the database has no room. No document is
    lost with an index.

    Sources: recorded answers of the Data API and its source (stargate/data-api at ada41bd8).
    """

    explained: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        api_endpoint: pulumi.Input[str],
        keyspace: pulumi.Input[str],
        table: pulumi.Input[str],
        name: pulumi.Input[str],
        column: pulumi.Input[str] | pulumi.Input[Mapping[str, MapPart]],
        index_type: pulumi.Input[IndexType] | None = None,
        options: pulumi.Input[IndexOptionsArgs] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "apiEndpoint": api_endpoint,
            "keyspace": keyspace,
            "table": table,
            "name": name,
            "column": column,
            "indexType": index_type,
            "options": options,
        }
        super().__init__(IndexProvider(), resource_name, inputs, (IndexProvider.output,), opts)
