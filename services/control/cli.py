"""The `webcare` command. Each subcommand loads only what it needs; long work shows its progress; `--json` is for scripts."""

import sys
from typing import Any

import click
from kafka.errors import KafkaError

from deploy.local.engine import EngineError
from services.control.commands import accounts, canned, data, erasing, learning, rotas, topics
from services.control.output import show
from services.control.state import SupervisorError
from services.runtime.settings import SettingsError


class Group(click.Group):
    """Turns errors that a user can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise _Failed(str(error), 2) from error
        except (EngineError, SupervisorError) as error:
            raise _Failed(str(error), 1) from error
        except KafkaError as error:
            raise _Failed(f"Kafka does not answer: {error}", 1) from error


class _Failed(click.ClickException):
    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.exit_code = status


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="webcare")
def main() -> None:
    """A webcare and social media control centre that you run yourself."""


@main.command()
@click.option(
    "--no-engines", is_flag=True, help="Use the Kafka and Elasticsearch of the settings; start only services."
)
def up(no_engines: bool) -> None:
    """Start the engines and all services, and keep them running until Ctrl-C."""
    from services.control.up import up as start

    sys.exit(start(engines=not no_engines))


@main.command()
def demo() -> None:
    """Start everything with two example teams, their rota and a live stream of example mentions."""
    from services.control.demo import demo as start

    sys.exit(start())


@main.command()
def down() -> None:
    """Stop what `webcare up` or the demo started in this data folder."""
    from services.control.up import down as stop

    click.echo(stop())


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def status(as_json: bool) -> None:
    """Show the processes and what is wrong with them."""
    from services.control.up import status as look

    found = look()
    if as_json:
        show(found)
    else:
        for process in found["processes"]:
            click.echo(f"{process['name']:<14} {process['state']:<9} {process['pid'] or ''}")
        for problem in found["problems"]:
            click.echo(f"problem: {problem}")
    sys.exit(1 if found["problems"] else 0)


@main.command()
@click.argument("name", type=click.Choice(["ingest", "classify", "reread", "trends", "route", "ticker", "sink", "web"]))
def run(name: str) -> None:
    """Run one process in the foreground."""
    from services.control.run import run_process

    sys.exit(run_process(name))


for group in (accounts, canned, data, erasing, learning, rotas, topics):
    group.add_to(main)
