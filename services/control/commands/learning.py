"""`webcare learn`: the readings of a team get better by what its people corrected, or go back to what they were."""

import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from services.control.settings import load

_SECONDS = 60.0
_TEAM = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def add_to(main: click.Group) -> None:
    """Add the command to `webcare`."""
    main.add_command(learn)


@click.command()
@click.option("--team", required=True, help="Whose readings.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="NDJSON, not the topics.")
@click.option("--back", is_flag=True, help="Go back to what held before.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
def learn(team: str, file: Path | None, back: bool, as_json: bool) -> None:
    """Learn from what people of a team corrected, and read by it if that is better.

    Corrections come from `desk.events`, or from --file: a line each, `{"text", "lang", "sentiment"?, "urgency"?}`. What is
    learnt holds only where it is better on the team's own corrections (by cross-validation) and no worse on the fixed test;
    the processes take it over within a minute. Needs the extra `webcare[learn]`. The exit status is 1 when nothing was
    switched.
    """
    from services.classify.readers import TeamFolder
    from services.classify.settings import ClassifySettings

    if not _TEAM.fullmatch(team):
        raise click.BadParameter("small letters, digits, - and _", param_hint="--team")
    settings = load(ClassifySettings)
    folder = TeamFolder(settings.data, team)
    if back:
        sys.exit(_back(folder, as_json))
    sys.exit(_learn(settings, folder, team, file, as_json))


def _back(folder: Any, as_json: bool) -> int:
    from services.classify.domain.weights import WeightsError
    from services.control.output import show

    try:
        there = folder.back()
    except WeightsError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        show({"switched": there is not None, "current": there.current if there else folder.pointer().current})
    elif there is None:
        click.echo("nothing to go back to: no earlier version")
    else:
        click.echo(f"back to {there.current or 'the trained weights alone'}")
    return 0 if there is not None else 1


def _learn(settings: Any, folder: Any, team: str, file: Path | None, as_json: bool) -> int:
    from services.classify.domain.delta import TeamDelta
    from services.classify.domain.reader import LANGUAGES, build_reader
    from services.classify.domain.weights import fingerprint
    from services.control.output import progress, show

    try:
        from services.classify.learning.team import better, trials
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"{error.name} is missing: install the extra with `pip install webcare[learn]`"
        ) from error
    corrections = _corrections(settings, team, file)
    with progress("learning", 100) as move_to:
        found = trials(build_reader(), corrections, lambda done, of: move_to(100 * done // of))
    added, version = better(found), ""
    if added:
        version = folder.next_version()
        folder.write(TeamDelta(version, fingerprint(LANGUAGES), added))
        folder.switch(version)
    current = folder.pointer().current
    if as_json:
        heads = [_told(one) for one in found]
        show({"switched": bool(added), "current": current, "corrections": len(corrections), "heads": heads})
    else:
        for one in found:
            click.echo(_line(one))
        if not found:
            click.echo(
                f"too little to learn from: {len(corrections)} corrections; eight of one kind in nl or en are needed"
            )
        click.echo(
            f"switched to {version}" if added else f"not switched: {current or 'the trained weights alone'} hold"
        )
    return 0 if added else 1


def _corrections(settings: Any, team: str, file: Path | None) -> Any:
    from services.classify.corrected import CorrectionsUnavailableError, corrections_of
    from services.classify.learning.corrections import CorrectionError, of_events, of_lines

    try:
        if file is not None:
            return of_lines(file.read_text(encoding="utf-8").splitlines())
        return list(of_events(*corrections_of(settings, team, _SECONDS)))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8") from error
    except (CorrectionError, CorrectionsUnavailableError) as error:
        raise click.ClickException(str(error)) from error


def _told(one: Any) -> dict[str, Any]:
    return {
        "language": one.language,
        "head": one.head,
        "corrections": one.corrections,
        "before": asdict(one.before),
        "after": asdict(one.after),
        "better": one.delta is not None,
        "why_not": one.why_not if one.delta is None else "",
    }


def _line(one: Any) -> str:
    figures = (
        f"{one.language} {one.head}, {one.corrections} corrections: own right {one.before.own:.1f} → {one.after.own:.1f} %, "
        f"fixed test {one.before.test:.1f} → {one.after.test:.1f}"
    )
    return f"{figures}: {'better' if one.delta is not None else 'not taken, ' + one.why_not}"
