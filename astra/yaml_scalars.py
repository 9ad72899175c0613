"""What a single value means by YAML 1.2's core schema: `no`, `on` and a date stay text."""

import re

import yaml

STANDARD = "tag:yaml.org,2002:"
TEXT = f"{STANDARD}str"

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOLEAN = re.compile(r"(?P<true>true|True|TRUE)|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# No number of a definition comes near; Python refuses to read one of thousands of digits.
_LONGEST_NUMBER = 40


def resolved(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    """The value of a scalar."""
    text: str = event.value
    if event.style in ("'", '"', "|", ">") or event.tag == TEXT:
        return text
    if _NULL.fullmatch(text):
        return None
    if boolean := _BOOLEAN.fullmatch(text):
        return boolean["true"] is not None
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
