"""The generated parts of a page, between their marks; everything else on it is a person's. Pure.

<!-- generated: NAME -->
...
<!-- end of NAME -->
"""

import re
from collections.abc import Mapping

_PART = re.compile(r"^<!-- generated: (?P<name>[a-z]+) -->\n.*?^<!-- end of (?P=name) -->$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^<!-- (?:generated:|end of) .*-->$", re.MULTILINE)


class Broken(Exception):
    """A page cannot be made: its marks do not fit its parts, or something that it should say is stated nowhere."""


def part(name: str, content: str) -> str:
    """A part with its marks. The blank lines are needed: Markdown takes what follows a comment directly for HTML."""
    return f"<!-- generated: {name} -->\n\n{content.strip()}\n\n<!-- end of {name} -->"


def begun(title: str, contents: Mapping[str, str]) -> str:
    """A new page with nothing on it but its title and its parts."""
    return "\n\n".join([f"# {title}", *(part(name, content) for name, content in contents.items())]) + "\n"


def renewed(text: str, contents: Mapping[str, str]) -> str:
    """A page with its parts rewritten.

    Args:
        text: the page as it stands.
        contents: what each part should say, by its name.

    Raises:
        Broken: a part is missing, stands twice or is unknown, or a mark has no other end.
    """
    found = [one["name"] for one in _PART.finditer(text)]
    if sorted(found) != sorted(contents):
        raise Broken(f"its generated parts should be {', '.join(contents)}, and are {', '.join(found) or 'none'}")
    if len(_MARK.findall(text)) != 2 * len(found):
        raise Broken("a mark of a generated part has no other end")
    return _PART.sub(lambda one: part(one["name"], contents[one["name"]]), text)
