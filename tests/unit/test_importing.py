"""What stands in databases as an environment declares it: names, integrations, what is left out and why, what differs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra import definition, document, environment, index_normalisation, table_normalisation
from astra.accounts import Account, free, names, parted
from astra.errors import Invalid
from astra.import_differences import Difference, differences
from astra.import_draft import Live
from astra.importing import Expressed, LeftOut, expressed, merged
from astra.inventory import Found, Inventory
from commands.importing import new_file
from tests.unit.table_definitions import KEYS, definitions
from tests.unit.test_shortest import vectors

ID, OTHER = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f", "1a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
PLACE = {"cloudProvider": "AWS", "region": "us-east-2"}
KB = Live(ID, {"name": "kb", **PLACE}, "kb")
SMALL = {"provider": "openai", "modelName": "text-embedding-3-small"}


def vector(service: dict[str, Any], dimension: int = 1536) -> dict[str, Any]:
    """Options as the service tells them."""
    return {"vector": {"dimension": dimension, "metric": "cosine", "sourceModel": "other", "service": service}}


def stored(name: str, **more: Any) -> dict[str, Any]:
    return vector({**SMALL, "authentication": {"providerKey": f"{name}.providerKey"}, **more})


def holding(*found: Found) -> Inventory:
    return Inventory((Found("keyspace", ID, ("docs",)), *found))


def collection(name: str, options: dict[str, Any], keyspace: str = "docs") -> Found:
    return Found("collection", ID, (keyspace, name), options)


def table(name: str, **columns: Any) -> Found:
    return Found(
        "table", ID, ("docs", name), {"columns": {"id": {"type": "text"}, **columns}, "primaryKey": {"partitionBy": ["id"]}}
    )


def index(name: str, of: str, column: str = "id", kind: str = "regular") -> Found:
    return Found("index", ID, ("docs", of, name), {"table": of, "indexType": kind, "column": column, "options": {}})


def made(inventory: Inventory, *lives: Live, existing: Any = None, known: Any = None) -> Expressed:
    return expressed(lives or (KB,), inventory, existing or {}, known or {}, "test", "astra")


def contents(done: Expressed) -> Any:
    return done.additions["workload"]["kb"]["docs"]


def test_a_new_environment_says_what_stands_and_nothing_else() -> None:
    done = made(holding(collection("plain", {}), Found("region", ID, ("us-west-2",))))
    assert done.additions == {
        "target": {"kind": "astra"},
        "databases": {"kb": {"name": "kb", **PLACE, "additionalRegions": ["us-west-2"]}},
        "workload": {"kb": {"docs": {"collections": {"plain": {}}}}},
    }
    assert (done.left_out, done.notes, done.names) == ((), (), {ID: "kb"})


@pytest.mark.parametrize(
    ("service", "integrations", "stated"),
    [
        (
            {**SMALL, "authentication": {"providerKey": "team.providerKey"}},
            {"openai": {"authentication": "SHARED_SECRET", "providerKey": "team"}},
            {"integration": "openai", "modelName": "text-embedding-3-small"},
        ),
        (
            {**SMALL, "authentication": {"providerKey": "team.providerKey"}, "parameters": {"organizationId": "o"}},
            {"openai": {"authentication": "SHARED_SECRET", "providerKey": "team", "parameters": {"organizationId": "o"}}},
            {"integration": "openai", "modelName": "text-embedding-3-small"},
        ),
        (
            SMALL,
            {"openai": {"authentication": "HEADER"}},
            {"integration": "openai", "modelName": "text-embedding-3-small"},
        ),
        (
            {**SMALL, "parameters": {}},
            {"openai": {"authentication": "HEADER"}},
            {"integration": "openai", "modelName": "text-embedding-3-small", "parameters": {}},
        ),
    ],
)
def test_what_belongs_to_the_account_goes_to_an_integration(service: Any, integrations: Any, stated: Any) -> None:
    options = vector(service)
    done = made(holding(collection("c", options)))
    assert done.additions["integrations"] == integrations
    assert contents(done)["collections"]["c"]["vector"] == {"service": stated}
    declared = environment.environment(done.additions)
    assert differences(declared, done.names, [KB], holding(collection("c", options))) == []


def test_what_belongs_to_the_model_stays_in_the_workload() -> None:
    service = {"provider": "jinaAI", "modelName": "jina-embeddings-v3", "parameters": {"task": "separation"}}
    done = made(holding(table("t", v={"type": "vector", "dimension": 512, "service": service})))
    assert done.additions["integrations"] == {"jinaAI": {"authentication": "HEADER"}}
    stated = {"integration": "jinaAI", "modelName": "jina-embeddings-v3", "parameters": {"task": "separation"}}
    assert contents(done)["tables"]["t"]["definition"]["columns"]["v"] == {"type": "vector", "dimension": 512, "service": stated}


def test_what_needs_no_credential_needs_no_integration() -> None:
    service = {"provider": "nvidia", "modelName": "NV-Embed-QA"}
    done = made(holding(collection("c", vector(service, 1024))))
    assert "integrations" not in done.additions
    assert contents(done)["collections"]["c"]["vector"] == {"service": service}


def test_each_account_has_a_name_that_speaks() -> None:
    found = [
        collection("a", stored("team")),
        collection("b", stored("lab")),
        collection("c", stored("lab", parameters={"organizationId": "o"})),
        collection("d", vector(SMALL)),
    ]
    assert made(holding(*found)).additions["integrations"] == {
        "openai": {"authentication": "SHARED_SECRET", "providerKey": "lab"},
        "openai-header": {"provider": "openai", "authentication": "HEADER"},
        "openai-lab": {
            "provider": "openai",
            "authentication": "SHARED_SECRET",
            "providerKey": "lab",
            "parameters": {"organizationId": "o"},
        },
        "openai-team": {"provider": "openai", "authentication": "SHARED_SECRET", "providerKey": "team"},
    }


def test_an_account_that_is_declared_keeps_its_name_unless_it_is_for_other_databases() -> None:
    account = Account("openai", "SHARED_SECRET", "team", "{}")
    stated = {"provider": "openai", "authentication": "SHARED_SECRET", "providerKey": "team"}
    assert names({account: {"kb"}}, {"ai": stated}) == {account: "ai"}
    assert names({account: {"kb"}}, {"ai": {**stated, "databases": ["kb", "other"]}}) == {account: "ai"}
    assert names({account: {"kb"}}, {"ai": {**stated, "databases": ["other"]}}) == {account: "openai"}
    assert names({account: {"kb"}}, {"ai": {**stated, "providerKey": "lab"}}) == {account: "openai"}


@pytest.mark.parametrize(
    "service",
    [
        {"provider": "unheard-of", "modelName": "m"},
        {"provider": "bedrock", "modelName": "m", "authentication": {"accessId": "a", "secretKey": "b"}},
        {"provider": "nvidia", "modelName": "NV-Embed-QA"},
    ],
)
def test_of_what_has_no_account_nothing_is_taken(service: Any) -> None:
    assert parted(service) == (None, service)


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("kb", [], "kb"),
        ("kb", ["kb"], "kb-2"),
        ("kb", ["kb", "kb-2"], "kb-3"),
        ("Team <knowledge> (1)", [], "Team-knowledge-1"),
        ("…", [], "unnamed"),
        ("x" * 80, [], "x" * 64),
        ("x" * 80, ["x" * 64], "x" * 62 + "-2"),
    ],
)
def test_a_logical_name_is_made_of_any_name(label: str, taken: list[str], name: str) -> None:
    assert free(label, taken) == name


UNHEARD_OF = vector({"provider": "unheard-of", "modelName": "m"})


def test_what_cannot_be_declared_is_left_out_with_the_reason_and_ignored() -> None:
    found = [
        collection("good", {}),
        collection("strange", UNHEARD_OF),
        table("rows", price={"type": "text"}, odd={"type": "text"}),
        index("by_price", "rows", "price"),
        index("by_odd", "rows", "odd", kind="UNKNOWN"),
        table("weird", x={"type": "UNSUPPORTED", "apiSupport": {}}),
        index("by_x", "weird", "x"),
    ]
    done = made(holding(*found))
    assert [(one.kind, one.address, one.reason.partition("; known")[0]) for one in done.left_out] == [
        ("index", "kb.docs.rows.by_odd", 'indexType: "UNKNOWN" is not one of regular, text, vector'),
        ("collection", "kb.docs.strange", 'vector.service.provider: unknown embedding provider "unheard-of"'),
        ("table", "kb.docs.weird", done.left_out[2].reason),
    ]
    assert "UNSUPPORTED" in done.left_out[2].reason
    assert done.additions["drift"] == {"ignore": ["kb.docs.rows.by_odd", "kb.docs.strange", "kb.docs.weird"]}
    assert contents(done)["collections"] == {"good": {}}
    assert contents(done)["tables"]["rows"]["indexes"] == {"by_price": {"column": "price"}}
    assert set(contents(done)["tables"]) == {"rows"}


def test_a_keyspace_whose_name_is_refused_is_left_out_with_all_that_is_in_it() -> None:
    stands = Inventory((Found("keyspace", ID, ("docs",)), Found("keyspace", ID, ("_odd",)), collection("c", {}, "_odd")))
    done = made(stands)
    assert [(one.kind, one.address) for one in done.left_out] == [("keyspace", "kb._odd")]
    assert done.additions["workload"] == {"kb": {"docs": {}}}


def test_an_integration_that_is_refused_leaves_out_what_uses_it() -> None:
    done = made(holding(collection("a", stored("a name with spaces")), collection("b", stored("team"))))
    assert [(one.kind, one.address) for one in done.left_out] == [("collection", "kb.docs.a")]
    assert done.additions["integrations"] == {"openai": {"authentication": "SHARED_SECRET", "providerKey": "team"}}


def test_a_database_that_cannot_be_declared_is_left_out_alone() -> None:
    odd = Live(OTHER, {"name": "odd", "cloudProvider": "ELSEWHERE", "region": "x"}, "odd")
    done = made(holding(collection("c", {})), KB, odd)
    assert [(one.kind, one.address) for one in done.left_out] == [("database", "odd")]
    assert set(done.additions["databases"]) == {"kb"}
    assert "drift" not in done.additions


def test_where_nothing_is_left_it_is_said() -> None:
    odd = Live(OTHER, {"name": "odd", "cloudProvider": "ELSEWHERE", "region": "x"}, "odd")
    with pytest.raises(Invalid, match="what stands cannot be declared"):
        made(Inventory(), odd)


def test_databases_that_nobody_could_tell_apart_are_named_by_their_ids() -> None:
    done = made(Inventory(), KB, Live(OTHER, {"name": "kb", **PLACE}, "kb"))
    assert done.additions["databases"] == {"kb": {"id": ID}, "kb-2": {"id": OTHER}}
    same = "there are several databases of the name kb in AWS us-east-2"
    assert done.notes == tuple(f"{same}: {one} is declared by its id, and so never changed or deleted" for one in (ID, OTHER))


EXISTING: dict[str, Any] = {
    "target": {"kind": "astra"},
    "drift": {"ignore": ["kb.docs.tmp_*"]},
    "databases": {"kb": {"name": "kb", **PLACE, "additionalRegions": ["eu-west-1"]}},
    "workload": {
        "kb": {
            "docs": {
                "collections": {"c": {"vector": {"dimension": 4}}},
                "tables": {"t": {"definition": {"columns": {"id": "text", "n": "int"}, "primaryKey": "id"}}},
            }
        }
    },
}


def test_an_environment_gets_only_what_it_has_not() -> None:
    stands = holding(
        Found("region", ID, ("us-west-2",)),
        collection("c", {"vector": {"dimension": 5}}),
        collection("tmp_1", {}),
        collection("strange", UNHEARD_OF),
        table("t", n={"type": "int"}),
        index("by_n", "t", "n"),
    )
    done = made(stands, existing=EXISTING, known={ID: "kb"})
    assert done.additions == {
        "drift": {"ignore": ["kb.docs.tmp_*", "kb.docs.strange"]},
        "databases": {"kb": {"additionalRegions": ["eu-west-1", "us-west-2"]}},
        "workload": {"kb": {"docs": {"tables": {"t": {"indexes": {"by_n": {"column": "n"}}}}}}},
    }
    whole = merged(EXISTING, done.additions)
    again = made(stands, existing=whole, known={ID: "kb"})
    assert (merged(whole, again.additions), again.left_out) == (whole, ())


def test_of_a_table_whose_provider_is_gone_no_index_is_known() -> None:
    one = table("t")
    done = made(Inventory((Found("keyspace", ID, ("docs",)), one), unlisted=(one,)))
    note = (
        "the indexes of kb.docs.t could not be listed, since the provider of the table is gone, and none was added: they stay as "
        "they are; make the table anew with a provider that is offered, or import again when its own is back"
    )
    assert (done.left_out, done.behind, done.notes) == ((), (), (note,))
    assert "drift" not in done.additions
    assert set(contents(done)["tables"]) == {"t"}
    text = new_file.text(done.additions, done.left_out, done.notes, "test.yaml").decode()
    assert f"\n\n# Note: {note}.\n\ndatabases:\n" in text
    assert "not declared" not in text


def test_of_a_table_that_is_ignored_nothing_is_said() -> None:
    one = table("t")
    inventory = Inventory((Found("keyspace", ID, ("docs",)), one), unlisted=(one,))
    existing = {**EXISTING, "drift": {"ignore": ["kb.docs.t"]}, "workload": {"kb": {"docs": {}}}}
    assert made(inventory, existing=existing, known={ID: "kb"}).notes == ()


def test_what_only_the_file_stands_against_is_a_difference_and_never_ignored() -> None:
    stands = holding(
        table("t", n={"type": "int"}, new={"type": "text"}),
        index("by_new", "t", "new"),
        index("by_odd", "t", "n", kind="UNKNOWN"),
        index("by_n", "t", "n"),
    )
    done = made(stands, existing=EXISTING, known={ID: "kb"})
    assert done.behind == (LeftOut("index", "kb.docs.t.by_new", done.behind[0].reason),)
    assert done.behind[0].reason == 'column: no column is called "new"; columns: id, n'
    assert [one.address for one in done.left_out] == ["kb.docs.t.by_odd"]
    assert done.additions["drift"] == {"ignore": ["kb.docs.tmp_*", "kb.docs.t.by_odd"]}
    assert contents(done)["tables"]["t"]["indexes"] == {"by_n": {"column": "n"}}


def test_everything_is_in_the_order_of_its_names() -> None:
    other = Live(OTHER, {"name": "a", **PLACE}, "a")
    n = {"type": "text"}
    found = [
        collection("b", {}),
        table("z"),
        collection("a", {}),
        table("d", n=n, m=n),
        index("y", "d", "n"),
        index("x", "d", "m"),
    ]
    late = [Found("keyspace", OTHER, ("z",)), Found("keyspace", OTHER, ("k",))]
    done = made(Inventory((Found("keyspace", ID, ("docs",)), *found, Found("keyspace", ID, ("b",)), *late)), KB, other)
    workload = done.additions["workload"]
    assert (list(done.additions["databases"]), list(workload)) == (["a", "kb"], ["a", "kb"])
    assert (list(workload["a"]), list(workload["kb"])) == (["k", "z"], ["b", "docs"])
    docs = workload["kb"]["docs"]
    assert (list(docs), list(docs["collections"]), list(docs["tables"])) == (["collections", "tables"], ["a", "b"], ["d", "z"])
    assert list(docs["tables"]["d"]["indexes"]) == ["x", "y"]


def test_what_stands_otherwise_than_it_is_declared_is_told_property_by_property() -> None:
    declared = environment.environment(
        merged(
            EXISTING,
            {
                "workload": {
                    "kb": {"docs": {"tables": {"t": {"indexes": {"by_n": {"column": "n"}}}}, "collections": {"gone": {}}}}
                }
            },
        )
    )
    stands = holding(
        collection("c", {"vector": {"dimension": 5, "metric": "euclidean", "sourceModel": "other"}}),
        table("t", n={"type": "text"}),
        index("by_n", "t", "id"),
    )
    live = Live(ID, {"name": "kb", "cloudProvider": "AWS", "region": "us-west-2"}, "kb")
    assert differences(declared, {ID: "kb"}, [live], stands) == [
        Difference("database", "kb", "region", "us-east-2", "us-west-2"),
        Difference("region", "kb.eu-west-1", "", "declared", None),
        Difference("collection", "kb.docs.c", "vector.dimension", 4, 5),
        Difference("collection", "kb.docs.c", "vector.metric", "cosine", "euclidean"),
        Difference("collection", "kb.docs.gone", "", "declared", None),
        Difference("table", "kb.docs.t", "columns.n.type", "int", "text"),
        Difference("index", "kb.docs.t.by_n", "column", "n", "id"),
    ]
    assert differences(declared, {}, [], Inventory()) == []


NAMES = st.sampled_from(["articles", "B", "c_1", "Notes"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Live], Inventory]:
    """Databases as the service tells them, whatever is in them."""
    lives, found = [], []
    for number in range(draw(st.integers(1, 3))):
        identity, name = f"{number}{ID[1:]}", draw(st.sampled_from(["kb", "Team <knowledge> 1", "kb-2"]))
        lives.append(Live(identity, {"name": name, **PLACE}, name))
        for keyspace in draw(st.lists(st.sampled_from(["docs", "archive"]), unique=True)):
            found.append(Found("keyspace", identity, (keyspace,)))
            for thing in draw(st.lists(NAMES, unique=True, max_size=3)):
                found += _thing(draw, identity, (keyspace, thing))
    return lives, Inventory(tuple(found))


def _thing(draw: st.DrawFn, identity: str, steps: tuple[str, str]) -> list[Found]:
    if draw(st.booleans()):
        return [Found("collection", identity, steps, definition.normalised({"vector": draw(vectors())}))]
    stated = table_normalisation.normalised(draw(definitions(KEYS[0])))
    made = {"table": steps[1], "indexType": "regular", "column": "page", "options": {}}
    by_page = Found("index", identity, (*steps, f"{steps[1]}_{steps[0]}_page"), index_normalisation.normalised(made))
    return [Found("table", identity, steps, stated), *([by_page] if draw(st.booleans()) else [])]


@given(worlds())
def test_whatever_stands_is_declared_as_it_stands_or_told(world: tuple[list[Live], Inventory]) -> None:
    lives, stands = world
    done = expressed(lives, stands, {}, {}, "test", "astra")
    text = new_file.text(done.additions, done.left_out, done.notes, "test.yaml")
    parsed = document.parse(text, "test.yaml")
    assert [str(one) for one in environment.findings(parsed) if one.severity == "error"] == []
    declared = environment.environment(parsed.data)
    assert differences(declared, done.names, lives, stands) == []
    left = {one.address for one in done.left_out}
    told = {".".join((done.names[one.database], *one.steps)) for one in stands.found}
    stated = {one.address for database in declared.databases for keyspace in database.keyspaces for one in _all(keyspace)}
    assert stated == {one for one in told if not any(f"{one}.".startswith(f"{other}.") for other in left)}
    # Once more, now that it is declared: nothing is new.
    again = expressed(lives, stands, parsed.data, done.names, "test", "astra")
    assert merged(parsed.data, again.additions) == parsed.data
    assert again.left_out == ()


def _all(keyspace: Any) -> list[Any]:
    return [keyspace, *keyspace.collections, *keyspace.tables, *(index for table in keyspace.tables for index in table.indexes)]
