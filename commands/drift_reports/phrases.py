"""What the formats for people say of a finding in the same words."""

from collections.abc import Iterator, Mapping, Sequence

from astra.drift import Drift
from commands.reports import number

# Of what shares a finding's fate; the JSON has them all.
MOST_CONTENTS = 10
# Was right when the stack was last updated; of anything else no update says since when it is so.
_DATED = frozenset({"changed", "missing", "integration"})


def subject(one: Drift) -> str:
    """What a finding is about: `collection knowledge.docs.articles`; `stack` where it is the stack as a whole."""
    return f"{one.resource} {one.address}" if one.address else "stack"


def among(stacks: Sequence[str]) -> str:
    """`in dev, prod`."""
    return f"in {', '.join(stacks)}"


def since(one: Drift, updated: Mapping[str, str]) -> Iterator[str]:
    """Since when it may be so: the last update of each of its stacks, where that tells.

    Args:
        one: the finding.
        updated: when each stack was last updated; "" if never.
    """
    if one.kind in _DATED:
        for stack in one.stacks:
            if updated[stack]:
                yield f"some time after {updated[stack]}, the last update of {stack}"


def remedies(one: Drift) -> Iterator[tuple[str, str]]:
    """What to do: `restore` and `accept`, or `apply` of what is pending, and how."""
    if one.restore:
        yield "apply" if one.kind == "pending" else "restore", one.restore
    if one.accept:
        yield "accept", one.accept


def with_it(contents: Sequence[str]) -> str:
    """What shares a finding's fate, the first by name."""
    more = len(contents) - MOST_CONTENTS
    names = ", ".join(contents[:MOST_CONTENTS]) + (f" and {more:,} more" if more > 0 else "")
    return f"{number(len(contents), 'thing')}: {names}"


def sentences(*parts: str) -> str:
    """Those parts that say something, each as a sentence."""
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def printable(text: str) -> str:
    """The text in one line, in which nothing steers a terminal or turns the direction of writing."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
