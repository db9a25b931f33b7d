"""`webcare canned`: give a team canned replies from a file."""

import click

from services.control.settings import ControlSettings, load


def add_to(main: click.Group) -> None:
    """Add the commands to `webcare`."""
    main.add_command(canned)


@click.group()
def canned() -> None:
    """A team's canned replies."""


@canned.command("load")
@click.argument("file", type=click.File(encoding="utf-8"))
def load_(file: click.utils.LazyFile) -> None:
    """Give teams the canned replies of a FILE (TOML; - is standard input) that they never had."""
    from services.control.canned import CannedFileError, load_canned

    try:
        sent = load_canned(load(ControlSettings), file.read(), "system:webcare")
    except (CannedFileError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(sent)} sent to route" if sent else "nothing new")
