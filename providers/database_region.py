"""DatabaseRegion: a further region of a database."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import contents, database, datacenter, keyspace
from astra.errors import Invalid, NotFound
from astra.sharing import SNAPSHOT
from providers.arguments import CloudProvider
from providers.database import region_refusals
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider


class DatabaseRegionProvider(AstraResourceProvider):
    """Verbs of DatabaseRegion. Its id is `database id/region`."""

    schema = "resources:database-region"
    given = ("databaseId",)

    def refusals(self, inputs: Mapping[str, Any], olds: Mapping[str, Any]) -> list[str]:
        return region_refusals(self.session, inputs)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return f"{inputs['databaseId']}/{inputs['region']}"

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        database_id, cloud_provider, region = (inputs[key] for key in ("databaseId", "cloudProvider", "region"))
        connection = self.session.connection
        self.claim(f"{database_id}/{region}", inputs)
        if database.wait_until_active(connection, database_id)["info"].get("region") == region:
            raise Invalid(
                f"cannot add region {region} to database {database_id}: it is the region that the database was made in."
            )
        if region not in datacenter.listed(connection, database_id) and (
            reason := database.unusable_region(connection, cloud_provider, region)
        ):
            raise Invalid(f"cannot add region {region} to database {database_id}: {reason}")
        identity = datacenter.create(connection, database_id, cloud_provider, region)
        endpoint = connection.target.api_endpoint(database_id, region)
        return f"{database_id}/{region}", {"datacenterId": identity, "apiEndpoint": endpoint}

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = self.wish(inputs)
        self.claim(identity, inputs)
        endpoint = self.session.target.api_endpoint(inputs["databaseId"], inputs["region"])
        return identity, self.find(identity, {**inputs, "apiEndpoint": endpoint}, inputs)[1]

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        connection = self.session.connection
        database_id, region = inputs["databaseId"], inputs["region"]
        database.described(connection, database_id, known.get(ORGANISATION, ""), SNAPSHOT)
        found = datacenter.listed(connection, database_id, SNAPSHOT).get(region)
        if found is None:
            raise NotFound(f"region {region} of database {database_id} is not listed.")
        return inputs, {"datacenterId": found["id"], "apiEndpoint": known["apiEndpoint"]}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        connection, database_id = self.session.connection, known["databaseId"]
        try:
            described = database.wait_until_active(connection, database_id, known.get(ORGANISATION, ""))
        except NotFound:
            return
        if known["region"] not in datacenter.listed(connection, database_id):
            return

        def filled() -> list[str]:
            endpoint = connection.target.api_endpoint(database_id, described["info"]["region"])
            return contents.filled(connection, endpoint, keyspace.names(described))

        self.session.require_permission(known[ADDRESS], filled, "remove", "their replica there would be lost")
        datacenter.terminate(connection, database_id, known["region"])


class DatabaseRegion(AstraResource, module="astra", name="DatabaseRegion"):
    """A further region of a database, with a replica of its data: a datacenter of the DevOps API.

    Regions of one database are added and removed one at a time, and before the database itself is deleted. The database is in
    MAINTENANCE meanwhile: it can be read and written. Replaced when anything of it changes.

    Args:
        resource_name: its address: `database.region`.
        database_id: UUID of its database: the `id` of a Database.
        cloud_provider: the database's own: AWS, GCP or AZURE. Another is refused by the service.
        region: as that cloud names it, such as us-west-2.
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        api_endpoint: address of the database's Data API in that region, without a path.
        datacenter_id: id of the datacenter.

    Check refuses what breaks these rules, and a region that the organisation cannot use. Up fails where the service refuses, as
    on a free plan, or takes longer than 40 minutes. Source: the DevOps API's OpenAPI document (2.3.0).
    """

    def __init__(
        self,
        resource_name: str,
        *,
        database_id: pulumi.Input[str],
        cloud_provider: pulumi.Input[CloudProvider],
        region: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"databaseId": database_id, "cloudProvider": cloud_provider, "region": region}
        super().__init__(DatabaseRegionProvider(), resource_name, inputs, ("datacenterId", "apiEndpoint"), opts)

    @property
    def api_endpoint(self) -> pulumi.Output[str]:
        """Address of the database's Data API in that region, without a path."""
        return self.output("apiEndpoint")

    @property
    def datacenter_id(self) -> pulumi.Output[str]:
        """Id of the datacenter."""
        return self.output("datacenterId")
