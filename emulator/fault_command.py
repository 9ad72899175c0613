"""`emulator fault`: make the emulator misbehave."""

from __future__ import annotations

from typing import Any

import click

from emulator import control, faults
from emulator.examples import examples
from emulator.store_option import STORE, opened


@click.group()
def fault() -> None:
    """Make the emulator misbehave on purpose: wrong answers, delays, cut connections.

    What is added is obeyed at once, in process and over HTTP, by every process that uses the store, until its count is used
    up or it is cleared.
    """


@fault.command(
    epilog=examples(
        "fault add --status 429 --retry-after 2 --count 3",
        "fault add --status 503 --route 'POST /v2/databases'",
        "fault add --status 401 --body null --route '/v2/*'",
        "fault add --delay 0.5 --command find",
        "fault add --hang-up half --command createCollection",
        "fault add --status 500 --probability 0.1 --seed 7",
    )
)
@click.option("--status", type=int, help="Answer with this HTTP status instead; the request has no effect.")
@click.option("--retry-after", type=int, metavar="SECONDS", help="That answer's header Retry-After.")
@click.option("--body", help="That answer's body: JSON such as null, or plain text. Left out: a sentence.")
@click.option("--delay", type=float, metavar="SECONDS", help="Wait first.")
@click.option(
    "--hang-up",
    metavar="|".join(faults.HANG_UPS),
    help=f"Cut the connection before the request has its effect, after it, or half-way through {faults.HALF}.",
)
@click.option("--route", metavar="[METHOD] PATH", help="Only requests to it; {name} stands for one part, * for any rest.")
@click.option("--command", metavar="NAME", help="Only requests with this command of the Data API.")
@click.option("--count", type=int, help="Only so many requests.")
@click.option("--probability", type=float, help="Only with this probability, 0 to 1.")
@click.option("--seed", type=int, help="Which requests that hits; the same ones with the same seed.")
@STORE
def add(store: str, **stated: Any) -> None:
    """Add a fault. Limits that are left out do not limit."""
    with opened(store) as world:
        added = control.add_fault(world, **stated)
    click.echo(f"Added the fault {said(added | {'remaining': added.get('count'), 'happened': 0})}.")


@fault.command(name="list", epilog=examples("fault list"))
@STORE
def list_all(store: str) -> None:
    """List the faults that can still happen, in the order they happen in."""
    with opened(store) as world:
        found = control.list_faults(world)
    for one in found:
        click.echo(said(one))
    if not found:
        click.echo("There is no fault.")


@fault.command(epilog=examples("fault clear", "fault clear 1 3"))
@click.argument("numbers", type=int, nargs=-1, metavar="[NUMBER]...")
@STORE
def clear(numbers: tuple[int, ...], store: str) -> None:
    """Remove the faults of these numbers, or all."""
    with opened(store) as world:
        count = control.remove_faults(world, numbers) if numbers else control.clear_faults(world)
    click.echo(f"Removed {count} {'fault' if count == 1 else 'faults'}.")


def said(stated: dict[str, Any]) -> str:
    """One fault in words."""
    remaining, happened = stated["remaining"], stated["happened"]
    fields = {name: value for name, value in stated.items() if name in faults.TYPES}
    left = "" if remaining is None else f", {remaining} more {'time' if remaining == 1 else 'times'}"
    so_far = f" (happened {happened} {'time' if happened == 1 else 'times'})" if happened else ""
    return f"{stated['number']}: {faults.Fault(**fields)}{left}{so_far}"
