"""Opens what `webcare import` needs — Kafka, the teams there are, the place where its position is kept — and runs it."""

from collections.abc import Callable

from services.ingest.import_file import ImportFileError, ImportSummary, Progress, import_file
from services.ingest.settings import IngestSettings
from services.ingest.sources.file.settings import ImportOptions
from services.ingest.store import Store
from services.ingest.teams import TeamDirectory
from services.runtime.producer import Producer

TEAMS_SECONDS = 20


def run_import(settings: IngestSettings, options: ImportOptions, progress: Callable[[Progress], None]) -> ImportSummary:
    """Import one file.

    Raises:
        ImportFileError: Kafka does not answer, or the file cannot be imported; the text says why.
    """
    teams = TeamDirectory(settings)
    teams.start()
    try:
        if not teams.wait(TEAMS_SECONDS):
            raise ImportFileError(f"Kafka does not answer at {settings.kafka_bootstrap}, or has no topics yet")
        with Producer(settings, "import") as producer, Store(settings.data) as store:
            return import_file(options, producer, store, known_teams=teams.known(), progress=progress)
    finally:
        teams.stop()
