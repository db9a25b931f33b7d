"""`python -m deploy.local DATA_FOLDER`: both engines in the foreground until Ctrl-C."""

import argparse
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import ELASTICSEARCH_PORT, KAFKA_PORT, EngineError, cache_folder, data_lock, prepare, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped (0), or until an engine ends by itself or cannot start (1)."""
    chosen = _parse(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(chosen.data, chosen.kafka_port, chosen.elasticsearch_port, chosen.train)
    except EngineError as problem:
        report(str(problem))
        return 1
    except KeyboardInterrupt:
        report("stopped")
    return 0


def report(line: str) -> None:
    """Write one line for people; the standard output stays free."""
    sys.stderr.write(f"engines: {line}\n")
    sys.stderr.flush()


def _run(data: Path, kafka_port: int, elasticsearch_port: int, train: bool) -> None:
    with data_lock(data):
        cache = cache_folder(os.environ)
        engines = prepare(cache, data, kafka_port, elasticsearch_port, report, train_first=train)
        report(f"starting; logs in {data / 'logs'}")
        began = time.monotonic()
        with running(engines) as children:
            ports = f"Kafka 127.0.0.1:{kafka_port}, Elasticsearch http://127.0.0.1:{elasticsearch_port}"
            report(f"ready after {time.monotonic() - began:.1f} s: {ports}")
            raise EngineError(f"{_first_to_end(children)} ended by itself; see {data / 'logs'}")


def _first_to_end(children: Mapping[str, subprocess.Popen[bytes]]) -> str:
    ended: queue.SimpleQueue[str] = queue.SimpleQueue()

    def watch(name: str, child: subprocess.Popen[bytes]) -> None:
        child.wait()
        ended.put(name)

    for name, child in children.items():
        threading.Thread(target=watch, args=(name, child), daemon=True).start()
    return ended.get()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument("data", type=lambda text: Path(text).absolute(), metavar="DATA_FOLDER")
    parser.add_argument("--kafka-port", type=int, default=KAFKA_PORT)
    parser.add_argument("--elasticsearch-port", type=int, default=ELASTICSEARCH_PORT)
    parser.add_argument("--train", action="store_true", help="first make this and all later starts quick, once")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
