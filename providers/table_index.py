"""What VectorIndex and Index share: an index of a table, of which nothing can be changed in place."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import Any

from astra import catalog, index
from astra.errors import Refused
from astra.index_normalisation import as_found, differences
from astra.sharing import SNAPSHOT
from providers import table_guard
from providers.dynamic import ADDRESS
from providers.keyspace_content import IDENTITY, KeyspaceContentProvider
from providers.wire import known as is_known


class TableIndexProvider(KeyspaceContentProvider):
    """Verbs of both. Its output `explained` is the index as the service explains it: `{table, indexType, column, options}`.

    A subclass states how its inputs and an index in the Data API's words turn into each other. No document is lost with an
    index, so nobody is asked for the permission to delete one, unless its table goes right after it.
    """

    output = "explained"
    given = ("apiEndpoint", "table")

    @abstractmethod
    def index_of(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as `{table, indexType, column, options}`."""

    @abstractmethod
    def inputs_of(self, stated: Mapping[str, Any]) -> dict[str, Any]:
        """The other way round, without what cannot be an input of this kind."""

    def replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        identity = changed.intersection(IDENTITY)
        stated = {key: value for key, value in news.items() if key not in IDENTITY}
        if self.output not in olds or not is_known(stated):
            return changed - {ADDRESS}
        # The same in other words replaces nothing; what stands otherwise does, although nothing was rewritten.
        return identity | {self._property(change.path) for change in differences(self.index_of(news), olds[self.output])}

    def established(self, inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        endpoint, keyspace, name = (inputs[key] for key in IDENTITY)
        return index.create(self.session.connection, endpoint, keyspace, inputs["table"], name, self.index_of(inputs))

    def standing(self, inputs: dict[str, Any]) -> dict[str, Any] | None:
        endpoint, keyspace, name = (inputs[key] for key in IDENTITY)
        return index.listed(self.session.connection, endpoint, keyspace, inputs["table"], SNAPSHOT).get(name)

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            return super().find(identity, known, inputs)
        except Refused as error:
            if error.code != index.UNLISTABLE:
                raise
            # Its table stands, and the service lists none of its indexes any more: nothing says that it is another.
            return inputs, {self.output: known[self.output]}

    def met(self, inputs: dict[str, Any], known: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
        stated = self.index_of(inputs)
        if not differences(stated, stands):
            return inputs
        return {**inputs, **self.inputs_of(as_found(stated, stands))}

    def dropped(self, known: dict[str, Any]) -> None:
        endpoint, keyspace, name = (known[key] for key in IDENTITY)
        guard = partial(table_guard.require_replacement, self.session, (endpoint, keyspace, known["table"]))
        index.delete(self.session.connection, endpoint, keyspace, known["table"], name, guard)

    def _property(self, path: tuple[str, ...]) -> str:
        """The input that a place in the index belongs to; the column where it is none, as the kind of another one is."""
        return next((step for step in path if step in catalog.schema(self.schema)["properties"]), "column")
