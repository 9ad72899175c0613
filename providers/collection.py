"""Collection: a collection of the Data API, with vectorize, with one's own vectors, or without vectors."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import collection, database, service
from astra.definition import OPTIONS, as_found, differences
from astra.errors import AstraError, NotFound, Problem, Refused, Unauthorized
from astra.keyspace import names
from providers.arguments import DefaultIdArgs, IndexingArgs, LexicalArgs, RerankArgs, VectorArgs
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider
from providers.wire import known as is_known

IDENTITY = ("apiEndpoint", "keyspace", "name")


class CollectionProvider(AstraResourceProvider):
    """Verbs of Collection. Its id is `endpoint/keyspace/name`; its output `options` is what the service made of it."""

    schema = "resources:collection"

    def problems(self, definition: Mapping[str, Any]) -> tuple[Problem, ...]:
        found = service.problems(definition.get("vector"))
        return tuple(problem.below("vector") for problem in found)

    def replacing(self, olds: Mapping[str, Any], news: Mapping[str, Any], changed: set[str]) -> set[str]:
        identity = changed.intersection(IDENTITY)
        options = {key: news[key] for key in OPTIONS if key in news}
        if not is_known(options):
            return identity | changed.intersection(OPTIONS)
        # The same in other words replaces nothing; what stands otherwise does, although nothing was rewritten.
        return identity | {difference.path[0] for difference in differences(options, olds.get("options", {}))}

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "/".join(inputs[key] for key in IDENTITY)

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        endpoint, keyspace, name = place = tuple(inputs[key] for key in IDENTITY)
        self.claim("/".join(place), inputs)
        options = collection.create(self.session.connection, endpoint, keyspace, name, inputs)
        return "/".join(place), {"options": options}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        endpoint, keyspace, name = (inputs[key] for key in IDENTITY)
        try:
            options = collection.listed(self.session.connection, endpoint, keyspace).get(name)
        except AstraError as error:
            raise self._meant(error, known) from None
        if options is None:
            raise NotFound(f"collection {keyspace}.{name} is not listed.")
        return as_found(inputs, options), {"options": options}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        endpoint, keyspace, name = (known[key] for key in IDENTITY)
        connection = self.session.connection

        def guard() -> None:
            self.session.require_permission(
                known[ADDRESS], lambda: [name] * collection.holds_documents(connection, endpoint, keyspace, name)
            )

        try:
            collection.delete(connection, endpoint, keyspace, name, guard)
        except AstraError as error:
            if not isinstance(meant := self._meant(error, known), NotFound):
                raise meant from None

    def _meant(self, error: AstraError, known: Mapping[str, Any]) -> AstraError:
        """What a failure of the Data API means once the DevOps API was asked; NotFound only where it proves it.

        A terminated database answers nothing of use, and to the token of another database every keyspace is unknown.
        """
        identity = self.session.target.database_id(known["apiEndpoint"])
        if not identity:
            if isinstance(error, NotFound):
                return Refused(
                    f"{error} Whether it is gone cannot be told: {known['apiEndpoint']} is not an address of this target."
                )
            return error
        try:
            described = database.described(self.session.connection, identity, known.get(ORGANISATION, ""))
        except NotFound as gone:
            return gone
        except AstraError as other:
            # What was asked for is what failed; where the DevOps API knows why, it says it better.
            return other if isinstance(other, Unauthorized) else error
        if isinstance(error, NotFound) and known["keyspace"] in names(described):
            return Unauthorized(
                f"the Data API of database {identity} does not know its keyspace {known['keyspace']}, which the DevOps API "
                "lists. The token may belong to another database: use one of this organisation."
            )
        return error


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
