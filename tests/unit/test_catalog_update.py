"""What databases offer, compared with the schemas and written into them.

The laws, for every answer that was recorded or made up: after an update nothing differs, a second one changes nothing, and what
nobody tells otherwise stays as it was.
"""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from astra import catalog, catalog_update
from astra.catalog import JsonSchema
from astra.catalog_differences import Difference, differences
from astra.catalog_update import Source, Updated, offered_to_editors, updated
from astra.errors import Invalid, Unreadable
from astra.offered import Offer, limits, together, told
from astra.provider_form import written
from tests.unit.recorded_answers import RECORDED, size
from tests.unit.test_schemas import keywords

SOURCE = Source("An answer of findEmbeddingProviders of Astra DB Serverless.", "answer", "2027-01-02", "recorded")
FILES: Mapping[str, JsonSchema] = {key: catalog.read(catalog.provider_file(key)) for key in catalog.embedding_providers()}
each_answer = pytest.mark.parametrize("answer", [pytest.param(one, id=name) for name, one in RECORDED.items()])
METASCHEMA = Draft202012Validator(catalog.schema("embedding-provider.metaschema"))
Answer = dict[str, Any]


def offers(*answers: Answer) -> dict[str, Offer]:
    """What databases that answered so offer between them."""
    return together({key: told(key, entry) for key, entry in answer.items()} for answer in answers)


def after(answer: Answer, known: Mapping[str, JsonSchema]) -> dict[str, JsonSchema]:
    """Every file after an update from an answer."""
    return {**known, **updated(known, offers(answer), SOURCE).documents}


def different(documents: Mapping[str, JsonSchema], answer: Answer) -> list[Difference]:
    read = {key: catalog.embedding_provider(key, document) for key, document in documents.items()}
    return differences(read, offers(answer))


def is_well_formed(document: JsonSchema) -> bool:
    """As `tests/unit/test_schemas.py` wants every file."""
    return METASCHEMA.is_valid(document) and is_in_order(document)


def is_in_order(document: JsonSchema) -> bool:
    """What its form alone does not ask of a file: the order of its models, that sources are named, that defaults fit."""
    provider = catalog.embedding_provider("any", document)
    rules = [catalog.embedding_provider("any", document).schema["$defs"]["parameters"]]
    rules += [model.parameters for model in provider.models.values() if model.parameters]
    return (
        [branch["title"] for branch in document["oneOf"]] == sorted(provider.models)
        and {source for _, source in keywords(document, "x-source")} == set(document["x-sources"])
        and all(set(rule.get("required", ())) <= set(rule["properties"]) for rule in rules)
        and all("default" not in one or Draft202012Validator(one).is_valid(one["default"]) for _, one in parameters(rules))
    )


def parameters(rules: list[JsonSchema]) -> list[tuple[str, JsonSchema]]:
    return [pair for rule in rules for pair in rule["properties"].items()]


# The files as of the recorded answer, whatever an update has made of them since.
KNOWN = {key: document for key, document in after(RECORDED["emulator"], FILES).items() if key in RECORDED["emulator"]}
READ = {key: catalog.embedding_provider(key, document) for key, document in KNOWN.items()}


@pytest.mark.parametrize("key", FILES)
def test_a_file_is_written_in_the_form_that_it_has(key: str) -> None:
    assert written(FILES[key]) == catalog.provider_file(key).read_text(encoding="utf-8")


def test_the_file_for_editors_is_written_in_the_form_that_it_has_and_names_all() -> None:
    stated = catalog.read(catalog.SERVICE_FILE)
    assert written(offered_to_editors(stated, FILES)) == catalog.SERVICE_FILE.read_text(encoding="utf-8")


@each_answer
def test_after_an_update_nothing_differs_and_a_second_one_changes_nothing(answer: Answer) -> None:
    documents = after(answer, KNOWN)
    assert different(documents, answer) == []
    assert updated(documents, offers(answer), SOURCE) == Updated({}, ())
    assert all(is_well_formed(document) for document in documents.values())


@each_answer
def test_out_of_an_answer_alone_every_file_is_made(answer: Answer) -> None:
    documents = after(answer, {})
    assert documents.keys() == offers(answer).keys()
    assert different(documents, answer) == []
    assert updated(documents, offers(answer), SOURCE) == Updated({}, ())
    assert all(is_well_formed(document) for document in documents.values())
    assert all(catalog.embedding_provider(key, document).guessed for key, document in documents.items())


