"""Everything that is asked of the Pulumi engine's command line. Nothing here changes a stack.

Sources: engine 3.259 as seen; its event stream is what the Automation API reads.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from astra.wording import listed, named, nearest, redacted
from commands.engine_process import started

TOKEN_VARIABLE = "ASTRA_DB_APPLICATION_TOKEN"  # noqa: S105 - a variable's name
_NAMESPACE = "vectorize:"
_TOKEN = f"{_NAMESPACE}token"
# What an update takes of a stack's config for its target, as providers/astra_provider.py, which brings the engine's SDK along.
_TARGET = tuple(f"{_NAMESPACE}{name}" for name in ("devopsUrl", "dataApiUrl", "transport", "store", "dryRun"))
# Of the state's address, which the engine repeats where it cannot open it: user and password, and a password among the settings.
_ACCESS = re.compile(r"(?<=://)[^\s/\"]+(?=@)|(?<=password=)[^\s&\"]+")
# How long is waited for a database that does not answer, in seconds: a look is no update, and somebody waits for its end.
PATIENCE = 300.0
PATIENCE_VARIABLE = "VECTORIZE_DATABASE_TIMEOUT"
# How many resources the engine reads at the same time. Most of them wait for one listing; its own default is four a processor.
_WIDTH = 64
# How far the engine's memory grows before garbage is collected, in percent: it is there for seconds, and many events are made.
_GOGC = "400"
# How many entries of a stack's history are read: refreshes are among them.
_HISTORY = 50
# Where a read raised, which is said of it.
_SUMMARY = "preview failed"
# What the engine says of a stack that its backend does not have.
_NO_STACK = "no stack named"
# What a failing verb of a provider's host says before its sentence.
_RAISED = re.compile(r"(?:^|\s)(?:\w+\.)*AstraError: ")


class EngineError(Exception):
    """The engine could not do it; str() is a sentence for a person and holds no secret."""


@dataclass(frozen=True, slots=True)
class Config:
    """A stack's config.

    Attributes:
        environment: name of its environment file, "" where that is the stack's.
        token: its secret token, "" where it keeps none.
        target: what it says of the target: devopsUrl, dataApiUrl, transport, store, dryRun.
    """

    environment: str = ""
    token: str = field(default="", repr=False)
    target: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Export:
    """A stack's state.

    Attributes:
        updated: when it was last changed, ISO 8601 in UTC to the second; "" if never.
        saved: when the engine wrote it, as it says so; another one where the state is another.
        resources: as the engine keeps them: urn, type, id, inputs, outputs, dependencies, stackTrace, ...
        interrupted: urns of what an update that was killed had begun.
    """

    updated: str
    saved: str
    resources: tuple[Mapping[str, Any], ...]
    interrupted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a stack.

    Attributes:
        result: succeeded, failed or in-progress.
        begun: when, in UTC; the end of all time where that is not told.
        ended: likewise.
    """

    result: str
    begun: datetime
    ended: datetime


@dataclass(slots=True)
class Refreshed:
    """What a refresh would do, resource by resource.

    Attributes:
        met: by urn {op, old, new}, old and new with inputs and outputs; op is delete where it is proven to be gone.
        errors: by urn, what its read raised.
        failure: why what is in neither was not read; "" where the engine did not say.
    """

    met: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    failure: str = ""


def stacks() -> list[tuple[str, bool]]:
    """Names of the project's stacks, sorted, each with whether it is the selected one.

    Raises:
        EngineError: the engine is missing, or cannot open the state.
    """
    found = _read(list, ["stack", "ls", "--json"], "list the stacks")
    return sorted((str(one["name"]), bool(one.get("current"))) for one in found)


def outputs(stack: str | None) -> dict[str, Any]:
    """The outputs of a stack's last update, of the selected one where none is named. Raises EngineError."""
    called = named(stack) if stack else "the selected stack"
    found: dict[str, Any] = _read(dict, ["stack", "output", "--json"], f"read the outputs of {called}", stack)
    return found


def config(stack: str) -> Config:
    """What of a stack's config matters here. Raises EngineError."""
    found = _read(dict, ["config", "--json", "--show-secrets"], f"read the config of {named(stack)}", stack)
    values = {key: str((entry or {}).get("value") or "") for key, entry in found.items()}
    target = {key.removeprefix(_NAMESPACE): values[key] for key in _TARGET if values.get(key)}
    return Config(values.get(f"{_NAMESPACE}environment", ""), values.get(_TOKEN, ""), target)


def export(stack: str) -> Export:
    """A stack's state; its secrets stay encrypted. Raises EngineError."""
    deployment = _read(dict, ["stack", "export"], f"read the state of {named(stack)}", stack).get("deployment") or {}
    time = str((deployment.get("manifest") or {}).get("time", ""))
    # Of a stack without any update it is the first of January of the year one.
    updated = "" if time.startswith("0001-") else re.sub(r"(\.\d+)?(Z|\+00:00)$", "Z", time)
    pending = (one.get("resource") or {} for one in deployment.get("pending_operations") or ())
    return Export(
        updated,
        time,
        tuple(deployment.get("resources") or ()),
        tuple(str(one["urn"]) for one in pending if "urn" in one),
    )


