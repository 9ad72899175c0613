"""Gates of the environment that has proven a workload: that it is deployed there, is what its file says, and ran long enough."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from astra import canonical
from astra.deployment import Deployment
from astra.errors import dotted
from astra.promotion import Gate, moment, passed, ran, short, spoken
from astra.wording import listed, named
from commands import standing
from commands.engine import EngineError
from commands.promotion.side import Side

_PREFIX = "sha256:"


def gates(source: Side, chosen: Deployment | None, *, by_digest: bool = False) -> list[Gate]:
    """That the workload is deployed, its file says the same, its last update ended well, and nothing of an account is in it.

    Args:
        source: the environment.
        chosen: what is promoted; None where nothing is deployed.
        by_digest: whether it was named, so that what the file says instead is known.
    """
    found = list(_undeclared(source))
    if not found and chosen is not None:
        # Of an earlier deployment neither the file of today nor the update of today says anything.
        current = chosen == source.deployed
        found += list(_edited(source, chosen)) if current and not by_digest else []
        found += list(failed(source, chosen.digest)) if current else []
        found += passed(
            "promotion/account", "the workload states nothing that belongs to an account", list(_of_an_account(source, chosen))
        )
    return found


def _undeclared(source: Side) -> Iterator[Gate]:
    name = named(source.name)
    rule = "promotion/source"
    if source.file.missing and source.stack and not standing.by_the_template(source.export.resources):
        sentence = (
            f"the stack {name} is declared by a program of its own: there is no {source.file.name} whose workload could go on"
        )
        advice = f"Declare its workload in {source.file.name}, with a program as __main__.py of this project, and run pulumi up."
        yield Gate(rule, "refused", sentence, advice=advice)
    elif source.file.missing:
        yield Gate(rule, "refused", f"there is no {source.file.name}", advice="Was it renamed?")
    elif source.file.problem:
        yield Gate(rule, "refused", source.file.problem, advice=f"Run vectorize validate {name}.", place=source.place)
    elif source.deployed is None:
        sentence = f"nothing is deployed in {name}, as far as its state knows"
        yield Gate(rule, "refused", sentence, advice=f"Run pulumi up --stack {name}, which records it.", place=source.place)


def _edited(source: Side, chosen: Deployment) -> Iterator[Gate]:
    name = named(source.name)
    declared = source.file.environment
    if declared is not None and declared.digest != chosen.digest:
        sentence = (
            f"{source.file.name} declares another workload ({short(declared.digest)}) than the one that is deployed "
            f"({short(chosen.digest)})"
        )
        advice = (
            f"Run pulumi up --stack {name} and prove it there, or promote what is deployed with --to-digest {_beginning(chosen)}."
        )
        yield Gate("promotion/edited", "refused", sentence, advice=advice)
    else:
        yield Gate("promotion/edited", "passed", f"{source.file.name} is what is deployed in {name}")


def failed(source: Side, digest: str) -> Iterator[Gate]:
    """That the update that deployed the workload came to its end."""
    name = named(source.name)
    advice = f"Run pulumi up --stack {name} until it succeeds."
    rule = "promotion/failed-update"
    if source.update and source.update != "succeeded":
        yield Gate(rule, "refused", f"the last update of {name}: {source.update}", advice=advice)
    if source.export.interrupted:
        things = listed(urn.rpartition("::")[2] for urn in source.export.interrupted)
        yield Gate(rule, "refused", f"an update of {name} was cut off in the middle of: {things}", advice=advice)
    elif source.update in ("", "succeeded"):
        yield Gate(rule, "passed", f"the update of {name} that deployed {short(digest)} succeeded")


def _of_an_account(source: Side, chosen: Deployment) -> Iterator[Gate]:
    integrations = source.file.text.data.get("integrations") if source.file.text else None
    for path in canonical.account_parts({"integrations": integrations, "workload": chosen.stated}):
        sentence = "it belongs to the account, and another environment would get it, too"
        advice = f"Move it from the workload of {source.file.name} to an integration, and deploy that."
        yield Gate("promotion/account", "refused", sentence, dotted(path), advice)


def soaked(source: Side, digest: str, soak: int, target: str, now: datetime) -> Gate:
    """That the environment ran the workload for as long as the next one demands.

    Args:
        source: the environment.
        digest: of the workload.
        soak: how long, in seconds.
        target: name of the environment that demands it.
        now: the time of now.
    """
    name, demanded = named(source.name), timedelta(seconds=soak)
    time = ran(source.history, digest, now, source.breaks) or timedelta(0)
    said = f"{name} ran {short(digest)} for {spoken(time)}"
    wanted = f"{named(target)} demands {spoken(demanded)}"
    if time >= demanded:
        return Gate("promotion/soak", "passed", f"{said}; {wanted}" if soak else f"{said}; {named(target)} demands no time")
    current = source.deployed
    if current is not None and current.digest == digest:
        # A failed update that no other followed is refused by itself.
        begun = max([moment(current.deployed_at), *(end for _, end in source.breaks if end < now)])
        enough = (begun + demanded).strftime("%Y-%m-%dT%H:%M:%SZ")
        advice = f"Run it again at {enough} or later."
    else:
        advice = f"It does not run in {name} any more: deploy it there again, or promote another one."
    return Gate("promotion/soak", "refused", f"{said}, and {wanted}", advice=advice)


def chosen(source: Side, digest: str) -> Deployment | None:
    """What is promoted: what is deployed, or the newest deployment whose digest begins like that; None where nothing is deployed.

    Args:
        source: the environment.
        digest: with or without `sha256:`, the beginning of it; "" for what is deployed.

    Raises:
        EngineError: no digest of its history begins like that, or several do.
    """
    if not digest:
        return source.deployed
    beginning = _PREFIX + digest.removeprefix(_PREFIX).lower()
    found = list(dict.fromkeys(one.digest for one in source.history if one.digest.startswith(beginning)))
    if len(found) != 1:
        known = ", ".join(dict.fromkeys(short(one.digest) for one in source.history)) or "none"
        what = "several digests" if found else "no digest"
        raise EngineError(
            f"{what} of what {named(source.name)} has deployed begin{'' if found else 's'} like that; there are: {known}"
        )
    return next(one for one in source.history if one.digest == found[0])


def _beginning(one: Deployment) -> str:
    return short(one.digest).removeprefix(_PREFIX)
