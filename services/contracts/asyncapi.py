"""The AsyncAPI 3 document of all topics and messages, made from the registry, for those who integrate over Kafka.

`webcare asyncapi` prints it; what is committed under `docs/asyncapi/` is the same, and a test compares them.
"""

import json
from pathlib import Path
from typing import Any

from services.contracts.base import Model
from services.contracts.schemas import message_name, messages, schema
from services.contracts.topics import TOPICS, Topic

EXAMPLES = Path(__file__).parent / "examples"

Document = dict[str, Any]

_OUTSIDE = {"operators", "integrations"}
"""Names in the registry that are people or other systems, not processes of webcare."""


def asyncapi(version: str) -> Document:
    """The whole document; `version` is the release that it describes."""
    return {
        "asyncapi": "3.0.0",
        "info": _info(version),
        "defaultContentType": "application/json",
        "channels": {_channel_id(topic): _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "messages": {name: _message(name, model) for name, model in messages().items()},
            "messageTraits": {"cloudEvent": _CLOUD_EVENT},
        },
    }


def write(folder: Path, version: str) -> list[Path]:
    """Write `asyncapi.json` and `schemas/<message>.json` into `folder`, remove schemas that are gone; gives the files."""
    files = rendered(version)
    schemas = folder / "schemas"
    schemas.mkdir(parents=True, exist_ok=True)
    for old in schemas.glob("*.json"):
        if f"schemas/{old.name}" not in files:
            old.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def rendered(version: str) -> dict[str, str]:
    """The files as they should be, by their name in the folder."""
    files = {f"schemas/{name}.json": _text(schema(model)) for name, model in messages().items()}
    return files | {"asyncapi.json": _text(asyncapi(version))}


def _text(data: Document) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _info(version: str) -> Document:
    return {
        "title": "webcare",
        "version": version,
        "description": (
            "Everything that the services of webcare say to each other, and to you. Read any topic at `read_committed`; "
            "readers ignore fields that they do not know. Partitions are chosen by murmur2 of the key (librdkafka: "
            "`partitioner=murmur2_random`), or by the team where a channel says so."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _channel_id(topic: Topic) -> str:
    head, *rest = topic.name.split(".")
    return head + "".join(part.capitalize() for part in rest)


def _retention(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "for ever (the latest of each key)"
    days = f"{topic.retention_days} days" if topic.retention_days else "the setting `retention_days`"
    return f"{days}, at most; the latest of each key" if "compact" in topic.cleanup else days


def _channel(topic: Topic) -> Document:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in map(message_name, topic.values)},
        "bindings": {
            "kafka": {"topic": topic.name, "topicConfiguration": {"cleanup.policy": topic.cleanup.split(",")}}
        },
        "x-key": topic.key,
        "x-partitioning": f"partition by {topic.partitioned_by or topic.key}",
        "x-partitions": f"the setting `partitions_{topic.partitions}`",
        "x-retention": _retention(topic),
        "x-tombstones": "compact" in topic.cleanup,
    }


def _operations() -> Document:
    """One operation for each process and topic: what it sends and what it receives."""
    found: Document = {}
    for topic in TOPICS:
        for action, names in (("send", topic.written_by), ("receive", topic.read_by)):
            for name in names:
                found[f"{name}.{action}.{_channel_id(topic)}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{_channel_id(topic)}"},
                    "summary": f"{name} {'writes' if action == 'send' else 'reads'} {topic.name}",
                    "tags": [{"name": name}, {"name": "outside" if name in _OUTSIDE else "process"}],
                }
    return found


def _message(name: str, model: type[Model]) -> Document:
    example = EXAMPLES / f"{name}.json"
    return {
        "name": name,
        "summary": (model.__doc__ or "").strip().split("\n", 1)[0],
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"./schemas/{name}.json"},
        },
        "examples": [{"payload": json.loads(example.read_text(encoding="utf-8"))}],
    }


def _text_header(description: str, **more: object) -> Document:
    return {"type": "string", "description": description, **more}


_CLOUD_EVENT: Document = {
    "contentType": "application/json",
    "headers": {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "content-type"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": _text_header("The message's id, with its revision where it has one."),
            "ce_type": _text_header("webcare.<type>.v<version>", pattern=r"^webcare\..+\.v[0-9]+$"),
            "ce_source": _text_header("/webcare/<process>"),
            "content-type": {"const": "application/json"},
            "traceparent": _text_header("W3C Trace Context, passed on from cause to effect."),
        },
    },
}
