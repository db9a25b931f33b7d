"""The local engines as they are used: killed without warning and started again, they have kept everything."""

import os
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from deploy.local import Engine, EngineError, cache_folder, data_lock, free_ports, prepare, running
from tests.support.engines import say

pytestmark = pytest.mark.engines

INDEX = {"properties": {"text": {"type": "text", "analyzer": "dutch"}}}


def prepared(data: Path, ports: list[int]) -> list[Engine]:
    return prepare(cache_folder(os.environ), data, ports[0], ports[1], say)


def store(bootstrap: str, elasticsearch: Elasticsearch) -> None:
    """A record in a new topic, and a document in a new index."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
    producer.send("kept", b"before the kill").get(timeout=30)
    producer.close()
    elasticsearch.indices.create(index="kept", mappings=INDEX)
    elasticsearch.index(index="kept", id="1", document={"text": "De treinen rijden niet"}, refresh=True)


def records(bootstrap: str) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    partition = TopicPartition("kept", 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    found = consumer.poll(timeout_ms=30_000)
    consumer.close()
    return [record.value for record in found[partition]]


def hits(elasticsearch: Elasticsearch, text: str) -> list[str]:
    answer = elasticsearch.search(index="kept", query={"match": {"text": text}})
    return [hit["_id"] for hit in answer["hits"]["hits"]]


def test_both_keep_their_data_when_they_are_killed(tmp_path: Path) -> None:
    ports = free_ports(2)
    bootstrap, url = f"127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    with Elasticsearch(url) as elasticsearch, data_lock(tmp_path):
        with running(prepared(tmp_path, ports)) as children:
            store(bootstrap, elasticsearch)
            for child in children.values():
                child.kill()
                child.wait()

        with running(prepared(tmp_path, ports)):
            assert records(bootstrap) == [b"before the kill"]
            elasticsearch.cluster.health(index="kept", wait_for_status="yellow", timeout="30s")
            assert hits(elasticsearch, "trein") == ["1"], "the dutch analyzer finds a plural by its singular"
            with pytest.raises(EngineError, match="in use"):
                prepared(tmp_path, free_ports(2))
