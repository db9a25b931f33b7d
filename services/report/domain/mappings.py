"""How each field of a mention, a case and a message of ours is indexed. One table per family, of which `indices.py` makes
templates.

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
STORED_TEXT: Json = {"type": "keyword", "index": False, "doc_values": False}
"""The same for one text."""
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
        signals=fields(name=KEYWORD, evidence=STORED_TEXT, weight=SCORE, told_by=KEYWORD),
    ),
    intent=KEYWORD,
    topics=KEYWORD,
    spam=SCORE,
    needs_person=FLAG,
    reasons=STORED,
    model=KEYWORD,
)

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
        erased_at=DATE,
        appended_at=DATE,
    ),
}


def alias(path: str) -> Json:
    """Another name of a field of the same index."""
    return {"type": "alias", "path": path}


CASE: Json = {
    "dynamic": False,
    **fields(
        id=KEYWORD,
        type=KEYWORD,
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
        tags=KEYWORD,
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
        erased_at=DATE,
        appended_at=DATE,
        classification=fields(
            language=fields(code=alias("language")),
            sentiment=fields(label=alias("sentiment")),
            urgency=fields(label=alias("urgency"), score=alias("urgency_score")),
            topics=alias("topics"),
        ),
    ),
}
"""`classification` has the names that mentions use, so that one search asks both."""

MESSAGE: Json = {
    "dynamic": False,
    **fields(
        id=KEYWORD,
        type=KEYWORD,
        team=KEYWORD,
        case=KEYWORD,
        revision=WHOLE,
        source=KEYWORD,
        kind=KEYWORD,
        conversation=KEYWORD,
        author=AUTHOR,
        case_title=STORED_TEXT,
        text=PROSE,
        cut=FLAG,
        status=KEYWORD,
        created_at=DATE,
        tags=KEYWORD,
        addressee=KEYWORD,
        classification=fields(language=fields(code=KEYWORD), topics=KEYWORD),
        erased_at=DATE,
        appended_at=DATE,
    ),
}
"""A reply of ours or an internal note (`type`)."""

META: Json = {"dynamic": False, **fields(current=WHOLE, building=WHOLE, retiring=WHOLE, by=KEYWORD)}
