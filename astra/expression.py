"""Regular expressions that users write, in the syntax of RE2.

RE2 takes time in proportion to the text, whatever the expression; Python's own can be kept busy for ever by some.
"""

from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped]

from astra.wording import redacted


def unusable(expression: str) -> str:
    """Why a regular expression cannot be used, as a sentence; "" where it can."""
    try:
        _compiled(expression)
    except re2.error as error:
        said = redacted(error.args[0].decode(errors="replace"))
        return (
            f"cannot be used as a regular expression: {said}; the syntax is RE2's, which has no look-ahead, no reference to a "
            f"group and no repetition of more than 1000, so that none takes for ever"
        )
    return ""


def matches(expression: str, text: str) -> bool:
    """Whether a usable expression matches a whole text."""
    return _compiled(expression).fullmatch(text) is not None


@cache
def _compiled(expression: str) -> Any:
    options = re2.Options()
    # It would write to standard error by itself.
    options.log_errors = False
    return re2.compile(expression, options)
