"""VectorIndex: an index on a vector column of a table, which vector search on that column needs."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra.table_indexes import target_of
from providers.arguments import Metric, SourceModel
from providers.dynamic import AstraResource
from providers.table_index import TableIndexProvider

OPTIONS = ("metric", "sourceModel")


class VectorIndexProvider(TableIndexProvider):
    """Verbs of VectorIndex."""

    schema = "resources:vector-index"

    def index_of(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        options = {key: inputs[key] for key in OPTIONS if key in inputs}
        return {"table": inputs["table"], "indexType": "vector", "column": inputs["column"], "options": options}

    def inputs_of(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        options = {key: value for key, value in stated["options"].items() if key in OPTIONS}
        return {"table": stated["table"], "column": target_of(stated)[0], **options}


class VectorIndex(AstraResource, module="astra", name="VectorIndex"):
    """A vector index. Whatever of it changes replaces it; the rows of the table stay, and cannot be searched meanwhile.

    Args:
        resource_name: its address: `database.keyspace.table.index`.
        api_endpoint: http(s) address of its database's Data API, without a path of the API: the `api_endpoint` of its Table.
        keyspace: name of its keyspace: the `keyspace` of its Table.
        table: name of its table: the `name` of a Table, so that the table stands first and a replaced one gets its indexes.
        name: 1 to 100 letters, digits or underscores; upper and lower case differ. Unique among the indexes of the keyspace.
        column: the vector column; it can have one index.
        metric: how similarity is measured: cosine, dot_product or euclidean. By default cosine; dot_product where source_model
            is given and not other.
        source_model: the model the vectors come from, for an index that is tuned to it; other by default.
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        explained: {table, indexType, column, options: {metric, sourceModel}} as the service tells it.

    Check refuses what breaks these rules. Up fails where the table or the column is missing or the column is no vector, where
    an index with another definition or of another table has the name (one with the same is taken over), where the column has an
    index already, and where the database has no room. No document is lost with an index.

    Sources: recorded answers of the Data API.
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
        column: pulumi.Input[str],
        metric: pulumi.Input[Metric] | None = None,
        source_model: pulumi.Input[SourceModel] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "apiEndpoint": api_endpoint,
            "keyspace": keyspace,
            "table": table,
            "name": name,
            "column": column,
            "metric": metric,
            "sourceModel": source_model,
        }
        super().__init__(VectorIndexProvider(), resource_name, inputs, (VectorIndexProvider.output,), opts)
