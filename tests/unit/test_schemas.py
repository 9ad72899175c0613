"""The files of schemas/: well formed, described, and in agreement with a recorded answer of the live service."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from astra import catalog, service, validation

RECORDINGS = Path(__file__).parents[1] / "recordings"
LIVE = json.loads((RECORDINGS / "find-embedding-providers.json").read_text(encoding="utf-8"))["embeddingProviders"]
OPEN_SOURCE = json.loads((RECORDINGS / "providers.json").read_text(encoding="utf-8"))
PROVIDERS = catalog.embedding_providers()
MODELS = [(provider, model) for provider in PROVIDERS.values() for model in provider.models.values()]
# Those whose facts are the recording's alone; an update of the catalogue names another answer as the source of others.
AS_RECORDED = [
    one for one in PROVIDERS.values() if not any(re.search(r"-\d{4}-\d\d-\d\d$", name) for name in one.schema["x-sources"])
]
each_provider = pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
each_model = pytest.mark.parametrize(
    ("provider", "model"), [pytest.param(*both, id=f"{both[0].key}-{both[1].name}") for both in MODELS]
)


def keywords(schema: Any, keyword: str) -> Iterator[tuple[Any, Any]]:
    """Each mapping in a schema that has the keyword, with the keyword's value."""
    if isinstance(schema, Mapping):
        if keyword in schema:
            yield schema, schema[keyword]
        for inner in schema.values():
            yield from keywords(inner, keyword)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner, keyword)


@pytest.mark.parametrize("document", catalog.documents().values(), ids=list(catalog.documents()))
def test_a_file_is_a_schema_whose_references_lead_somewhere(document: Mapping[str, Any]) -> None:
    Draft202012Validator.check_schema(document)
    resolver = catalog.registry().resolver(document["$id"])
    for _, reference in keywords(document, "$ref"):
        # Of a schema's schema, $ref may also be the name of a property.
        if isinstance(reference, str) and not reference.startswith("https://json-schema.org/"):
            resolver.lookup(reference)


class Described(NamedTuple):
    """A part of a schema that stands for something users write: where it is reached, and what is said of it."""

    place: str
    schema: Mapping[str, Any]
    said: set[str]


def reached(name: str) -> Iterator[Described]:
    """Everything that the schema of that name leads to, by the way an editor takes; none leads back to itself."""
    resolver = catalog.registry().resolver(catalog.schema(name)["$id"])
    waiting = [(name, catalog.schema(name), resolver)]
    while waiting:
        place, schema, resolver = waiting.pop()
        said = {"title", "description"}.intersection(schema)
        yield Described(place, schema, said | of_references(schema, resolver))
        if "$ref" in schema:
            found = resolver.lookup(schema["$ref"])
            waiting.append((place, found.contents, found.resolver))
        waiting += [(f"{place}.{key}", rule, resolver) for key, rule in schema.get("properties", {}).items()]
        for keyword in ("items", "additionalProperties", "propertyNames"):
            if isinstance(schema.get(keyword), Mapping):
                waiting.append((f"{place}:{keyword}", schema[keyword], resolver))


def of_references(schema: Mapping[str, Any], resolver: Any) -> set[str]:
    """What is said of a schema by those that it refers to."""
    if "$ref" not in schema:
        return set()
    found = resolver.lookup(schema["$ref"])
    return {"title", "description"}.intersection(found.contents) | of_references(found.contents, found.resolver)


WRITTEN = ["environment", "policies", "service", *(name for name in catalog.documents() if name.startswith("resources:"))]


@pytest.mark.parametrize("name", WRITTEN)
def test_everything_that_is_written_has_a_title_and_a_description(name: str) -> None:
    lacking = {part.place: part.said for part in reached(name) if part.said != {"title", "description"}}
    assert lacking == {}


