"""How a file is imported: the options of `webcare import`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`source` and `team` are for lines that name none; `rate` is lines a second, `None` as fast as it goes.

    `format` of `None` goes by the file's name: `.csv` is CSV, everything else NDJSON. `again` forgets how far an
    unfinished import came.
    """

    path: Path
    source: str = "import"
    team: str | None = None
    rate: float | None = None
    format: Literal["ndjson", "csv"] | None = None
    again: bool = False

    def is_csv(self) -> bool:
        """Whether the file is read as CSV."""
        return self.format == "csv" or (self.format is None and self.path.suffix.lower() == ".csv")
