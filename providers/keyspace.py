"""Keyspace: a keyspace of a database."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import contents, database, keyspace
from astra.errors import Invalid, NotFound
from astra.sharing import SNAPSHOT
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider


class KeyspaceProvider(AstraResourceProvider):
    """Verbs of Keyspace. Its id is `database id/name`; what stands for the id may be an address of the Data API."""

    schema = "resources:keyspace"
    given = ("databaseId",)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return f"{inputs['databaseId']}/{inputs['name']}"

    def thing(self, identity: str) -> str:
        stated, _, name = identity.rpartition("/")
        return f"{self.session.target.database_id(stated) or stated}/{name}"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        stated, name = inputs["databaseId"], inputs["name"]
        connection = self.session.connection
        self.claim(f"{stated}/{name}", inputs)
        if connection.target.self_hosted:
            keyspace.self_hosted_create(connection, stated, name)
            endpoint = stated
        else:
            database_id, endpoint = self._place(stated)
            region = keyspace.create(connection, database_id, name)["info"]["region"]
            endpoint = endpoint or connection.target.api_endpoint(database_id, region)
        keyspace.wait_until_served(connection, endpoint, name)
        return f"{stated}/{name}", {"apiEndpoint": endpoint}

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity, stated = self.wish(inputs), inputs["databaseId"]
        self.claim(identity, inputs)
        endpoint = stated
        if "://" not in stated:
            region = database.described(self.session.connection, stated, age=SNAPSHOT)["info"]["region"]
            endpoint = self.session.target.api_endpoint(stated, region)
        return identity, self.find(identity, {**inputs, "apiEndpoint": endpoint}, inputs)[1]

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        if inputs["name"] not in self._names(inputs["databaseId"], known, SNAPSHOT):
            raise NotFound(f"keyspace {inputs['name']} of database {inputs['databaseId']} is not listed.")
        return inputs, {"apiEndpoint": known["apiEndpoint"]}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        stated, name = known["databaseId"], known["name"]
        connection = self.session.connection
        try:
            if not connection.target.self_hosted:
                database.wait_until_active(connection, self._place(stated)[0], known.get(ORGANISATION, ""))
            listed = self._names(stated, known)
        except NotFound:
            return
        if name not in listed:
            return
        self.session.require_permission(known[ADDRESS], lambda: contents.filled(connection, known["apiEndpoint"], [name]))
        if connection.target.self_hosted:
            keyspace.self_hosted_drop(connection, stated, name)
        else:
            keyspace.drop(connection, self._place(stated)[0], name)

    def _names(self, stated: str, known: Mapping[str, Any], age: float = 0.0) -> list[str]:
        """Names of the keyspaces of the database that the input `databaseId` states."""
        connection = self.session.connection
        if connection.target.self_hosted:
            return keyspace.self_hosted_names(connection, stated, age)
        return keyspace.names(database.described(connection, self._place(stated)[0], known.get(ORGANISATION, ""), age))

    def _place(self, stated: str) -> tuple[str, str]:
        """Id of the database that the input `databaseId` states, and its address where it states that.

        Raises:
            Invalid: it is an address, and none of this target's.
        """
        if "://" not in stated:
            return stated, ""
        found = self.session.target.place(stated)
        if found is None:
            raise Invalid(f"{stated} is not an address of this target's Data API, so its database cannot be told. Give its id.")
        return found.database_id, stated


class Keyspace(AstraResource, module="astra", name="Keyspace"):
    """A keyspace of a database. Waits until its database is ACTIVE; replaced when anything of it changes.

    Args:
        resource_name: its address: `database.keyspace`.
        database_id: UUID of the database: the `id` of a Database. Or the address of its Data API, without a path: of a
            self-hosted one, which has no ids, or of an existing database of Astra that is reached by its address alone.
        name: 1 to 48 letters, digits or underscores, the first no underscore; neither dse nor system. default_keyspace stands
            in every new database and is taken over, as any keyspace of that name is.
        opts: Pulumi's resource options; must name the AstraProvider.

    Check refuses what breaks these rules. Up fails where the database is terminated or in ERROR, is not ACTIVE after 40 minutes
    or does not serve the keyspace within five more, or where another resource of the stack has the keyspace. Deletion fails
    where documents would be lost without allow_data_loss.

    Sources: the documentation of keyspaces for the name, the DevOps API's OpenAPI document (2.3.0) for the rest; the five minutes
    are our own guess.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        database_id: pulumi.Input[str],
        name: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"databaseId": database_id, "name": name}
        super().__init__(KeyspaceProvider(), resource_name, inputs, ("apiEndpoint",), opts)

    @property
    def api_endpoint(self) -> pulumi.Output[str]:
        """Address of its database's Data API, without a path."""
        return self.output("apiEndpoint")
