"""What the databases that stand already would say of an environment, at plan time and without a trace."""

from typing import Any

import pytest

from astra import collection, database, keyspace, preflight
from astra import table as standing
from astra.data_api import command
from astra.http import Connection
from astra.sharing import SharedReads
from emulator.world import World

DATABASE = {"name": "knowledge", "cloudProvider": "AWS", "region": "us-east-2"}
NVIDIA = {"provider": "nvidia", "modelName": "nvidia/nv-embedqa-e5-v5"}
STORED = {"provider": "openai", "modelName": "text-embedding-3-small", "authentication": {"providerKey": "stored"}}


def declared(collections: dict[str, Any] | None = None, tables: dict[str, Any] | None = None, **settings: Any) -> dict[str, Any]:
    content = {"collections": collections or {}, "tables": tables or {}}
    return {"databases": {"knowledge": {**DATABASE, **settings}}, "workload": {"knowledge": {"default_keyspace": content}}}


def table(**columns: Any) -> dict[str, Any]:
    return {"definition": {"columns": {"id": "text", **columns}, "primaryKey": "id"}}


def reported(connection: Connection, stated: dict[str, Any], before: dict[str, Any] | None = None) -> preflight.Report:
    return preflight.report(connection, SharedReads(), stated, before and before["workload"])


@pytest.fixture
def endpoint(emulator: Connection, commands: list[str]) -> str:
    """Of the database, which is ACTIVE."""
    identity = database.create(emulator, *DATABASE.values())
    database.wait_until_active(emulator, identity)
    commands.clear()
    return emulator.target.api_endpoint(identity, "us-east-2")


def test_of_a_database_that_does_not_exist_its_regions_alone_are_checked(emulator: Connection) -> None:
    found = reported(
        emulator, declared({"tickets": {"vector": {"service": NVIDIA}}}, region="us-east-22", additionalRegions=["x"])
    )
    assert found.refusals == [
        'databases.knowledge: this organisation has no region us-east-22 of AWS; did you mean "us-east-2"?',
        f"databases.knowledge: {database.unusable_region(emulator, 'AWS', 'x')}",
    ]
    assert found.line() == "not verified with the service: knowledge: it does not exist yet."


def test_every_vector_that_is_to_be_made_is_judged_by_its_very_database(
    emulator: Connection, endpoint: str, world: World
) -> None:
    world.set_model_status("nvidia", NVIDIA["modelName"], "DEPRECATED", emulator.target.database_id(endpoint))
    wrong = {"type": "vector", "dimension": 9000, "service": {**STORED, "authentication": {}}}
    found = reported(
        emulator,
        declared(
            {"tickets": {"vector": {"service": NVIDIA}}, "own": {"vector": {"dimension": 8}}, "plain": {}},
            {"chunks": table(body=wrong)},
        ),
    )
    assert [refusal.partition(": ")[0] for refusal in found.refusals] == [
        "knowledge.default_keyspace.tickets",
        "knowledge.default_keyspace.chunks.body",
    ]
    assert "DEPRECATED_AI_MODEL" in found.refusals[0]
    assert "INVALID_CREATE_COLLECTION_OPTIONS" in found.refusals[1]
    assert (found.credentials, found.line()) == ({}, "")


@pytest.mark.usefixtures("endpoint")
def test_a_credential_that_the_database_does_not_accept_is_a_warning(emulator: Connection) -> None:
    found = reported(emulator, declared({"articles": {"vector": {"service": STORED}}}))
    assert (found.refusals, found.line()) == ([], "")
    (warning,) = found.warnings()
    assert warning.startswith(
        "knowledge does not accept the credential stored of openai: cannot make it: the Data API said "
        "VECTORIZE_CREDENTIAL_INVALID"
    )
    assert "open Settings, Integrations, OpenAI" in warning
    assert warning.endswith("Without it these fail, and nothing else: knowledge.default_keyspace.articles.")


def test_what_stands_as_declared_is_not_asked_about(
    emulator: Connection, endpoint: str, world: World, commands: list[str]
) -> None:
    options = {"vector": {"service": NVIDIA}}
    collection.create(emulator, endpoint, "default_keyspace", "tickets", options)
    # It could not be made any more, and yet it stands.
    world.set_model_status("nvidia", NVIDIA["modelName"], "DEPRECATED")
    commands.clear()
    assert reported(emulator, declared({"tickets": options})) == preflight.Report()
    assert "createTable" not in commands
    changed = {"vector": {"service": NVIDIA, "metric": "euclidean"}}
    assert len(reported(emulator, declared({"tickets": changed})).refusals) == 1


