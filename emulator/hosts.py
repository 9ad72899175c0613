"""Names of this machine: which one to listen on, and by which ones a client may call what listens on loopback alone."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from emulator.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def to_listen_on(stated: str) -> str:
    """The address as the system takes it: one of IPv6 may stand in brackets, as it does in a URL.

    Raises:
        Refusal: it is empty, which the system takes for every address there is.

    """
    host = stated.strip()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not host:
        raise Refusal("The host is empty: give an address to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them.")
    return host


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def for_loopback_alone(application: WSGIApplication) -> WSGIApplication:
    """The application for who calls it by a name of loopback; 421 for everybody else.

    A page in a browser can have its own name lead to this machine (DNS rebinding), and is then held back by nothing else:
    its requests go to where it came from. A request without the header comes from no browser.
    """

    def respond(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        called = environ.get("HTTP_HOST")
        if called is None or _names_loopback(called):
            return application(environ, start_response)
        sentence = "The emulator listens on loopback alone: call it localhost, 127.0.0.1 or [::1] in the header Host.\n"
        return Response(sentence, 421)(environ, start_response)

    return respond


def _names_loopback(header: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False
