"""A topic of a team's own: how it is called, the phrases that speak of it, and texts that are about it (in `teams.py`).

Phrases are in the small language of `services/classify/domain/phrases.py`. Only sizes are checked here: `webcare rota check`
refuses a malformed phrase, and classify passes over it and says so.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.contracts.base import Model, ShortText, Slug
from services.contracts.rota import LanguageCode

MOST_TOPICS, MOST_PHRASES, MOST_EXAMPLES = 200, 500, 50
MOST_CHARACTERS = 200_000
"""Of all topics of a team together: every event of the rota carries them."""

PhraseText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ExampleText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class TeamTopic(Model):
    """One topic. `examples` are texts of the team's own making: they stay on a compacted topic, so no customer's words."""

    id: Slug
    names: dict[LanguageCode, ShortText] = Field(default_factory=dict, max_length=20)
    words: tuple[PhraseText, ...] = Field(default=(), max_length=MOST_PHRASES)
    examples: tuple[ExampleText, ...] = Field(default=(), max_length=MOST_EXAMPLES)

    def characters(self) -> int:
        """How long its phrases and examples are."""
        return sum(map(len, self.words)) + sum(map(len, self.examples))