@pytest.mark.parametrize("name", ["astra", "emulator"])
def test_of_what_astra_answered_nothing_differs(name: str) -> None:
    assert different(KNOWN, RECORDED[name]) == []


def test_of_what_the_open_source_server_answered_this_differs() -> None:
    assert [(one.rule, one.severity, one.subject, one.sentence) for one in different(KNOWN, RECORDED["open-source"])] == [
        ("catalog/authentication", "warning", "bedrock", "the service takes SHARED_SECRET, which the schema does not know"),
        (
            "catalog/provider",
            "error",
            "cohere",
            "the service lists this provider no more; the schema calls its models SUPPORTED",
        ),
        *(
            (
                "catalog/model",
                "warning",
                f"nvidia/{name}",
                "the service lists this model, which the schema does not know; its dimension is 1024",
            )
            for name in ("a-EOL-nvidia-embedding-model", "a-deprecated-nvidia-embedding-model")
        ),
        (
            "catalog/model",
            "error",
            "nvidia/nvidia/nv-embedqa-e5-v5",
            "the service lists this model no more; the schema calls it SUPPORTED",
        ),
    ]


def model(answer: Answer, provider: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in answer[provider]["models"] if one["name"] == name)
    return found


def small(answer: Answer) -> dict[str, Any]:
    return model(answer, "openai", "text-embedding-3-small")