def test_from_an_environment_every_form_of_it_is_reached() -> None:
    places = {part.place for part in reached("environment")}
    keyspace = "environment.workload:additionalProperties:additionalProperties"
    assert places > {
        "environment.databases:propertyNames",
        "environment.databases:additionalProperties.region",
        "environment.databases:additionalProperties.additionalRegions:items",
        "environment.databases:additionalProperties.apiEndpoint",
        "environment.integrations:additionalProperties.keyVariable",
        "environment.timeouts.credential",
        "environment.integrations:additionalProperties.databases:items",
        f"{keyspace}.collections:additionalProperties.vector.service.authentication.providerKey",
        f"{keyspace}.collections:additionalProperties.indexing.allow:items",
        f"{keyspace}.tables:additionalProperties.definition.columns:additionalProperties.valueType.udtName",
        f"{keyspace}.tables:additionalProperties.definition.primaryKey.partitionSort:additionalProperties",
        f"{keyspace}.tables:additionalProperties.indexes:additionalProperties.options.analyzer",
    }


@pytest.mark.parametrize("name", WRITTEN)
def test_examples_are_of_one_kind_and_fit(name: str) -> None:
    """Editors show a text among mappings, and a mapping among texts, badly or not at all."""
    for part in reached(name):
        examples = part.schema.get("examples", [])
        assert len({type(example) for example in examples}) <= 1, part.place
        plain = {key: rule for key, rule in part.schema.items() if key in ("type", "enum", "pattern", "minimum", "maximum")}
        assert all(Draft202012Validator(plain).is_valid(example) for example in examples), part.place


def as_written(provider: catalog.EmbeddingProvider) -> Any:
    """The provider's file itself, which the catalogue gives an address."""
    file = catalog.SCHEMAS / "embedding-providers" / f"{provider.key}.schema.json"
    return json.loads(file.read_text(encoding="utf-8"))


@each_provider
def test_a_file_of_an_embedding_provider_has_the_form_of_all(provider: catalog.EmbeddingProvider) -> None:
    checker = Draft202012Validator(catalog.schema("embedding-provider.metaschema"))
    assert [error.json_path for error in checker.iter_errors(as_written(provider))] == []
    assert provider.schema["properties"]["service"]["properties"]["provider"]["const"] == provider.key


@each_provider
def test_models_stand_in_order_under_their_own_names(provider: catalog.EmbeddingProvider) -> None:
    titles = [branch["title"] for branch in provider.schema["oneOf"]]
    assert titles == sorted(provider.models)


LARGE = ("oneOf", 0)  # Azure's text-embedding-3-large
DIMENSION = (*LARGE, "properties", "dimension")
PARAMETERS = ("$defs", "parameters")


GONE = object()
SPOILT: list[tuple[tuple[str | int, ...], Any]] = [
    (("x-sources",), GONE),
    (("$defs",), GONE),
    (("x-notes",), []),
    (
        (
            "properties",
            "service",
            "required",
            2,
        ),
        GONE,
    ),  # parameters, of which some are required
    (
        (
            "properties",
            "service",
            "required",
            1,
        ),
        GONE,
    ),  # modelName, which has no default
    (
        (
            "properties",
            "service",
            "properties",
            "modelName",
            "default",
        ),
        "text-embedding-3-small",
    ),
    (
        (
            *LARGE,
            "x-status",
        ),
        "PREVIEW",
    ),
    (
        (
            *LARGE,
            "required",
        ),
        ["dimension"],
    ),  # which has a default
    (
        (
            *DIMENSION,
            "default",
        ),
        GONE,
    ),
    (
        (
            *DIMENSION,
            "maximum",
        ),
        GONE,
    ),
    (
        (
            *DIMENSION,
            "const",
        ),
        1536,
    ),
    (
        (
            *DIMENSION,
            "maximum",
        ),
        5000,
    ),
    (
        (
            *DIMENSION,
            "multipleOf",
        ),
        256,
    ),
    (
        (
            *LARGE,
            "properties",
            "service",
            "properties",
            "parameters",
            "$ref",
        ),
        "#/$defs/others",
    ),
    (
        (
            *LARGE,
            "x-warnings",
            0,
            "x-source",
        ),
        GONE,
    ),
    (
        (
            *LARGE,
            "x-warnings",
            0,
            "when",
        ),
        {},
    ),
    (
        (
            *LARGE,
            "x-warnings",
            0,
            "when",
        ),
        {"type": "whole number"},
    ),
    (
        (
            *LARGE,
            "x-warnings",
            0,
            "message",
        ),
        "It fails.",
    ),
    (
        (
            *PARAMETERS,
            "additionalProperties",
        ),
        True,
    ),
    (
        (
            *PARAMETERS,
            "required",
        ),
        GONE,
    ),  # though the service requires parameters
    (
        (
            *PARAMETERS,
            "properties",
            "resourceName",
            "x-scope",
        ),
        GONE,
    ),
    (
        (
            *PARAMETERS,
            "properties",
            "resourceName",
            "x-scope",
        ),
        "database",
    ),
    (
        (
            *PARAMETERS,
            "properties",
            "resourceName",
            "pattern",
        ),
        "^a",
    ),
]


