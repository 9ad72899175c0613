"""An entry of CHANGELOG.md below the heading of what is not released yet. Pure."""

import re
import textwrap

_UNRELEASED = "## Unreleased"
# Unit: characters; as the rest of the file.
_WIDTH = 130


def noted(text: str, heading: str, entry: str) -> str:
    """The text with an entry at the end of a section of what is unreleased; as it is where the entry stands there already.

    Args:
        text: the changelog.
        heading: of the section, such as Changed; it is made where it is missing.
        entry: sentences, in one line.
    """
    unreleased = re.search(rf"^{_UNRELEASED}\b.*", text, re.MULTILINE)
    if not unreleased:
        released = re.search(r"^## ", text, re.MULTILINE)
        place = released.start() if released else len(text)
        parts = (text[:place].strip("\n"), _UNRELEASED, text[place:].strip("\n"))
        return noted("\n\n".join(filter(None, parts)) + "\n", heading, entry)
    before, rest = text[: unreleased.end()], text[unreleased.end() :]
    part = re.split(r"^(?=## )", rest, maxsplit=1, flags=re.MULTILINE)[0]
    bullet = textwrap.fill(f"- {entry}", _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    if f"\n{bullet}\n" in part:
        return text
    section = re.search(rf"^### {re.escape(heading)}\n.*?(?=^### |\Z)", part, re.MULTILINE | re.DOTALL)
    kept = part[: section.end() if section else len(part)].rstrip("\n")
    added = f"\n{bullet}" if section and "\n- " in section[0] else f"\n\n{bullet}"
    return before + kept + ("" if section else f"\n\n### {heading}") + added + (rest[len(kept) :] or "\n")
