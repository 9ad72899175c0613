"""Which pages have generated parts, and what these should say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from astra import catalog
from tools.documentation import command_line, contents, environment, errors, integrations, resources
from tools.documentation.parts import Broken, begun, renewed

FOLDERS = ("resources", "commands", "integrations")


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        file: its path in docs/.
        title: its heading, for a new one.
        parts: makes its generated parts, by name.
    """

    file: str
    title: str
    parts: Callable[[], Mapping[str, str]]

    def text(self, folder: Path) -> str:
        """The page as it should be: what stands in that folder with its parts renewed, or a new one.

        Raises:
            Broken: its marks do not fit its parts.
        """
        path = folder / self.file
        try:
            return renewed(path.read_text(encoding="utf-8"), self.parts()) if path.exists() else begun(self.title, self.parts())
        except Broken as error:
            raise Broken(f"docs/{self.file}: {error}") from None


def pages() -> tuple[Page, ...]:
    """All of them."""
    return tuple(_pages())


def _pages() -> Iterator[Page]:
    for kind in resources.KINDS:
        yield Page(f"resources/{resources.slug(kind)}.md", kind.__name__, partial(resources.parts, kind))
    for name in command_line.commands():
        title = name if name == command_line.PROGRAM else f"{command_line.PROGRAM} {name}"
        yield Page(f"commands/{name}.md", title, partial(command_line.parts, name))
    for key, provider in catalog.embedding_providers().items():
        yield Page(f"integrations/{key}.md", provider.title, partial(integrations.parts, key))
    yield Page("environment.md", "The environment file", environment.parts)
    yield Page("errors.md", "Errors", errors.parts)
    yield Page("README.md", "Documentation", contents.parts)


def left_over(folder: Path) -> list[str]:
    """Pages, by their path, of resources, commands and integrations that are no more."""
    known = {page.file for page in pages()}
    found = (path.relative_to(folder).as_posix() for name in FOLDERS for path in sorted((folder / name).glob("*.md")))
    return [file for file in found if file not in known]


def stale(folder: Path) -> dict[str, str]:
    """The pages that are not as they should be, by path, each with the text that it should have.

    Raises:
        Broken: the marks of a page do not fit its parts.
    """
    wanted = {page.file: page.text(folder) for page in pages()}
    standing = {file: (folder / file).read_text(encoding="utf-8") if (folder / file).exists() else None for file in wanted}
    return {file: text for file, text in wanted.items() if standing[file] != text}
