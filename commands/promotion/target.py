"""The file of the environment that takes a workload as it would be, and gates of that file: integrations, validity, policies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from astra import canonical, document, environment, integration, policies
from astra.declaration import Environment
from astra.deployment import Deployment
from astra.document import Document, Path
from astra.drift import Place
from astra.errors import Invalid
from astra.finding import Finding
from astra.promotion import Gate, passed, short
from astra.validation import mapping
from astra.wording import listed, named, shown
from commands import environment_text
from commands.environment_file import project
from commands.promotion.side import Side, environments
from commands.sources import POLICIES

_RULE = "promotion/integration"
# What makes a database another one.
_IDENTITY = ("id", "apiEndpoint", "name", "cloudProvider", "region")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file as it would be.

    Attributes:
        text: its bytes.
        document: the same, read.
        environment: what it would declare.
    """

    text: bytes
    document: Document
    environment: Environment

    def place(self, path: Path) -> Place:
        """Where a path would stand."""
        return Place(self.document.name, *self.document.position(path))


def origin(source: str, chosen: Deployment) -> dict[str, str]:
    """The section `promoted` of the file: the environment that has proven the workload, and how it was deployed there."""
    commit = {"commit": chosen.commit} if chosen.commit else {}
    return {"from": source, "digest": chosen.digest, **commit, "deployedAt": chosen.deployed_at}


def wanted(source: Side, target: Side, chosen: Deployment, before: bytes) -> tuple[Wanted | None, list[Gate]]:
    """The target's file with the workload in it, None where it would not be valid; and its gates.

    Args:
        source: the environment that has proven the workload.
        target: the one that takes it.
        chosen: the workload.
        before: the target's file as it is.
    """
    try:
        text = environment_text.promoted(before, chosen.stated, origin(source.name, chosen), target.file.name)
        parsed = document.parse(text, target.file.name)
    except Invalid as error:
        return None, [Gate("promotion/invalid", "refused", str(error), place=target.place)]
    gates = list(_overwritten(target, chosen))
    differing = list(_integrations(source, parsed.data, chosen, target))
    found = [one for one in environment.findings(parsed) if not (differing and one.path.endswith(".service.integration"))]
    gates += passed(
        "promotion/invalid", f"{target.file.name} is valid with the workload in it", _told(found, "promotion/invalid")
    )
    judged = _policies(parsed, target)
    gates += passed("policy", f"{named(target.name)} keeps the policies of the project", judged)
    if any(one.verdict == "refused" for one in (*gates, *differing)):
        return None, [*gates, *differing]
    declared = environment.environment(parsed.data)
    if declared.digest != chosen.digest:
        sentence = (
            f"with the integrations of {target.file.name} the workload means something else ({short(declared.digest)}) than "
            f"where it was deployed ({short(chosen.digest)})"
        )
        advice = f"Give them the providers, and the parameters of models, that they have in {named(source.name)}."
        return None, [*gates, Gate(_RULE, "refused", sentence, "integrations", advice, target.place)]
    said = f"the integrations that the workload names mean the same in {named(target.name)}"
    return Wanted(text, parsed, declared), [*gates, Gate(_RULE, "passed", said)]


def _overwritten(target: Side, chosen: Deployment) -> Iterator[Gate]:
    """What somebody wrote there and nobody deployed."""
    declared, deployed = target.file.environment, target.deployed
    if declared is not None and deployed is not None and declared.digest not in (deployed.digest, chosen.digest):
        sentence = (
            f"{target.file.name} declares a workload ({short(declared.digest)}) that is not deployed there: it is replaced by "
            "the promoted one"
        )
        yield Gate("promotion/target", "warning", sentence, "workload")


def moved(target: Side, before: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Gate]:
    """Databases that the file declares otherwise than they were applied: an update would put others in their places.

    Args:
        target: the environment.
        before: settings of the databases as they were applied, by logical name.
        declared: settings as the file has them.
    """
    name = named(target.name)
    advice = f"Apply that on its own first, with pulumi up --stack {name}, or take it back in {target.file.name}."
    for database, settings in before.items():
        now = declared.get(database)
        if now is None:
            sentence = "this database was applied, and is declared no longer"
        elif differing := [key for key in _IDENTITY if settings.get(key) != now.get(key)]:
            sentence = "; ".join(f"{key} is {shown(now.get(key))}, applied was {shown(settings.get(key))}" for key in differing)
        elif gone := sorted({*settings.get("additionalRegions", ())} - {*now.get("additionalRegions", ())}):
            sentence = f"these regions were applied, and are declared no longer: {listed(gone)}"
        else:
            continue
        yield Gate("promotion/target", "refused", sentence, f"databases.{named(database)}", advice, target.place)


def _told(found: list[Finding], rule: str) -> list[Gate]:
    return [
        Gate(
            rule,
            "refused" if one.severity == "error" else "warning",
            one.sentence,
            one.path,
            place=Place(one.file, one.line, one.column),
        )
        for one in found
    ]


def _policies(parsed: Document, target: Side) -> list[Gate]:
    allowed = policies.read((project() / POLICIES).read_bytes, str(POLICIES), environments())
    return _told([*allowed.findings, *allowed.broken(parsed, target.name)], "policy")


def _integrations(source: Side, data: Any, chosen: Deployment, target: Side) -> Iterator[Gate]:
    """What the integrations that the workload uses are in the one file and in the other."""
    here = mapping(mapping(source.file.text.data if source.file.text else {}).get("integrations"))
    there = mapping(mapping(data).get("integrations"))
    said = {}
    for _, vector in canonical.vectors(chosen.stated):
        name, sentence = _differing(vector["service"], here, there)
        if sentence:
            said[name] = sentence
    for name, sentence in said.items():
        advice = f"Declare it in {target.file.name}, with the account of {named(target.name)}."
        yield Gate(_RULE, "refused", sentence, f"integrations.{named(name)}", advice, target.place)


def _differing(service: Mapping[str, Any], here: Mapping[str, Any], there: Mapping[str, Any]) -> tuple[str, str]:
    """Name of the integration, or of the provider, that a service uses; and how it differs there, "" where it does not."""
    if "integration" in service:
        name = service["integration"]
        if name not in there:
            return name, "the workload uses this integration, and it is missing"
        providers = [mapping(side[name]).get("provider", name) for side in (here, there) if name in side]
        if len(set(map(str, providers))) > 1:
            return (
                name,
                f"this integration is of the provider {named(providers[1])}, and of {named(providers[0])} where it was proven",
            )
        return name, ""
    provider = service.get("provider")
    ours, theirs = (integration.fitting(provider, side) for side in (here, there))
    if len(ours) == 1 and len(theirs) > 1:
        sentence = (
            f"the workload uses this provider without naming an integration, and there are several of it ({listed(theirs)})"
        )
        return str(provider), f"{sentence}: name the one in the workload"
    if len(ours) == 1 and not theirs:
        return str(provider), "the workload uses the integration of this provider, and there is none"
    return str(provider), ""
