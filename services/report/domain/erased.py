"""What an erasure leaves of a document, and which documents it concerns. Pure.

The same for what is indexed already (`services/report/erasing.py`) and for what is read after the erasure, a rebuild's too
(`documents.py`): a mention by whom it was written, a case by its author, a reply or note by the author of the conversation
that it answers, all until the moment of the erasure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.erasure import NOBODY, erased_mention
from services.contracts.mentions import ClassifiedMention
from services.report.domain.indices import Family
from services.report.domain.mappings import Json

Body = Mapping[str, Any]


def erased_body(family: Family, body: Body, at: datetime) -> dict[str, Any]:
    """What is left of an indexed document."""
    if family == "mentions":
        known = {name: body[name] for name in ClassifiedMention.model_fields if name in body}
        mention = erased_mention(ClassifiedMention.model_validate(known, extra="ignore"), at)
        return dict(body) | mention.model_dump(mode="json")
    if family == "cases":
        left = {"author": NOBODY.model_dump(mode="json"), "title": "", "conversation": body["id"]}
    else:
        left = {"text": "", "cut": False, "case_title": "", "conversation": body["case"]}
    return dict(body) | left | {"erased_at": at.isoformat()}


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who is to be erased, and until when what they wrote."""

    team: str
    source: str
    author: str
    until: datetime


def by_author(family: Family, wrote: Wrote) -> Json:
    """The mentions or cases of an author that are not erased yet."""
    moment = "created_at" if family == "mentions" else "updated_at"
    terms = {"team": wrote.team, "source": wrote.source, "author.id": wrote.author}
    return _until(wrote.until, moment, *({"term": {name: value}} for name, value in terms.items()))


def of_cases(team: str, cases: Sequence[str], at: datetime) -> Json:
    """The replies and notes about the authors of these cases, wherever they were written."""
    own = {"bool": {"filter": [{"terms": {"case": list(cases)}}], "must_not": [{"exists": {"field": "addressee"}}]}}
    theirs = {"terms": {"addressee": list(cases)}}
    either = {"bool": {"should": [own, theirs], "minimum_should_match": 1}}
    return _until(at, "created_at", {"term": {"team": team}}, either)


def _until(at: datetime, field: str, *conditions: Json) -> Json:
    return {
        "bool": {
            "filter": [*conditions, {"range": {field: {"lte": at.isoformat()}}}],
            "must_not": [{"exists": {"field": "erased_at"}}],
        }
    }
