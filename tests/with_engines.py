"""Runs a command with a real Kafka and a real Elasticsearch: `python -m tests.with_engines pytest -n auto`.

The engines are started once, for all processes that the command becomes (`tests/support/engines.py` reads where they are),
and stopped after it. Gives the command's exit code; Ctrl-C goes to both.

Engines that are started for tests, here and by the command, live for minutes: they do without Java's second compiler, which
would take a fifth of the processor's time and never earn it back.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.engines import ELASTICSEARCH, KAFKA, started

FIRST_COMPILER_ONLY = "-XX:TieredStopAtLevel=1"


def main(command: Sequence[str]) -> int:
    """Run it."""
    os.environ.setdefault("JAVA_TOOL_OPTIONS", FIRST_COMPILER_ONLY)
    with tempfile.TemporaryDirectory(prefix="webcare-engines-") as data, started(Path(data)) as engines:
        env = os.environ | {KAFKA: engines.bootstrap, ELASTICSEARCH: engines.elasticsearch_url}
        with subprocess.Popen(command, env=env) as running:
            try:
                return running.wait()
            except KeyboardInterrupt:
                return running.wait()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
