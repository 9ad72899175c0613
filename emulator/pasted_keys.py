"""Keys and tokens that were pasted where a name belongs: refused before anything repeats or stores them."""

from __future__ import annotations

import re

from emulator.refusal import Refusal

LIKE_A_KEY = re.compile(
    r"(?:AstraCS|Cassandra|https?):.*|(?=.*[0-9])(?:(?:sk-|hf_|jina_|nvapi-|pa-|up_|AKIA).{12,}|[A-Za-z0-9]{32,})", re.DOTALL
)
"""How tokens, addresses and the keys of the providers begin; and letters and digits in a row, as the other keys are."""


def refuse(place: str, stated: str) -> None:
    """Refuse a key in that place, such as 'NAME'.

    Raises:
        Refusal: it is one; the sentence does not repeat it.

    """
    if LIKE_A_KEY.fullmatch(stated):
        raise Refusal(
            f"What stands for {place} looks like a key or a token, and is stored nowhere. "
            "Give a name of your own instead: the emulator needs no key."
        )
