"""The generated parts of the pages of integrations: from the embedding providers' schemas and what the examples are told."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from astra import catalog, document, environment, offered, portal
from astra.catalog import EmbeddingProvider
from astra.finding import Finding
from tools.documentation import errors
from tools.documentation.markdown import anchor, bullets, code, codes, prose, sentence, table

EXAMPLES = Path(__file__).resolve().parents[2] / "tests" / "examples" / "invalid"
# What stands for a name of the user's own.
_CREDENTIAL, _DATABASE = "NAME", "the database"
_CARRIED = {"HEADER": "Sent as", "SHARED_SECRET": "Its name is the integration's"}


def parts(key: str) -> dict[str, str]:
    """The parts of a provider's page by name."""
    provider = catalog.embedding_providers()[key]
    return {
        "about": f"{sentence(provider.schema['description'])} The Data API calls it {code(key)}.",
        "prerequisites": bullets(_prerequisites(provider)),
        "models": "\n\n".join(_models(provider)),
        "errors": "\n\n".join(_errors(provider)),
        "sources": _sources(provider),
    }


def _prerequisites(provider: EmbeddingProvider) -> Iterator[str]:
    for kind, stated in provider.schema["x-authentication"].items():
        tokens = f" {_CARRIED[kind]} {codes(stated['tokens'])}." if stated.get("tokens") else ""
        steps = f" {prose(portal.steps(provider.key, _CREDENTIAL, _DATABASE))}" if "portal" in stated else ""
        yield f"{code(f'authentication: {kind}')}: {sentence(stated['description'])}{tokens}{steps}"
    if provider.regions:
        places = ", ".join(" ".join(one) for one in provider.regions)
        yield f"Only in databases of these regions, as far as is known: {places}."
    required = [name for name, rule in offered.stated(provider).parameters.items() if rule["required"]]
    if required:
        yield f"Parameters that have to be given: {codes(required)}."


def _models(provider: EmbeddingProvider) -> Iterator[str]:
    offer = offered.stated(provider)
    rows = [(code(name), offered.size(model.dimension), model.status) for name, model in offer.models.items()]
    yield table(("model", "dimension", "status"), rows)
    if provider.default_model:
        yield f"Where no model is named, the service takes {code(provider.default_model)}."
    most = f"{provider.batch_size:,} {'text' if provider.batch_size == 1 else 'texts'}"
    yield f"The service sends it {most} in one request at most."
    parameters = [*_parameters(offer.parameters, "all")]
    for name, model in offer.models.items():
        parameters += _parameters(model.parameters, code(name))
    if parameters:
        yield table(("parameter", "of", "takes", "meaning"), parameters)
    for known in provider.models.values():
        for warning in known.schema.get("x-warnings", ()):
            source = provider.schema["x-sources"][warning["x-source"]]["what"]
            yield f"{code(known.name)}: {sentence(warning['message'])} Source: {prose(source)}"


def _parameters(rules: Mapping[str, offered.Rule], of: str) -> Iterator[tuple[str, ...]]:
    for name, rule in rules.items():
        yield code(name), of, prose(offered.takes(rule)), sentence(str(rule.get("description", "")))


def _errors(provider: EmbeddingProvider) -> Iterator[str]:
    found: dict[str, Finding] = {}
    for path in sorted((EXAMPLES / provider.key).glob("*.yaml")):
        for finding in environment.findings(document.parse(path.read_bytes(), path.name)):
            found.setdefault(finding.rule, finding)
    if found:
        yield "What is said before anything is touched, one example a rule:"
        yield table(("rule", "example"), [(_link(rule), prose(found[rule].sentence)) for rule in sorted(found)])
    yield "What the Data API may answer:"
    answers = [one for one in errors.codes().values() if one.concerns(provider)]
    yield table(("code", "meaning"), [(_link(one.name), sentence(one.meaning)) for one in answers])


def _link(heading: str) -> str:
    return f"[{code(heading)}](../errors.md#{anchor(heading)})"


def _sources(provider: EmbeddingProvider) -> str:
    rows = [(prose(one["what"]), one["date"], one["certainty"]) for one in provider.schema["x-sources"].values()]
    return table(("where it comes from", "of", "certainty"), rows)
