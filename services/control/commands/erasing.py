"""`webcare erase`: what an author wrote to a team, and who that was, goes."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from services.control.settings import load

if TYPE_CHECKING:  # the report is loaded only by the commands that need it
    from services.control.erasing import Erased
    from services.report.erasing import Found


def add_to(main: click.Group) -> None:
    """Add the command to `webcare`."""
    main.add_command(erase)


@click.command()
@click.argument("author", required=False)
@click.option("--author", "named", help="The same as AUTHOR.")
@click.option("--team", required=True, help="The team that collected it.")
@click.option("--source", required=True, help="Where it was written, as search names it: mastodon, email, …")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only say what there is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts; with --yes or --dry-run.")
def erase(
    author: str | None, named: str | None, team: str, source: str, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Erase AUTHOR: the id at the source (`author.id` in search) of who asks to be forgotten.

    Their name and what they wrote until now go from cases, drafts and search, with what was answered to them and noted about
    them; their open cases are closed. Counts and times stay. It cannot be undone. The exit status is 1 when nothing of them
    is found, or not all of it is gone yet.
    """
    from pydantic import ValidationError

    from services.control import erasing
    from services.report.elastic import ElasticUnavailableError
    from services.report.settings import ReportSettings
    from services.runtime.producer import SendError

    if (author is None) == (named is None):
        raise click.UsageError("give the author once: the id at the source")
    if as_json and not (yes or dry_run):
        raise click.UsageError("--json goes with --yes or --dry-run")
    settings, who = load(ReportSettings), erasing.Who(team, source, author or named or "")
    try:
        found, before = erasing.look(settings, who, datetime.now(UTC)), erasing.erased_before(settings, who)
        if not as_json:
            click.echo(_line(found))
        if not found:
            _nothing(before, as_json)
            return
        if dry_run:
            _show(as_json, found, before)
            return
        if not yes:
            click.confirm("Erase all of it? It cannot be undone", abort=True)
        done = erasing.erase(settings, who, "system:webcare")
    except ValidationError as error:
        raise click.ClickException(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from error
    except ElasticUnavailableError as error:
        raise click.ClickException(f"Elasticsearch does not answer: {error}") from error
    except (erasing.NotErasedError, SendError) as error:
        raise click.ClickException(str(error)) from error
    stays = [(topic.name, until) for topic, until in erasing.remains(settings, datetime.now(UTC))]
    _show(as_json, found, before, done, stays)
    if not done.searched:
        raise click.exceptions.Exit(1)


def _line(found: "Found") -> str:
    return (
        f"found: {found.mentions} mentions, {found.cases} cases as their author, "
        f"{found.messages} replies and notes about them"
    )


def _nothing(before: datetime | None, as_json: bool) -> None:
    """Nothing to erase: it was done before, or nobody knows the author."""
    if as_json:
        from services.control.output import show

        show({"mentions": 0, "cases": 0, "messages": 0, "erased_before": before, "erased": False})
    if before is None:
        raise click.ClickException("nothing of this author is found; search shows an author's id as author.id")
    if not as_json:
        click.echo(f"erased already, on {before:%Y-%m-%d %H:%M} UTC; nothing has changed")


def _show(
    as_json: bool,
    found: "Found",
    before: datetime | None,
    done: "Erased | None" = None,
    stays: list[tuple[str, datetime]] | None = None,
) -> None:
    if as_json:
        from services.control.output import show

        told: dict[str, Any] = asdict(found) | {"erased_before": before, "erased": done is not None}
        if done:
            topics = [{"topic": topic, "until": until} for topic, until in stays or []]
            told |= {"changed": done.cases, "closed": done.closed, "searched": done.searched, "remains": topics}
        show(told)
    elif done:
        click.echo(f"erased: {done.cases} cases in the desk, {done.closed} of them closed by it")
        click.echo(
            "search has nothing of them any more"
            if done.searched
            else "search still has some: it goes once the sink has caught up; run the same command again to see"
        )
        click.echo("until they expire, earlier records stay on the topics, for whoever may read Kafka:")
        for topic, until in stays or []:
            click.echo(f"  {topic:<20} until {until:%Y-%m-%d}")
        click.echo("and so does what backups and other systems have of it: see docs/runbook.md")