@pytest.mark.usefixtures("endpoint")
def test_a_keyspace_that_is_still_to_be_made_is_asked_about_in_another(emulator: Connection) -> None:
    stated = declared()
    stated["workload"]["knowledge"] = {
        "later": {"collections": {"tickets": {"vector": {"service": {**NVIDIA, "modelName": "none"}}}}}
    }
    assert [one.partition(": ")[0] for one in reported(emulator, stated).refusals] == ["knowledge.later.tickets"]


def test_the_steps_for_a_missing_credential_call_the_database_as_the_portal_does(emulator: Connection, endpoint: str) -> None:
    missing = {**STORED, "authentication": {"providerKey": "nobody"}}
    (warning,) = reported(emulator, declared({"articles": {"vector": {"service": missing}}})).warnings()
    assert warning.startswith("knowledge does not accept the credential nobody of openai: ")
    called = f'the database "{DATABASE["name"]}" ({emulator.target.database_id(endpoint)})'
    assert f", and put {called} among its databases. Without it these fail, and nothing else: " in warning


@pytest.mark.usefixtures("endpoint")
def test_an_outage_is_no_problem_of_the_definition_and_is_said_in_one_line(emulator: Connection, world: World) -> None:
    world.set("credential_service", "failing")
    stated = {name: {"vector": {"service": STORED}} for name in ("articles", "notes")}
    found = reported(emulator, declared(stated))
    assert (found.refusals, found.credentials) == ([], {})
    assert found.line().startswith(
        "not verified with the service: knowledge.default_keyspace.articles, knowledge.default_keyspace.notes: "
    )
    assert found.line().count("\n") == 0


def test_a_database_that_does_not_answer_is_not_asked(emulator: Connection, endpoint: str, world: World) -> None:
    world.set_status(emulator.target.database_id(endpoint), "HIBERNATED")
    found = reported(emulator, declared({"tickets": {"vector": {"service": NVIDIA}}}))
    assert found.line() == "not verified with the service: knowledge: it is HIBERNATED."


@pytest.mark.usefixtures("endpoint")
def test_two_databases_of_one_name_are_not_guessed_between(emulator: Connection) -> None:
    database.create(emulator, *DATABASE.values())
    found = reported(emulator, declared({"tickets": {"vector": {"service": NVIDIA}}}))
    assert found.line() == "not verified with the service: knowledge: there are several of the name knowledge."


@pytest.mark.parametrize("form", ["id", "apiEndpoint"])
def test_an_existing_database_is_asked_by_its_id_or_its_address(emulator: Connection, endpoint: str, form: str) -> None:
    stated = declared({"tickets": {"vector": {"service": {**NVIDIA, "modelName": "none"}}}})
    stated["databases"]["knowledge"] = {form: emulator.target.database_id(endpoint) if form == "id" else endpoint}
    assert len(reported(emulator, stated).refusals) == 1


@pytest.mark.parametrize("form", ["id", "apiEndpoint"])
def test_of_an_existing_database_that_is_gone_is_said_what_to_do(
    emulator: Connection, endpoint: str, world: World, form: str
) -> None:
    identity = emulator.target.database_id(endpoint)
    # Whoever terminates it in this process lets nobody go by what was read before.
    with emulator.reads.changing():
        world.set_status(identity, "TERMINATED")
    stated = declared()
    stated["databases"]["knowledge"] = {form: identity if form == "id" else endpoint}
    (refusal,) = reported(emulator, stated).refusals
    assert refusal == (
        f"databases.knowledge: database {identity} is TERMINATED. What is gone never comes back: take it out of the environment "
        "file, or name another."
    )


@pytest.mark.usefixtures("endpoint")
def test_four_hundred_collections_of_one_service_are_one_question(emulator: Connection, commands: list[str]) -> None:
    stated = {f"c{number}": {"vector": {"service": NVIDIA}} for number in range(400)}
    found = reported(emulator, declared(stated))
    assert (found.refusals, found.credentials, found.unverified) == ([], {}, {})
    assert commands.count("createTable") == 2, "the control and the question"
    assert len(commands) <= 5


UNLESS = (
    "Unless the limit was raised for this database, the service may refuse the last ones, or let them pass where they are made "
    "at the same time."
)


def filled(connection: Connection, endpoint: str, *names: str, keyspace: str = "default_keyspace") -> None:
    """Makes collections that nobody declared, or another file."""
    for name in names:
        collection.create(connection, endpoint, keyspace, name, {})


def test_what_stands_in_any_keyspace_and_what_is_to_be_made_is_counted_together(emulator: Connection, endpoint: str) -> None:
    keyspace.create(emulator, emulator.target.database_id(endpoint), "theirs")
    filled(emulator, endpoint, *(f"t{number}" for number in range(7)), keyspace="theirs")
    filled(emulator, endpoint, "tickets")
    names = ("tickets", "articles", "notes")
    assert reported(emulator, declared(dict.fromkeys(names))).warnings() == []
    found = reported(emulator, declared(dict.fromkeys((*names, "one_more", "another"))))
    assert found.warnings() == [
        f"knowledge: 12 collections, 2 more than the usual limit of 10: 8 stand and 4 are to be made. {UNLESS}"
    ]
    assert found.rooms["knowledge"].collections == {
        f"knowledge.default_keyspace.{name}" for name in ("articles", "notes", "one_more", "another")
    }
    assert (found.refusals, found.line()) == ([], "")


