"""The Go build: which Go will do, how much room it needs, what its failures mean, what is shown while it runs."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tools.engine import go_build, go_toolchain, progress
from tools.engine.pins import BUILDS
from tools.failure import Failure


@pytest.mark.parametrize(
    ("printed", "effective", "chosen", "added"),
    [
        ("go version go1.25.11 linux/amd64", "local", None, {}),
        ("go version go1.26.8 linux/amd64", "local", "local", {}),
        ("go version go1.24.4 linux/amd64", "auto", None, {}),
        ("go version go1.24.4 linux/amd64", "local", None, {"GOTOOLCHAIN": "auto"}),
    ],
)
def test_a_go_that_will_do(printed: str, effective: str, chosen: str | None, added: dict[str, str]) -> None:
    switch, _ = go_toolchain.toolchain_switch("/usr/bin/go", printed, effective, chosen)
    assert switch == added


@pytest.mark.parametrize(
    ("printed", "chosen", "words"),
    [
        (
            "go version go1.19.8 linux/amd64",
            None,
            "Go 1.19.8 (/usr/bin/go) is too old to build the Pulumi engine, which needs 1.25.11",
        ),
        ("go version go1.24.4 linux/amd64", "local", "GOTOOLCHAIN=local forbids fetching it"),
        ("", None, "does not tell its version"),
    ],
)
def test_a_go_that_will_not_do_is_refused_in_a_sentence(printed: str, chosen: str | None, words: str) -> None:
    with pytest.raises(Failure) as refused:
        go_toolchain.toolchain_switch("/usr/bin/go", printed, "local", chosen)
    assert words in str(refused.value)
    assert "or put a Pulumi engine on PATH" in str(refused.value)


def test_no_go_at_all_is_said_with_both_ways_out(tmp_path: Path) -> None:
    with pytest.raises(
        Failure, match=r"there is no Go to build it with: install Go 1\.25\.11 or newer .* or put a Pulumi engine on PATH"
    ):
        go_toolchain.find({"PATH": str(tmp_path)}, str(tmp_path))


def test_places_on_one_disk_add_up() -> None:
    needs = {Path("/a"): 1, Path("/b"): 2, Path("/c"): 4}
    disks = {Path("/a"): 7, Path("/b"): 8, Path("/c"): 7}
    assert go_toolchain.by_disk(needs, disks.__getitem__) == [([Path("/a"), Path("/c")], 5), ([Path("/b")], 2)]


def test_a_disk_that_is_too_small_is_named_with_what_is_needed_and_free() -> None:
    assert go_toolchain.shortage([Path("/a")], 6_000_000_000, 6_000_000_000) is None
    sentence = go_toolchain.shortage([Path("/a"), Path("/b")], 6_000_000_000, 1_200_000_000)
    assert sentence
    assert "takes about 6.0 GB on the disk of /a and /b, where 1.2 GB are free" in sentence


def test_the_build_reads_the_committed_sums_and_needs_no_c_compiler() -> None:
    settings = go_toolchain.build_settings()
    assert settings["GOFLAGS"] == "-mod=readonly"
    assert settings["CGO_ENABLED"] == "0"


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("dial tcp: lookup proxy.example on 1.1.1.1:53: no such host", "connect to the internet"),
        ("x: module lookup disabled by GOPROXY=off", "connect to the internet"),
        ("write $WORK/b001/_pkg_.a: no space left on device", "The disk is full"),
        ("link: signal: killed", "memory ran out"),
        ("verifying x@v1: checksum mismatch", "go.sum"),
        ("go: go.mod requires go >= 1.25.11 (running go 1.24.4; GOTOOLCHAIN=local)", "install a newer Go"),
        ("mkdir /home/cleo/go: permission denied", "may not write"),
        ("# pkg\nundefined: x", "undefined: x"),
        ("", "Go said nothing"),
    ],
)
def test_what_go_says_becomes_a_sentence(printed: str, words: str) -> None:
    sentence = go_build.explain(printed, Path("/logs/build.log"))
    assert words in sentence
    assert "/logs/build.log" in sentence


def test_both_programs_are_built_stripped_and_the_engine_knows_its_version() -> None:
    flags = {build.program: build.linker_flags for build in BUILDS}
    assert flags["pulumi-language-python"] == "-s -w"
    assert flags["pulumi"].endswith("version.Version=v3.259.0")


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [(0, None, "0 done"), (421, 1685, "421 of 1685 packages (25%)"), (1685, 1685, "1685 of 1685 packages (100%)")],
)
def test_progress_in_words(done: int, total: int | None, words: str) -> None:
    assert progress.state(done, total) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (221, "3 min 41 s")])
def test_time_in_words(seconds: float, words: str) -> None:
    assert progress.clock(seconds) == words


@pytest.mark.parametrize("terminal", [True, False])
def test_a_step_ends_with_what_was_done(*, terminal: bool) -> None:
    shown = io.StringIO()
    steps = progress.for_console(Console(file=shown, force_terminal=terminal, width=100), terminal=terminal)
    for total in (None, 3):
        steps.start("Building the Pulumi engine", total)
        steps.advance()
        steps.tick()
        steps.finish()
    assert "Building the Pulumi engine" in shown.getvalue()
    assert ("100%" in shown.getvalue()) is terminal
    assert ("done in 0 s" in shown.getvalue()) is not terminal
