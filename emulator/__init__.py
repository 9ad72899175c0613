"""An emulator of the Astra DevOps API and of the Data API: one WSGI application over one SQLite file.

It stands alone: it shares no code and no data with what is tested against it, so that a wrong belief has to be written
down twice before it goes unnoticed. It refuses what the service refuses, and answers 501 for what it does not do; it
never succeeds quietly.

Where to start:

* `emulator.transport.open_store` -- the emulator inside this process, as an httpx transport;
* `emulator.world.World` -- the state behind it, to seed and to inspect;
* `emulator.control` -- what can be done to it on purpose, by commands and over HTTP;
* `emulator.application.application` -- the WSGI application;
* `emulator.command_line` -- the same over HTTP.

docs/emulator.md shows all of it at work.

What its answers rest on: exchanges recorded from the open-source Data API 1.0.51 (`tests/recordings/`), the published
OpenAPI document of the DevOps API, and public observations of other clients. What rests on none of these, or on the
open-source service's source alone, says "unverified" where it stands.
"""
