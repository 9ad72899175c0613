"""The generated parts of the page of errors: rules from schemas/*rules.json, codes of the Data API, HTTP statuses."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from astra import answers, catalog, data_api
from astra.catalog import EmbeddingProvider
from astra.errors import AstraError
from tools.documentation.markdown import code, prose, sentence, table
from tools.documentation.parts import Broken

_HERE = Path(__file__).resolve().parent
CODES = _HERE / "codes.json"
# The codes that the product itself gives advice for.
ADVISED: Mapping[str, tuple[type[AstraError], str]] = data_api.CODES
_TITLES = _HERE.parents[1] / "emulator" / "data_api" / "errors.json"
_UNRECORDED = "Not recorded: known from the source of the Data API or its documentation."
# What is told of a status depends on the body, too: none, one in the API's own form, a proxy's.
_SAYS = {"errors": [{"ID": "ID", "message": "what the service says"}]}
_STATUSES: tuple[tuple[str, int, Any], ...] = (
    ("400", 400, _SAYS),
    ("401", 401, _SAYS),
    ("401 without a word", 401, None),
    ("403", 403, _SAYS),
    ("404", 404, _SAYS),
    ("404 without a word of the API", 404, None),
    ("409", 409, _SAYS),
    ("422", 422, _SAYS),
    ("429", 429, _SAYS),
    ("500 and above", 500, _SAYS),
    ("501", 501, _SAYS),
    ("any other from 300 on", 302, None),
)


@dataclass(frozen=True, slots=True)
class Code:
    """One error code of the Data API.

    Attributes:
        name: the errorCode.
        meaning: in one or a few sentences.
        remedy: what to do.
        kinds: the kinds of authentication of the integrations that it concerns; empty where it concerns none.
        providers: the only providers that it concerns; empty where it concerns all with those kinds.
        recorded: whether an answer with it was recorded.
    """

    name: str
    meaning: str
    remedy: str
    kinds: tuple[str, ...]
    providers: tuple[str, ...]
    recorded: bool

    def concerns(self, provider: EmbeddingProvider) -> bool:
        """Whether an integration of that provider can be answered with it."""
        return bool({*self.kinds} & {*provider.authentication}) and (not self.providers or provider.key in self.providers)


def stated() -> dict[str, dict[str, Any]]:
    """What codes.json says of each code, in the words of Code.

    A meaning where the emulator's title of it is too short, a remedy where the product gives no advice itself.
    """
    found: dict[str, dict[str, Any]] = json.loads(CODES.read_text(encoding="utf-8"))
    return found


@cache
def codes() -> Mapping[str, Code]:
    """Every code that the code of this project knows or that the page explains, in alphabetical order."""
    titles = json.loads(_TITLES.read_text(encoding="utf-8"))
    known = {**titles["unverified"], **titles["recorded"]}
    return explained(stated(), {name: one["title"] for name, one in known.items()}, titles["recorded"].keys())


def explained(
    said: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str], recorded: Collection[str] = ()
) -> dict[str, Code]:
    """The codes that are advised or said something of.

    Args:
        said: as from `stated`.
        titles: short meanings, by code.
        recorded: the codes that were recorded.

    Raises:
        Broken: nothing says what one means, or what to do.
    """
    found = {}
    for name in sorted({*said, *ADVISED}):
        one = said.get(name, {})
        remedy = ADVISED[name][1] if name in ADVISED else one.get("remedy")
        meaning = one.get("meaning") or titles.get(name)
        if not meaning or not remedy:
            raise Broken(f"tools/documentation/{CODES.name} has to say the {'remedy' if meaning else 'meaning'} of {name}")
        kinds, providers = tuple(one.get("kinds", ())), tuple(one.get("providers", ()))
        found[name] = Code(name, meaning, remedy, kinds, providers, name in recorded)
    return found


def rule_files() -> list[str]:
    """The names of the schemas that hold rules, those of `vectorize validate` first."""
    return sorted((name for name in catalog.documents() if name.endswith("rules")), key=lambda name: (name != "rules", name))


def parts() -> dict[str, str]:
    """Its parts by name."""
    return {
        "rules": "\n\n".join(line for name in rule_files() for line in _rules(name)),
        "codes": "\n\n".join(line for one in codes().values() for line in _code(one)),
        "http": table(("HTTP", "what is said"), _statuses()),
    }


def _rules(name: str) -> Iterator[str]:
    stated = catalog.schema(name)
    yield f"## {stated['title']}"
    for rule, said in stated["$defs"].items():
        yield f"### {code(rule)}"
        title, description = sentence(said["title"]), sentence(said["description"])
        yield description if title == description else f"{title} {description}"
        if not said.get("x-remedy"):
            raise Broken(f"the schema {name} has to say the x-remedy of {rule}: what to do")
        yield f"**What to do:** {sentence(said['x-remedy'])}"


def _code(one: Code) -> Iterator[str]:
    yield f"### {code(one.name)}"
    yield sentence(one.meaning) + ("" if one.recorded else f" {_UNRECORDED}")
    yield f"**What to do:** {sentence(one.remedy)}"


def _statuses() -> Iterator[tuple[str, str]]:
    for shown, status, body in _STATUSES:
        yield shown, prose(_told(httpx.Response(status, **({"json": body} if body else {}))))


def _told(response: httpx.Response) -> str:
    try:
        answers.checked(response, "create database knowledge-dev")
    except AstraError as error:
        return str(error)
    raise AssertionError(response.status_code)
