"""A real Elasticsearch: one node, started by our class `EsNode`, with the analyzers that the mappings use.

The published jars lack the distribution around them; `installation` puts together the part that a node needs, once
for each version, in the cache. Settings and data are in the data folder.
"""

import hashlib
import json
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from functools import partial
from http.client import HTTPException
from pathlib import Path

from deploy.local import java
from deploy.local.engine import Engine, Report
from deploy.local.ports import HOST
from deploy.local.versions import ECJ_VERSION, ELASTICSEARCH_VERSION, JAVA_LEVEL

SOURCES = Path(__file__).parent / "java"
_PROBE_SECONDS = 2.0
_MODULES = {
    "transport-netty4": "org.elasticsearch.transport.netty4.Netty4Plugin",
    "webcare-analysis": "webcare.local.LanguageAnalysis",
}


def elasticsearch(installed: Path, server: Sequence[Path], data: Path, port: int) -> Engine:
    """The node on `port`, from what `installation` gave."""
    config = data / "elasticsearch" / "config"
    config.mkdir(parents=True, exist_ok=True)
    settings = node_settings(data, port)
    lines = [f"{name}: {json.dumps(value)}\n" for name, value in settings.items()]
    (config / "elasticsearch.yml").write_text("".join(lines), "utf-8")
    libraries = java.class_path([installed / "launcher.jar", *server])
    flags = (*java.QUIET, *java.UNSAFE, "-Xms512m", "-Xmx1g")
    return Engine(
        name="elasticsearch",
        argv=(java.java(), *flags, "-cp", libraries, "webcare.local.EsNode", str(installed), str(config)),
        env={},
        log=data / "logs" / "elasticsearch.log",
        ready=partial(missing, port),
        ports=(port,),
    )


def node_settings(data: Path, port: int) -> Mapping[str, object]:
    """The settings of a single node that only this machine reaches."""
    return {
        "cluster.name": "webcare",
        "node.name": "webcare",
        "discovery.type": "single-node",
        "network.host": HOST,
        "http.port": port,
        "path.data": str(data / "elasticsearch" / "data"),
        "path.logs": str(data / "logs"),
        # Indices come from their templates; a typing error in a name must not make one.
        "action.auto_create_index": False,
        # A laptop's disk may be nearly full without its indices turning read-only.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }


def missing(port: int) -> str | None:
    """None once the node's health is yellow or green; before that, what is missing."""
    url = f"http://{HOST}:{port}/_cluster/health"
    try:
        with urllib.request.urlopen(url, timeout=_PROBE_SECONDS) as answer:
            status = json.load(answer)["status"]
    except urllib.error.HTTPError as problem:
        return f"{url} answers {problem.code}"
    except (OSError, HTTPException) as problem:
        return f"{url} does not answer: {getattr(problem, 'reason', problem)}"
    return None if status in {"yellow", "green"} else f"cluster health is {status}"


def installation(cache: Path, server: Sequence[Path], http: Sequence[Path], compiler: Path, report: Report) -> Path:
    """The folder with the launcher and the modules, put together if this version of them is not in the cache yet."""
    target = cache / f"elasticsearch-{ELASTICSEARCH_VERSION}-{_fingerprint()}"
    if target.exists():
        return target
    report("compiling the Elasticsearch launcher")
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as folder:
        build, classes = Path(folder) / "installation", Path(folder) / "classes"
        java.compile_classes(compiler, _sources(), server, classes)
        java.pack(build / "launcher.jar", classes, "EsNode*.class")
        java.pack(build / "modules" / "webcare-analysis" / "webcare-analysis.jar", classes, "LanguageAnalysis*.class")
        _copy(set(http) - set(server), build / "modules" / "transport-netty4")
        for module, plugin in _MODULES.items():
            (build / "modules" / module / "plugin-descriptor.properties").write_text(
                descriptor(module, plugin), "utf-8"
            )
        build.rename(target)
    return target


def descriptor(module: str, plugin: str) -> str:
    """The `plugin-descriptor.properties` by which Elasticsearch finds a module's class."""
    return (
        f"name={module}\ndescription={module}\nclassname={plugin}\n"
        f"version={ELASTICSEARCH_VERSION}\nelasticsearch.version={ELASTICSEARCH_VERSION}\njava.version={JAVA_LEVEL}\n"
        "modulename=\nextended.plugins=\nhas.native.controller=false\nlicensed=false\n"
    )


def _sources() -> list[Path]:
    return sorted(SOURCES.glob("*.java"))


def _fingerprint() -> str:
    """Changes with our sources and with what they are compiled by and packed as."""
    content = [source.read_bytes() for source in _sources()]
    content += [Path(__file__).read_bytes(), ECJ_VERSION.encode(), str(JAVA_LEVEL).encode()]
    return hashlib.sha256(b"\0".join(content)).hexdigest()[:12]


def _copy(jars: set[Path], folder: Path) -> None:
    """A module's jars may not be on the class path of the server as well, hence the difference."""
    folder.mkdir(parents=True)
    for jar in sorted(jars):
        shutil.copy(jar, folder)