@pytest.mark.parametrize(("path", "value"), SPOILT, ids=[f"{path[-1]}-{number}" for number, (path, _) in enumerate(SPOILT)])
def test_a_file_of_another_form_is_refused(path: tuple[str | int, ...], value: Any) -> None:
    checker = Draft202012Validator(catalog.schema("embedding-provider.metaschema"))
    document = as_written(PROVIDERS["azureOpenAI"])
    assert checker.is_valid(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert not checker.is_valid(document)


@each_provider
def test_every_fact_names_a_source_and_every_source_is_named(provider: catalog.EmbeddingProvider) -> None:
    assert {name for _, name in keywords(provider.schema, "x-source")} == set(provider.schema["x-sources"])


def parameters_of(provider: catalog.EmbeddingProvider, model: catalog.Model) -> Mapping[str, Any]:
    """The schema of a model's parameters."""
    rule = model.schema["properties"]["service"]["properties"]["parameters"]
    return provider.schema["$defs"]["parameters"] if "$ref" in rule else rule  # type: ignore[no-any-return]


@each_model
def test_what_is_required_and_what_is_default_fits_its_rule(provider: catalog.EmbeddingProvider, model: catalog.Model) -> None:
    stated = parameters_of(provider, model)
    assert set(stated.get("required", ())) <= set(stated["properties"])
    for rule in stated["properties"].values():
        assert "default" not in rule or Draft202012Validator(rule).is_valid(rule["default"])


@each_provider
def test_a_model_filled_in_is_one_of_the_models(provider: catalog.EmbeddingProvider) -> None:
    assert provider.default_model is None or list(provider.models) == [provider.default_model]


def stated(provider: catalog.EmbeddingProvider) -> dict[str, Any]:
    """A provider's schema in the form of the recording."""
    return {
        "authentication": {kind: said.get("tokens", []) for kind, said in provider.schema["x-authentication"].items()},
        "models": {
            model.name: {
                "dimension": dimension(model.schema["properties"]["dimension"]),
                "parameters": parameters(parameters_of(provider, model)),
            }
            for model in provider.models.values()
        },
    }


def dimension(rule: Mapping[str, Any]) -> Any:
    if "const" in rule:
        return rule["const"]
    # The live service told that Titan v2 has a default, and not what else it has.
    return {"range": [rule["minimum"], rule["maximum"]] if "minimum" in rule else None, "default": rule.get("default")}


def parameters(rule: Mapping[str, Any]) -> dict[str, Any]:
    required = rule.get("required", ())
    return {name: (one["type"], name in required, one.get("default")) for name, one in rule["properties"].items()}


def answered(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """The recording with a provider's parameters told of each of its models, as a schema tells them."""
    models = {}
    for name, model in recorded["models"].items():
        said = model["dimension"]
        size = {"range": said.get("numericRange"), "default": said.get("default")} if isinstance(said, Mapping) else said
        of_both = {**recorded["parameters"], **model.get("parameters", {})}
        models[name] = {
            "dimension": size,
            "parameters": {name: (one["type"], one["required"], default(one)) for name, one in of_both.items()},
        }
    return {"authentication": recorded["authentication"], "models": models}


def default(recorded: Mapping[str, Any]) -> Any:
    """A parameter's default, which the service tells as text whatever its type."""
    told = recorded.get("default")
    return told if told is None or recorded["type"] == "string" else json.loads(told)


def test_the_providers_are_those_that_the_live_service_listed() -> None:
    newer = {one.key for one in PROVIDERS.values() if one not in AS_RECORDED}
    assert list(PROVIDERS) == sorted({*LIVE, *newer})


@pytest.mark.parametrize("provider", AS_RECORDED, ids=lambda one: one.key)
def test_a_provider_is_as_the_live_service_described_it(provider: catalog.EmbeddingProvider) -> None:
    assert stated(provider) == answered(LIVE[provider.key])


@pytest.mark.parametrize("provider", [one for one in AS_RECORDED if one.key in OPEN_SOURCE], ids=lambda one: one.key)
def test_dimensions_are_those_of_the_open_source_service_too(provider: catalog.EmbeddingProvider) -> None:
    """It alone told the dimensions of Titan v2, and Astra alone has the newer model of NVIDIA."""
    told = {}
    for told_of in OPEN_SOURCE[provider.key]["models"]:
        validations = [one["validation"] for one in told_of["parameters"] if one["name"] == "vectorDimension"]
        told[told_of["name"]] = validations[0] if validations else told_of["vectorDimension"]
    here = {name: limits(model.schema["properties"]["dimension"]) for name, model in provider.models.items()}
    assert here.keys() - told.keys() <= {"nvidia/nv-embedqa-e5-v5"}
    assert here == {**here, **{name: told[name] for name in here.keys() & told.keys()}}


def limits(rule: Mapping[str, Any]) -> Any:
    """A dimension's rule in the form of the open-source service."""
    if "const" in rule:
        return rule["const"]
    return {"options": rule["enum"]} if "enum" in rule else {"numericRange": [rule["minimum"], rule["maximum"]]}


class Definition(NamedTuple):
    """A valid vector definition with the model it is for."""

    provider: catalog.EmbeddingProvider
    model: catalog.Model
    vector: dict[str, Any]


def dimensions(model: catalog.Model) -> Sequence[int]:
    """All dimensions of a model."""
    rule = model.schema["properties"]["dimension"]
    return rule.get("enum") or range(rule.get("minimum", rule.get("const")), rule.get("maximum", rule.get("const")) + 1)


def needed(provider: catalog.EmbeddingProvider, model: catalog.Model) -> dict[str, str]:
    """The parameters that a model cannot do without."""
    return dict.fromkeys(parameters_of(provider, model).get("required", ()), "x")


def problems(vector: Mapping[str, Any]) -> list[str]:
    """What is wrong with a vector definition; warnings left out."""
    return [str(problem) for problem in service.problems(vector) if problem.severity == "error"]


def sentences(provider: catalog.EmbeddingProvider, model: catalog.Model, dimension: Any, **more: Any) -> list[str]:
    """What is wrong with a vector of that dimension and model, of which nothing more is said than it needs."""
    names = {"provider": provider.key, "modelName": model.name}
    parameters = {**needed(provider, model), **more.pop("parameters", {})}
    return problems({"dimension": dimension, "service": {**names, "parameters": parameters, **more}})


def allowed(rule: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """The values that a parameter may have."""
    if "enum" in rule:
        return st.sampled_from(rule["enum"])
    return st.text(min_size=1) if rule["type"] == "string" else st.booleans()


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Any valid definition by any provider's schema."""
    provider, model = draw(st.sampled_from(MODELS))
    rule = parameters_of(provider, model)
    values = {name: allowed(one) for name, one in rule["properties"].items()}
    required = {name: values.pop(name) for name in rule.get("required", ())}
    parameters = draw(st.fixed_dictionaries(required, optional=values))
    named: dict[str, Any] = {"provider": provider.key}
    if provider.default_model is None or draw(st.booleans()):
        named["modelName"] = model.name
    if draw(st.booleans()) or parameters:
        named["parameters"] = parameters
    if draw(st.booleans()):
        credential = draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_]{0,8}[A-Za-z0-9])?(\.providerKey)?", fullmatch=True))
        named["authentication"] = {"providerKey": credential} if "SHARED_SECRET" in provider.authentication else {}
    vector: dict[str, Any] = {"service": named}
    if model.default_dimension is None or draw(st.booleans()):
        vector["dimension"] = draw(st.sampled_from(dimensions(model)))
    return Definition(provider, model, vector)


@given(definitions())
def test_what_a_schema_allows_is_accepted_by_it_and_here(definition: Definition) -> None:
    assert problems(definition.vector) == []
    assert validation.validator(definition.provider.schema).is_valid(definition.vector)


def perturbed(definition: Definition) -> list[tuple[str, dict[str, Any]]]:
    """A valid definition with one field spoilt, in every way, each with the path of the problem that it makes."""
    provider, model, vector = definition
    named = vector["service"]
    rule = parameters_of(provider, model)
    low, high = min(dimensions(model)), max(dimensions(model))
    found = [("dimension", {**vector, "dimension": wrong}) for wrong in (low - 1, high + 1, str(low), low + 0.5, True, None)]
    if model.default_dimension is None:
        found.append(("", {"service": named}))
    services: list[tuple[str, dict[str, Any]]] = [
        ("service.provider", {"provider": f"{provider.key}x"}),
        ("service.modelName", {"modelName": f"{model.name}x"}),
        ("service.authentication", {"authentication": "x"}),
        ("service.authentication.unheardOf", {"authentication": {"unheardOf": "x"}}),
        ("service.parameters", {"parameters": []}),
        ("service.parameters.unheardOf", {"parameters": {**needed(provider, model), "unheardOf": "x"}}),
    ]
    if "SHARED_SECRET" not in provider.authentication:
        services.append(("service.authentication.providerKey", {"authentication": {"providerKey": "x"}}))
    if provider.default_model is None:
        services.append(("service", {"modelName": None}))
    stated = named.get("parameters", {})
    for name in rule.get("required", ()):
        services.append(("service.parameters", {"parameters": {key: value for key, value in stated.items() if key != name}}))
        services.append((f"service.parameters.{name}", {"parameters": {**stated, name: ""}}))
    for name, one in rule["properties"].items():
        wrong_ones = [7, None, [], *(["true"] if one["type"] == "boolean" else [True])]
        wrong_ones += ["x", one["enum"][0].upper()] if "enum" in one else []
        services += [(f"service.parameters.{name}", {"parameters": {**stated, name: wrong}}) for wrong in wrong_ones]
    found += [(path, {**vector, "service": {**named, **change}}) for path, change in services]
    return found


@given(definitions())
def test_one_field_spoilt_is_refused_with_one_sentence_at_its_place(definition: Definition) -> None:
    for place, spoiled in perturbed(definition):
        (sentence,) = problems(spoiled)
        assert sentence.startswith(f"{place}: " if place else '"dimension" is missing'), spoiled


@each_model
def test_a_dimension_left_out_is_the_default_where_there_is_one(
    provider: catalog.EmbeddingProvider, model: catalog.Model
) -> None:
    names = {"provider": provider.key, "modelName": model.name, "parameters": needed(provider, model)}
    allowed = f"{min(dimensions(model))} to {max(dimensions(model))}"
    assert problems({"service": names}) == ([] if model.default_dimension else [f'"dimension" is missing: {allowed}'])
    if model.default_dimension:
        assert sentences(provider, model, model.default_dimension) == []


@given(st.integers(-10, 10_000))
def test_dimensions_of_a_model_are_accepted_and_all_others_refused(number: int) -> None:
    for provider, model in MODELS:
        rule = model.schema["properties"]["dimension"]
        said = f" (default {rule['default']})" if "default" in rule else ""
        if "const" in rule:
            sentence = f"is not allowed; allowed: {rule['const']} alone"
        elif "enum" in rule:
            sentence = f"is not one of {', '.join(map(str, rule['enum']))}{said}"
        else:
            sentence = f"is not allowed; allowed: {rule['minimum']} to {rule['maximum']}{said}"
        refused = [] if number in dimensions(model) else [f"dimension: {number} {sentence}"]
        assert sentences(provider, model, number) == refused


@each_model
def test_the_ends_of_a_range_are_in_it(provider: catalog.EmbeddingProvider, model: catalog.Model) -> None:
    low, high = min(dimensions(model)), max(dimensions(model))
    assert [bool(sentences(provider, model, number)) for number in (low - 1, low, high, high + 1)] == [True, False, False, True]


@given(st.text("abcdefghIJK", min_size=1, max_size=12))
def test_a_key_that_is_not_a_parameter_is_refused(key: str) -> None:
    for provider, model in MODELS:
        (sentence,) = sentences(provider, model, min(dimensions(model)), parameters={key: "x"})
        assert sentence.startswith(f"service.parameters.{key}: unknown key")


WARNINGS = [
    pytest.param(model, known, id=f"{provider.key}-{model.name}")
    for provider, model in MODELS
    for known in (*provider.schema.get("x-warnings", ()), *model.schema.get("x-warnings", ()))
]


@pytest.mark.parametrize(("model", "known"), WARNINGS)
def test_a_warning_is_for_some_definitions_that_are_accepted_and_not_for_the_default(model: catalog.Model, known: Any) -> None:
    holds = validation.validator(known["when"]).is_valid
    names = {"modelName": model.name}
    assert 0 < sum(holds({"dimension": number, "service": names}) for number in dimensions(model)) < len(dimensions(model))
    assert not holds({"dimension": model.default_dimension, "service": names})
    assert not holds({"service": names})
    assert not holds({"dimension": validation.UNKNOWN, "service": names})


def test_azure_s_large_model_is_warned_of_above_1536() -> None:
    model = PROVIDERS["azureOpenAI"].models["text-embedding-3-large"]
    holds = validation.validator(model.schema["x-warnings"][0]["when"]).is_valid
    assert [holds({"dimension": number}) for number in (256, 1536, 1537, 3072, 3073)] == [False, False, True, True, False]


def test_a_parameter_belongs_to_the_account_or_to_the_model() -> None:
    scopes = {
        provider.key: {name: rule["x-scope"] for name, rule in provider.parameters.items()}
        for provider in PROVIDERS.values()
        if provider.parameters and not provider.guessed
    }
    assert scopes == {
        "azureOpenAI": {"resourceName": "account", "deploymentId": "account"},
        "bedrock": {"region": "account"},
        "huggingfaceDedicated": {"endpointName": "account", "regionName": "account", "cloudName": "account"},
        "jinaAI": {"task": "model", "late_chunking": "model"},
        "openai": {"organizationId": "account", "projectId": "account"},
        "voyageAI": {"autoTruncate": "model"},
    }


@pytest.mark.parametrize(
    ("provider", "size"),
    [
        *((key, 32) for key in ("cohere", "huggingface", "huggingfaceDedicated", "jinaAI", "mistral", "voyageAI")),
        *((key, 2048) for key in ("azureOpenAI", "openai")),
        *((key, 1) for key in ("bedrock", "upstageAI")),
        ("nvidia", 8),
    ],
)
def test_texts_are_sent_in_batches(provider: str, size: int) -> None:
    assert PROVIDERS[provider].schema["x-batchSize"]["value"] == size


@pytest.mark.parametrize("file", sorted(catalog.SCHEMAS.rglob("*.json")), ids=lambda file: file.name)
def test_references_are_relative_paths_so_that_an_editor_finds_them(file: Path) -> None:
    """An editor resolves them from the file that a yaml-language-server comment names, and knows no registry of ours."""
    text = json.loads(file.read_text(encoding="utf-8"))
    for _, reference in keywords(text, "$ref"):
        if isinstance(reference, str) and not reference.startswith(("#", "https://json-schema.org/")):
            assert (file.parent / reference.partition("#")[0]).is_file(), reference


def test_the_environments_of_the_project_name_their_schema_for_editors() -> None:
    for file in (catalog.SCHEMAS.parent / "environments").glob("*.yaml"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=../schemas/environment.schema.json"


def test_an_editor_offers_every_provider_and_every_model() -> None:
    stated = catalog.schema("service")["properties"]
    assert stated["provider"]["examples"] == list(catalog.embedding_providers())
    models = {model for provider in catalog.embedding_providers().values() for model in provider.models}
    assert stated["modelName"]["examples"] == sorted(models)
