"""The stack that takes what stands: one of the project, or one that is still to be made."""

from dataclasses import dataclass, field

import yaml

from astra.validation import mapping
from astra.wording import named
from commands import engine
from commands.environment_file import project

_NAMESPACE = "vectorize:"
_TARGET = ("devopsUrl", "dataApiUrl", "transport", "store", "dryRun")


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack.

    Attributes:
        name: as the engine knows it.
        exists: whether it is there.
        config: of the stack; of one that is not there what its file says beside secrets.
        export: its state.
    """

    name: str
    exists: bool = True
    config: engine.Config = field(default_factory=engine.Config)
    export: engine.Export = field(default_factory=lambda: engine.Export("", "", ()))

    @property
    def environment(self) -> str:
        """Name of its environment; as providers/stack.py, without the organisation of the backend."""
        return self.config.environment or self.name.rpartition("/")[2]


def chosen(wanted: str | None) -> Stack:
    """The stack of that name, or the selected one.

    Raises:
        engine.EngineError: none is selected, or it cannot be read.
    """
    known = engine.stacks()
    name = wanted or next((one for one, selected in known if selected), "")
    if not name:
        raise engine.EngineError("no stack is selected: name one with --stack, which is made where there is none of that name")
    found = next((one for one, _ in known if name in (one, one.rpartition("/")[2])), "")
    if found:
        return Stack(found, config=engine.config(found), export=engine.export(found))
    return Stack(name, exists=False, config=_stated(name))


def make(stack: Stack) -> None:
    """Makes a stack, which is not selected. Raises EngineError."""
    engine.asked(["stack", "init", stack.name, "--no-select"], f"make the stack {named(stack.name)}")


def _stated(name: str) -> engine.Config:
    """The config that a stack is going to have, as far as its file says it in clear."""
    try:
        read = yaml.safe_load((project() / f"Pulumi.{name.rpartition('/')[2]}.yaml").read_bytes())
    except FileNotFoundError:
        return engine.Config()
    except (OSError, yaml.YAMLError) as error:
        raise engine.EngineError(f"the config of the stack {named(name)} cannot be read: {type(error).__name__}") from None
    stated = {key: str(value) for key, value in mapping(mapping(read).get("config")).items() if not isinstance(value, dict)}
    target = {key: stated[f"{_NAMESPACE}{key}"] for key in _TARGET if f"{_NAMESPACE}{key}" in stated}
    return engine.Config(stated.get(f"{_NAMESPACE}environment", ""), "", target)
