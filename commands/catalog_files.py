"""The files that `vectorize catalog` reads and rewrites: their names, their texts, and whether they are in order."""

from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

from astra import catalog, document
from astra.errors import Invalid
from astra.finding import position_after
from astra.wording import named

_FORM = "embedding-provider.metaschema"


def file_name(file: Path) -> str:
    """What messages call a file: its path from here where it is below."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()


@cache
def parsed(file: Path) -> document.Document:
    """A file with the places of what it says.

    Raises:
        Invalid: it cannot be read.
    """
    return document.parse(_content(file), file_name(file))


def refuse_broken() -> None:
    """Makes sure that every provider's file is one.

    Raises:
        Invalid: the first that is none, at the place of what is wrong.
    """
    metaschema = Draft202012Validator(catalog.schema(_FORM))
    for file in catalog.provider_files():
        wrong = min(metaschema.iter_errors(catalog.read(file)), key=lambda error: [*map(str, error.absolute_path)], default=None)
        if wrong is not None:
            line, column = parsed(file).position(tuple(wrong.absolute_path))
            raise Invalid(
                f"{file_name(file)}:{line}:{column}: {named(wrong.json_path)} has not the form of "
                f"schemas/{_FORM}.json: correct it, or restore the file from git"
            )


def text(file: Path) -> str:
    """The text of a file, its lines ended by line feeds whatever ends them there.

    Raises:
        Invalid: it cannot be read, or is not UTF-8.
    """
    content = _content(file)
    try:
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line, column = position_after(content[: error.start].decode())
        raise Invalid(f"{file_name(file.absolute())}:{line}:{column}: the text is not UTF-8") from None


def content(file: Path, text: str) -> bytes:
    """A text as the content of a file: its lines end as those that stand there."""
    windows = file.exists() and b"\r\n" in _content(file)
    return (text.replace("\n", "\r\n") if windows else text).encode()


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file_name(file.absolute())}: cannot be read: {error.strerror}") from None
