"""Every version that set-up of the engine depends on; the Go modules pin the rest in go.mod and go.sum beside this file."""

from dataclasses import dataclass
from pathlib import Path

ENGINE_VERSION = "3.259.0"
# Import files with `inputs` and `outputs`, which adoption needs, came with this release.
OLDEST_ENGINE = (3, 254, 0)
# What the engine's own go.mod asks for.
OLDEST_GO = (1, 25, 11)
# The first Go that can fetch a newer one by itself.
OLDEST_SELF_UPDATING_GO = (1, 21, 0)

ENGINE_PROGRAM = "pulumi"
# What a Python program with dynamic resources needs beside the engine.
COMPANIONS = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
PROGRAMS = (ENGINE_PROGRAM, *COMPANIONS)

INSTALLER_ADDRESS = "https://get.pulumi.com/install.sh"
INSTALLER_ANSWERS_WITHIN_SECONDS = 4
INSTALLER_FINISHES_WITHIN_SECONDS = 300

MODULES = Path(__file__).resolve().parent / "modules"
SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
# Scripts of the SDK module, by their place in it.
LAUNCHERS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")

# Seen: 2.0 GB of modules, 3 GB of build cache, 0.14 GB of programs; with some room to breathe.
MODULES_BYTES = 2_500_000_000
BUILD_CACHE_BYTES = 3_500_000_000
PROGRAMS_BYTES = 300_000_000


@dataclass(frozen=True)
class Build:
    """One program built from a Go module of ours."""

    title: str
    module: Path
    package: str
    program: str
    linker_flags: str = "-s -w"


BUILDS = (
    Build(
        title="Pulumi engine",
        module=MODULES / "pulumi",
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        program=ENGINE_PROGRAM,
        # Without its version the engine is refused by the Automation API.
        linker_flags=f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{ENGINE_VERSION}",
    ),
    Build(
        title="Python language host",
        module=MODULES / "language-host",
        package="github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
        program="pulumi-language-python",
    ),
)