def test_where_nothing_is_to_be_made_nothing_is_counted_and_no_other_keyspace_listed(
    emulator: Connection, endpoint: str, world: World, commands: list[str]
) -> None:
    world.set("max_collections", 11)
    world.set("max_indexes", 110)
    names = [f"c{number}" for number in range(11)]
    filled(emulator, endpoint, *names)
    keyspace.create(emulator, emulator.target.database_id(endpoint), "theirs")
    commands.clear()
    assert reported(emulator, declared(dict.fromkeys(names))) == preflight.Report()
    assert commands.count("findCollections") == 1
    assert "listTables" not in commands


def test_the_indexes_of_tables_and_what_collections_need_share_their_room(emulator: Connection, endpoint: str) -> None:
    filled(emulator, endpoint, *(f"c{number}" for number in range(9)))
    indexed = {**table(a="int", b="int"), "indexes": {"notes_a": {"column": "a"}, "notes_b": {"column": "b"}}}
    assert reported(emulator, declared(tables={"notes": indexed})).warnings() == []
    found = reported(emulator, declared({"c9": {}}, {"notes": indexed}))
    (warning,) = found.warnings()
    assert warning == (
        "knowledge: 102 indexes, 2 more than the usual limit of 100: 90 stand and 12 are to be made, 10 of them for each "
        f"collection. {UNLESS}"
    )


@pytest.mark.parametrize(
    ("old", "way_out"),
    [
        (["c9"], "1 of those that stand is dropped"),
        (["c8", "c9"], "2 of those that stand are dropped"),
        # One is gone already.
        (["c8", "c9", "gone"], "2 of those that stand are dropped"),
    ],
)
def test_what_is_dropped_goes_only_after_the_new_is_made_and_how_to_get_round_that_is_said(
    emulator: Connection, endpoint: str, old: list[str], way_out: str
) -> None:
    filled(emulator, endpoint, *(f"c{number}" for number in range(10)))
    kept = [f"c{number}" for number in range(8)]
    (warning,) = reported(emulator, declared(dict.fromkeys((*kept, "new"))), declared(dict.fromkeys((*kept, *old)))).warnings()
    assert warning == (
        f"knowledge: 11 collections, 1 more than the usual limit of 10: 10 stand and 1 are to be made. {UNLESS} "
        f"{way_out} by this update, but only after the new ones are made: drop in one update, and add in the next."
    )


def test_the_indexes_of_what_is_dropped_stand_until_the_new_ones_are_made(emulator: Connection, endpoint: str) -> None:
    filled(emulator, endpoint, *(f"c{number}" for number in range(9)))
    standing.create(emulator, endpoint, "default_keyspace", "notes", table(a="int")["definition"])
    indexed = {**table(a="int"), "indexes": {f"notes_{number}": {"column": "a"} for number in range(3)}}
    fewer = {**indexed, "indexes": {"notes_0": {"column": "a"}}}
    for left, dropped in ((dict[str, Any](), 13), ({"notes": fewer}, 12)):
        (warning,) = reported(emulator, declared({"c9": {}}, left), declared({"c8": {}}, {"notes": indexed})).warnings()
        assert warning == (
            "knowledge: 103 indexes, 3 more than the usual limit of 100: 93 stand and 10 are to be made, 10 of them for each "
            f"collection. {UNLESS} {dropped} of those that stand are dropped by this update, but only after the new ones are "
            "made: drop in one update, and add in the next."
        )


def test_a_database_that_does_not_exist_yet_has_all_its_room(emulator: Connection) -> None:
    found = reported(emulator, declared({f"c{number}": {} for number in range(12)}))
    assert found.warnings() == [
        f"knowledge: 12 collections, 2 more than the usual limit of 10: 0 stand and 12 are to be made. {UNLESS}"
    ]


def test_a_keyspace_that_cannot_be_listed_leaves_the_room_open(emulator: Connection, endpoint: str) -> None:
    keyspace.create(emulator, emulator.target.database_id(endpoint), "theirs")
    # One such collection makes the listing of its whole keyspace fail (recorded).
    command(emulator, endpoint, "/theirs", "createCollection", {"name": "c", "options": {"defaultId": {}}}, "x", repeatable=False)
    found = reported(emulator, declared({"tickets": {}}))
    assert (found.refusals, found.warnings()) == ([], [])
    assert found.line().startswith(
        "not verified with the service: the room in knowledge: cannot list the collections of keyspace t"
    )
