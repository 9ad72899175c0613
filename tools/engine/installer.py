"""Pulumi's official installer, where the internet is open: a quick look, then a bounded time, then on to the next way."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from tools.child import run
from tools.engine.existing import put_in_place
from tools.engine.pins import (
    ENGINE_VERSION,
    INSTALLER_ADDRESS,
    INSTALLER_ANSWERS_WITHIN_SECONDS,
    INSTALLER_FINISHES_WITHIN_SECONDS,
    PROGRAMS,
)
from tools.places import Places

ORIGIN = "from Pulumi's official installer"
PROBE = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=float(sys.argv[2])).read(1)"
INSTALL = (
    "import sys, semver; from pulumi.automation import PulumiCommand; "
    "PulumiCommand.install(version=semver.VersionInfo.parse(sys.argv[1]), root=sys.argv[2])"
)


def install(places: Places, say: Callable[[str], None]) -> bool:
    """Install the pinned engine; False where that cannot be done here."""
    log = places.logs / "installer.log"
    # In a process of its own because a name look-up knows no time-out.
    probe = [sys.executable, "-c", PROBE, INSTALLER_ADDRESS, str(INSTALLER_ANSWERS_WITHIN_SECONDS)]
    if run(probe, log=log, seconds=INSTALLER_ANSWERS_WITHIN_SECONDS + 1).code != 0:
        return False
    say(f"Installing Pulumi {ENGINE_VERSION} with its official installer.")
    root = places.engine / "installer"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    command: list[str | Path] = [sys.executable, "-c", INSTALL, ENGINE_VERSION, root]
    outcome = run(command, log=log, seconds=INSTALLER_FINISHES_WITHIN_SECONDS)
    complete = outcome.code == 0 and all((root / "bin" / name).exists() for name in PROGRAMS)
    if complete:
        put_in_place(root / "bin", ORIGIN, places)
    else:
        say("The official installer did not finish; going on without it.")
    shutil.rmtree(root, ignore_errors=True)
    return complete
