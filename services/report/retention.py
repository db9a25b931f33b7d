"""Forgets what the topics have forgotten: once a day, mention indices, and single cases and messages, past `retention_days`.

What counts is when Kafka took a record (`appended_at`), as for the topic itself: an archive from 2019 that was imported
yesterday stays for as long as its records do, so that a rebuild gives what was there. A mention index goes when nothing in
it is younger.
"""

import logging
from datetime import datetime, timedelta

import orjson

from services.report.domain.indices import WHOLE
from services.report.domain.mappings import Json
from services.report.elastic import Elastic
from services.report.generations import GenerationStore

log = logging.getLogger(__name__)

PAGE = 1_000


def expire(elastic: Elastic, store: GenerationStore, retention_days: int, now: datetime) -> None:
    """Drop what is past its retention, and what a rebuild that was given up has left. Harmless to repeat.

    Raises:
        ElasticUnavailableError: try again later.
    """
    limit = now - timedelta(days=retention_days)
    store.drop_others(store.read().generations.written)
    store.drop(expired_indices(elastic, store, limit))
    for index in store.aliases():
        if (its := store.names.parse(index)) and its[0] in WHOLE:
            _forget_single(elastic, index, limit)


def expired_indices(elastic: Elastic, store: GenerationStore, limit: datetime) -> list[str]:
    """The mention indices that hold something, all of it taken by Kafka before `limit`."""
    body: Json = {
        "size": 0,
        "aggs": {
            "index": {
                "terms": {"field": "_index", "size": 10_000},
                "aggs": {"newest": {"max": {"field": "appended_at"}}},
            }
        },
    }
    answer = elastic.search(store.names.pattern("mentions"), body)
    buckets = answer.get("aggregations", {}).get("index", {}).get("buckets", [])
    milliseconds = limit.timestamp() * 1000
    return [one["key"] for one in buckets if (newest := one["newest"]["value"]) is not None and newest < milliseconds]


def _forget_single(elastic: Elastic, index: str, limit: datetime) -> None:
    body: Json = {
        "size": PAGE,
        "_source": False,
        "version": True,
        "query": {"range": {"appended_at": {"lt": limit.isoformat()}}},
    }
    while hits := elastic.search(index, body)["hits"]["hits"]:
        lines = [
            orjson.dumps({"delete": {"_index": index, "_id": h["_id"], "version": h["_version"] + 1, **_EXTERNAL}})
            for h in hits
        ]
        log.info("forgetting %d documents of %s", len(hits), index)
        elastic.request("POST", "/_bulk", b"\n".join(lines) + b"\n", {"refresh": "true", "filter_path": "errors"})


_EXTERNAL = {"version_type": "external"}