CHANGES: dict[str, tuple[Callable[[Answer], Any], str, str, str]] = {
    "status": (
        lambda answer: small(answer).update(apiModelSupport={"status": "DEPRECATED"}),
        "warning: catalog/status",
        "openai/text-embedding-3-small",
        "the service calls this model DEPRECATED, the schema SUPPORTED",
    ),
    "end": (
        lambda answer: small(answer).update(apiModelSupport={"status": "END_OF_LIFE"}),
        "error: catalog/status",
        "openai/text-embedding-3-small",
        "the service calls this model END_OF_LIFE, the schema SUPPORTED",
    ),
    "range": (
        lambda answer: small(answer).update(parameters=size({"numericRange": [2, 3072]})),
        "warning: catalog/dimension",
        "openai/text-embedding-3-small",
        "the dimension is 2 to 3072 (default 1536) by the service, 2 to 1536 (default 1536) by the schema",
    ),
    "list": (
        lambda answer: small(answer).update(parameters=size({"options": ["512", "1024"]}, "512")),
        "warning: catalog/dimension",
        "openai/text-embedding-3-small",
        "the dimension is 512, 1024 (default 512) by the service, 2 to 1536 (default 1536) by the schema",
    ),
    "fixed": (
        lambda answer: small(answer).update(vectorDimension=1024, parameters=[]),
        "warning: catalog/dimension",
        "openai/text-embedding-3-small",
        "the dimension is 1024 by the service, 2 to 1536 (default 1536) by the schema",
    ),
    "default": (
        lambda answer: small(answer).update(parameters=size({"numericRange": [2, 1536]}, "")),
        "warning: catalog/dimension",
        "openai/text-embedding-3-small",
        "the dimension is 2 to 1536 (no default) by the service, 2 to 1536 (default 1536) by the schema",
    ),
    "header": (
        lambda answer: answer["openai"]["supportedAuthentication"]["SHARED_SECRET"].update(enabled=False),
        "error: catalog/authentication",
        "openai",
        "the service takes SHARED_SECRET no more; it takes HEADER",
    ),
    "token": (
        lambda answer: answer["openai"]["supportedAuthentication"]["HEADER"].update(tokens=[{"accepted": "x-key"}]),
        "error: catalog/authentication",
        "openai",
        "the service takes HEADER by x-key, the schema says x-embedding-api-key",
    ),
    "parameter gone": (
        lambda answer: answer["openai"]["parameters"].pop(),
        "error: catalog/parameter",
        "openai",
        "the service takes no parameter projectId any more",
    ),
    "parameter required": (
        lambda answer: answer["openai"]["parameters"][0].update(required=True),
        "error: catalog/parameter",
        "openai",
        "the parameter organizationId is text, required by the service, text by the schema",
    ),
    "parameter new": (
        lambda answer: answer["openai"]["parameters"].append(
            {"name": "tier", "type": "STRING", "required": False, "defaultValue": "a", "validation": {"options": ["a", "b"]}}
        ),
        "warning: catalog/parameter",
        "openai",
        'the service takes a parameter tier (text, one of a, b, default "a"), which the schema does not know',
    ),
    "parameter of a model": (
        lambda answer: model(answer, "jinaAI", "jina-embeddings-v3")["parameters"][1].update(defaultValue="separation"),
        "warning: catalog/parameter",
        "jinaAI/jina-embeddings-v3",
        'the parameter task is text, default "separation" by the service, text, default "text-matching" by the schema',
    ),
    "model of its own": (
        lambda answer: model(answer, "voyageAI", "voyage-2").update(
            parameters=[{"name": "layers", "type": "number", "required": True, "validation": {"numericRange": [1, 9]}}]
        ),
        "error: catalog/parameter",
        "voyageAI/voyage-2",
        "the service takes a parameter layers (number, required, 1 to 9), which the schema does not know",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_told_at_its_place_and_written_where_it_stands(name: str) -> None:
    change, rule, subject, sentence = CHANGES[name]
    answer = copy.deepcopy(RECORDED["emulator"])
    model(answer, "jinaAI", "jina-embeddings-v3")["parameters"].sort(key=lambda one: one["name"], reverse=True)
    change(answer)
    (one,) = different(KNOWN, answer)
    assert (f"{one.severity}: {one.rule}", one.subject, one.sentence) == (rule, subject, sentence)
    place: Any = KNOWN[one.provider]
    for step in one.path:
        place = place[step]

    made = updated(KNOWN, offers(answer), SOURCE)
    assert list(made.documents) == [one.provider]
    assert different({**KNOWN, **made.documents}, answer) == []
    assert is_well_formed(made.documents[one.provider])
    # And back again: but for the sources everything is as it was.
    back = after(RECORDED["emulator"], {**KNOWN, **made.documents})
    assert different(back, RECORDED["emulator"]) == []


def test_only_the_fact_changes_and_names_its_source() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    small(answer).update(apiModelSupport={"status": "DEPRECATED"})
    expected = copy.deepcopy(dict(KNOWN["openai"]))
    (branch,) = (one for one in expected["oneOf"] if one["title"] == "text-embedding-3-small")
    branch |= {"x-status": "DEPRECATED", "x-source": "answer-2027-01-02"}
    branch["properties"]["dimension"]["x-source"] = "answer"
    said = {"what": SOURCE.what, "date": "2027-01-02", "certainty": "recorded"}
    expected["x-sources"]["answer-2027-01-02"] = said
    assert after(answer, KNOWN) == {**KNOWN, "openai": expected}


def test_what_nobody_tells_stays() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    large = model(answer, "azureOpenAI", "text-embedding-3-large")
    large.update(parameters=size({"numericRange": [256, 2048]}))
    model(answer, "jinaAI", "jina-embeddings-v3")["parameters"][-1].update(defaultValue="true")
    made = updated(KNOWN, offers(answer), SOURCE)
    (of_azure,) = (one for one in made.documents["azureOpenAI"]["oneOf"] if one["title"] == "text-embedding-3-large")
    (before,) = (one for one in KNOWN["azureOpenAI"]["oneOf"] if one["title"] == "text-embedding-3-large")
    assert of_azure["x-warnings"] == before["x-warnings"]
    assert of_azure["properties"]["dimension"]["description"] == before["properties"]["dimension"]["description"]
    (of_jina,) = (one for one in made.documents["jinaAI"]["oneOf"] if one["title"] == "jina-embeddings-v3")
    (known,) = (one for one in KNOWN["jinaAI"]["oneOf"] if one["title"] == "jina-embeddings-v3")
    of_jina, known = (one["properties"]["service"]["properties"]["parameters"]["properties"] for one in (of_jina, known))
    assert of_jina["task"] == known["task"]
    assert of_jina["late_chunking"] == {**known["late_chunking"], "default": True, "x-source": SOURCE.key}
    assert made.notes == ("azureOpenAI/text-embedding-3-large: the dimension changed; its warnings may not hold any more",)


def test_what_is_listed_no_more_ends_and_comes_back() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    del answer["cohere"]
    answer["openai"]["models"].remove(small(answer))
    gone = after(answer, KNOWN)
    assert {one["x-status"] for one in gone["cohere"]["oneOf"]} == {"END_OF_LIFE"}
    assert [one["x-status"] for one in gone["openai"]["oneOf"]] == ["SUPPORTED", "END_OF_LIFE", "SUPPORTED"]
    # Its dimension is what was known before, from where it was known.
    assert gone["openai"]["oneOf"][1]["properties"]["dimension"]["x-source"] == "answer"
    back = after(RECORDED["emulator"], gone)
    assert {one["x-status"] for key in ("cohere", "openai") for one in back[key]["oneOf"]} == {"SUPPORTED"}


def test_a_provider_without_an_enabled_kind_is_not_offered() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    answer["cohere"]["supportedAuthentication"]["HEADER"]["enabled"] = False
    assert [one.subject for one in different(KNOWN, answer)] == ["cohere"]


@pytest.mark.parametrize(("places", "subjects"), [([("AWS", "us-east-2")], ["nvidia"]), ([("AWS", "us-west-2"), ("", "")], [])])
def test_a_provider_is_not_missed_where_it_is_not_served(places: list[tuple[str, str]], subjects: list[str]) -> None:
    answer = {key: entry for key, entry in RECORDED["emulator"].items() if key != "nvidia"}
    assert [one.subject for one in differences(READ, offers(answer), places)] == subjects
    assert [*updated(KNOWN, offers(answer), SOURCE, places).documents] == subjects


def test_of_several_databases_any_one_s_word_counts_for_what_there_is() -> None:
    first, second = copy.deepcopy(RECORDED["emulator"]), copy.deepcopy(RECORDED["emulator"])
    del first["cohere"], second["nvidia"]
    first["openai"]["models"].remove(small(first))
    model(second, "voyageAI", "voyage-2")["apiModelSupport"] = {"status": "DEPRECATED"}
    first["mistral"]["supportedAuthentication"]["SHARED_SECRET"]["enabled"] = False
    assert differences(READ, offers(first, second)) == []


NEW: dict[str, Any] = {
    "displayName": "Acme",
    "supportedAuthentication": {
        "SHARED_SECRET": {"enabled": True, "tokens": [{"accepted": "providerKey"}]},
        "NONE": {"enabled": False, "tokens": []},
    },
    "parameters": [{"name": "account", "type": "STRING", "required": True, "help": "Whose\n it is.", "validation": {}}],
    "models": [{"name": "b", "parameters": []}, {"name": "a", "vectorDimension": 3, "parameters": []}],
}


def test_a_new_provider_gets_a_file_of_what_is_told_and_what_is_not_is_named_a_guess() -> None:
    made = updated(KNOWN, offers({**RECORDED["emulator"], "acme": NEW}), SOURCE)
    (document,) = made.documents.values()
    assert is_well_formed(document)
    assert made.notes == (
        (
            "acme: look up what was filled in, and name where it stands: oneOf[1].properties.dimension, "
            "x-authentication.SHARED_SECRET.portal, x-batchSize, $defs.parameters.properties.account"
        ),
    )
    assert document["x-sources"]["guess"]["certainty"] == "unconfirmed"
    assert document["$defs"]["parameters"]["properties"]["account"] == {
        "type": "string",
        "minLength": 1,
        "description": "Whose it is.",
        "x-scope": "account",
        "x-source": "guess",
    }
    # Of b nothing is told: any dimension that a collection can have, and one has to be given.
    assert [one.get("required") for one in document["oneOf"]] == [None, ["dimension"]]
    with_it = offered_to_editors(catalog.read(catalog.SERVICE_FILE), {**KNOWN, "acme": document})
    assert with_it["properties"]["provider"]["examples"][0] == "acme"


@pytest.mark.parametrize(
    ("key", "change", "sentence"),
    [
        ("../acme", {}, "the database lists an embedding provider ../acme, whose name cannot be the name of a file."),
        (
            "OpenAI",
            {},
            (
                "the database lists an embedding provider OpenAI, which differs from openai in case alone: on some systems their "
                "files would be one. Nothing was written."
            ),
        ),
        (
            "acme",
            {"models": [{"name": "a", "apiModelSupport": {"status": "PREVIEW"}, "vectorDimension": 3}]},
            (
                "what the database lists of the embedding provider acme cannot be said in "
                "schemas/embedding-provider.metaschema.json: $.oneOf[0]['x-status']. Widen that form first; nothing was written."
            ),
        ),
    ],
)
def test_what_cannot_be_written_is_refused(key: str, change: Answer, sentence: str) -> None:
    with pytest.raises(Invalid) as raised:
        updated(KNOWN, offers({**RECORDED["emulator"], key: {**NEW, **change}}), SOURCE)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    "spoilt",
    [
        {"models": [{}]},
        {"models": None},
        {"supportedAuthentication": None},
        {"parameters": "none"},
        {"parameters": [{"name": "p", "type": "number", "validation": {"numericRange": [1]}}]},
    ],
)
def test_an_entry_of_another_form_is_unreadable(spoilt: Answer) -> None:
    with pytest.raises(Unreadable, match=r"^what the database says of the embedding provider acme has no known form\.$"):
        told("acme", {**NEW, **spoilt})


RANGE = {"numericRange": [5, 1]}
NONSENSE: dict[str, tuple[dict[str, Any], str]] = {
    "range": (
        {"models": [{"name": "a", "parameters": size(RANGE, "")}]},
        "the dimension of the model a is 5 to 1",
    ),
    "default": (
        {"models": [{"name": "a", "parameters": size({"numericRange": [1, 5]}, "6")}]},
        "the dimension of the model a has a default that it does not allow, 1 to 5 (default 6)",
    ),
    "fraction": (
        {"models": [{"name": "a", "parameters": size({"numericRange": [1, 5.5]}, "")}]},
        "the dimension of the model a is a whole number from 1 on, and 5.5 is none",
    ),
    "fixed fraction": (
        {"models": [{"name": "a", "vectorDimension": 1.5}]},
        "the dimension of the model a is a whole number from 1 on, and 1.5 is none",
    ),
    "infinite": (
        {"parameters": [{"name": "p", "type": "number", "validation": {"numericRange": [0, float("inf")]}}]},
        "the parameter p is a number, and Infinity is none",
    ),
    "infinite default": (
        {"parameters": [{"name": "p", "type": "number", "defaultValue": "1e999"}]},
        'the parameter p is a number, and "1e999" is none',
    ),
    "parameter": (
        {"parameters": [{"name": "p", "type": "NUMBER", "validation": RANGE}]},
        "the parameter p is 5 to 1",
    ),
    "default of a parameter": (
        {"parameters": [{"name": "p", "type": "STRING", "defaultValue": "c", "validation": {"options": ["a", "b"]}}]},
        'the parameter p has a default that it does not allow: text, one of a, b, default "c"',
    ),
    "kind": (
        {"parameters": [{"name": "p", "type": "boolean", "defaultValue": "1"}]},
        'the parameter p is a boolean, and "1" is none',
    ),
    "name": ({"models": [{"name": 7}]}, "the name 7 is no text"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_cannot_be_is_unreadable(name: str) -> None:
    change, sentence = NONSENSE[name]
    with pytest.raises(Unreadable) as raised:
        told("acme", {**NEW, **change})
    assert str(raised.value) == f"what the database says of the embedding provider acme cannot be: {sentence}."


def test_a_fraction_of_a_parameter_is_kept_as_it_is() -> None:
    said = {"name": "p", "type": "number", "defaultValue": "0.5", "validation": {"numericRange": [0.25, 1.5]}}
    answer = {**RECORDED["emulator"], "acme": {**NEW, "parameters": [said]}}
    rule = after(answer, KNOWN)["acme"]["$defs"]["parameters"]["properties"]["p"]
    assert (rule["minimum"], rule["maximum"], rule["default"]) == (0.25, 1.5, 0.5)
    with pytest.raises(ValueError, match="not JSON compliant"):
        written({"maximum": float("inf")})


def test_of_a_provider_that_is_not_enabled_nothing_is_read() -> None:
    disabled = {"supportedAuthentication": {"HEADER": {"enabled": False, "tokens": 7}}, "models": "none", "parameters": 3}
    assert told("acme", disabled) == Offer("acme", {}, {}, {})


def test_where_a_difference_would_stay_for_ever_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    small(answer).update(apiModelSupport={"status": "DEPRECATED"})
    monkeypatch.setattr(catalog_update._File, "brought_to", lambda file, _told: file.document)
    with pytest.raises(Invalid) as raised:
        updated(KNOWN, offers(answer), SOURCE)
    assert str(raised.value) == (
        "openai/text-embedding-3-small: the service calls this model DEPRECATED, the schema SUPPORTED, and would do so after the "
        "update, too: nothing was written. This is a mistake of vectorize catalog update; correct the file by hand, and report "
        "it."
    )


ORGANISATION = {"name": "organizationId", "type": "STRING", "required": False, "defaultValue": "", "validation": {}}


def test_what_a_provider_and_its_model_say_alike_is_no_difference() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    small(answer)["parameters"].append(ORGANISATION)
    assert different(KNOWN, answer) == []

    small(answer)["parameters"].append({**ORGANISATION, "required": True})
    (one,) = different(KNOWN, answer)
    assert (one.subject, one.sentence) == (
        "openai/text-embedding-3-small",
        "the parameter organizationId is text, required by the service, text by the schema",
    )
    documents = after(answer, KNOWN)
    assert updated(documents, offers(answer), SOURCE) == Updated({}, ())
    (branch,) = (one for one in documents["openai"]["oneOf"] if one["title"] == "text-embedding-3-small")
    own = branch["properties"]["service"]["properties"]["parameters"]
    assert (own["required"], [*own["properties"]]) == (["organizationId"], ["organizationId", "projectId"])
    # What all have is known from where it was.
    assert own["properties"]["projectId"] == KNOWN["openai"]["$defs"]["parameters"]["properties"]["projectId"]


def test_of_another_database_a_model_keeps_the_parameters_that_its_provider_has_there() -> None:
    first, second = copy.deepcopy(RECORDED["emulator"]), copy.deepcopy(RECORDED["emulator"])
    first["openai"]["parameters"] = []
    first["openai"]["models"].remove(small(first))
    both = offers(first, second)["openai"]
    assert [*limits(both, "text-embedding-3-small")["parameters"]] == ["organizationId", "projectId"]
    assert [*limits(both, "text-embedding-3-large")["parameters"]] == []


def rules(document: JsonSchema, name: str) -> dict[str, JsonSchema]:
    """What a file says of a parameter: by model, and by "" for all."""
    provider = catalog.embedding_provider("any", document)
    schemas = {"": document["$defs"]["parameters"], **{key: one.parameters for key, one in provider.models.items()}}
    return {key: one["properties"][name] for key, one in schemas.items() if one and name in one["properties"]}


def test_a_parameter_takes_along_what_is_known_of_it() -> None:
    # From the provider to its models and back: where the key is sent to is told by nobody.
    answer = copy.deepcopy(RECORDED["emulator"])
    moved = answer["bedrock"]["parameters"]
    answer["bedrock"]["parameters"] = []
    for one in answer["bedrock"]["models"]:
        one["parameters"] = [*one["parameters"], *moved]
    known = rules(KNOWN["bedrock"], "region")[""]
    made = updated(KNOWN, offers(answer), SOURCE)
    assert made.notes == ()
    assert rules(made.documents["bedrock"], "region") == dict.fromkeys(READ["bedrock"].models, known)
    assert after(RECORDED["emulator"], {**KNOWN, **made.documents}) == KNOWN

    # From a model to its provider: the values of the task.
    answer = copy.deepcopy(RECORDED["emulator"])
    answer["jinaAI"]["parameters"] = [model(answer, "jinaAI", "jina-embeddings-v3")["parameters"].pop(place) for place in (2, 1)]
    known = rules(KNOWN["jinaAI"], "task")["jina-embeddings-v3"]
    made = updated(KNOWN, offers(answer), SOURCE)
    assert (rules(made.documents["jinaAI"], "task"), made.notes) == ({"": known}, ())


def test_what_is_known_of_one_model_alone_restricts_no_other() -> None:
    entry = {**NEW, "parameters": [], "models": [{"name": name, "vectorDimension": 3, "parameters": []} for name in "ab"]}
    for one, values in zip(entry["models"], (["x", "y"], ["x", "z"]), strict=True):
        one["parameters"] = [{"name": "p", "type": "STRING", "validation": {"options": values}}]
    documents = after({"acme": entry}, {})
    common = {"name": "p", "type": "STRING", "validation": {}}
    document = after(
        {"acme": {**entry, "parameters": [common], "models": [{**one, "parameters": []} for one in entry["models"]]}}, documents
    )["acme"]
    assert {key: one.get("enum") for key, one in rules(document, "p").items()} == {"": None, "a": ["x", "y"], "b": ["x", "z"]}


def test_of_what_is_gone_stays_what_was_known() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    answer["openai"]["parameters"].pop()
    answer["openai"]["supportedAuthentication"]["SHARED_SECRET"]["enabled"] = False
    model(answer, "jinaAI", "jina-embeddings-v3")["parameters"].pop()
    kind = json.dumps(KNOWN["openai"]["x-authentication"]["SHARED_SECRET"])
    known = "is gone; should it come back, this was known of it"
    chunking = json.dumps(rules(KNOWN["jinaAI"], "late_chunking")["jina-embeddings-v3"])
    assert updated(KNOWN, offers(answer), SOURCE).notes == (
        f"jinaAI/jina-embeddings-v3: the parameter late_chunking {known}: {chunking}",
        "openai: the kinds of authentication changed; its description may speak of others",
        f"openai: SHARED_SECRET {known}: {kind}",
        f"openai: the parameter projectId {known}: {json.dumps(rules(KNOWN['openai'], 'projectId')[''])}",
    )


def test_a_guess_stays_one_until_a_person_looked_it_up() -> None:
    answer = {**RECORDED["emulator"], "acme": copy.deepcopy(NEW)}
    documents = after(answer, KNOWN)
    answer["acme"]["parameters"][0]["required"] = False
    answer["acme"]["models"][0]["parameters"] = [{"name": "own", "type": "number"}]
    answer["acme"]["models"][0]["parameters"] += size({}, "7")
    document = after(answer, documents)["acme"]
    assert {one["x-source"] for one in rules(document, "account").values()} == {"guess"}
    # Its limits are told by nobody, its default by the answer.
    assert document["oneOf"][1]["properties"]["dimension"]["x-source"] == "guess"


def test_the_first_parameter_of_its_own_leaves_a_model_what_is_known_of_the_others() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    model(answer, "voyageAI", "voyage-2")["parameters"] = [{"name": "layers", "type": "number"}]
    found = rules(after(answer, KNOWN)["voyageAI"], "autoTruncate")
    assert [*found] == ["", "voyage-2"]
    assert found["voyage-2"] == found[""] == rules(KNOWN["voyageAI"], "autoTruncate")[""]


def test_a_default_outside_the_known_values_is_told_and_their_source_stays() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    model(answer, "jinaAI", "jina-embeddings-v3")["parameters"][1].update(defaultValue="summary")
    large = model(answer, "azureOpenAI", "text-embedding-3-large")
    large.update(parameters=size({}, "4096"))
    made = updated(KNOWN, offers(answer), SOURCE)
    (known,), (found,) = (rules(one["jinaAI"], "task").values() for one in (KNOWN, made.documents))
    assert found == {**known, "default": "summary"}
    assert made.notes == (
        "azureOpenAI/text-embedding-3-large: the dimension changed; its warnings may not hold any more",
        (
            "azureOpenAI/text-embedding-3-large: the default is none of the known dimensions, 256 to 3072 (default 4096): look "
            "them up"
        ),
        (
            "jinaAI/jina-embeddings-v3: the default of task is none of the known values, text, one of retrieval.passage, "
            'retrieval.query, separation, classification, text-matching, default "summary": look them up'
        ),
    )


def test_a_fixed_dimension_that_has_to_be_stated_now_is_a_range_of_one() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    model(answer, "mistral", "mistral-embed").update(vectorDimension=None, parameters=size({}, ""))
    (branch,) = after(answer, KNOWN)["mistral"]["oneOf"]
    assert branch["required"] == ["dimension"]
    said = "Any whole number of this range."
    assert branch["properties"]["dimension"] == {"description": said, "minimum": 1024, "maximum": 1024}


def test_what_another_server_answered_is_not_confirmed() -> None:
    source = Source("An answer of findEmbeddingProviders of the embedded emulator.", "emulator", "2027-01-02", "unconfirmed")
    answer = copy.deepcopy(RECORDED["emulator"])
    small(answer).update(apiModelSupport={"status": "DEPRECATED"})
    document = updated(KNOWN, offers(answer), source).documents["openai"]
    assert document["x-sources"][source.key]["certainty"] == "unconfirmed"
    assert catalog.embedding_provider("openai", document).unconfirmed == (source.key,)


WILD = "x\ny\x1b[31m::error::"


def test_the_texts_of_the_service_stay_in_their_line() -> None:
    answer = copy.deepcopy(RECORDED["emulator"])
    answer[WILD] = {**NEW, "models": [{"name": WILD}]}
    entry = answer["openai"]
    entry["models"].append({"name": WILD, "vectorDimension": 3})
    entry["parameters"].append({"name": WILD, "type": WILD, "defaultValue": WILD, "validation": {"options": [WILD]}})
    entry["supportedAuthentication"][WILD] = {"enabled": True, "tokens": [{"accepted": WILD}]}
    small(answer).update(apiModelSupport={"status": WILD})
    found = different(KNOWN, answer)
    assert len(found) == 5
    assert all(text.isprintable() for one in found for text in (one.subject, one.sentence, one.news))

    # Of a name that a file may have: what a person has to look at.
    answer = {**RECORDED["emulator"], "acme": copy.deepcopy(NEW)}
    answer["acme"]["parameters"] += [{"name": WILD, "type": "string"}]
    documents = after(answer, KNOWN)
    answer["acme"]["parameters"].pop()
    notes = [note for made in (KNOWN, documents) for note in updated(made, offers(answer), SOURCE).notes]
    assert notes
    assert all(note.isprintable() for note in notes)


def test_of_many_things_the_first_are_named() -> None:
    entry = {**NEW, "parameters": [{"name": f"p{number:02}", "type": "string"} for number in range(30)]}
    entry["models"] = [{"name": f"m{number:02}", "vectorDimension": 3} for number in range(30)]
    (one,) = different({}, {"acme": entry})
    assert one.news.endswith("m18, m19 and 10 more")
    (note,) = updated({}, offers({"acme": entry}), SOURCE).notes
    assert note.endswith("$defs.parameters.properties.p17 and 12 more")


NAMES = st.text("abcXYZ-1", min_size=1, max_size=4)
KINDS = st.sets(st.sampled_from(["NONE", "HEADER", "SHARED_SECRET"]))
LIMITS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.tuples(st.integers(1, 9), st.integers(10, 4096)).map(lambda pair: {"numericRange": [*pair]}),
    st.sets(st.integers(1, 4096), max_size=3).map(lambda some: {"options": [8, *sorted(some - {8})]}),
)
DEFAULTS = {"numericRange": "9", "options": "8"}


@st.composite
def parameter(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["STRING", "boolean", "number"]))
    values = {"STRING": st.sampled_from(["", "x", "y"]), "boolean": st.sampled_from(["", "true"]), "number": st.just("0.5")}
    allowed = {"STRING": {"options": ["x", "y"]}, "boolean": {}, "number": {"numericRange": [0, 0.5]}}
    return {
        "name": name,
        "type": kind,
        "required": draw(st.booleans()),
        "defaultValue": draw(values[kind]),
        "validation": draw(st.sampled_from([{}, allowed[kind]])),
        "help": draw(st.sampled_from([None, "Some help."])),
    }


@st.composite
def entry(draw: st.DrawFn) -> dict[str, Any]:
    # A model and its provider may name the same one, with the same facts or with others.
    names = st.sets(st.sampled_from(["p", "q", "r"]))
    common = [draw(parameter(name)) for name in sorted(draw(names))]
    models = []
    for name in draw(st.sets(NAMES, max_size=3)):
        own = [
            draw(st.sampled_from([*(one for one in common if one["name"] == said), draw(parameter(said))]))
            for said in draw(names)
        ]
        fixed = draw(st.one_of(st.none(), st.integers(1, 4096)))
        sizes = draw(LIMITS)
        default = DEFAULTS.get(next(iter(sizes), ""), "8")
        sized = [] if fixed or draw(st.booleans()) else size(sizes, draw(st.sampled_from(["", default])))
        status = draw(st.sampled_from(["SUPPORTED", "DEPRECATED", "END_OF_LIFE"]))
        told_of = {"vectorDimension": fixed, "parameters": [*own, *sized]}
        models.append({"name": name, "apiModelSupport": {"status": status}, **told_of})
    return {
        "displayName": draw(st.sampled_from(["Acme", "Ümlaut {x}"])),
        "supportedAuthentication": {
            kind: {"enabled": True, "tokens": [{"accepted": draw(NAMES)}] if kind != "NONE" else []} for kind in draw(KINDS)
        },
        "parameters": common,
        "models": models,
    }


@settings(max_examples=30)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "openai"]), entry(), max_size=3), min_size=2, max_size=3))
def test_through_any_sequence_of_answers_the_schemas_follow(answers: list[Answer]) -> None:
    documents = {"openai": KNOWN["openai"]}
    for answer in answers:
        documents = after(answer, documents)
        assert different(documents, answer) == []
        assert updated(documents, offers(answer), SOURCE) == Updated({}, ())
        # An update refuses what has not the form of all itself.
        assert all(is_in_order(document) for document in documents.values())
        assert all(json.loads(written(document)) == document for document in documents.values())
