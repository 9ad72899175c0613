"""The explicit provider of a stack: carries the stack's settings to the provider host."""

import json
from collections.abc import Sequence
from typing import Any

import pulumi

from astra.target import Kind
from providers.session import NAMESPACE, SETTINGS, TOKEN

CONFIG_KEYS = ("devopsUrl", "dataApiUrl", "transport", "store", "dryRun")


class AstraProvider(pulumi.ProviderResource):
    """The service that resources live in. One per stack is enough; pass it as `ResourceOptions(provider=...)`.

    Args:
        resource_name: the Pulumi name, by convention "astra".
        target: astra (Astra DB Serverless; the default), data-api (a self-hosted Data API) or emulator.
        allow_data_loss: Pulumi names of resources that may be deleted although they hold documents; "*" means all, and by
            default none may. Up refuses to delete any other that holds some, and names what would be lost.
        database_timeout: how long an operation may wait for a database to be as it should (ACTIVE, changed, gone), in seconds;
            by default 2400.
        opts: Pulumi's resource options.

    The stack's config overrides the target's addresses: `vectorize:devopsUrl`, `vectorize:dataApiUrl` (with {id} and
    {region}), `vectorize:transport` (a dotted name `module:function`), `vectorize:store` (its argument). By default they are
    the published ones of Astra (sources: DevOps API reference and Data API documentation), or those that
    `vectorize emulator serve` listens on. The token comes from ASTRA_DB_APPLICATION_TOKEN, or from the secret config
    `vectorize:token`; without one, or with one that cannot be a token, every resource fails before anything is asked.
    `vectorize:dryRun` (true or false; true by default) says whether a preview asks the databases that stand already what they
    would refuse.
    """

    def __init__(
        self,
        resource_name: str,
        target: Kind = "astra",
        allow_data_loss: Sequence[str] = (),
        database_timeout: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        config = pulumi.Config(NAMESPACE.rstrip(":"))
        stated = {key: value for key in CONFIG_KEYS if (value := config.get(key)) is not None}
        settings: dict[str, Any] = {"target": target, "config": stated, "allowDataLoss": sorted(allow_data_loss)}
        if database_timeout is not None:
            settings["databaseTimeout"] = database_timeout
        inputs: dict[str, Any] = {SETTINGS: json.dumps(settings, sort_keys=True)}
        token = config.get_secret("token")
        if token is not None:
            inputs[TOKEN] = token
        super().__init__("pulumi-python", resource_name, inputs, opts)
