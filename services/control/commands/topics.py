"""`webcare topics`, `webcare asyncapi` and `webcare rejected`: the bus as an operator sees it."""

import sys
from importlib.metadata import version
from pathlib import Path

import click

from services.contracts.rejected import RejectedRecord
from services.control.settings import ControlSettings, load


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    for command in (topics, asyncapi, rejected):
        main.add_command(command)


@click.group()
def topics() -> None:
    """Create, list and check the topics."""


@topics.command()
def create() -> None:
    """Create the topics that are missing."""
    from services.runtime.topics import create_topics

    made = create_topics(load(ControlSettings))
    click.echo(f"created: {', '.join(made)}" if made else "all topics exist")


@topics.command("list")
def list_() -> None:
    """List the topics that webcare uses, who writes and who reads them."""
    from services.contracts.topics import TOPICS

    for topic in TOPICS:
        click.echo(f"{topic.name:<20} {topic.description}")
        click.echo(f"{'':<20} {', '.join(topic.written_by)} → {', '.join(topic.read_by)}; {topic.cleanup}")


@topics.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def check(as_json: bool) -> None:
    """Compare the topics of the cluster with what is declared; exit status 1 when they differ."""
    from services.control.output import show
    from services.runtime.topics import check_topics

    states = check_topics(load(ControlSettings))
    if as_json:
        show([{"topic": s.topic.name, "partitions": s.partitions, "problem": s.problem} for s in states])
    else:
        for state in states:
            click.echo(f"{state.topic.name:<20} {state.partitions:>3} partitions  {state.problem or 'as declared'}")
    sys.exit(1 if any(state.problem for state in states) else 0)


@click.command()
@click.option("--write", type=click.Path(file_okay=False, path_type=Path), help="Write it and the JSON Schemas here.")
def asyncapi(write: Path | None) -> None:
    """Print the AsyncAPI document of the bus, or write it with the JSON Schema of every message."""
    from services.contracts import asyncapi as generated
    from services.control.output import show

    if write:
        for path in generated.write(write, version("webcare")):
            click.echo(path)
    else:
        show(generated.asyncapi(version("webcare")))


@click.group()
def rejected() -> None:
    """List, show and replay what could not be read."""


@rejected.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def list_rejected(as_json: bool) -> None:
    """List what could not be read, with the reason."""
    from services.control.output import show
    from services.runtime.rejected import rejected as every

    found = list(every(load(ControlSettings)))
    if as_json:
        show([one.model_dump(mode="json", exclude={"payload", "key", "headers"}) for one in found])
        return
    for one in found:
        click.echo(f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.code:<15} {one.source}: {one.detail}")
    click.echo(f"{len(found)} rejected")


@rejected.command("show")
@click.argument("record_id")
def show_rejected(record_id: str) -> None:
    """Show one record: why it was refused, where it came from, and its bytes as text."""
    one = _find(record_id)
    for name, value in one.model_dump(mode="json", exclude={"payload", "key"}).items():
        click.echo(f"{name}: {value}")
    click.echo("payload:")
    click.echo(one.payload.decode("utf-8", "backslashreplace"))


@rejected.command("replay")
@click.argument("record_id")
@click.option("--payload", type=click.File("rb"), help="The repaired payload; without it, the bytes as they were.")
def replay_rejected(record_id: str, payload: click.utils.LazyFile | None) -> None:
    """Put a record on its topic again, as it was or repaired."""
    from services.runtime.rejected import NotReplayable, replay

    one = _find(record_id)
    try:
        replay(load(ControlSettings), one, payload.read() if payload else None)
    except NotReplayable as error:
        raise click.ClickException(error.reason) from error
    click.echo(f"sent again on {one.topic}")


def _find(record_id: str) -> RejectedRecord:
    from services.runtime.rejected import rejected as every

    for one in every(load(ControlSettings)):
        if one.id == record_id:
            return one
    raise click.ClickException(f"no rejected record {record_id}; `webcare rejected list` shows them")
