"""Where set-up puts things: everything it makes is below the project's own `.vectorize` folder."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class Places:
    """The project's folder and the places derived from it."""

    root: Path

    @classmethod
    def here(cls) -> "Places":
        """The places of the checkout this file belongs to."""
        return cls(Path(__file__).resolve().parent.parent)

    @property
    def made(self) -> Path:
        """The git-ignored folder for everything made by set-up."""
        return self.root / ".vectorize"

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.made / "venv"

    @property
    def python(self) -> Path:
        """The virtual environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def engine(self) -> Path:
        """The engine that set-up installed or built; absent where one was found on PATH."""
        return self.made / "engine"

    @property
    def state(self) -> Path:
        """Pulumi's state backend."""
        return self.made / "state"

    @property
    def state_url(self) -> str:
        """The state backend as Pulumi names it."""
        return f"file://{quote(str(self.state))}"

    @property
    def passphrase(self) -> Path:
        """The random passphrase that encrypts the secrets in the state."""
        return self.made / "passphrase"

    @property
    def pulumi_home(self) -> Path:
        """Pulumi's plugins and the selected stack, so that the user's own `~/.pulumi` stays untouched."""
        return self.made / "pulumi-home"

    @property
    def stamps(self) -> Path:
        """Notes on finished steps, by which the next run knows there is nothing to do."""
        return self.made / "stamps"

    @property
    def logs(self) -> Path:
        """Full output of the steps that show only their progress."""
        return self.made / "logs"

    @property
    def activate(self) -> Path:
        """The script that the README tells people to source."""
        return self.made / "activate"

    @property
    def stack_settings(self) -> Path:
        """The settings of the stack `local` as Pulumi reads and salts them."""
        return self.root / "Pulumi.local.yaml"

    @property
    def stack_template(self) -> Path:
        """The committed settings of the stack `local`."""
        return self.root / "tools" / "stack" / "Pulumi.local.yaml"

    @property
    def guard(self) -> Path:
        """A link to a folder, which `pulumi new` stumbles over before it copies the state and the passphrase (engine 3.259).

        It copies a template with everything in it but `.git`, ends at such a link, and shows its path: hence the name.
        """
        return self.made / ".pulumi-new-needs-a-fresh-clone"

    def make(self) -> None:
        """Make the folders, the state readable by its owner only."""
        for folder in (self.made, self.stamps, self.logs, self.pulumi_home):
            folder.mkdir(parents=True, exist_ok=True)
        self.state.mkdir(mode=0o700, exist_ok=True)
        # It is there already, or the file system has no links: set-up needs it for nothing.
        with suppress(OSError):
            self.guard.symlink_to(self.stamps.name)
