"""A case in words, for the pages: names for ids, the clock's state, why this person. Languages come from the catalogs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from babel import Locale
from babel.lists import format_list

from services.contracts.cases import Case, CaseMessage, Deadline, Explanation, HistoryLine
from services.contracts.mentions import SentimentLabel, Urgency, UrgencyLabel
from services.contracts.teams import TeamConfig
from services.desk.domain.filters import FIELDS, NONE
from services.desk.domain.reading import (
    Segment,
    Why,
    found_words,
    headline,
    is_unsure,
    latest_words,
    segments,
    why,
)
from services.desk.domain.reasons import pieces
from services.runtime.web.i18n import Translator

NAMED = 3
SECOND_READER = "system:reread"
BETWEEN_CASES = frozenset(
    {"CaseMerged", "CaseExtended", "CaseUnmerged", "CaseReduced", "MentionsSplitOff", "CaseSplitOff"}
)
"""The detail of these lines is the id of the other case, which the page links to."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Words for one reader: their language, who they are, and the names of the team's people."""

    t: Translator
    me: str
    names: Mapping[str, str]
    topics: Mapping[str, str] = field(default_factory=dict)
    """What the team calls its own topics, in the reader's language."""
    urgencies: tuple[UrgencyLabel, ...] = get_args(UrgencyLabel)
    sentiments: tuple[SentimentLabel, ...] = get_args(SentimentLabel)

    def person(self, ident: str | None) -> str:
        """A person's name; processes and integrations by what they are."""
        if not ident:
            return ""
        kind, _, name = ident.rpartition(":")
        if kind in ("integration", "lead"):
            return name
        if kind == "guest":
            return self.t("who.by_link", name=name)
        return self.t("who.system") if kind else self.names.get(ident, ident)

    def people(self, idents: Iterable[str]) -> str:
        """`Marit, Tom en Sanne`; with many, three of them and the number of the others."""
        listed = [self.person(one) for one in idents]
        shown = listed[:NAMED]
        if len(listed) > NAMED + 1:
            shown.append(self.t("who.others", count=len(listed) - NAMED))
        else:
            shown = listed
        return format_list(shown, locale=self.t.language)

    def language(self, code: str) -> str:
        """`Nederlands` for `nl`; empty where it could not be told."""
        known = Locale(self.t.language).languages
        return str(known.get(code, "")) if code != "und" else ""

    def source(self, source: str) -> str:
        """`Mastodon`, `e-mail`."""
        return self.t.maybe(f"source.{source}", source.replace("_", " ").replace("-", " "))

    def topic(self, topic: str) -> str:
        """A topic's name: the team's own, else ours."""
        return self.topics.get(topic) or self.t.maybe(f"topic.{topic}", topic.replace("_", " ").replace("-", " "))

    def known_topics(self) -> list[str]:
        """The topics that the team speaks of: its own, else those that everybody starts with."""
        everybody = (key.removeprefix("topic.") for key in self.t.texts if key.startswith("topic."))
        return list(self.topics) or sorted(one for one in everybody if one != "none")

    def urgency(self, label: str) -> str:
        """What a level of urgency is called."""
        return self.t(f"urgency.{label}")

    def sentiment(self, label: str) -> str:
        """What a mood is called."""
        return self.t(f"sentiment.{label}")

    def filtered(self, field: str, value: str) -> str:
        """What a value of a filter's field is called."""
        if value == NONE and field in FIELDS:
            return self.t(f"filter.no_{field}")
        match field:
            case "urgency" | "sentiment" | "kind":
                return self.t.maybe(f"{field}.{value}", value)
            case "topic":
                return self.topic(value)
            case "language":
                return self.language(value) or self.t("filter.no_language")
            case "source":
                return self.source(value)
            case "owner":
                return self.person(value)
            case _:
                return value

    def signal(self, name: str) -> str:
        """What a trigger of urgency is called."""
        return self.t.maybe(f"signal.{name}", name.replace("_", " ").replace("-", " "))

    def unsure(self, urgency: Urgency) -> bool:
        """Whether the reader was in doubt about it."""
        return is_unsure(urgency)

    def why(self, explanation: Explanation) -> str:
        """The assignment in sentences: `In dienst, spreekt Nederlands, 4 van 8 punten bezet. Marit zit vol.`"""
        parts = why(explanation)
        return f"{self._because(parts)} {self._others(parts)}".strip()

    def _because(self, parts: Why) -> str:
        spoken = self.language(parts.language)
        return self.t(
            f"why.{parts.rule}",
            person=self.t("who.you") if parts.chosen == self.me else self.person(parts.chosen),
            speaks=self.t("why.speaks", language=spoken) if spoken else "",
            load=parts.load,
            capacity=parts.capacity,
        )

    def _others(self, parts: Why) -> str:
        groups = [*parts.could_not, *([("busier", parts.busier)] if parts.busier else [])]
        clauses = [self.t.n(f"why.{code}", len(people), names=self.people(people)) for code, people in groups]
        return f"{', '.join(clauses)}." if clauses else ""

    def history(self, line: HistoryLine) -> str:
        """One line of what happened, without its time."""
        if line.type == "CaseReclassified":
            return self._corrected(line)
        what = self.t.maybe(f"history.{line.type}", line.type)
        if line.type in BETWEEN_CASES:
            return what
        if line.type == "ApprovalAsked":
            asked = self.people(line.detail.split(", "))
            return f"{what} {asked}" if line.detail else self.t("history.nobody_asked")
        detail = self.names.get(line.detail, self.t.maybe(f"detail.{line.detail}", line.detail))
        return f"{what} {detail}".strip()

    def _corrected(self, line: HistoryLine) -> str:
        if line.detail == "solved":
            return self.t("history.solved")
        what = self.t("history.reread" if line.actor == SECOND_READER else "history.CaseReclassified")
        fields = [self.t.maybe(f"corrected.{name}", name) for name in line.detail.split(", ")]
        return f"{what} {format_list(fields, locale=self.t.language)}"

    def headline(self, case: Case) -> str:
        """The case's title."""
        return self.t("who.erased") if case.erased_at and not case.answer_to else headline(case)

    def latest(self, case: Case) -> str:
        """What they said last."""
        return latest_words(case)

    def author(self, case: Case) -> str:
        """Who asks."""
        unknown = self.t("who.erased" if case.erased_at else "who.unknown")
        return case.author.name or case.author.handle or unknown

    def writer(self, message: CaseMessage) -> str:
        """Who wrote a mention."""
        return message.author or self.t("who.erased" if message.erased else "who.unknown")

    def spoken(self, message: CaseMessage, case: Case) -> tuple[Segment, ...]:
        """A message in pieces, with the words that made the case urgent marked in what they wrote."""
        urgent = message.kind == "mention" and case.urgency.label in ("high", "critical")
        if message.reasons:
            return pieces(message, urgent=urgent)
        return segments(message.text, found_words(case.urgency) if urgent else ())


def wording(t: Translator, me: str, config: TeamConfig | None) -> Wording:
    """The words for a reader of a team."""
    if config is None:
        return Wording(t, me, {})
    topics = {topic.id: topic.names.get(t.language) or topic.names.get(config.language, "") for topic in config.topics}
    return Wording(t, me, {person.id: person.name for person in config.people}, topics)


def clock_state(deadline: Deadline, now: datetime) -> str:
    """`calm`, `warn` or `late`: the clock's class."""
    if now >= deadline.due_at:
        return "late"
    return "warn" if now >= deadline.warn_at else "calm"
