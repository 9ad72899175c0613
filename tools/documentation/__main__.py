"""`python -m tools.documentation`: rewrites the generated parts of docs/. With --check it only says which are stale."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tools.documentation.pages import left_over, stale
from tools.documentation.parts import Broken

DOCS = Path(__file__).resolve().parents[2] / "docs"


def main(arguments: Sequence[str], folder: Path = DOCS) -> int:
    """Writes, or checks.

    Args:
        arguments: nothing, or --check.
        folder: where the pages are.

    Returns:
        The exit code: 1 where --check finds something stale, or where a page cannot be renewed or has to be deleted.
    """
    checking = [*arguments] == ["--check"]
    if arguments and not checking:
        print("usage: python -m tools.documentation [--check]", file=sys.stderr)
        return 1
    try:
        found = stale(folder)
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    for file, text in found.items():
        if checking:
            print(f"docs/{file} is stale: run make docs")
        else:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
            print(f"docs/{file} was written")
    gone = left_over(folder)
    for file in gone:
        print(f"docs/{file} is of nothing that exists: delete it, or correct its name")
    return 1 if gone or (checking and found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
