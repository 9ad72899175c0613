"""What the stack `local` needs on disk: a passphrase and the stack's settings."""

import secrets
from collections.abc import Callable
from pathlib import Path

from tools.places import Places

SALT = "encryptionsalt:"


def ensure(places: Places, say: Callable[[str], None]) -> None:
    """Have a passphrase and, made from the committed settings, the file that Pulumi reads and salts."""
    fresh = not places.passphrase.exists()
    if fresh:
        _write_private(places.passphrase, secrets.token_urlsafe(32) + "\n")
    if not places.stack_template.exists():
        return
    template = places.stack_template.read_text()
    written = places.stamps / "Pulumi.local.yaml"
    current = places.stack_settings.read_text() if places.stack_settings.exists() else None
    if current is not None and written.exists() and written.read_text() == template and not fresh:
        return
    settings = merged(template, current, written.read_text() if written.exists() else None, new_passphrase=fresh)
    if settings is None:
        say(
            "Pulumi.local.yaml holds settings of your own and was left as it is; "
            "the project's have changed since: compare it with tools/stack/Pulumi.local.yaml."
        )
    elif settings != current:
        places.stack_settings.write_text(settings)
    written.write_text(template)


def merged(template: str, current: str | None, last_template: str | None, *, new_passphrase: bool) -> str | None:
    """The settings to write: the template with the salt in use, or None where the user's own would be lost.

    A salt fits one passphrase only, so a new passphrase starts from the template again, and secrets encrypted with the
    lost one with it.
    """
    if current is None or new_passphrase:
        return template
    if not _same_settings(current, template) and (last_template is None or not _same_settings(current, last_template)):
        return None
    salts = [line for line in current.splitlines() if line.startswith(SALT)]
    return "\n".join([template.rstrip("\n"), *salts]) + "\n"


def _same_settings(one: str, other: str) -> bool:
    """Whether two files differ in nothing but the salt and Pulumi's own indentation."""

    def settings(text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(SALT)]

    return settings(one) == settings(other)


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    partial.write_text(text)
    partial.replace(path)
