"""The project's pages as tests read them: their code blocks, headings and links."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools.documentation.markdown import anchor

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING"))]
REFERENCE = [
    *sorted(page for name in ("resources", "integrations") for page in (DOCS / name).glob("*.md")),
    DOCS / "environment.md",
]


@dataclass(frozen=True)
class Block:
    """A code block: its page, its place there from 1 on, its language and its text."""

    page: Path
    number: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{named(self.page)}-{self.number}"


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    fences = [one for one in tokens(page) if one.type == "fence"]
    for number, fence in enumerate(fences, 1):
        if fence.info.strip() in languages:
            yield Block(page, number, fence.info.strip(), fence.content)


def anchors(page: Path) -> set[str]:
    """The names of a page's headings; of several alike, the later ones have a number behind theirs."""
    seen: Counter[str] = Counter()
    found = set()
    for opening, inline in zip(tokens(page), tokens(page)[1:], strict=False):
        if opening.type == "heading_open":
            name = anchor("".join(one.content for one in inline.children or ()))
            found.add(f"{name}-{seen[name]}" if seen[name] else name)
            seen[name] += 1
    return found


def links(page: Path) -> Iterator[str]:
    """The addresses that a page links to, without those on other machines."""
    for token in tokens(page):
        for one in token.children or ():
            address = str(one.attrs.get("href" if one.type == "link_open" else "src", ""))
            if address and not re.match(r"[a-z]+:", address):
                yield address
