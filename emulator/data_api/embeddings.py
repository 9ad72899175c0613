"""Stand-in for an embedding model: a text always gives the same unit vector, another text or model another one.

The vectors carry no meaning: similar texts are no nearer to each other than any two.
"""

from __future__ import annotations

import math
import random


def embed(provider: str, model: str, text: str, dimension: int) -> list[float]:
    """The vector of a text, of length 1."""
    generator = random.Random(f"{provider}\n{model}\n{text}")  # noqa: S311 -- reproducible on purpose
    components = [generator.gauss(0.0, 1.0) for _ in range(dimension)]
    length = math.hypot(*components)
    return [component / length for component in components]
