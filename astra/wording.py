"""How values and names are shown to people: the nearest name, the allowed ones, and never a secret."""

import difflib
import heapq
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

# How the keys of the providers and the tokens of Astra begin, by their own documentation. A value that
# looks like one is never shown, wherever it stands: people paste keys where names belong.
# Only where a word begins, so that helpdesk-articles and backup_documents stay readable.
_BEGINS_LIKE_ONE = (
    r"(?<![A-Za-z0-9])(?:(?:AstraCS:|Cassandra:|sk-|hf_|jina_|nvapi-|Bearer\s)[^\s'\"]{6,}"
    r"|(?:pa-|up_|AKIA)(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{16,}"
    # A user and a password in an address.
    r"|(?<=//)[^\s/@:'\"]*:[^\s/@'\"]+@)"
)
# Letters and digits mixed and nothing else, as the keys of the providers are that begin like nothing in particular.
_BARE = r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{32,}"
_BARE_KEY = re.compile(_BARE, re.ASCII)
# Not as a part of a longer name: articles_2026_0a1b… is one.
_BARE_WORD = rf"(?<![A-Za-z0-9_./-]){_BARE}(?![A-Za-z0-9_/-]|\.\w)"
_SECRET_NAME = re.compile(f"{_BEGINS_LIKE_ONE}|{_BARE_WORD}", re.ASCII)
# Or long and with a digit in it, as random text is; a name with underscores may have 48 characters.
_SECRET = re.compile(
    _BEGINS_LIKE_ONE + r"|(?<![A-Za-z0-9+/_=-])(?=[A-Za-z+/_=-]*[0-9])(?:[A-Za-z0-9+/_=-]{49,}|[A-Za-z0-9+/=-]{48})",
    re.ASCII,
)
# To refuse a file for it, more certainty is asked for than to hide it: length, and for the prefixes that names may have a
# digit, too.
_CERTAIN = re.compile(
    r"(?<![A-Za-z0-9_])(?:AstraCS:\S{6,}|(?:sk-|nvapi-)[A-Za-z0-9_-]{16,}|(?:hf_|jina_)[A-Za-z0-9]{16,}"
    r"|(?:pa-|up_)(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{24,}|AKIA[0-9A-Z]{16})",
    re.ASCII,
)
HIDDEN = "(hidden: it looks like a secret)"
# What JSON writes for a character: its letter would hide where a word begins.
_ESCAPED = re.compile(r"\\(?:u[0-9a-f]{4}|.)")
_LONGEST = 60
# Names of the services end at 100 characters or before: one that is a little too long is still shown.
_LONGEST_NAME = 120

# How alike two names must be, by difflib's ratio, for one to be taken for the other mistyped.
_ALIKE = 0.75
# Of three letters one wrong is a third: GPC for GCP.
_SHORT, _ALIKE_SHORT = 3, 0.6
# How many of the known names are compared letter by letter, and how long a name may be for it.
_COMPARED, _COMPARABLE = 12, 200


def is_secret(text: str) -> bool:
    """Whether a text holds what is certainly a key of a provider or a token of Astra."""
    return _CERTAIN.search(text) is not None


def is_bare_key(text: str) -> bool:
    """Whether a text as a whole looks like a key without a prefix: 32 or more letters and digits, and nothing else."""
    return _BARE_KEY.fullmatch(text) is not None


def shown(value: Any) -> str:
    """A value as messages show it: as JSON, shortened, and hidden where it looks like a secret."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    words = _ESCAPED.sub(" ", text)
    if _SECRET.search(words) or _SECRET_NAME.search(words):
        return HIDDEN
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def named(name: Any) -> str:
    """A name or key of the user's in one line, hidden where it looks like a secret, and shortened where it is absurdly long."""
    text = hidden(str(name))
    if len(text) > _LONGEST_NAME:
        text = f"{text[:70]}…{text[-29:]}"
    return text if text.isprintable() and text else json.dumps(text)


def hidden(text: str) -> str:
    """A name of the user's, or what was said of one, with everything hidden in it that looks like a secret."""
    return _SECRET_NAME.sub("(hidden)", text)


def redacted(text: str) -> str:
    """A text of somebody else's with everything hidden in it that looks like a secret."""
    return _SECRET.sub("(hidden)", text)


def beginning(text: str, longest: int) -> str:
    """The beginning of a text of somebody else's: one line of whole words, redacted.

    Whole words, since of a secret that was cut nothing is known any more to hide it by.

    Args:
        text: whatever it is.
        longest: how many characters of it are shown at most.
    """
    line = " ".join(text.split())
    if len(line) > longest:
        line = f"{line[: longest + 1].rpartition(' ')[0]} …".lstrip()
    return redacted(line)


def listed(names: Iterable[Any]) -> str:
    """Names in a row, in the order given: `a, b, c`."""
    return ", ".join(map(named, names))


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` for the known name nearest to a mistyped one; empty where none is near."""
    meant = nearest_name(name, known)
    return f'; did you mean "{named(meant)}"?' if meant else ""


def nearest_name(name: str, known: Iterable[str]) -> str:
    """The known name nearest to a mistyped one; empty where none is near."""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=512)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    name = name.casefold()
    if not 0 < len(name) <= _COMPARABLE:
        return ""
    of_name, by_case = _letters(name), _by_case(known)
    own = of_name.bit_count()
    # Which names share most letters and pairs of letters is soon known; only those are worth a comparison.
    likely = heapq.nlargest(
        _COMPARED, (((of_name & letters).bit_count() / (own + size), form) for form, (_, letters, size) in by_case.items())
    )
    best, form = max(((_likeness(name, form), form) for _, form in likely), default=(0.0, ""))
    return by_case[form][0] if best >= _ALIKE else ""


@lru_cache(maxsize=64)
def _by_case(known: tuple[str, ...]) -> dict[str, tuple[str, int, int]]:
    """By their lower case, the known names with their letters and how many those are."""
    forms = {candidate.casefold(): candidate for candidate in known if 0 < len(candidate) <= _COMPARABLE}
    return {form: (candidate, letters := _letters(form), letters.bit_count()) for form, candidate in forms.items()}


def _letters(name: str) -> int:
    """The letters of a name and its pairs of letters, as bits."""
    bits = 0
    for one, next_one in zip(name, name[1:] + " ", strict=True):
        bits |= 1 << ord(one) % 61 | 1 << 61 + (ord(one) * 31 + ord(next_one)) % 449
    return bits


def _likeness(name: str, form: str) -> float:
    """From 0 to 1; of names with a path also by what stands after it, though two whole names say more."""
    whole = _ratio(name, form)
    if "/" not in name + form:
        return whole
    return max(whole, 0.99 * _ratio(name.rpartition("/")[2], form.rpartition("/")[2]))


def _ratio(name: str, form: str) -> float:
    shorter, longer = sorted((name, form), key=len)
    within = longer.startswith(shorter) or longer.endswith(shorter)
    if within and len(shorter) >= max(4, 0.4 * len(longer)):
        floor = _ALIKE
    elif not shorter or 2 * len(shorter) < _ALIKE * (len(shorter) + len(longer)):
        return 0.0
    else:
        floor = 0.0
    ratio = difflib.SequenceMatcher(None, form, name, autojunk=False).ratio()
    if len(name) == len(form) == _SHORT and name[0] == form[0] and ratio >= _ALIKE_SHORT:
        floor = _ALIKE
    return max(floor, ratio)
