"""Keeps the templates, the indices and the record of generations in Elasticsearch as `domain/indices.py` describes them."""

import logging
from dataclasses import dataclass
from typing import Any

from services.report.domain.indices import (
    FAMILIES,
    MAPPINGS,
    META_ID,
    REFRESH,
    WHOLE,
    Generations,
    Names,
    alias_actions,
    base_templates,
    component_templates,
    current_templates,
    meta_template,
)
from services.report.elastic import Elastic, ElasticRefusedError
from services.report.settings import ReportSettings

log = logging.getLogger(__name__)

EXISTS = "resource_already_exists_exception"
MISSING = "index_not_found_exception"


class SupersededError(RuntimeError):
    """Somebody else changed the generations in the meantime: another rebuild runs, or has run."""


@dataclass(frozen=True)
class Stamped:
    """The record and the stamp that a change of it must show."""

    generations: Generations
    stamp: dict[str, int]
    by: str
    """Which rebuild wrote it."""


class GenerationStore:
    """The record of generations and the indices that belong to them."""

    def __init__(self, elastic: Elastic, settings: ReportSettings) -> None:
        self._elastic = elastic
        self._settings = settings
        self.names = Names(settings.index_prefix)

    def prepare(self) -> Generations:
        """Make what is missing: templates, the record, the current generation under its aliases. Harmless to repeat.

        Indices that exist learn the fields that a later version added.
        """
        self._put_templates()
        self.create(self.names.meta)
        try:
            first = {"current": 1, "building": None, "retiring": None}
            self._elastic.request("PUT", f"/{self.names.meta}/_create/{META_ID}", first, {"refresh": "true"})
        except ElasticRefusedError as refused:
            if refused.status != 409:
                raise
        before = self.read().generations
        while True:
            self._repair(before.current)
            after = self.read().generations
            if after.current == before.current:
                return after
            before = after

    def read(self) -> Stamped:
        """The record as it is at this moment, also when it was written a moment ago."""
        answer = self._elastic.request("GET", f"/{self.names.meta}/_doc/{META_ID}")
        source = answer["_source"]
        generations = Generations(source["current"], source.get("building"), source.get("retiring"))
        return Stamped(generations, _stamp(answer), source.get("by") or "")

    def save(self, before: Stamped, after: Generations, by: str) -> Stamped:
        """Change the record. To save the same again is harmless: its answer may have been lost.

        Raises:
            SupersededError: it is not as it was `before`.
        """
        body = {"current": after.current, "building": after.building, "retiring": after.retiring, "by": by}
        params = {**before.stamp, "refresh": "true"}
        try:
            answer = self._elastic.request("PUT", f"/{self.names.meta}/_doc/{META_ID}", body, params)
        except ElasticRefusedError as refused:
            if refused.status != 409:
                raise
            if (now := self.read()).generations == after and now.by == by:
                return now
            raise SupersededError("the generations were changed by somebody else") from refused
        return Stamped(after, _stamp(answer), by)

    def create(self, index: str) -> None:
        """Make an index by its template; nothing happens when it exists."""
        try:
            self._elastic.request("PUT", f"/{index}")
        except ElasticRefusedError as refused:
            if refused.kind != EXISTS:
                raise

    def activate(self, generation: int) -> None:
        """Show `generation` under the aliases: indices made from now on by its template, those that exist at once.

        Readers never see less than a moment before: the generations that were shown stop showing new documents, then all
        that `generation` holds becomes visible, then the aliases change. (The writer writes to the newest generation first,
        so that what is visible in an older one is in the newest.)
        """
        for name, template in current_templates(self.names, generation).items():
            self._elastic.request("PUT", f"/_index_template/{name}", template)
        parsed = {index: its[1] for index in self.aliases() if (its := self.names.parse(index))}
        for index in sorted(index for index, its in parsed.items() if its != generation):
            self._elastic.request("PUT", f"/{index}/_settings", {"index": {"refresh_interval": "-1"}})
        for family in FAMILIES:
            self._elastic.request("POST", f"/{self.names.pattern(family, generation)}/_refresh")
        if actions := alias_actions(self.names, list(self.aliases()), generation):
            self._elastic.request("POST", "/_aliases", {"actions": actions})
        for family in FAMILIES:
            settings = {"index": {"refresh_interval": REFRESH}}
            path = f"/{self.names.pattern(family, generation)}/_settings"
            self._elastic.request("PUT", path, settings, {"allow_no_indices": "true"})

    def aliases(self) -> dict[str, frozenset[str]]:
        """The concrete indices of all generations, each with its aliases."""
        patterns = ",".join(self.names.pattern(family) for family in FAMILIES)
        found: dict[str, Any] = self._elastic.request("GET", f"/{patterns}/_alias")
        return {index: frozenset(one["aliases"]) for index, one in found.items() if self.names.parse(index)}

    def drop_others(self, keep: tuple[int, ...]) -> list[str]:
        """Delete the indices of every generation that is not in `keep`."""
        parsed = ((index, self.names.parse(index)) for index in self.aliases())
        gone = sorted(index for index, its in parsed if its and its[1] not in keep)
        self.drop(gone)
        return gone

    def drop(self, indices: list[str]) -> None:
        """Delete indices by name; one that has gone already is gone."""
        for index in indices:
            log.info("deleting index %s", index)
            self._elastic.request("DELETE", f"/{index}", params={"ignore_unavailable": "true"})

    def _put_templates(self) -> None:
        settings = self._settings
        blocks = component_templates(self.names, settings.index_shards, settings.index_replicas)
        for name, block in blocks.items():
            self._elastic.request("PUT", f"/_component_template/{name}", block)
        for name, template in base_templates(self.names).items():
            self._elastic.request("PUT", f"/_index_template/{name}", template)
        self._elastic.request("PUT", f"/_index_template/{self.names.template('meta')}", meta_template(self.names))

    def _repair(self, current: int) -> None:
        """Whatever an earlier start or rebuild left undone: aliases, the indices without a month, fields that are new."""
        names = self.names
        for name, template in current_templates(names, current).items():
            self._elastic.request("PUT", f"/_index_template/{name}", template)
        for family in WHOLE:
            self.create(names.index(family, "", current))
        existing = self.aliases()
        parsed = {index: its for index in existing if (its := names.parse(index))}
        if any((names.alias(its[0]) in existing[index]) != (its[1] == current) for index, its in parsed.items()):
            self.activate(current)
        for family in FAMILIES:
            if any(its == (family, current) for its in parsed.values()):
                self._elastic.request("PUT", f"/{names.pattern(family, current)}/_mapping", MAPPINGS[family])


def _stamp(answer: Any) -> dict[str, int]:
    return {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}
