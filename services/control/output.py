"""How the command shows things: JSON for scripts, a progress bar for long work."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


def show(data: object) -> None:
    """Print data for a script."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error; the block gets a function that takes the position, from 0 to `total`."""
    with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=False) as bar:

        def move_to(position: int) -> None:
            bar.update(position - bar.pos)

        yield move_to
