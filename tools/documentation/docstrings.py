"""A docstring of this project as its parts. Pure."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass

_SECTION = re.compile(r"^(Args|Attributes|Returns|Raises):\n")
_ENTRY = re.compile(r"^ {4}(\w+): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Docstring:
    """Its parts.

    Attributes:
        paragraphs: those outside of sections, the summary first.
        sections: by their headings, texts by the names that they explain.
    """

    paragraphs: tuple[str, ...]
    sections: Mapping[str, Mapping[str, str]]


def parsed(of: object) -> Docstring:
    """The docstring of a class or a function."""
    paragraphs, sections = [], {}
    for block in (inspect.getdoc(of) or "").split("\n\n"):
        if heading := _SECTION.match(block):
            pieces = _ENTRY.split(block[heading.end() :])[1:]
            sections[heading[1]] = {name: " ".join(text.split()) for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
        else:
            paragraphs.append(" ".join(block.split()))
    return Docstring(tuple(paragraphs), sections)
