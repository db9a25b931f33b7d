"""`webcare import` on a real Kafka, also when it is killed in the middle."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.ids import mention_id
from services.contracts.topics import MENTIONS_RAW, MENTIONS_REJECTED
from services.ingest.import_file import import_file
from services.ingest.sources.file.settings import ImportOptions
from services.ingest.store import Store
from services.runtime.producer import Producer
from services.runtime.settings import Settings
from services.runtime.topics import create_topics
from tests.support.topics import count

pytestmark = pytest.mark.engines

CHILD = """
import sys
from pathlib import Path
from services.ingest.import_file import import_file
from services.ingest.sources.file.settings import ImportOptions
from services.ingest.store import Store
from services.runtime.producer import Producer
from services.runtime.settings import Settings
bootstrap, data, path, source = sys.argv[1:]
settings = Settings(kafka_bootstrap=bootstrap, data=Path(data))
with Store(settings.data) as store, Producer(settings, "import") as producer:
    options = ImportOptions(Path(path), source=source, team="care", rate=4000)
    import_file(options, producer, store, progress=lambda at: print(at.lines, flush=True))
"""


def test_killed_in_the_middle_it_goes_on_and_nothing_is_lost(engines: Any, tmp_path: Path) -> None:
    settings = Settings(kafka_bootstrap=engines.bootstrap, data=tmp_path / "data")
    create_topics(settings)
    source, path, total = f"file-{uuid4().hex[:8]}", tmp_path / "in.ndjson", 16_000
    with path.open("w", encoding="utf-8") as file:
        for number in range(total):
            file.write(json.dumps({"id": f"l-{number}", "text": f"tekst {number}", "lang": "nl"}) + "\n")
        file.write("{broken\n")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, engines.bootstrap, str(settings.data), str(path), source],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    killer = threading.Timer(60, child.kill)
    killer.start()
    for line in child.stdout:
        if int(line) >= 4_000:
            break
    child.kill()
    killer.cancel()
    child.stdout.close()
    assert child.wait() != 0
    with Store(settings.data) as store, Producer(settings, "import") as producer:
        summary = import_file(ImportOptions(path, source=source, team="care", rate=4000), producer, store)
        assert 0 < summary.resumed_after_line < total
    assert (summary.accepted, summary.rejected, summary.finished) == (total, 1, True)
    found = count(engines.bootstrap, MENTIONS_RAW, lambda one: one.source == source)
    assert set(found) == {mention_id("care", source, f"l-{number}") for number in range(total)}
    assert sum(found.values()) < total + 8_000
    assert sum(count(engines.bootstrap, MENTIONS_REJECTED, lambda one: one.source == source).values()) == 1
