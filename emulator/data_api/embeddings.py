"""Stand-in for an embedding model: a text always gives the same vector, and texts that share words are near each other.

Every word adds to a few dimensions, which its hash picks; the text as a whole adds a tenth of a word, so that no two texts
have the same vector. Word order and meaning change nothing else. Provider and model go into the hash: what one model made
is of no use to another.
"""

from __future__ import annotations

import hashlib
import math
import re

WORD = re.compile(r"\w+")

DIMENSIONS_OF_A_WORD = 15
"""An odd number of ones and minus ones adds up to no zero, so that no vector is zero, even in one dimension."""

WEIGHT_OF_THE_TEXT = 0.1


def embed(provider: str, model: str, text: str, dimension: int) -> list[float]:
    """The vector of a text, of length 1, in 32-bit floats' precision."""
    components: dict[int, float] = {}
    for word in WORD.findall(text.lower()):
        _add(components, f"{provider}\n{model}\n{word}", dimension, 1)
    _add(components, f"{provider}\n{model}\n\n{text}", dimension, WEIGHT_OF_THE_TEXT)
    length = math.hypot(*components.values())
    vector = [0.0] * dimension
    for place, component in components.items():
        vector[place] = float(f"{component / length:.7g}")
    return vector


def _add(components: dict[int, float], hashed: str, dimension: int, weight: float) -> None:
    digest = hashlib.blake2b(hashed.encode(), digest_size=4 * DIMENSIONS_OF_A_WORD).digest()
    for start in range(0, len(digest), 4):
        number = int.from_bytes(digest[start : start + 4], "big")
        place = (number >> 1) % dimension
        components[place] = components.get(place, 0.0) + (weight if number & 1 else -weight)
