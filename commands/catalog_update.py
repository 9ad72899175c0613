"""What `vectorize catalog update` makes of the files of this project: all of them, or none where one cannot be written."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from astra import catalog, document
from astra.catalog_differences import Difference, differences
from astra.catalog_update import Source, offered_to_editors, updated
from astra.errors import Invalid, dotted
from astra.model_uses import ModelUse, model_uses
from astra.offered import together
from astra.provider_form import written
from astra.wording import named
from commands import catalog_files
from commands.catalog_files import file_name
from commands.catalog_stack import Database
from commands.changelog import noted
from commands.replacing import replace_all
from commands.sources import FOLDER

CHANGELOG = Path("CHANGELOG.md")
_HEADING = "Changed"
# How many differences the entry of the changelog has at most, and how many lines a section of what is said.
_MOST, _MOST_LINES = 40, 100


@dataclass(frozen=True, slots=True)
class _Target:
    """Whose answer it is, how the source of its facts is called, and how sure those are: the schemas are of Astra's service."""

    whose: str
    name: str
    certainty: Literal["recorded", "unconfirmed"] = "unconfirmed"


# By kind of the target, from the surest on.
_TARGETS: Mapping[str, _Target] = {
    "astra": _Target("Astra DB Serverless", "answer", "recorded"),
    "data-api": _Target("a self-hosted Data API", "self-hosted"),
    "emulator": _Target("the embedded emulator", "emulator"),
}


@dataclass(frozen=True, slots=True)
class Update:
    """Everything that an update changes.

    Attributes:
        files: the new text of each file that changes, in the order in which they are replaced.
        differences: what made them change.
        notes: what a person has to look at, a sentence each.
        touched: a line for each place of an environment file that names what changes.
    """

    files: Mapping[Path, str]
    differences: Sequence[Difference]
    notes: Sequence[str]
    touched: Sequence[str]

    def write(self) -> None:
        """Writes every file, or none. Raises OSError."""
        replace_all({file: catalog_files.content(file, text) for file, text in self.files.items()})

    def diff(self) -> str:
        """What would be written, as a unified diff."""
        return "".join(line for file, text in self.files.items() for line in _diff(file, text))


def update(databases: Sequence[Database], today: str) -> Update:
    """What has to change so that the schemas say what the databases offer.

    Args:
        databases: all of a stack; all of them were asked.
        today: the day of their answers, ISO 8601.

    Raises:
        Invalid: what they offer cannot be said in the form of the schemas, or a file cannot be read.
    """
    told = together(one.offers for one in databases)
    places = [one.place for one in databases]
    found = differences(catalog.embedding_providers(), told, places)
    known = {key: catalog.read(catalog.provider_file(key)) for key in catalog.embedding_providers()}
    targets = [_TARGETS[kind] for kind in _TARGETS if kind in {one.target for one in databases}]
    whose = " and ".join(one.whose for one in targets)
    # Nobody can tell any more which of them said what.
    least = targets[-1]
    source = Source(f"An answer of findEmbeddingProviders of {whose}.", least.name, today, least.certainty)
    made = updated(known, told, source, places)
    if not made.documents:
        return Update({}, found, (), ())
    files: dict[Path, str] = {}
    notes = [*made.notes]
    if CHANGELOG.is_file():
        # The providers come last: after a kill in between the next update finds what differs still, and notes it again at worst.
        files[CHANGELOG] = noted(catalog_files.text(CHANGELOG), _HEADING, entry(found, whose, today))
    else:
        notes.append(f"there is no {CHANGELOG} here: nothing was noted in it")
    if least.certainty == "unconfirmed":
        notes.append(f"this is what {whose} answered: of Astra DB Serverless nothing is confirmed by it")
    editors = catalog.read(catalog.SERVICE_FILE)
    if (offered := offered_to_editors(editors, {**known, **made.documents})) != editors:
        files[catalog.SERVICE_FILE] = written(offered)
    files |= {catalog.provider_file(key): written(one) for key, one in made.documents.items()}
    return Update(files, found, notes, [*_touched(found)])


def entry(found: Sequence[Difference], whose: str, today: str) -> str:
    """The entry of the changelog: what changes, by provider.

    Args:
        found: all of it.
        whose: who told it.
        today: when, ISO 8601.
    """
    providers: dict[str, list[str]] = {}
    for one in found[:_MOST]:
        about = f"{named(one.model)}: " if one.model else ""
        providers.setdefault(one.provider, []).append(f"{about}{one.news}")
    said = ". ".join(f"{named(key)}: {'; '.join(sentences)}" for key, sentences in providers.items())
    more = f" And {len(found) - _MOST:,} more." if len(found) > _MOST else ""
    return f"Embedding models as {whose} listed them on {today}. {said}.{more}"


def _touched(found: Iterable[Difference]) -> Iterator[str]:
    by_provider: dict[str, set[str]] = {}
    for one in found:
        by_provider.setdefault(one.provider, set()).add(one.model)
    for file in sorted(FOLDER.glob("*.yaml")):
        try:
            parsed = document.parse(file.read_bytes(), str(file))
        except OSError as error:
            yield f"{file}: cannot be read: {error.strerror}"
        except document.NotReadable as error:
            yield str(error)
        else:
            for use in model_uses(parsed.data):
                if _is_touched(use, by_provider.get(use.provider, set())):
                    line, column = parsed.position(use.path)
                    subject = "/".join(filter(None, (use.provider, use.model)))
                    yield f"{file}:{line}:{column}: {dotted(use.path)}: {named(subject)}"


def _is_touched(use: ModelUse, models: set[str]) -> bool:
    """Whether a place names one of those models, or the provider where that changes as a whole."""
    return "" in models or (bool(use.model) and use.model in models)


def refuse_elsewhere() -> None:
    """Makes sure that the schemas in use are those of the project in the current folder.

    Raises:
        Invalid: they are of an installed package.
    """
    if catalog.SCHEMAS.parent != Path.cwd():
        raise Invalid(
            f"the schemas in use are those of {catalog.SCHEMAS.parent}, and not of this folder: run it in the project's own "
            "folder, in its environment"
        )


def lines(made: Update, *, dry: bool) -> Iterator[str]:
    """What is said of an update, for people and for the text of a pull request."""
    if not made.files:
        yield "Nothing to update: the schemas say what is offered."
        return
    yield "Would write:" if dry else "Written:"
    yield from (f"- {file_name(file)}" for file in made.files)
    yield from _section("What changed at the service:", (f"{one.subject}: {one.news}" for one in made.differences))
    yield from _section("For a person to look at:", made.notes)
    yield from _section("Named in environments:", made.touched)
    if not dry:
        yield from ("", "The reference pages of docs/ are renewed by make docs.")


def _section(heading: str, entries: Iterable[str]) -> Iterator[str]:
    stated = [*entries]
    if stated:
        yield from ("", heading, *(f"- {one}" for one in stated[:_MOST_LINES]))
    if len(stated) > _MOST_LINES:
        yield f"- and {len(stated) - _MOST_LINES:,} more"


def _diff(file: Path, text: str) -> Iterator[str]:
    name = file_name(file.absolute())
    before = catalog_files.text(file).splitlines(keepends=True) if file.exists() else []
    yield from difflib.unified_diff(before, text.splitlines(keepends=True), name if before else "/dev/null", name)
