"""Collection: a collection of the Data API, with vectorize, with one's own vectors, or without vectors."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import collection, service
from astra.changes import changes
from astra.definition import OPTIONS, as_found, chosen, differences, same_choice
from astra.errors import Problem
from astra.sharing import SNAPSHOT
from providers.arguments import DefaultIdArgs, IndexingArgs, LexicalArgs, RerankArgs, VectorArgs
from providers.dynamic import ADDRESS, AstraResource
from providers.keyspace_content import IDENTITY, REPLACED, KeyspaceContentProvider
from providers.wire import known as is_known
from providers.wire import log


class CollectionProvider(KeyspaceContentProvider):
    """Verbs of Collection. Its output `options` is what the service made of it."""

    schema = "resources:collection"
    output = "options"

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        found = service.problems(definition.get("vector"))
        return tuple(problem.below("vector") for problem in found)

    def replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        identity = changed.intersection(IDENTITY)
        options = {key: news[key] for key in OPTIONS if key in news}
        if not is_known(options):
            return identity | changed.intersection(OPTIONS)
        options = _meant(options, olds)
        # The same in other words replaces nothing; what stands otherwise does, although nothing was rewritten.
        return identity | {difference.path[0] for difference in differences(options, olds.get("options", {}))}

    def content(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"collections": {inputs["name"]: {key: inputs[key] for key in OPTIONS if key in inputs}}}

    def endangers(self, olds: dict[str, Any], inputs: dict[str, Any]) -> tuple[str, str] | None:
        if any(olds.get(key) != inputs[key] for key in IDENTITY):
            return REPLACED
        stands = self.standing(inputs) if changes(olds, inputs) else None
        return REPLACED if stands is not None and differences(_meant(inputs, {**olds, "options": stands}), stands) else None

    def holds(self, stated: Mapping[str, Any]) -> bool:
        endpoint, keyspace, name = (stated[key] for key in IDENTITY)
        return collection.holds_documents(self.session.connection, endpoint, keyspace, name)

    def established(self, inputs: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        endpoint, keyspace, name = (inputs[key] for key in IDENTITY)
        made = collection.create(self.session.connection, endpoint, keyspace, name, inputs)
        if said := self.session.crowding.made(inputs[ADDRESS]):
            log(f"warning: {said}")
        return made

    def standing(self, inputs: dict[str, Any]) -> dict[str, Any] | None:
        endpoint, keyspace, name = (inputs[key] for key in IDENTITY)
        return collection.listed(self.session.connection, endpoint, keyspace, SNAPSHOT).get(name)

    def met(self, inputs: dict[str, Any], known: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
        return as_found(inputs, stands) if differences(_meant(inputs, known), stands) else inputs

    def dropped(self, known: dict[str, Any]) -> None:
        endpoint, keyspace, name = (known[key] for key in IDENTITY)

        def guard() -> None:
            self.session.require_permission(known[ADDRESS], lambda: [name] * self.holds(known))

        collection.delete(self.session.connection, endpoint, keyspace, name, guard)


def _meant(options: Mapping[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the dimension that the service chose when it was left out, as long as that choice holds."""
    vector = options.get("vector")
    if not same_choice(vector, olds.get("vector")):
        return dict(options)
    return {**options, "vector": chosen(vector, olds.get("options", {}).get("vector"))}


class Collection(AstraResource, module="astra", name="Collection"):
    """A collection. Every option that differs from what stands replaces it: the Data API cannot alter one.

    Args:
        resource_name: its address: `database.keyspace.collection`.
        api_endpoint: http(s) address of its database's Data API, without a path of the API: the `api_endpoint` of a Keyspace,
            so that the keyspace stands first.
        keyspace: name of its keyspace.
        name: 1 to 48 letters, digits or underscores; upper and lower case differ. Unique among the keyspace's collections and
            tables.
        vector: {dimension, metric, sourceModel, service: {provider, modelName, authentication, parameters}} in the
            Data API's words (see VectorArgs); without service one brings one's own vectors, left out there are none.
        indexing: {allow: [...]} or {deny: [...]}; all fields where left out.
        default_id: {type: objectId | uuid | uuidv6 | uuidv7}; the service's choice where left out.
        lexical: {enabled, analyzer}; the database's choice where left out.
        rerank: {enabled, service: {provider, modelName}}; the database's choice where left out.
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        options: all options as the service tells them, its defaults filled in.

    Check refuses what breaks these rules or those of the provider and model. Up fails where a table or a collection with other
    options has the name (one with the same is taken over), where the credential is not stored or not scoped to the database,
    where the model takes nothing new any more, and where the database has no room: about ten collections. Deletion, and so
    replacement, fails where documents would be lost without allow_data_loss.

    Sources: recorded answers of the Data API and its source (stargate/data-api at ada41bd8); each embedding provider's file in
    schemas/embedding-providers/ names its own.
    """

    options: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        api_endpoint: pulumi.Input[str],
        keyspace: pulumi.Input[str],
        name: pulumi.Input[str],
        vector: pulumi.Input[VectorArgs] | None = None,
        indexing: pulumi.Input[IndexingArgs] | None = None,
        default_id: pulumi.Input[DefaultIdArgs] | None = None,
        lexical: pulumi.Input[LexicalArgs] | None = None,
        rerank: pulumi.Input[RerankArgs] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "apiEndpoint": api_endpoint,
            "keyspace": keyspace,
            "name": name,
            "vector": vector,
            "indexing": indexing,
            "defaultId": default_id,
            "lexical": lexical,
            "rerank": rerank,
        }
        super().__init__(CollectionProvider(), resource_name, inputs, ("options",), opts)
