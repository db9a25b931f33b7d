"""`webcare up`, `status` and `down`: which processes there are, how they are started, and when they are ready.

The supervisor (`supervisor.py`) does the starting, restarting and stopping; this module says what.
"""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kafka.errors import KafkaError

from deploy.local import engines as local
from services.control import supervisor
from services.control.run import PROCESSES, settings_of
from services.control.settings import ControlSettings, WebSettings, load
from services.control.supervisor import ProcessSpec
from services.control.tokens import own_signing_key
from services.runtime.producer import SendError
from services.runtime.settings import Settings
from services.runtime.topics import create_topics

Ready = Callable[[], str | None]


def say(line: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def up(engines: bool) -> int:
    """Run everything until it is told to stop, and give the exit status."""
    settings = load(ControlSettings)
    specs = (engine_specs(settings) if engines else []) + service_specs(settings, engines=engines)
    web = load(WebSettings)
    return supervisor.supervise(
        settings.data,
        specs,
        report=say,
        on_ready=lambda: say(f"webcare is ready: http://{web.http_host}:{web.http_port}"),
    )


def down() -> str:
    """Stop what runs in the data folder and say what was done."""
    return supervisor.down(load(ControlSettings).data)


def status() -> dict[str, Any]:
    """The processes and what is wrong with them."""
    return supervisor.status(load(ControlSettings).data)


def engine_specs(settings: Settings) -> list[ProcessSpec]:
    """Kafka and Elasticsearch from packages, on the ports of the settings."""
    prepared = local.prepare(
        cache=local.cache_folder(os.environ),
        data=settings.data,
        kafka_port=_port(settings.kafka_bootstrap, 9092),
        elasticsearch_port=urlsplit(settings.elasticsearch_url).port or 9200,
        report=say,
    )
    return [ProcessSpec(name=e.name, argv=e.argv, env=e.env, log=e.log, ready=e.ready, engine=True) for e in prepared]


def service_specs(settings: Settings, *, engines: bool) -> list[ProcessSpec]:
    """The processes of webcare, each ready when its own health says so."""
    after = ("kafka", "elasticsearch") if engines else ()
    topics = once(lambda: create_topics(settings))
    specs = []
    for name, process in PROCESSES.items():
        port = int(getattr(settings_of(process), process.metrics_port))
        specs.append(
            ProcessSpec(
                name=name,
                argv=(sys.executable, "-m", "services.control", "run", name),
                env=environment(settings),
                log=settings.data / "logs" / f"{name}.log",
                ready=healthy(f"http://127.0.0.1:{port}/health/ready"),
                after=after,
                before_start=topics,
            )
        )
    return specs


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the services: ours, with the data folder and a signing key."""
    variables = dict(os.environ) | {"WEBCARE_DATA": str(settings.data)}
    if settings.signing_key is None:
        variables["WEBCARE_SIGNING_KEY_FILE"] = str(own_signing_key(settings.data))
    return variables


def once(action: Callable[[], object]) -> Ready:
    """A condition that is met by doing `action`, tried again until it succeeds."""
    done = False

    def attempt() -> str | None:
        nonlocal done
        if not done:
            try:
                action()
            except (KafkaError, SendError) as error:
                return f"{type(error).__name__}: {error}"
            done = True
        return None

    return attempt


def healthy(url: str) -> Ready:
    """A condition: the address answers 200."""

    def look() -> str | None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - an http address on this machine, made above
                return None
        except urllib.error.HTTPError as error:
            return error.read(300).decode("utf-8", "replace")
        except OSError as error:
            return str(error)

    return look


def _port(bootstrap: str, default: int) -> int:
    first = bootstrap.split(",")[0]
    return int(first.rpartition(":")[2]) if ":" in first else default


def log_folder(settings: Settings) -> Path:
    """Where every process writes its log."""
    return settings.data / "logs"
