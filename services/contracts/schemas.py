"""JSON Schemas of every message, made from the models, and what makes a new schema incompatible with a released one.

The schemas describe what a reader must accept: fields that it does not know are allowed there (the models refuse them
only where a message is made).
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from services.contracts.base import Model
from services.contracts.topics import TOPICS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def message_name(model: type[Model]) -> str:
    """The name of one version of a message, for example `mention.v1`; its schema and its golden example bear it."""
    return f"{model.model_fields['type'].default}.v{model.model_fields['version'].default}"


def messages() -> dict[str, type[Model]]:
    """Every version of every message of the registry, by name."""
    return {message_name(model): model for topic in TOPICS for model in topic.values}


def schema(model: type[Model]) -> Schema:
    """The JSON Schema of one message. Required is what every record has, also one written before a field was added."""
    return deepcopy(_schema(model))


@cache
def _schema(model: type[Model]) -> Schema:
    """Made once: it takes a while, and a model does not change."""
    return {"$schema": DIALECT, **_opened(model.model_json_schema(mode="serialization"))}


def _opened(node: Any) -> Any:
    """The schema with unknown fields allowed, a message's type and version required, and no titles that repeat names."""
    if isinstance(node, list):
        return [_opened(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _opened(value) for name, value in node.items() if not _is_noise(name, value)}
    fields = kept.get("properties", {})
    if "const" in fields.get("type", {}) and "const" in fields.get("version", {}):
        kept["required"] = ["type", "version", *kept.get("required", [])]
    return kept


def _is_noise(name: str, value: Any) -> bool:
    return (name == "additionalProperties" and value is False) or (name == "title" and isinstance(value, str))


def incompatible(released: Schema, fresh: Schema) -> list[str]:
    """What a reader of `released` would miss in messages of `fresh`: fields removed, changed or no longer always there.

    A new field is fine. Anything else belongs into a new version of the message.
    """
    return sorted(_differences(released, fresh, released.get("$defs", {}), fresh.get("$defs", {}), "", frozenset()))


def _differences(
    old: Any, new: Any, old_defs: Mapping[str, Any], new_defs: Mapping[str, Any], path: str, seen: frozenset[str]
) -> Iterator[str]:
    old_name = old.get("$ref") if isinstance(old, dict) else None
    if old_name in seen:
        return
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{path or 'message'}: changed"
        return
    inner = seen | {old_name} if old_name else seen
    yield from (f"{path or 'message'}: {key} changed" for key in _RULES if old.get(key) != new.get(key))
    for field in set(old.get("required", ())) - set(new.get("required", ())):
        yield f"{path}.{field}: no longer always there"
    for field, was in old.get("properties", {}).items():
        if field not in new.get("properties", {}):
            yield f"{path}.{field}: removed"
        else:
            yield from _differences(was, new["properties"][field], old_defs, new_defs, f"{path}.{field}", inner)
    for key in ("items", "additionalProperties"):
        if key in old or key in new:
            yield from _differences(old.get(key), new.get(key), old_defs, new_defs, f"{path}.{key}", inner)
    for key in ("anyOf", "oneOf"):
        before, after = old.get(key, []), new.get(key, [])
        if len(before) != len(after):
            yield f"{path or 'message'}: {key} changed"
        else:
            for number, (was, is_now) in enumerate(zip(before, after, strict=True)):
                yield from _differences(was, is_now, old_defs, new_defs, f"{path}.{key}{number}", inner)


_RULES = ("type", "const", "enum", "format", "pattern")
"""What says which values a field may have; bounds may move, a reader checks them for itself."""


def _resolved(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, dict) and "$ref" in node:
        return definitions[str(node["$ref"]).removeprefix("#/$defs/")]
    return node
