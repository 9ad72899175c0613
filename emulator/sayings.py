"""What a person is told who asked for what cannot be done."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from emulator import pasted_keys
from emulator.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

FEW = 8
"""As many names are listed whole; of more, those that come near."""


def unknown(sentence: str, stated: str, known: Iterable[str]) -> Refusal:
    """A refusal of a name: the sentence, and what was probably meant, or all there are where they are few.

    Args:
        sentence: what is wrong, without a full stop.
        stated: the name.
        known: the names there are.

    Raises:
        Refusal: a key stands for the name, which the sentence would repeat.

    """
    pasted_keys.refuse("a name", stated)
    names = list(known)
    folded = {name.lower(): name for name in names}
    near = [folded[name] for name in difflib.get_close_matches(stated.lower(), folded, n=3)]
    if near:
        return Refusal(f"{sentence}. Did you mean {' or '.join(near)}?")
    if len(names) <= FEW:
        return Refusal(f"{sentence}. There {'is' if len(names) == 1 else 'are'}: {', '.join(names) or 'none'}.")
    return Refusal(f"{sentence}.")
