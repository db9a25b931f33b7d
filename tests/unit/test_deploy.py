"""What is deployed fits what is written: dashboards and alerts use metrics that exist, ports are those of the settings."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from services.control.run import PROCESSES, Process
from services.control.settings import KNOWN
from services.runtime import metrics
from services.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
OF_PROMETHEUS = {"up", "process_start_time_seconds"}
GIVEN_BY_SCRAPING = {"le", "job", "instance", "process"}
WORDS = {
    "sum",
    "max",
    "min",
    "by",
    "and",
    "or",
    "unless",
    "offset",
    "rate",
    "increase",
    "changes",
    "histogram_quantile",
    "time",
}

Metric = Counter | Gauge | Histogram


def samples() -> dict[str, Metric]:
    """Every time series that the processes expose, by name."""
    found: dict[str, Metric] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, (Counter, Gauge, Histogram)):
            name = next(iter(metric.describe())).name
            endings = {Counter: ["_total"], Gauge: [""], Histogram: ["_bucket", "_sum", "_count"]}[type(metric)]
            found |= {name + ending: metric for ending in endings}
    return found


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DEPLOY / "grafana" / "dashboards" / "webcare.json").read_text(encoding="utf-8"))
    return read


def expressions() -> list[Any]:
    alerts = [pytest.param(rule["expr"], id=f"alert {rule['alert']}") for rule in rules()]
    panels = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]
    return alerts + [pytest.param(one["expr"], id=panel["title"]) for panel in panels for one in panel["targets"]]


def names(expression: str) -> tuple[set[str], set[str]]:
    """The metrics and the labels that an expression of PromQL uses."""
    labels = {one for group in re.findall(r"by \(([^)]*)\)", expression) for one in group.split(", ")}
    labels |= {one for group in re.findall(r"\{([^}]*)\}", expression) for one in re.findall(r"(\w+)\s*[=!]", group)}
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|by \([^)]*\)|\b[0-9.]+[mhs]?\b", " ", expression)
    return set(re.findall(r"[a-z_][a-z_0-9]*", bare)) - WORDS, labels


@pytest.mark.parametrize("expression", expressions())
def test_an_alert_or_a_panel_uses_metrics_and_labels_that_exist(expression: str) -> None:
    used, labels = names(expression)
    known = samples()
    assert used
    assert used <= known.keys() | OF_PROMETHEUS
    given = {label for name in used & known.keys() for label in known[name]._labelnames}
    assert labels <= given | GIVEN_BY_SCRAPING


def test_the_check_sees_a_metric_and_a_label_that_do_not_exist() -> None:
    assert names('sum by (team, le) (rate(webcare_x_total{state="a"}[5m])) > 1000') == (
        {"webcare_x_total"},
        {"team", "le", "state"},
    )
    assert "webcare_records_read_total" in samples()
    assert "webcare_batch_seconds_bucket" in samples()


def test_every_alert_leads_to_a_heading_of_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in runbook.splitlines()
        if line.startswith("#")
    }
    for rule in rules():
        document, _, heading = rule["annotations"]["runbook"].partition("#")
        assert document == "docs/runbook.md"
        assert heading in headings, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def settings_class(process: Process) -> type[Settings]:
    return next(kind for kind in KNOWN if kind.__name__ == process.settings)


def default_ports() -> dict[str, int]:
    """The metrics port of every kind of process, as its settings have it."""
    return {
        name: settings_class(process).model_fields[process.metrics_port].default for name, process in PROCESSES.items()
    }


def test_prometheus_scrapes_every_process_on_the_port_of_its_settings() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    targets = config["scrape_configs"][0]["static_configs"]
    assert {(one["labels"]["process"], one["targets"][0]) for one in targets} == {
        (name, f"{name}:{port}") for name, port in default_ports().items()
    }


def test_every_process_runs_in_a_container_that_is_checked_on_its_own_port() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    for name, port in default_ports().items():
        assert services[name]["command"] == ["run", name]
        assert services[name]["healthcheck"]["test"][-1] == str(port)
        assert services[name]["environment"]["WEBCARE_METRICS_HOST"] == "0.0.0.0"  # noqa: S104  # inside its container
    assert services["topics"]["command"] == ["topics", "create"]


def test_containers_are_given_settings_that_exist() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    known = {name for kind in KNOWN for name in kind.model_fields}
    for service in services.values():
        for variable in service.get("environment", {}):
            if variable.startswith("WEBCARE_"):
                name = variable.removeprefix("WEBCARE_").lower()
                assert name in known or name.removesuffix("_file") in known, variable


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        grid = panel["gridPos"]
        cells = {(grid["x"] + x, grid["y"] + y) for x in range(grid["w"]) for y in range(grid["h"])}
        assert not cells & taken, panel["title"]
        assert grid["x"] + grid["w"] <= 24
        taken |= cells


def test_every_direct_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    given = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    scripts = package["dependencies"] | package["devDependencies"]
    explained = re.findall(
        r"^\| ([a-z][a-z0-9.-]*) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.M
    )
    wanted = {re.split(r"[<>=!~\[; ]", one)[0] for one in given} | set(scripts)
    assert set(explained) - {"package"} == wanted
