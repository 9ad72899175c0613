"""The comments of a YAML text."""

import re

import yaml

_COMMENT = re.compile(r"#[^\r\n\x85\u2028\u2029]*")
# What a text over several lines begins with.
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n\x85\u2028\u2029]*)")


def comments(text: str) -> list[str]:
    """Every comment in its order, from its # to the end of its line. Raises yaml.YAMLError: it is no YAML."""
    found, end = [], 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        # Between two tokens there are blanks and comments alone.
        found += _COMMENT.findall(text[end : token.start_mark.index])
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
            found += _HEADER.findall(text[token.start_mark.index : token.end_mark.index])[:1]
        end = max(end, token.end_mark.index)
    return found
