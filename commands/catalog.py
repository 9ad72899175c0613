"""`vectorize catalog`: the embedding models that this project knows, and how they stay what the service has."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from astra.errors import AstraError
from astra.wording import listed, named, nearest
from commands import catalog_check, catalog_files, catalog_list, catalog_update, completing, engine, output
from commands.catalog_stack import asked
from commands.show import console
from commands.stack_option import stack_option

_STACK = (
    "The stack whose databases are asked, with the token of ASTRA_DB_APPLICATION_TOKEN or, where that is not set, of its "
    "secret config vectorize:token."
)


@click.group()
def catalog() -> None:
    """List embedding models, and keep what is known of them as the service has it.

    What is known are the files of schemas/embedding-providers; environments are validated by them.
    """


@catalog.command(
    name="list",
    epilog="""\b
Examples:
  vectorize catalog list                    every provider
  vectorize catalog list openai --stack dev
                                            one, beside what each database of dev offers
  vectorize catalog list --format json | jq '.providers[].models[].name'

\b
Exit codes: 0 shown; 1 it could not be, or not of every database.
NO_COLOR=1 keeps colours off a terminal.""",
)
@click.argument("provider", required=False, shell_complete=completing.providers)
@stack_option(help=f"Show beside it what is really offered. {_STACK}")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="What is printed: text (tables; the default) or json (schemas/reports/catalog-list-1.schema.json).",
)
def list_models(provider: str | None, stack: str | None, form: str) -> None:
    """List providers and models: dimensions, status, parameters, authentication, batch size, regions; PROVIDER alone, or all."""
    with _told():
        catalog_files.refuse_broken()
        databases = asked(stack) if stack else []
        known = catalog_list.providers(None, databases)
        if provider is not None and provider not in known:
            raise click.ClickException(f"there is no embedding provider {named(provider)}{_other(provider, known)}")
        keys = catalog_list.providers(provider, databases)
        if form == "json":
            click.echo(catalog_list.as_json(keys, databases), nl=False)
        else:
            catalog_list.show(console(), keys, databases)
    sys.exit(1 if any(one.reason for one in databases) else 0)


def _other(provider: str, known: list[str]) -> str:
    return nearest(provider, known) or f"; there are: {listed(known)}"


@catalog.command(
    epilog="""\b
Examples:
  vectorize catalog check --stack dev
  vectorize catalog check --stack dev --format github --output catalog.md

\b
Exit codes: 0 the schemas say what is offered; 2 they differ; 1 it could not be told of every database.
NO_COLOR=1 keeps colours off a terminal."""
)
@stack_option(required=True, help=_STACK)
@output.options(
    "text (one line a difference; the default), json (schemas/reports/catalog-check-1.schema.json), sarif (2.1.0), junit, github "
    "(workflow commands, step summary and outputs) or markdown."
)
def check(stack: str, stated: str | None, outputs: tuple[str, ...]) -> None:
    """Find out how what a stack's databases offer differs from the schemas: providers, models, dimensions, parameters, statuses.

    Reads, and writes nothing. What any database of the stack offers counts.
    """
    wanted = output.wanted(stated, outputs)
    with _told():
        catalog_files.refuse_broken()
        what = catalog_check.found(stack, asked(stack))
    failures = output.publish(wanted, lambda form: catalog_check.report(form, what), lambda: catalog_check.coloured(what))
    if "github" in wanted.formats:
        failures += output.handed_over(catalog_check.handed_over(what), os.environ)
    click.echo(catalog_check.summary(what), err=True)
    output.tell(failures)
    sys.exit(1 if failures else what.exit_code)


@catalog.command(
    epilog="""\b
Examples:
  vectorize catalog update --stack dev --dry-run
                                            what would be written, as a diff
  vectorize catalog update --stack dev

\b
Exit codes: 0 written, or nothing differs; 1 nothing was written, and why.
docs/catalog.md says what is kept, and what a person completes."""
)
@stack_option(required=True, help=_STACK)
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing, and show what would be written.")
def update(stack: str, dry: bool) -> None:
    """Rewrite the schemas of the embedding providers as a stack's databases list them, with a line in CHANGELOG.md.

    Keeps what the service does not tell. Writes all files, or none where one cannot be written or nothing differs. Every database
    has to answer.
    """
    with _told():
        catalog_update.refuse_elsewhere()
        catalog_files.refuse_broken()
        databases = asked(stack)
        if silent := [f"{one.name}: {one.reason}" for one in databases if one.reason]:
            raise click.ClickException(f"nothing was written, since not every database could be asked. {' '.join(silent)}")
        made = catalog_update.update(databases, datetime.now(UTC).date().isoformat())
        if dry:
            click.echo(made.diff(), nl=False)
        else:
            _write(made)
    for line in catalog_update.lines(made, dry=dry):
        click.echo(line)


def _write(made: catalog_update.Update) -> None:
    try:
        made.write()
    except OSError as error:
        raise click.ClickException(f"{named(error.filename)}: cannot be written: {error.strerror}. Nothing was.") from None


@contextmanager
def _told() -> Iterator[None]:
    """Ends the command with a sentence where something is wrong."""
    try:
        yield
    except (engine.EngineError, AstraError) as error:
        raise click.ClickException(str(error)) from None
