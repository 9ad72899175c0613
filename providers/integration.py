"""ProviderIntegration: that a database can use an embedding provider with a credential, verified against the live system."""

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import pulumi

from astra import absence, database, devops, portal, verification, waking
from astra.errors import AstraError, Refused, TimedOut
from astra.sharing import SNAPSHOT
from astra.verification import Question, Verification
from providers.arguments import IntegrationAuthentication
from providers.dynamic import ADDRESS, ORGANISATION, AstraResource, AstraResourceProvider

IDENTITY = ("apiEndpoint", "provider", "authentication")
# To ask is to send a createTable that is refused; the next refresh does.
_NOT_ASKED = Verification("asserted", "what stands was taken over, and nothing was asked of the credential")


class ProviderIntegrationProvider(AstraResourceProvider):
    """Verbs of ProviderIntegration. Its id is `endpoint/provider/authentication/account`. It makes nothing.

    The account is the name of a stored credential, or the account's parameters where there is none.
    """

    schema = "resources:provider-integration"
    given = ("apiEndpoint",)
    makes_nothing = True

    def wish(self, inputs: Mapping[str, Any]) -> str:
        account = inputs.get("parameters", {}) if inputs["authentication"] != "SHARED_SECRET" else {}
        which = inputs.get("providerKey", "") or ",".join(f"{key}={value}" for key, value in sorted(account.items()))
        return "/".join((*(inputs[key] for key in IDENTITY), which))

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = self.wish(inputs)
        self.claim(identity, inputs)
        return identity, self._required(inputs)

    def adopted(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        identity = self.wish(inputs)
        self.claim(identity, inputs)
        return identity, _outputs(_NOT_ASKED)

    def alter(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        return _outputs(_NOT_ASKED) if self._adopts else self._required(inputs)

    def due(self, known: Mapping[str, Any]) -> bool:
        # What was proven to be missing is asked for again; any other doubt is no reason to touch anything.
        return known.get("status") == "missing"

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            found = self._asked(inputs)
        except AstraError as error:
            organisation = known.get(ORGANISATION, "")
            raise absence.meant(self.session.connection, error, inputs["apiEndpoint"], inputs["keyspace"], organisation) from None
        return inputs, _outputs(found)

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        """Nothing was made, so there is nothing to delete: the credential stays in the Astra Portal."""

    def _required(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs of an integration that can be used; waits for one that is missing as long as `timeout` says.

        Raises:
            Refused: it is missing, or nothing reliable could be learned; says what to do in the Astra Portal.
        """
        found = self._asked(inputs)
        limit = inputs.get("timeout", 0)

        def usable() -> bool:
            nonlocal found
            found = self._asked(inputs, refused_before=True)
            return found.usable

        if found.status == "missing" and limit:
            with suppress(TimedOut):
                devops.wait(self.session.connection, usable, "wait for the credential", "it is missing", limit=limit)
        if not found.usable:
            # Last of all: what fails cancels what has not begun yet, and others may need no credential.
            self.session.activity.wait_until_quiet(self.session.connection.sleep)
            raise Refused(self._missing(inputs, found, limit))
        return _outputs(found)

    def _asked(self, inputs: Mapping[str, Any], *, refused_before: bool = False) -> Verification:
        question = Question(
            endpoint=inputs["apiEndpoint"],
            keyspace=inputs["keyspace"],
            provider=inputs["provider"],
            authentication=inputs["authentication"],
            credential=inputs.get("providerKey", ""),
            parameters=inputs.get("parameters", {}),
        )
        key = partial(_key, inputs.get("keyVariable"))
        connection = self.session.connection
        asked = partial(verification.verify, connection, question, key, refused_before=refused_before)
        return waking.awake(connection, question.endpoint, asked)

    def _missing(self, inputs: Mapping[str, Any], found: Verification, limit: float) -> str:
        waited = f" after {limit:g} s" if limit else ""
        said = f"cannot use {inputs['provider']} ({inputs[ADDRESS]}): it is {found.status}{waited}: {found.proof.rstrip('.')}."
        if inputs["authentication"] != "SHARED_SECRET" or self.session.target.self_hosted:
            advice = "Enable it for this database, or declare another integration."
            return f"{said} {advice} What does not need it is not affected."
        steps = portal.steps(inputs["provider"], inputs["providerKey"], self._database(inputs["apiEndpoint"]))
        return f"{said} {steps} Then run the update again: it finishes what is left, and what does not need this is not affected."

    def _database(self, endpoint: str) -> str:
        identity = self.session.target.database_id(endpoint)
        try:
            name = database.described(self.session.connection, identity, age=SNAPSHOT)["info"]["name"] if identity else ""
        except (AstraError, KeyError):
            name = ""
        return f'the database "{name}" ({identity})' if name else f"the database of {endpoint}"


def _outputs(found: Verification) -> dict[str, Any]:
    return {"status": found.status, "proof": found.proof}


def _key(variable: str | None) -> str | None:
    """The key in that environment variable: None where there is none, "" where it is something that cannot stand in a header."""
    value = os.environ.get(variable, "").strip() if variable else ""
    if not value:
        return None
    return value if value.isascii() and value.isprintable() and " " not in value else ""


class ProviderIntegration(AstraResource, module="astra", name="ProviderIntegration"):
    """That a database can use an embedding provider, with a stored credential, a key in a header, or none.

    Public APIs cannot make the credential, only the Astra Portal can: this resource makes nothing and verifies. What needs the
    credential should depend on it (`depends_on`); where it is missing, that fails alone, with the steps to take in the Portal.

    Args:
        resource_name: its address: `database.integration`.
        api_endpoint: address of the database's Data API, without a path: the `api_endpoint` of a Keyspace.
        keyspace: name of a keyspace that stands there: the live check needs one, and leaves nothing in it.
        provider: the embedding provider, as the Data API names it.
        authentication: SHARED_SECRET (a stored credential), HEADER (the application sends its key), or NONE (NVIDIA).
        provider_key: name of the stored credential, never the key itself; with SHARED_SECRET alone, and required there.
        parameters: the account's parameters, such as resourceName of Azure OpenAI; none by default.
        key_variable: name of an environment variable with a key of the provider, to try HEADER authentication with; by default
            none is tried. The key is sent to the Data API as the application would send it, and kept nowhere.
        timeout: how long an update waits for a missing credential to appear, in seconds: 0 (the default, it does not wait) to
            3600.
        opts: Pulumi's resource options; must name the AstraProvider.

    Attributes:
        status: verified (the live system answered for this very credential and database) or asserted (provider and kind of
            authentication are enabled, the credential could not be checked); after a refresh also missing (proven not to be
            there) or unknown.
        proof: what was asked and what was answered.

    Check refuses what breaks these rules. Up fails where it is missing or unknown. Source: recorded answers of the Data API; that
    nothing public can make a credential was found by looking through its APIs and clients.
    """

    status: pulumi.Output[str]
    proof: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        api_endpoint: pulumi.Input[str],
        keyspace: pulumi.Input[str],
        provider: pulumi.Input[str],
        authentication: pulumi.Input[IntegrationAuthentication],
        provider_key: pulumi.Input[str] | None = None,
        parameters: pulumi.Input[dict[str, pulumi.Input[str | bool | int | float]]] | None = None,
        key_variable: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {
            "apiEndpoint": api_endpoint,
            "keyspace": keyspace,
            "provider": provider,
            "authentication": authentication,
            "providerKey": provider_key,
            "parameters": parameters,
            "keyVariable": key_variable,
            "timeout": timeout,
        }
        super().__init__(ProviderIntegrationProvider(), resource_name, inputs, ("status", "proof"), opts)
