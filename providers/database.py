"""Database: a serverless (vector) database of Astra DB."""

from collections.abc import Mapping
from typing import Any

import pulumi

from astra import adoption, contents, database, keyspace
from astra.changes import changes
from astra.conflict import refuse_another
from astra.errors import AstraError, Invalid, NotFound
from astra.sharing import SNAPSHOT
from providers.arguments import CloudProvider
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider
from providers.session import Session
from providers.wire import known as is_known

IDENTITY = ("name", "cloudProvider", "region")


class DatabaseProvider(AstraResourceProvider):
    """Verbs of Database. Its id is the database's UUID."""

    schema = "resources:database"

    def refusals(self, inputs: Mapping[str, Any], olds: Mapping[str, Any]) -> list[str]:
        return region_refusals(self.session, inputs)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "/".join(inputs[key] for key in IDENTITY)

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        connection = self.session.connection
        name, cloud_provider, region = (inputs[key] for key in IDENTITY)
        stood = adoption.adoptable(connection, name, cloud_provider, region)
        if stood is None and (reason := database.unusable_region(connection, cloud_provider, region)):
            raise Invalid(f"cannot create database {name}: {reason}")
        identity = stood or database.create(connection, name, cloud_provider, region)
        self.claim(identity, inputs)
        if stood:
            self.say_taken_over(inputs)
        return identity, {"apiEndpoint": connection.target.api_endpoint(identity, region)}

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = (self.session.adopting or {}).get(inputs[ADDRESS])
        if identity is None:
            raise NotFound("which database it is was not said.")
        self.claim(identity, inputs)
        live = database.described(self.session.connection, identity, age=SNAPSHOT)["info"]
        stated, there = ({key: one.get(key) for key in IDENTITY} for one in (inputs, live))
        refuse_another(f"the database {identity}", changes(stated, there), f"take over {inputs[ADDRESS]}")
        return identity, {"apiEndpoint": self.session.target.api_endpoint(identity, inputs["region"])}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            described = database.described(self.session.connection, identity, known.get(ORGANISATION, ""), SNAPSHOT)
        except NotFound as error:
            # Without an organisation it is only read, and somebody else's.
            raise error if ORGANISATION in known else NotFound(f"{error} {database.FORGET_IT}") from None
        live = {key: described["info"][key] for key in IDENTITY}
        return {**inputs, **live}, {"apiEndpoint": self.session.target.api_endpoint(identity, live["region"])}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        self.session.require_permission(known[ADDRESS], lambda: self._filled(identity, known))
        database.terminate(self.session.connection, identity, known.get(ORGANISATION, ""))

    def _filled(self, identity: str, known: dict[str, Any]) -> list[str]:
        connection = self.session.connection
        try:
            described = database.wait_until_active(connection, identity, known.get(ORGANISATION, ""))
        except NotFound:
            return []
        return contents.filled(connection, known["apiEndpoint"], keyspace.names(described))


def region_refusals(session: Session, inputs: Mapping[str, Any]) -> list[str]:
    """Why the organisation cannot use the region that the inputs name; nothing where it can, or where that cannot be asked."""
    cloud_provider, region = inputs["cloudProvider"], inputs["region"]
    if session.target.self_hosted or not is_known([cloud_provider, region]):
        return []
    try:
        reason = database.unusable_region(session.connection, cloud_provider, region)
    except AstraError:
        return []
    return [f"region: {reason}"] if reason else []


class Database(AstraResource, module="astra", name="Database"):
    """A serverless (vector) database.

    Returns as soon as the service gave it an id; whatever needs it ACTIVE waits for that. Replaced when its name,
    cloud or region changes: the service cannot rename or move a database.

    Args:
        resource_name: its address: the logical name, the same in every environment.
        name: its name in Astra: 1 to 50 characters, letters and digits at both ends, between them also & + - _ ( ) < > . , @
            and spaces; the same as resource_name where left out.
        cloud_provider: AWS, GCP or AZURE. No default.
        region: the first region, as that cloud names it, such as us-east-2. No default.
        opts: Pulumi's resource options; must name the AstraProvider.

    Check refuses what breaks these rules. Up fails where the organisation has no such region, where several databases of that
    name, cloud and region stand already or one that is not known to be empty (an empty one is taken over), where the token
    lacks the permission or the service refuses, as beyond the plan's number of databases. Deletion waits, for at most 40
    minutes, and fails where documents would be lost without allow_data_loss.

    Sources: the DevOps API's OpenAPI document (2.3.0) for cloud and region; the documentation's page on
    database limits for the name.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        cloud_provider: pulumi.Input[CloudProvider],
        region: pulumi.Input[str],
        name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs: Mapping[str, Any] = {"name": name or resource_name, "cloudProvider": cloud_provider, "region": region}
        super().__init__(DatabaseProvider(), resource_name, inputs, ("apiEndpoint", ORGANISATION), opts)

    @classmethod
    def get(cls, resource_name: str, id: str, opts: pulumi.ResourceOptions | None = None) -> "Database":  # noqa: A002 - Pulumi's
        """A database that somebody else manages: it is read, also in a preview, and never changed or deleted.

        Args:
            resource_name: its address: the logical name.
            id: its UUID in Astra.
            opts: Pulumi's resource options; must name the AstraProvider.

        Preview and up fail where the organisation has no such database.
        """
        found = cls.__new__(cls)
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=id))
        AstraResource.__init__(found, DatabaseProvider(), resource_name, {}, (*IDENTITY, "apiEndpoint", ORGANISATION), options)
        # The engine tells no id of what is only read in a preview, and whatever stands in the database would seem replaced.
        found.__dict__["id"] = found.api_endpoint.apply(lambda _: id)
        return found

    @property
    def api_endpoint(self) -> pulumi.Output[str]:
        """Address of its Data API, without a path."""
        return self.output("apiEndpoint")

    @property
    def organization_id(self) -> pulumi.Output[str]:
        """Id of the organisation it belongs to."""
        return self.output(ORGANISATION)
