"""The engine is taken from PATH where it is new enough and whole, from the project's folder where it was made before."""

import json
from pathlib import Path

import pytest

from tools.engine import existing, record
from tools.engine.existing import Refusal
from tools.engine.pins import BUILDS, COMPANIONS, ENGINE_VERSION, LAUNCHERS, PROGRAMS
from tools.engine.record import Engine
from tools.engine.versions import Version, parse, text
from tools.places import Places


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("v3.259.0\n", (3, 259, 0)),
        ("3.254.1-alpha.1", (3, 254, 1)),
        ("go version go1.26 linux/amd64", (1, 26, 0)),
        ("go version go1.25.11 linux/amd64", (1, 25, 11)),
        ("go version devel", None),
        ("", None),
    ],
)
def test_versions_as_programs_print_them(printed: str, version: Version | None) -> None:
    assert parse(printed) == version


def test_versions_compare_as_numbers() -> None:
    older, newer = parse("v3.99.0"), parse("v3.254.0")
    assert older
    assert newer
    assert older < newer
    assert text(newer) == "3.254.0"


@pytest.mark.parametrize(
    ("printed", "missing", "judged"),
    [
        ("v3.254.0", [], Engine("3.254.0", "found on PATH (/opt/pulumi)", None)),
        ("v4.0.0", [], Engine("4.0.0", "found on PATH (/opt/pulumi)", None)),
        ("v3.253.9", [], Refusal("/opt/pulumi is 3.253.9, older than 3.254.0: not used.")),
        ("", [], Refusal("/opt/pulumi does not tell its version: not used.")),
        ("v3.260.0", ["pulumi-language-python"], Refusal("/opt/pulumi has no pulumi-language-python beside it: not used.")),
    ],
)
def test_an_engine_on_path_is_judged(printed: str, missing: list[str], judged: Engine | Refusal) -> None:
    assert existing.judge(Path("/opt/pulumi"), printed, missing) == judged


def program(path: Path, version: str = ENGINE_VERSION) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho v{version}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "project")
    made.root.mkdir()
    made.make()
    return made


def test_without_any_engine_there_is_none(places: Places, tmp_path: Path) -> None:
    assert existing.from_path(places, {"PATH": str(tmp_path)}) is None
    assert existing.from_own_folder(places) is None


def test_an_engine_on_path_may_have_its_companions_anywhere_on_path(places: Places, tmp_path: Path) -> None:
    engine = program(tmp_path / "one" / "pulumi", "3.255.0")
    for name in COMPANIONS:
        program(tmp_path / "two" / name)
    found = existing.from_path(places, {"PATH": f"{tmp_path}/one:{tmp_path}/two:/bin"})
    assert isinstance(found, Engine)
    assert found.sentence == f"Pulumi engine: 3.255.0, found on PATH ({engine})"


def test_the_projects_own_engine_on_path_is_not_taken_for_the_users(places: Places) -> None:
    own = places.engine / "bin"
    program(own / "pulumi")
    assert record.on_path({"PATH": f"{own}:/nowhere"}, places) is None


def test_the_engine_of_another_project_is_copied_since_that_project_may_go(places: Places, tmp_path: Path) -> None:
    another = tmp_path / "another" / ".vectorize" / "engine" / "bin"
    environ = {"PATH": f"{another}:/nowhere"}
    for name in PROGRAMS:
        program(another / name)
    assert existing.from_path(places, environ) is None
    engine = existing.from_another_project(places, environ)
    assert engine
    assert engine.folder == str(places.engine / "bin")
    assert engine.sentence == f"Pulumi engine: {ENGINE_VERSION}, copied from {another} in .vectorize/engine"
    program(another / "pulumi", "3.258.0")
    assert existing.from_another_project(Places(tmp_path / "third"), environ) is None


@pytest.mark.parametrize("lost", PROGRAMS)
def test_a_folder_that_lacks_a_program_is_not_whole(places: Places, lost: str) -> None:
    for name in PROGRAMS:
        program(places.engine / "bin" / name)
    assert existing.from_own_folder(places)
    (places.engine / "bin" / lost).unlink()
    assert existing.from_own_folder(places) is None


def test_an_engine_of_another_version_is_made_anew(places: Places) -> None:
    for name in PROGRAMS:
        program(places.engine / "bin" / name, "3.258.0")
    assert existing.from_own_folder(places) is None


def test_finished_programs_are_put_in_place_with_their_origin(places: Places) -> None:
    partial = places.engine / "partial"
    for name in PROGRAMS:
        program(partial / name).chmod(0o444)
    existing.put_in_place(partial, "built from Go modules", places)
    engine = existing.from_own_folder(places)
    assert engine
    assert engine.sentence == f"Pulumi engine: {ENGINE_VERSION}, built from Go modules in .vectorize/engine"
    assert not partial.exists()


def test_a_choice_is_remembered_until_its_grounds_change(places: Places, tmp_path: Path) -> None:
    for name in PROGRAMS:
        program(places.engine / "bin" / name)
    engine, environ = existing.from_own_folder(places), {"PATH": str(tmp_path / "bin")}
    assert engine
    record.save(engine, places, environ)
    assert record.load(places, environ) == engine
    program(tmp_path / "bin" / "pulumi")
    assert record.load(places, environ) is None
    record.save(engine, places, environ)
    assert record.load(places, environ) == engine
    (places.engine / "bin" / PROGRAMS[0]).unlink()
    assert record.load(places, environ) is None


@pytest.mark.parametrize("note", ["", "{}", json.dumps({"engine": {"version": "1"}}), json.dumps({"engine": None}), "[]"])
def test_a_damaged_note_is_no_note(places: Places, note: str) -> None:
    (places.stamps / "engine.json").write_text(note)
    assert record.load(places, {"PATH": ""}) is None


def test_builds_and_launchers_make_every_program() -> None:
    built = {build.program for build in BUILDS} | {Path(launcher).name for launcher in LAUNCHERS}
    assert built == set(PROGRAMS)


def test_the_go_modules_pin_the_version_that_is_named() -> None:
    engine = next(build for build in BUILDS if build.program == "pulumi")
    pinned = (engine.module / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{ENGINE_VERSION}\n" in pinned
    assert f"github.com/pulumi/pulumi/sdk/v3 v{ENGINE_VERSION}" in pinned
    for build in BUILDS:
        assert (build.module / "go.sum").exists()
        assert f'"{build.package}"' in (build.module / "tools.go").read_text()
