"""The reader: looks at texts by rules (`look.py`), judges them by trained models, and says why. A function of its arguments,
the tables and the weights, nothing else.

Used by the worker (`mentions.raw` to `mentions.classified`) and by `webcare classify`. Dutch and English have models; of
other languages only the lists say something.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.classify.domain.delta import HeadDelta, applied
from services.classify.domain.judgement import Judge, Judgement, by_rules
from services.classify.domain.look import Look, Looker, Text
from services.classify.domain.reasons import Notes
from services.classify.domain.topics import Taxonomy, default_taxonomy
from services.classify.domain.weights import LanguageWeights, load_weights
from services.contracts.mentions import Classification, Language, MentionKind, Sentiment, Urgency
from services.contracts.needs import of_text

_AT_ONCE = 256
"""Texts that are read together: bounds what a large batch takes of memory."""
LANGUAGES = ("nl", "en")
"""Those that have models."""

__all__ = ["LANGUAGES", "Reader", "TeamJudges", "Text", "build_reader"]


class Reader:
    """The loaded parts. Build it once per process with `build_reader()`; texts do not influence each other."""

    def __init__(
        self, looker: Looker, judges: Mapping[str, Judge], version: str, teams: Mapping[str, "TeamJudges"] | None = None
    ) -> None:
        self._looker = looker
        self._judges = judges
        self._teams = teams or {}
        self._topics = default_taxonomy()
        self.version = version

    def classify(
        self,
        text: str,
        title: str = "",
        language_hint: str | None = None,
        kind: MentionKind = "post",
        rating: float | None = None,
    ) -> Classification:
        """How a text is understood. Any text is accepted; of a long one the first 10,000 characters are read.

        Args:
            text: what was written.
            title: its headline, when it has one.
            language_hint: what the source says of its language.
            kind: an article is read as news.
            rating: 0 to 5, when it came with one.
        """
        return self.classify_batch([Text(text, title, language_hint, kind, rating)])[0]

    def classify_batch(
        self, texts: Iterable[Text], taxonomies: Sequence[Taxonomy | None] | None = None
    ) -> list[Classification]:
        """The same for many, in order; `taxonomies` are the topics of each text's team, where it has its own."""
        given = list(texts)
        topics = [one or self._topics for one in taxonomies or [None] * len(given)]
        found: list[Classification] = []
        for first in range(0, len(given), _AT_ONCE):
            looks = [self._looker.look(one) for one in given[first : first + _AT_ONCE]]
            together = zip(looks, self.judge(looks), topics[first : first + _AT_ONCE], strict=True)
            found += [self._concluded(*one) for one in together]
        return found

    def rarity(self, word: str) -> float:
        """How rare a word is among the texts that were learned from; common where it is common in any of the languages."""
        return min((judge.rarity(word) for judge in self._judges.values()), default=0.0)

    def judge(self, looks: Sequence[Look]) -> list[Judgement]:
        """What the models make of looks, in order: those of the team where it has its own."""
        groups: dict[tuple[str, str], list[int]] = {}
        for place, look in enumerate(looks):
            team = look.given.team if look.given.team in self._teams else ""
            groups.setdefault((team, look.language.code), []).append(place)
        found: list[Judgement | None] = [None] * len(looks)
        for (team, code), mine in groups.items():
            judges = self._teams[team].judges if team else self._judges
            if code in judges:
                judged = judges[code].judge([looks[place] for place in mine])
                for place, one in zip(mine, judged, strict=True):
                    found[place] = one
        return [one or by_rules(look) for one, look in zip(found, looks, strict=True)]

    def for_teams(self, teams: Mapping[str, "TeamJudges"]) -> "Reader":
        """The same reader with these teams' own weights; everything else is shared."""
        return Reader(self._looker, self._judges, self.version, teams)

    def has_own(self, team: str) -> bool:
        """Whether a team is read by weights of its own."""
        return team in self._teams

    def judges_with(self, deltas: Mapping[str, Sequence[HeadDelta]]) -> Mapping[str, Judge]:
        """The judges with what was learnt added, by language; they share with this reader's what is the same."""
        return {
            code: Judge(applied(one.weights, deltas[code]), one) if deltas.get(code) else one
            for code, one in self._judges.items()
        }

    def weights(self, language: str) -> LanguageWeights:
        """The trained weights of a language that has a model."""
        return self._judges[language].weights

    def chances(self, texts: Sequence[Text]) -> list[Mapping[str, tuple[float, ...]]]:
        """The probabilities of sentiment and urgency of each text, for a second reader to weigh."""
        return [one.chances for one in self.judge([self._looker.look(one) for one in texts])]

    def _version_for(self, team: str) -> str:
        return f"{self.version}+{self._teams[team].version}" if team in self._teams else self.version

    def _concluded(self, look: Look, judged: Judgement, taxonomy: Taxonomy) -> Classification:
        topics = taxonomy.find(look.prepared.raw)
        needed = of_text(judged.intent, judged.urgency.label, judged.spam)
        notes = Notes(look.prepared)
        notes.language(look.language)
        notes.sentiment(judged.attitude)
        notes.urgency(judged.urgency)
        notes.intent(judged.intent, judged.intent_hit)
        notes.topics(topics)
        notes.spam(judged.spam, look.matters.spam_hits)
        notes.needs_person(needed.needs, needed.code)
        return Classification.model_construct(
            language=Language.model_construct(code=look.language.code, confidence=look.language.confidence),
            sentiment=Sentiment.model_construct(
                label=judged.attitude.label, score=judged.attitude.score, confidence=judged.attitude.confidence
            ),
            urgency=Urgency.model_construct(
                label=judged.urgency.label,
                score=judged.urgency.score,
                signals=notes.signals(judged.urgency),
                confidence=round(judged.confidence, 3),
            ),
            intent=judged.intent,
            topics=tuple(one.name for one in topics),
            spam=judged.spam,
            needs_person=needed.needs,
            reasons=notes.all(),
            model=self._version_for(look.given.team),
        )


@dataclass(frozen=True, slots=True)
class TeamJudges:
    """The judges of a team that has corrected readings, and the version of what they learnt."""

    version: str
    judges: Mapping[str, Judge]


def build_reader() -> Reader:
    """Load the language identifier, the lexicons, the tables and the weights (about a second)."""
    weights = {code: load_weights(code) for code in LANGUAGES}
    version = "reader-" + "-".join(one.version for one in weights.values())
    looker = Looker({code: one.voice.known for code, one in weights.items()})
    return Reader(looker, {code: Judge(one) for code, one in weights.items()}, version)
