"""How values and names are shown to people: the nearest name, the allowed ones, and never a secret."""

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any

# How the keys of the providers and the tokens of Astra begin, by their own documentation. A value that
# looks like one is never shown, wherever it stands: people paste keys where names belong.
# Only where a word begins, so that helpdesk-articles and backup_documents stay readable.
_BEGINS_LIKE_ONE = (
    r"(?<![A-Za-z0-9])(?:(?:AstraCS:|Cassandra:|sk-|hf_|jina_|nvapi-|Bearer\s)[^\s'\"]{6,}"
    r"|(?:pa-|up_|AKIA)(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,})"
)
_SECRET_NAME = re.compile(_BEGINS_LIKE_ONE, re.ASCII)
# Or long and with a digit in it, as random text is.
_SECRET = re.compile(_BEGINS_LIKE_ONE + r"|(?=[A-Za-z+/_=-]*[0-9])[A-Za-z0-9+/_=-]{48,}", re.ASCII)
# To refuse a file for it, more certainty is asked for than to hide it: length, and for the prefixes that names may have a
# digit, too.
_CERTAIN = re.compile(
    r"(?<![A-Za-z0-9_])(?:AstraCS:\S{6,}|(?:sk-|nvapi-)[A-Za-z0-9_-]{16,}|(?:hf_|jina_)[A-Za-z0-9]{16,}"
    r"|(?:pa-|up_)(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{24,}|AKIA[0-9A-Z]{16})",
    re.ASCII,
)
HIDDEN = "(hidden: it looks like a secret)"
_LONGEST = 60


def is_secret(text: str) -> bool:
    """Whether a text holds what is certainly a key of a provider or a token of Astra."""
    return _CERTAIN.search(text) is not None


def shown(value: Any) -> str:
    """A value as messages show it: as JSON, shortened, and hidden where it looks like a secret."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if _SECRET.search(text):
        return HIDDEN
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def named(name: Any) -> str:
    """A name or key of the user's in one line, hidden where it begins like a secret; a long one is shown: names may be."""
    text = str(name)
    return _SECRET_NAME.sub("(hidden)", text if text.isprintable() and text else json.dumps(text))


def redacted(text: str) -> str:
    """A text of somebody else's with everything hidden in it that looks like a secret."""
    return _SECRET.sub("(hidden)", text)


def listed(names: Iterable[Any]) -> str:
    """Names in a row, in the order given: `a, b, c`."""
    return ", ".join(map(named, names))


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the known name nearest to a mistyped one; empty where none is near."""
    known = list(known)
    by_case = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1, cutoff=0.6)
    return f'; did you mean "{named(by_case[close[0]])}"?' if close else ""
