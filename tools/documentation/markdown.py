"""Pieces of Markdown, as GitHub renders it. Pure."""

import re
from collections.abc import Iterable, Sequence

# Outside of `code`, these would be taken for marks; _ within a word is none.
_ESCAPED = re.compile(r"([\\*<]|(?<!\w)_|_(?!\w))")


def prose(text: str) -> str:
    """A text of a schema or a docstring: on one line, nothing in it a mark but `code`."""
    pieces = " ".join(text.split()).split("`")
    # Every other piece is code.
    return "`".join(piece if place % 2 else _ESCAPED.sub(r"\\\1", piece) for place, piece in enumerate(pieces))


def sentence(text: str) -> str:
    """The same with a capital and a full stop."""
    text = prose(text)
    return text if not text else text[0].upper() + text[1:] + ("" if text.endswith((".", ":", "?")) else ".")


def code(text: object) -> str:
    """A value or a name as it is written."""
    return f"`{text}`"


def codes(values: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(map(code, values))


def block(text: str, language: str = "") -> str:
    """Lines as they stand."""
    return f"```{language}\n{text.rstrip()}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; columns that are empty in every row are left out."""
    body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    used = [place for place, _ in enumerate(head) if not body or any(row[place] for row in body)]
    lines = [[*head], ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line[place] for place in used)} |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def anchor(heading: str) -> str:
    """The name by which a heading is linked to, where no other one of the page has it. Source: GitHub's renderer."""
    kept = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower())
    return kept.replace(" ", "-")
