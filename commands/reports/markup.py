"""Texts of others inside Markdown: none of them becomes markup, a mention, a reference or the end of a row."""

import re

# What begins markup, or a column of the table.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#!|~&$]")
# What GitHub makes a mention or a reference of, even where it is escaped.
_REFERRING = re.compile("[@#]")


def code(text: str) -> str:
    """The text as code, unless it holds what means something even there."""
    return f"`{text}`" if set(text).isdisjoint("`|\\\n\r") else escaped(text)


def escaped(text: str) -> str:
    """The text in one line, with nothing in it that means something."""
    return _REFERRING.sub(r"\g<0><!-- -->", _MARKUP.sub(r"\\\g<0>", " ".join(text.splitlines())))
