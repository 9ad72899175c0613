"""What is said of a bug: what happened and where, in a form that can be published."""

import re
import shlex
import traceback
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from astra.wording import hidden, redacted
from commands import versions

# Names of variables whose values nobody is shown: of this project, the engine, clouds, embedding providers, databases.
_SECRET_NAME = re.compile(r"TOKEN|KEY|SECRET|PASS|CREDENTIAL|AUTH|^(?!OLDPWD$).+PWD$", re.IGNORECASE)
# Shorter ones would take letters out of words, and guard nothing. Unit: characters.
_SHORTEST = 4
# What is said to be a secret where it stands: password=…, ?token=…, 'apiKey': '…'.
_STATED = re.compile(
    r"((?:password|passwd|passphrase|pwd|token|secret|credential|api[_-]?key|access[_-]?key|(?<=[?&])key)[\w-]*(?:=|['\"]:\s*))"
    r"(?!['\"]?\(hidden)(\"[^\"]*\"|'[^']*'|[^\s&'\",;)]+)",
    re.IGNORECASE,
)
# The password of an address, as far as the @ before its host.
_OF_ADDRESS = re.compile(r"//[^/\s:@]*:([^/\s]+)@")
_HIDDEN = "(hidden)"
WHERE = (
    "This is a bug of vectorize and no mistake of yours. Please report it in the project's issue tracker, with what you expected "
    "and all that stands below. What looks like a secret is hidden there; look through it all the same."
)


def text(error: BaseException, arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """What happened, where to report it, and what to report: versions, the command line, the traceback; without secrets.

    Args:
        error: what nobody had expected.
        arguments: of the command line.
        environ: the variables; the value of each whose name speaks of a secret is taken out, and so is the password in an
            address.
    """
    secrets = _secrets(environ)
    # Before lines are taken apart and words are quoted: a secret may hold a line's end or a quote.
    what = _without(secrets, "".join(traceback.format_exception_only(error)).strip()).splitlines() or [type(error).__name__]
    where = _without(secrets, "".join(traceback.format_exception(error)).rstrip())
    command = shlex.join(["vectorize", *(_redacted(_without(secrets, argument)) for argument in arguments)])
    report = f"Error: {what[0]}\n{WHERE}\n\n{versions.text()}\ncommand: {command}\n\n{where}"
    return "\n".join(map(_redacted, report.split("\n")))


def _secrets(environ: Mapping[str, str]) -> list[str]:
    """What the variables hold that nobody is shown, in all its forms; the longest first: one may be a part of another."""
    held = {value.strip() for name, value in environ.items() if _SECRET_NAME.search(name)}
    for value in environ.values():
        held |= {*_OF_ADDRESS.findall(value), *(found[2].strip("'\"") for found in _STATED.finditer(value))}
    forms = held | {repr(one)[1:-1] for one in held} | {unquote(one) for one in held}
    return sorted((one for one in forms if len(one) >= _SHORTEST), key=len, reverse=True)


def _without(secrets: Iterable[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return text


def _redacted(line: str) -> str:
    line = _STATED.sub(rf"\1{_HIDDEN}", line)
    # A long path may look like a long secret, and says where the bug is.
    return hidden(line) if line.lstrip().startswith('File "') else redacted(hidden(line))
