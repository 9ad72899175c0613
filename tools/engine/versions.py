"""Versions as programs print them."""

import re

Version = tuple[int, int, int]

_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


def parse(text: str) -> Version | None:
    """The first version in `text` (`v3.259.0`, `go version go1.26 linux/amd64`), or None."""
    found = _NUMBERS.search(text)
    if found is None:
        return None
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)


def text(version: Version) -> str:
    """The version with dots."""
    return ".".join(str(part) for part in version)
