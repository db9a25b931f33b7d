"""A rule of a team's own for what becomes a case (in `teams.py`); `needs.py` applies it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.contracts.base import Model, ShortText, Slug
from services.contracts.mentions import Intent, MentionKind, SentimentLabel, UrgencyLabel

MOST_RULES, MOST_NAMED = 50, 100
MOST_CHARACTERS = 20_000
"""Of the words and authors of all rules of a team together: every event of the rota carries them."""

Handle = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^@?[^\s@]+(@[^\s@]+)?$", max_length=200)]
"""An account as people write it, with or without the `@` before it."""
Word = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^*]*\w[^\s*]*\*?$", max_length=100)]
"""A word, or words in a row; a `*` at its end is any ending."""
ReadLanguage = Annotated[str, Field(pattern=r"^([a-z]{2}|und)$")]


class CaseRule(Model):
    """What becomes of a mention of which all that the rule names holds; it names at least one thing.

    The rules of a team are asked in their order, and the first that fits decides. One that says `no_case` does not fit
    what is high or critical, unless it names that urgency.
    """

    id: Slug
    name: ShortText = ""
    """What people call it; the id when empty."""
    then: Literal["case", "no_case"]
    kinds: tuple[MentionKind, ...] | None = Field(default=None, min_length=1)
    sources: tuple[Slug, ...] | None = Field(default=None, min_length=1)
    monitors: tuple[Slug, ...] | None = Field(default=None, min_length=1)
    """The saved searches or accounts that found it."""
    topics: tuple[Slug, ...] | None = Field(default=None, min_length=1)
    """It is about one of them."""
    words: tuple[Word, ...] | None = Field(default=None, min_length=1, max_length=MOST_NAMED)
    """One of them stands in its title or text: whole words, in capitals or not."""
    languages: tuple[ReadLanguage, ...] | None = Field(default=None, min_length=1)
    """`und` is a language that could not be told."""
    authors: tuple[Handle, ...] | None = Field(default=None, min_length=1, max_length=MOST_NAMED)
    """Whoever wrote it, by handle or by the source's id."""
    reach: int | None = Field(default=None, ge=1)
    """Its author has at least this many followers."""
    sentiment: tuple[SentimentLabel, ...] | None = Field(default=None, min_length=1)
    intent: tuple[Intent, ...] | None = Field(default=None, min_length=1)
    urgency: tuple[UrgencyLabel, ...] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        names = [name for name in CaseRule.model_fields if name not in ("id", "name", "then")]
        if all(getattr(self, name) is None for name in names):
            raise ValueError(f"a case rule names at least one of {', '.join(names)}")
        return self

    def characters(self) -> int:
        """How long its words and authors are."""
        return sum(map(len, (*(self.words or ()), *(self.authors or ()))))
