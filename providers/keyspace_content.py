"""What stands in a keyspace and is reached by the Data API: collections, tables and their indexes."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from astra import absence, preflight
from astra.errors import AstraError, NotFound, Problem
from providers.dynamic import ORGANISATION, AstraResourceProvider
from providers.wire import known as is_known

IDENTITY = ("apiEndpoint", "keyspace", "name")


class KeyspaceContentProvider(AstraResourceProvider):
    """Verbs of one kind of them, whose id is `endpoint/keyspace/name`.

    A subclass states the name of its output, which holds what the service made of the definition, and over plain data
    `established`, `standing`, `met` and `dropped`.
    """

    output: ClassVar[str]

    def refusals(self, inputs: Mapping[str, Any]) -> list[str]:
        endpoint, keyspace, _ = place = [inputs[key] for key in IDENTITY]
        content = self.content(inputs)
        if not content or not is_known([place, content]):
            return []
        try:
            said = list(preflight.judged(self.session.connection, self.session.verdicts, endpoint, keyspace, content))
        except AstraError:
            return []
        return [f"{path}: {verdict.said}" for path, _, verdict in said if verdict.outcome == "refused"]

    def content(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The thing as `preflight.judged` takes it: `{collections: {name: ...}}` or `{tables: ...}`; nothing by default."""
        return {}

    def _all_problems(self, inputs: Mapping[str, Any]) -> tuple[Problem, ...]:
        # Its keyspace gives the address, and gives none as long as it does not stand.
        said = '"apiEndpoint" is missing: its keyspace does not stand yet; with --target, name the keyspace too, or leave it out'
        found = super()._all_problems(inputs)
        return tuple(replace(one, sentence=said) if (one.path, one.key) == ((), "apiEndpoint") else one for one in found)

    def wish(self, inputs: Mapping[str, Any]) -> str:
        return "/".join(inputs[key] for key in IDENTITY)

    def make(self, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        self.claim(self.wish(inputs), inputs)
        return self.wish(inputs), {self.output: self.established(inputs)}

    def find(self, identity: str, known: dict[str, Any], inputs: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            stands = self.standing(inputs)
        except AstraError as error:
            raise self._meant(error, known) from None
        if stands is None:
            raise NotFound(f"{self.kind} {inputs['keyspace']}.{inputs['name']} is not listed.")
        return self.met(inputs, known, stands), {self.output: stands}

    def remove(self, identity: str, known: dict[str, Any]) -> None:
        try:
            self.dropped(known)
        except AstraError as error:
            if not isinstance(meant := self._meant(error, known), NotFound):
                raise meant from None

    @abstractmethod
    def established(self, inputs: dict[str, Any]) -> dict[str, Any]:
        """Creates the thing or takes it over, and returns it as the service explains it."""

    @abstractmethod
    def standing(self, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """The thing as the service explains it; None where a listing proves that it is gone."""

    @abstractmethod
    def met(self, inputs: dict[str, Any], known: dict[str, Any], stands: dict[str, Any]) -> dict[str, Any]:
        """The inputs, changed where the thing that stands differs from them; `known` are the stored outputs."""

    @abstractmethod
    def dropped(self, known: dict[str, Any]) -> None:
        """Deletes the thing; fine where a listing proves that it is gone."""

    def _meant(self, error: AstraError, known: Mapping[str, Any]) -> AstraError:
        return absence.meant(self.session.connection, error, known["apiEndpoint"], known["keyspace"], known.get(ORGANISATION, ""))
