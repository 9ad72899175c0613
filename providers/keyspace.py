"""Keyspace: a keyspace of a database."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import contents, database, keyspace
from astra.errors import NotFound
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider


class KeyspaceProvider(AstraResourceProvider):
    """Verbs of Keyspace. Its id is `database id/name`."""

    schema = "resources:keyspace"

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return f"{inputs['databaseId']}/{inputs['name']}"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        database_id, name = inputs["databaseId"], inputs["name"]
        self.claim(f"{database_id}/{name}", inputs)
        region = keyspace.create(self.session.connection, database_id, name)["info"]["region"]
        endpoint = self.session.connection.target.api_endpoint(database_id, region)
        keyspace.wait_until_served(self.session.connection, endpoint, name)
        return f"{database_id}/{name}", {"apiEndpoint": endpoint}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        described = database.described(self.session.connection, inputs["databaseId"], known.get(ORGANISATION, ""))
        if inputs["name"] not in keyspace.names(described):
            raise NotFound(f"keyspace {inputs['name']} of database {inputs['databaseId']} is not listed.")
        return inputs, {"apiEndpoint": known["apiEndpoint"]}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        database_id, name = known["databaseId"], known["name"]
        connection = self.session.connection
        try:
            if name in keyspace.names(database.wait_until_active(connection, database_id, known.get(ORGANISATION, ""))):
                self.session.require_permission(known[ADDRESS], lambda: contents.filled(connection, known["apiEndpoint"], [name]))
                keyspace.drop(connection, database_id, name)
        except NotFound:
            return


class Keyspace(AstraResource, module="astra", name="Keyspace"):
    """A keyspace of a database. Waits until its database is ACTIVE; replaced when anything of it changes.

    Args:
        resource_name: its address: `database.keyspace`.
        database_id: UUID of the database: the `id` of a Database.
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