def updates(stack: str) -> list[Update]:
    """The last updates of a stack, newest first, of the backend's newest operations. Raises EngineError."""
    doing = f"read the history of {named(stack)}"
    found = _read((list, type(None)), ["stack", "history", "--json", f"--page-size={_HISTORY}"], doing, stack)
    return [
        Update(str(one.get("result", "")), _moment(one.get("startTime")), _moment(one.get("endTime")))
        for one in found or ()
        if one.get("kind") == "update"
    ]


def _moment(stated: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(stated)).astimezone(UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


def refreshed(stack: str, token: str, progress: Callable[[int], None]) -> Refreshed:
    """What the engine meets when it reads every resource anew. The state stays as it is, and the program is not run.

    Args:
        stack: its name.
        token: for the environment of the provider's host, which has one of the last update otherwise; "" for none.
        progress: told how many resources have been read.

    Raises:
        EngineError: the engine is missing.
    """
    call = command_line(["refresh", "--preview-only", "--json", "--run-program=false", f"--parallel={_WIDTH}"], stack)
    variables = {
        "GOGC": _GOGC,
        PATIENCE_VARIABLE: str(PATIENCE),
        **os.environ,
        "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1",
        **({TOKEN_VARIABLE: token} if token else {}),
    }
    # The presence of the first alone overrules the option; the second means --yes, which no preview takes.
    for name in ("PULUMI_RUN_PROGRAM", "PULUMI_SKIP_CONFIRMATIONS"):
        variables.pop(name, None)
    found = Refreshed()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        with started(call, env=variables, stderr=said) as process:
            for line in process.stdout or ():
                event = _event(line)
                _take(event, found, token)
                if "resOutputsEvent" in event:
                    progress(len(found.met))
        said.seek(0)
        if process.returncode and not found.failure:
            found.failure = _said(said.read(), stack, token) or f"the engine ended with exit code {process.returncode}"
    return found


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _take(event: Mapping[str, Any], found: Refreshed, token: str) -> None:
    if "resOutputsEvent" in event:
        metadata = event["resOutputsEvent"]["metadata"]
        # What an earlier update replaced and could not delete goes by the same urn.
        if not (metadata.get("old") or {}).get("delete"):
            found.met[metadata["urn"]] = metadata
    elif "resOpFailedEvent" in event:
        found.errors.setdefault(event["resOpFailedEvent"]["metadata"]["urn"], "")
    elif (event.get("diagnosticEvent") or {}).get("severity") == "error":
        diagnostic = event["diagnosticEvent"]
        sentence = _said(str(diagnostic.get("message", "")), "", token)
        if urn := diagnostic.get("urn"):
            found.errors[urn] = found.errors.get(urn) or sentence
        elif sentence != _SUMMARY:
            found.failure = found.failure or sentence


def command_line(arguments: list[str], stack: str | None) -> list[str]:
    """A call of the engine: it asks nobody anything. Raises EngineError where there is no engine."""
    if shutil.which("pulumi") is None:
        raise EngineError("pulumi is not on PATH. Activate the project's environment: . .vectorize/activate")
    return ["pulumi", *arguments, "--non-interactive", *(["--stack", stack] if stack else [])]


def asked(arguments: list[str], doing: str, stack: str | None = None) -> str:
    """What the engine answers; `doing` is the operation for the message of the EngineError that is raised where it fails."""
    with started(command_line(arguments, stack), stderr=subprocess.PIPE) as process:
        answer, error = process.communicate()
    if process.returncode:
        said = _said(error, stack or "") or f"exit code {process.returncode}"
        raise EngineError(f"cannot {doing}: {said}{_others(stack) if stack and _NO_STACK in error else ''}")
    return answer


def _read(kind: type | tuple[type, ...], arguments: list[str], doing: str, stack: str | None = None) -> Any:
    """What the engine answers in JSON. Raises EngineError where it fails, or answers something else."""
    answer = asked(arguments, doing, stack)
    try:
        found = json.loads(answer)
        if isinstance(found, kind):
            return found
    except ValueError:
        pass
    raise EngineError(
        f"cannot {doing}: the answer of pulumi cannot be read; is the pulumi on PATH the engine that set-up installed?"
    )


def _others(stack: str) -> str:
    """The stack that may be meant, or all: the engine's own words name no other. Empty where it cannot tell them."""
    try:
        full = [name for name, _ in stacks()]
    except EngineError:
        return ""
    # A backend of several organisations names the stack's before it; both are understood.
    known = [name if "/" in stack else name.rpartition("/")[2] for name in full]
    return nearest(stack, known) or f"; there are: {listed(known) or 'none'}"


def masked(text: str, token: str) -> str:
    """What the engine printed without the state's password and the token; secrets of the config it hides itself."""
    return _ACCESS.sub("(hidden)", text.replace(token, "(hidden)") if token else text)


def _said(text: str, stack: str, token: str = "") -> str:
    """What the engine said as one line, without secrets. It repeats the stack's name, which may be a key that was pasted."""
    *_, raised = _RAISED.split(text)
    line = " ".join(raised.split()).removeprefix("error: ")
    line = line.replace(token, "(hidden)") if token else line
    if raised != text:
        # A sentence of our own, which holds none, and has to be the same as where it is said in this process.
        return line
    return redacted(_ACCESS.sub("(hidden)", line.replace(stack, named(stack)) if stack else line))
