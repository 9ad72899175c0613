"""Real embeddings, with the optional extra `embeddings`: wordllama, a small model whose weights are in its package.

It has 256 dimensions. Where more are declared the rest are zero, which leaves every cosine, dot product and distance as it
is. Where fewer are, the first ones are kept and the length made 1 again: the model was trained to be cut off like that.
Nothing is downloaded. Every provider and model gives the same vectors.
"""

from __future__ import annotations

import importlib
import logging
import math
from functools import cache
from pathlib import Path
from typing import Any

from emulator.data_api.errors import DataApiError


def embed(text: str, dimension: int) -> list[float]:
    """The vector of a text, of length 1, in 32-bit floats' precision.

    Raises:
        DataApiError: NOT_IMPLEMENTED, the extra is not installed.

    """
    made = [float(component) for component in _model().embed([text])[0]][:dimension]
    length = math.hypot(*made) or 1.0
    return [float(f"{component / length:.7g}") for component in made] + [0.0] * (dimension - len(made))


@cache
def _model() -> Any:
    """Loaded once in a process; it takes a third of a second."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        package = importlib.import_module("wordllama")
        inference = importlib.import_module("wordllama.inference")
    except ImportError as error:
        raise DataApiError(
            "NOT_IMPLEMENTED",
            "The emulator's setting embeddings is model, which needs the extra of that name: pip install '.[embeddings]'.",
        ) from error
    finally:
        # To be imported, it sends the whole process's log to standard error.
        root.setLevel(level)
        root.handlers[:] = handlers
    # The package looks for its tokenizer in a folder of another name than it has; as a cache, its own folder is right.
    return package.WordLlama.load(cache_dir=Path(str(inference.__file__)).parent, disable_download=True)
