"""What separates an entry of a mapping from what stands before it: blank lines, or within { } spaces and line ends."""

from collections.abc import Mapping, Sequence


def leads(names: Sequence[str], before: Mapping[str, str], otherwise: str) -> list[str]:
    """The separators of a mapping whose keys are others, or stand in another order.

    Args:
        names: the keys as they are to be.
        before: what stood before each key, in the order in which they were; at least one.
        otherwise: what a key gets where no neighbour says anything.

    Returns:
        For whichever key comes first what the first one had, and for those that were not the first what they had themselves. For
        all others what the next such key has, or else what the last one had.
    """
    first, *others = before
    following = before[others[-1]] if others else otherwise
    result = []
    for name in reversed(names[1:]):
        following = before[name] if name != first and name in before else following
        result.append(following)
    return [before[first], *reversed(result)]
