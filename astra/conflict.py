"""What is said where something else has a name already: what was declared and what is there, place by place."""

from collections.abc import Iterable
from typing import Any

from astra.changes import ABSENT, Change
from astra.errors import Conflict, dotted
from astra.wording import shown


def refuse_another(kind: str, different: Iterable[Change], doing: str) -> None:
    """Refuses to take over what differs from what was declared.

    Args:
        kind: what it is, with its article: "a collection".
        different: how it differs: `old` is declared, `new` is there. Nothing is refused where it is empty.
        doing: operation and thing for the message.

    Raises:
        Conflict: something differs.
    """
    if said := both(different):
        raise Conflict(
            f"cannot {doing}: {kind} of that name is there with another definition ({said}). Declare what is there to take it "
            "over, choose another name, or delete it yourself."
        )


def both(different: Iterable[Change]) -> str:
    """What is declared and what is there, for each place that differs; without secrets."""
    return "; ".join(f"{dotted(one.path)}: declared {_said(one.old)}, there {_said(one.new)}" for one in different)


def _said(value: Any) -> str:
    return "nothing" if value is ABSENT else shown(value)
