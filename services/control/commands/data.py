"""`webcare import`, `webcare classify` and `webcare rebuild`: data in, read, and made again."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from services.control.settings import load


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    for command in (import_, classify, rebuild):
        main.add_command(command)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--team", help="The team of lines that name none.")
@click.option("--source", default="import", show_default=True, help="The source of lines that name none.")
@click.option("--rate", type=click.FloatRange(min=0.1), help="Lines a second; as fast as it goes by default.")
@click.option("--format", "format_", type=click.Choice(["ndjson", "csv"]), help="By the file's name by default.")
@click.option("--again", is_flag=True, help="Begin at the beginning although an import of this file was broken off.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def import_(
    file: Path, team: str | None, source: str, rate: float | None, format_: Any, again: bool, as_json: bool
) -> None:
    """Import mentions from FILE (NDJSON or CSV). Run again after an interruption, it goes on where it was."""
    from services.control.importing import run_import
    from services.control.output import progress, show
    from services.ingest.import_file import ImportFileError
    from services.ingest.settings import IngestSettings
    from services.ingest.sources.file.settings import ImportOptions

    options = ImportOptions(file, source, team, rate, format_, again)
    try:
        with progress(f"importing {file.name}", file.stat().st_size) as move_to:
            summary = run_import(load(IngestSettings), options, lambda p: move_to(p.bytes_done))
    except ImportFileError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        show(asdict(summary))
    else:
        _tell(summary)
    sys.exit(0 if summary.finished else 1)


def _tell(summary: Any) -> None:
    resumed = f", resumed after line {summary.resumed_after_line}" if summary.resumed_after_line else ""
    click.echo(
        f"{summary.lines} lines: {summary.accepted} sent, {summary.rejected} refused, {summary.seconds:.1f} s{resumed}"
    )
    for line in summary.refused:
        click.echo(f"  line {line.line}: {line.code}: {line.reason}")
    if summary.rejected:
        click.echo("what was refused is kept: `webcare rejected list`")
    if not summary.finished:
        click.echo("not finished: run the same command again to go on")


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--deep", is_flag=True, help="Read again with the second reader: slower and better; needs webcare[deep].")
def classify(file: Any, deep: bool) -> None:
    """Read NDJSON objects with `id`, `text` and perhaps `lang`, and print them with their `classification`.

    Needs no engine. A line that cannot be read is printed as an object with `error`; the exit status is then 1.
    """
    from services.classify.cli import classify_lines
    from services.classify.domain.reader import build_reader

    reader = build_reader()
    bad = 0
    for line, good in classify_lines(file, reader, _second(reader) if deep else None):
        sys.stdout.write(line + "\n")
        bad += not good
    sys.exit(1 if bad else 0)


def _second(reader: Any) -> Any:
    from services.classify.domain.weights import WeightsError
    from services.classify.second import SecondReaderMissingError, build_second_reader

    try:
        return build_second_reader(reader)
    except (SecondReaderMissingError, WeightsError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
def rebuild() -> None:
    """Make every search index again from the topics, while people go on searching."""
    from services.control.output import progress
    from services.report.elastic import ElasticUnavailableError
    from services.report.rebuild import rebuild as again
    from services.report.settings import ReportSettings

    try:
        with progress("rebuilding", 100) as move_to:
            done = again(load(ReportSettings), lambda read, total: move_to(100 * read // max(total, 1)))
    except ElasticUnavailableError as error:
        raise click.ClickException(f"Elasticsearch does not answer: {error}") from error
    click.echo(f"{done.records} records read into generation {done.generation}; {done.refused} cannot be indexed")
