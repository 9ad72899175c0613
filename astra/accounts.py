"""The accounts that services use, taken out of them: what of a service belongs to an integration, and what to the workload."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from astra import catalog
from astra.validation import mapping

# Of a logical name; see schemas/environment.schema.json.
_LONGEST = 64
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


class Account(NamedTuple):
    """One account with an embedding provider, as an integration declares it.

    Attributes:
        provider: key of the embedding provider.
        authentication: HEADER or SHARED_SECRET.
        credential: name of the stored credential; "" with HEADER.
        parameters: those that belong to the account, as JSON.
    """

    provider: str
    authentication: str
    credential: str
    parameters: str

    def settings(self, name: str) -> dict[str, Any]:
        """The integration of that name."""
        parameters = json.loads(self.parameters)
        return {
            **({"provider": self.provider} if name != self.provider else {}),
            "authentication": self.authentication,
            **({"providerKey": self.credential} if self.credential else {}),
            **({"parameters": parameters} if parameters else {}),
        }


def parted(service: Mapping[str, Any]) -> tuple[Account | None, dict[str, Any]]:
    """The account that a service uses, and the service without what comes from it.

    Args:
        service: `{provider, modelName, authentication, parameters}` in the Data API's words, credentials by their own names.

    Returns:
        None and the service as it is where it needs no account, or where none can be told: its provider is not known, or its
        authentication has another form.
    """
    provider = catalog.embedding_providers().get(str(service.get("provider")))
    stated = service.get("authentication")
    keys = set(mapping(stated))
    if provider is None or keys - {"providerKey"} or (not keys and "NONE" in provider.authentication):
        return None, dict(service)
    parameters = mapping(service.get("parameters"))
    of_account = {
        name: value for name, value in parameters.items() if provider.parameters.get(name, {}).get("x-scope") == "account"
    }
    kept = {name: value for name, value in parameters.items() if name not in of_account}
    credential = str(mapping(stated).get("providerKey", ""))
    kind = "SHARED_SECRET" if keys else "HEADER"
    rest = {key: value for key, value in service.items() if key not in ("provider", "authentication", "parameters")}
    # The service tells an empty one from none.
    if stated is not None and not keys:
        rest["authentication"] = stated
    if kept or (service.get("parameters") is not None and not of_account):
        rest["parameters"] = kept
    return Account(provider.key, kind, credential, json.dumps(of_account, sort_keys=True)), rest


def names(uses: Mapping[Account, Collection[str]], integrations: Mapping[str, Any]) -> dict[Account, str]:
    """A logical name for each account: the integration's that declares it already, or one that is free.

    The first of a provider has the provider's name, the others that of their credential too.

    Args:
        uses: by account, the logical names of the databases that use it.
        integrations: settings by logical name, as the environment has them.
    """
    found: dict[Account, str] = {}
    for account, databases in sorted(uses.items()):
        found[account] = next((name for name, one in integrations.items() if _is(name, one, account, databases)), "")
    # A stored credential comes first, and the simplest: it is what people call their account.
    new = (one for one, name in found.items() if not name)
    for account in sorted(new, key=lambda one: (one.authentication == "HEADER", one.credential, len(one.parameters), one)):
        what = account.credential or "-".join(map(str, json.loads(account.parameters).values())) or "header"
        taken = {*integrations, *found.values()}
        found[account] = account.provider if account.provider not in taken else free(f"{account.provider}-{what}", taken)
    return found


def free(wanted: str, taken: Iterable[str]) -> str:
    """A logical name made of any text, with a number where it is taken."""
    used = set(taken)
    name = _OTHER.sub("-", wanted).strip("-")[:_LONGEST].rstrip("-") or "unnamed"
    numbered = (f"{name[: _LONGEST - len(str(number)) - 1]}-{number}" for number in range(2, len(used) + 3))
    return next(one for one in (name, *numbered) if one not in used)


def _is(name: str, stated: Any, account: Account, databases: Collection[str]) -> bool:
    """Whether an integration is of that account, for these databases."""
    settings = mapping(stated)
    scope = settings.get("databases")
    stored = settings.get("authentication") == "SHARED_SECRET"
    same = Account(
        str(settings.get("provider", name)),
        str(settings.get("authentication")),
        str(settings.get("providerKey", "")) if stored else "",
        json.dumps(mapping(settings.get("parameters")), sort_keys=True),
    )
    return same == account and (not isinstance(scope, list) or set(databases) <= set(scope))
