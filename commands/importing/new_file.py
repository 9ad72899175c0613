"""The text of an environment file that is new: sections as people write them, and comments on what could not be declared."""

from collections.abc import Iterable, Mapping
from typing import Any

from astra import document
from astra.errors import Invalid
from astra.importing import LeftOut
from astra.wording import beginning
from commands import environment_text

_HEAD = "# yaml-language-server: $schema=../schemas/environment.schema.json\n"
# The sections that a blank line stands before.
_APART = ("databases", "integrations", "workload")
# Columns that a comment has at most.
_WIDTH = 500


def text(data: Mapping[str, Any], left_out: Iterable[LeftOut], notes: Iterable[str], name: str) -> bytes:
    """The file.

    Args:
        data: what it is to say.
        left_out: what stands and is not declared.
        notes: what else is to be known of what is declared, in sentences.
        name: what messages call it.

    Raises:
        Invalid: it would not be read as that data.
    """
    remarks = [f"#   {one.address} ({one.kind}): {beginning(one.reason, _WIDTH)}\n" for one in left_out]
    said = [f"# Note: {beginning(one, _WIDTH)}.\n" for one in notes]
    parts = [_HEAD]
    for section, value in data.items():
        if section in _APART:
            parts.append("\n")
        if section == "databases" and remarks:
            parts += ["# This stands and is not declared:\n", *remarks, "\n"]
        if section == "databases" and said:
            parts += [*said, "\n"]
        parts.append(environment_text.added(b"", {section: value}).decode())
    made = "".join(parts).encode()
    if document.parse(made, name).data != data:
        raise Invalid(f"{name}: nothing was written, since what stands could not be written as YAML.")
    return made
