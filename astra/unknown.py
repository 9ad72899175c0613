"""What could not be read, and why: neither drift nor an absence. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Literal, NamedTuple

from astra.drift import Drift, Resource
from astra.errors import Unavailable, Unreadable

# What becomes of a reason for which something could not be read: it passes by itself, or it stays until somebody does something;
# "" where the reason alone tells.
Cause = Literal["passes", "stays", ""]
_NOTHING = "Nothing is known of it: this is neither drift nor an absence."
MEANING: Mapping[Cause, str] = {
    "passes": f"{_NOTHING} Run again.",
    "stays": f"{_NOTHING} It stays so until that is put right.",
    "": _NOTHING,
}

# By how many names lead to them.
_HOLDERS: tuple[Resource, ...] = ("stack", "database", "keyspace", "table")


class Unread(NamedTuple):
    """What could not be read: kind, address and reason, and what becomes of that where it is known."""

    kind: Resource
    address: str
    reason: str
    cause: Cause = ""


def findings(found: Iterable[Unread]) -> Iterator[Drift]:
    """What could not be read, each reason once.

    Args:
        found: all of it. What all the addresses of a reason are in is what the finding is about.
    """
    reasons: dict[tuple[str, Cause], dict[str, Resource]] = {}
    for one in found:
        reasons.setdefault((" ".join(one.reason.split()), one.cause), {}).setdefault(one.address, one.kind)
    for (reason, cause), addresses in reasons.items():
        holder = _common(addresses)
        kind = addresses.get(holder) or _HOLDERS[min(len(holder.split(".")) if holder else 0, len(_HOLDERS) - 1)]
        rest = tuple(sorted(addresses.keys() - {holder}))
        yield Drift("unknown", kind, holder, "error", reason, MEANING[cause], contents=rest)


def cause(error: Exception) -> Cause:
    """What becomes of what an error is about: whatever is not known to pass stays."""
    if isinstance(error, Unreadable):
        # Who answered is not known: a proxy may be gone tomorrow, and a wrong address stays.
        return ""
    return "passes" if isinstance(error, Unavailable) else "stays"


def _common(addresses: Iterable[str]) -> str:
    """The address that all of them begin with; "" where there is none."""
    split = [address.split(".") for address in addresses]
    common = takewhile(lambda steps: len({*steps}) == 1, zip(*split, strict=False))
    return ".".join(steps[0] for steps in common)
