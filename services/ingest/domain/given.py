"""A mention as it is given: by an integration, a webhook, a feed or a line of a file. Lenient where `Mention` is strict.

`id`, `team`, `source`, `conversation`, `collected_at`, `type` and `version` may be absent. What is wrong is said in the
giver's terms: the field and what to do, never its content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from services.contracts.base import LongText, ShortText, Slug
from services.contracts.mentions import Author, Media, MentionKind, SourceId, Url
from services.contracts.rejected import RejectionCode

EXAMPLE_TIME = "2026-05-01T09:30:00Z"
_SLUG = "use lower-case letters, digits, - and _, starting with a letter or digit, at most 63 characters"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field. `field` is a dotted path, empty for the mention as a whole."""

    field: str
    message: str
    code: RejectionCode = "invalid"


class NotAMentionError(ValueError):
    """What was given cannot become a mention; `problems` say why, at least one."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message}" if p.field else p.message for p in problems))
        self.problems = problems

    @property
    def code(self) -> RejectionCode:
        """The code of the first problem, for `mentions.rejected`."""
        return self.problems[0].code


def _text_of_time(value: object) -> object:
    """Numbers are refused: whether 20260501 is a day, seconds or milliseconds is a guess."""
    if isinstance(value, datetime) or (isinstance(value, str) and not value.strip().lstrip("-").isdigit()):
        return value
    raise ValueError("not RFC 3339")


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


GivenInstant = Annotated[AwareDatetime, BeforeValidator(_text_of_time), AfterValidator(_to_utc)]
GivenUuid = Annotated[str, Field(max_length=100)]
Scalar = str | int | Annotated[float, Field(allow_inf_nan=False)] | bool | None


class MentionGiven(BaseModel):
    """A mention as given. Fields that are not listed here are kept under `extra` when they are plain values."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["mention"] = "mention"
    version: Literal[1] = 1
    id: GivenUuid | None = Field(default=None, description="UUIDv5 of team, source and source_id; best left out")
    source: Slug | None = None
    source_id: SourceId | None = Field(
        default=None, description="The source's own id: with team and source it is unique"
    )
    kind: MentionKind = "post"
    team: Slug | None = None
    monitor: Slug | None = None
    conversation: SourceId | None = Field(default=None, description="The thread; default in_reply_to, else source_id")
    in_reply_to: SourceId | None = None
    author: Author
    title: ShortText = ""
    text: LongText
    url: Url = ""
    rating: float | None = Field(default=None, ge=0, le=5)
    media: tuple[Media, ...] = Field(default=(), max_length=50)
    created_at: GivenInstant
    collected_at: GivenInstant | None = None
    edited_at: GivenInstant | None = None
    extra: dict[str, Scalar] = Field(default_factory=dict, max_length=50)


FIELDS = frozenset(MentionGiven.model_fields)


def parse(fields: Mapping[str, Any]) -> MentionGiven:
    """`fields` as a `MentionGiven`.

    Raises:
        NotAMentionError: a field is missing or malformed.
    """
    try:
        return MentionGiven.model_validate(fields, extra="ignore")
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise NotAMentionError(*_unique(found)) from None


def _unique(found: list[ErrorDetails]) -> list[Problem]:
    """One problem for each field: a value that fits no branch of a union is said once."""
    problems = [Problem(_path(one), _advice(one)) for one in found]
    return list({problem.field: problem for problem in reversed(problems)}.values())[::-1][:20]


def _path(problem: ErrorDetails) -> str:
    parts = [str(part) for part in problem["loc"]]
    if parts[0] == "extra":
        parts = parts[:2]
    return ".".join("".join(c for c in part if c.isprintable())[:60] for part in parts)


def _advice(problem: ErrorDetails) -> str:
    kind, limits = problem["type"], problem.get("ctx", {})
    if kind == "missing":
        return _MISSING.get(str(problem["loc"][-1]), "is missing; fill it in")
    if kind == "timezone_aware":
        return f"has no offset from UTC; write for example {EXAMPLE_TIME} or 2026-05-01T11:30:00+02:00"
    if problem["loc"][0] in _TIMES:
        return f"is not a date and time as RFC 3339 has them; write for example {EXAMPLE_TIME}"
    if problem["loc"][0] == "extra" and len(problem["loc"]) > 1:
        return "must be a plain value: a text, a number, true, false or null"
    if kind == "string_pattern_mismatch":
        return _SLUG
    if kind == "string_too_long":
        return f"is longer than {limits['max_length']:,} characters; shorten it"
    if kind == "too_long":
        return f"has more than {limits['max_length']} entries; leave some out"
    if kind == "literal_error":
        return f"must be one of {limits['expected']}"
    if kind in _SHAPES:
        return _SHAPES[kind]
    return problem["msg"][:200]


_TIMES = ("created_at", "collected_at", "edited_at")
_SHAPES: Mapping[str, str] = {
    "string_type": "must be a text",
    "string_too_short": "is empty; fill it in",
    "string_unicode": "has characters that are not Unicode text",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object of plain values",
    "tuple_type": "must be a list",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
}
_MISSING: Mapping[str, str] = {
    "created_at": f"is missing; say when it was written, for example {EXAMPLE_TIME}",
    "author": 'is missing; give at least {"id": "..."}',
    "text": "is missing; give what was said, or an empty text",
}
