"""A PostgreSQL server on loopback, for as long as somebody needs it."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "vectorize"
# In an address it would have to be encoded.
PASSWORD = "s/e@c r%t"


def programs() -> Path | None:
    """The folder of the newest server's own programs; Debian's packages put them where PATH does not lead. None without any."""
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    found = Path("/usr/lib/postgresql").glob("[0-9]*/bin/initdb")
    return max((one.parent for one in found), key=lambda folder: float(folder.parent.name), default=None)


@dataclass
class Server:
    """One server, whose one user needs a password."""

    programs: Path
    folder: Path
    port: int = 0
    whose: dict[str, Any] = field(default_factory=dict)

    def create(self, name: str) -> None:
        """Makes an empty database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)

    def start(self) -> None:
        """Begins on a port of its own, which another process may take first."""
        (self.folder / "password").write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            # The server refuses to be root.
            nobody = pwd.getpwnam("nobody")
            self.whose = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for one in (self.folder, self.folder / "password"):
                os.chown(one, nobody.pw_uid, nobody.pw_gid)
        access = (f"--username={USER}", "--auth=scram-sha-256", "--pwfile=password")
        self._run("initdb", "-D", "data", "--encoding=UTF8", "--no-sync", *access)
        for last in (False, False, False, True):
            self.port = _free_port()
            settings = ("listen_addresses=127.0.0.1", f"port={self.port}", "unix_socket_directories=''", "fsync=off")
            try:
                self._run("pg_ctl", "start", "--wait", "-D", "data", "-l", "log", "-o", " ".join(f"-c {one}" for one in settings))
            except AssertionError:
                if last:
                    raise
            else:
                return

    def stop(self) -> None:
        """Ends at once, whoever is connected; nothing of it is left."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--wait", "-D", "data", "-m", "immediate")

    def _run(self, program: str, *arguments: str) -> None:
        environment = {"PATH": os.environ["PATH"], "PGPASSWORD": PASSWORD, "LC_ALL": "C"}
        call: dict[str, Any] = {"cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL, **self.whose}
        with (self.folder / "said").open("w+", encoding="utf-8") as said:
            # Into a file: a server that is started keeps what it inherits, and whoever reads a pipe would wait for its end.
            done = subprocess.run([self.programs / program, *arguments], stdout=said, stderr=said, check=False, **call)
            said.seek(0)
            log = self.folder / "log"
            assert done.returncode == 0, f"{program}: {said.read()}{log.read_text() if log.exists() else ''}"


@contextmanager
def serving(installed: Path) -> Iterator[Server]:
    """A server of those programs, once it answers."""
    # Not in pytest's folder, which is closed to whoever the server runs as.
    server = Server(installed, Path(tempfile.mkdtemp(prefix="vectorize-postgresql-")))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
