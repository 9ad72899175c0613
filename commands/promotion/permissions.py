"""Gates of what would be lost: each thing has to be named for this promotion alone. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from astra.errors import Invalid
from astra.promotion import Gate
from astra.promotion_changes import WorkloadChange
from astra.wording import listed, named, nearest

_COSTLY = ("destroy", "re-embed")
# What has the engine delete the thing at its address.
_DELETING = ("ReplaceCollection", "DropCollection", "ReplaceTable", "DropTable", "DropKeyspace")
_LOST: Mapping[str, str] = {
    "destroy": "Allow exactly this loss with",
    "re-embed": "Allow that its documents have to be embedded anew with",
}


def gates(
    planned: Iterable[WorkloadChange],
    weighed: Iterable[WorkloadChange],
    allowed: Collection[str],
    protected: Collection[str],
    *,
    resumed: bool,
) -> Iterator[Gate]:
    """That everything is allowed that is lost, has to be embedded anew, or is protected and would be deleted.

    Args:
        planned: the changes before anybody looked at what stands.
        weighed: the same afterwards.
        allowed: what may be lost.
        protected: addresses of what the engine refuses to delete.
        resumed: whether the target's file has the workload already, so that what was allowed may have been done by now.

    Raises:
        Invalid: something is allowed that nothing needs.
    """
    given = list(weighed)
    if not resumed:
        _refuse_in_vain(allowed, [one.permission for one in planned if _needs(one, protected)])
    for one in given:
        if not _needs(one, protected):
            continue
        address = one.permission
        rule = f"promotion/{one.category if one.category in _COSTLY else 'protected'}"
        if address in allowed:
            yield Gate(rule, "passed", "allowed for this promotion", one.address)
        elif one.category in _COSTLY:
            yield Gate(rule, "refused", one.sentence, one.address, f"{_LOST[one.category]} --allow {named(address)}.")
        else:
            sentence = "nothing in it is lost, and the engine protects it from being deleted"
            yield Gate(rule, "refused", sentence, one.address, f"Allow that with --allow {named(address)}.")


def needed(weighed: Iterable[WorkloadChange], protected: Collection[str]) -> set[str]:
    """Addresses of what has to be allowed. Arguments as of `gates`."""
    return {one.permission for one in weighed if _needs(one, protected)}


def unprotected(weighed: Iterable[WorkloadChange], allowed: Collection[str], protected: Mapping[str, str]) -> list[str]:
    """The urns of what is protected and may be deleted.

    Args:
        weighed: the changes.
        allowed: what may be lost.
        protected: urns by address.
    """
    return [protected[one.address] for one in weighed if _deletes(one, protected) and one.address in allowed]


def _needs(one: WorkloadChange, protected: Collection[str]) -> bool:
    return one.category in _COSTLY or _deletes(one, protected)


def _deletes(one: WorkloadChange, protected: Collection[str]) -> bool:
    return one.category != "none" and one.kind in _DELETING and one.address in protected


def _refuse_in_vain(allowed: Collection[str], needing: Collection[str]) -> None:
    for address in allowed:
        if address not in needing:
            near = nearest(address, needing) or f"; what needs it: {listed(dict.fromkeys(needing)) or 'nothing'}"
            raise Invalid(f"--allow {named(address)}: nothing in this promotion needs it{near}")
