"""How each field of a mention and a case is indexed. One table per family; `indices.py` makes templates of them.

`dynamic` is false: a field that a later version adds is kept in the document and is searchable after a rebuild. (Strict
would turn the minutes between an upgrade and its rebuild into dead letters.) A test holds that no field is forgotten.
"""

from typing import Any

Json = dict[str, Any]

KEYWORD: Json = {"type": "keyword", "ignore_above": 2048}
DATE: Json = {"type": "date"}
FLAG: Json = {"type": "boolean"}
WHOLE: Json = {"type": "integer"}
LARGE: Json = {"type": "long"}
SCORE: Json = {"type": "float"}
STORED: Json = {"type": "object", "enabled": False}
"""Kept and given back, never searched."""
NAME: Json = {"type": "text", "analyzer": "folded", "fields": {"raw": {"type": "keyword", "ignore_above": 256}}}
PROSE: Json = {
    "type": "text",
    "analyzer": "folded",
    "fields": {"nl": {"type": "text", "analyzer": "dutch"}, "en": {"type": "text", "analyzer": "english"}},
}
"""Searched three ways: as written without accents, by Dutch stems (`.nl`) and by English stems (`.en`)."""

ANALYSIS: Json = {
    "analyzer": {"folded": {"type": "custom", "tokenizer": "standard", "filter": ["lowercase", "asciifolding"]}}
}


def fields(**properties: Json) -> Json:
    """An object with these fields and no others indexed."""
    return {"properties": properties}


AUTHOR = fields(id=KEYWORD, name=NAME, handle=NAME, url=KEYWORD, followers=LARGE)

CLASSIFICATION = fields(
    language=fields(code=KEYWORD, confidence=SCORE),
    sentiment=fields(label=KEYWORD, score=SCORE, confidence=SCORE),
    urgency=fields(
        label=KEYWORD,
        score=SCORE,
        confidence=SCORE,
        signals=fields(name=KEYWORD, evidence=STORED, weight=SCORE, told_by=KEYWORD),
    ),
    intent=KEYWORD,
    topics=KEYWORD,
    spam=SCORE,
    needs_person=FLAG,
    reasons=STORED,
    model=KEYWORD,
)
CLASSIFICATION["properties"]["urgency"]["properties"]["signals"]["properties"]["evidence"] = {
    "type": "keyword",
    "index": False,
    "doc_values": False,
}

CORRECTIONS = fields(
    event=KEYWORD,
    at=DATE,
    author=KEYWORD,
    model=KEYWORD,
    corrected=KEYWORD,
    language_was=KEYWORD,
    sentiment_was=KEYWORD,
    urgency_was=KEYWORD,
    topics_was=KEYWORD,
    needs_person_was=FLAG,
)

MENTION: Json = {
    "dynamic": False,
    **fields(
        id=KEYWORD,
        type=KEYWORD,
        version=WHOLE,
        revision=WHOLE,
        source=KEYWORD,
        source_id=KEYWORD,
        kind=KEYWORD,
        team=KEYWORD,
        monitor=KEYWORD,
        conversation=KEYWORD,
        in_reply_to=KEYWORD,
        author=AUTHOR,
        title=PROSE,
        text=PROSE,
        url=KEYWORD,
        rating=SCORE,
        media=STORED,
        created_at=DATE,
        collected_at=DATE,
        edited_at=DATE,
        extra=STORED,
        classification=CLASSIFICATION,
        corrections=CORRECTIONS,
        appended_at=DATE,
    ),
}

CASE: Json = {
    "dynamic": False,
    **fields(
        id=KEYWORD,
        team=KEYWORD,
        revision=WHOLE,
        status=KEYWORD,
        archived=FLAG,
        source=KEYWORD,
        kind=KEYWORD,
        monitor=KEYWORD,
        conversation=KEYWORD,
        author=AUTHOR,
        title=PROSE,
        language=KEYWORD,
        sentiment=KEYWORD,
        sentiment_score=SCORE,
        urgency=KEYWORD,
        urgency_score=SCORE,
        intent=KEYWORD,
        topics=KEYWORD,
        corrected=KEYWORD,
        weight=WHOLE,
        created_at=DATE,
        opened_at=DATE,
        updated_at=DATE,
        closed_at=DATE,
        closed_by=KEYWORD,
        owner=KEYWORD,
        previous_owner=KEYWORD,
        assigned_at=DATE,
        awaiting_us=FLAG,
        waiting_reason=KEYWORD,
        waiting_since=DATE,
        first_response_at=DATE,
        first_response_seconds=LARGE,
        in_target=FLAG,
        level=KEYWORD,
        target_minutes=WHOLE,
        due_at=DATE,
        warned=FLAG,
        breached=FLAG,
        reopened=WHOLE,
        mentions=KEYWORD,
        mention_count=WHOLE,
        reply_count=WHOLE,
        note_count=WHOLE,
        assignment_count=WHOLE,
        release_count=WHOLE,
        appended_at=DATE,
    ),
}

META: Json = {"dynamic": False, **fields(current=WHOLE, building=WHOLE, retiring=WHOLE, by=KEYWORD)}
