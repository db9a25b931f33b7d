"""The handbook as the desk reads it: what holds, what fits a case, what changed, who has agreed. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal, get_args

from services.contracts.cases import Case
from services.contracts.handbook import Agreement, GuidelineKind, GuidelineRef, GuidelineVersion, Suggestion
from services.contracts.mentions import MentionKind
from services.contracts.teams import Person, TeamConfig

KINDS: tuple[GuidelineKind, ...] = ("tone", "guideline", "may_say", "mandate", "crisis")
"""In the order of the contents."""
_BESIDE: Mapping[GuidelineKind, int] = {"may_say": 0, "guideline": 1, "tone": 2, "mandate": 3, "crisis": 4}
"""What matters first while one writes."""
LISTED_BESIDE = 8
"""More than this many guidelines beside a reply are read by nobody."""
STARTER_LANGUAGES = ("nl", "en")
"""The languages that there is a starter handbook in."""
SLUG = 48
RESERVED = frozenset({"agreements", "suggestions"})
"""Ids that are addresses of other pages."""
assert set(KINDS) == set(get_args(GuidelineKind)) == set(_BESIDE)


@dataclass(frozen=True, slots=True)
class TeamHandbook:
    """The handbook of one team at one moment."""

    versions: Mapping[str, tuple[GuidelineVersion, ...]] = field(default_factory=dict)
    """Of each guideline, the oldest first."""
    agreements: Mapping[tuple[str, str], Agreement] = field(default_factory=dict)
    """By person and guideline."""
    suggestions: tuple[Suggestion, ...] = ()
    """The oldest first."""

    def current(self) -> tuple[GuidelineVersion, ...]:
        """What holds, in the order of the contents."""
        latest = (versions[-1] for versions in self.versions.values())
        return tuple(sorted((one for one in latest if not one.retired), key=_in_contents))

    def retired(self) -> tuple[GuidelineVersion, ...]:
        """What holds no longer, as it was."""
        latest = (versions[-1] for versions in self.versions.values())
        return tuple(sorted((one for one in latest if one.retired), key=_in_contents))

    def version(self, ref: GuidelineRef) -> GuidelineVersion | None:
        """One version."""
        return next((one for one in self.versions.get(ref.id, ()) if one.version == ref.version), None)

    def title(self, ref: GuidelineRef) -> str:
        """What a version was called; its id where we have not read it."""
        found = self.version(ref)
        return found.title if found else ref.id

    def agreed(self, person: str, one: GuidelineVersion) -> bool:
        """Whether the person has agreed to exactly this version."""
        found = self.agreements.get((person, one.id))
        return found is not None and found.version == one.version

    def to_read(self, person: Person) -> tuple[GuidelineVersion, ...]:
        """What holds, in a language that the person speaks, and that they have not agreed to yet."""
        return tuple(
            one for one in self.current() if one.language in person.languages and not self.agreed(person.id, one)
        )

    def waiting(self) -> tuple[Suggestion, ...]:
        """The suggestions that nobody has decided on."""
        return tuple(one for one in self.suggestions if one.state == "open")


def _in_contents(one: GuidelineVersion) -> tuple[int, str, str, str]:
    return KINDS.index(one.kind), one.language, one.title.casefold(), one.id


def fitting(
    guidelines: Iterable[GuidelineVersion], topics: Collection[str], channel: MentionKind, language: str
) -> tuple[GuidelineVersion, ...]:
    """Those that hold for a conversation, the most specific first.

    One fits when it names none of something or one of these. A kind that has nothing in the conversation's language is
    represented by what there is in other languages: better to read a rule in Dutch than none.
    """
    fit = [
        one
        for one in guidelines
        if (not one.topics or set(one.topics) & set(topics)) and (not one.channels or channel in one.channels)
    ]
    spoken = {one.kind for one in fit if one.language == language}
    chosen = [one for one in fit if one.language == language or one.kind not in spoken]
    return tuple(
        sorted(chosen, key=lambda one: (not one.topics, not one.channels, _BESIDE[one.kind], one.title, one.id))
    )


def beside(guidelines: Iterable[GuidelineVersion], case: Case) -> tuple[GuidelineVersion, ...]:
    """What stands beside a reply in a case: the crisis plan first when it is critical, and otherwise only by topic."""
    found = fitting(guidelines, case.topics, case.kind, case.language)
    critical = case.urgency.label == "critical"
    crisis = tuple(one for one in found if one.kind == "crisis" and (critical or one.topics))
    others = tuple(one for one in found if one.kind != "crisis")
    return ((*crisis, *others) if critical else (*others, *crisis))[:LISTED_BESIDE]


def unfolds(guides: Sequence[GuidelineVersion], case: Case) -> bool:
    """Whether the first of what stands beside a reply is open from the start: the case is urgent, or it names its topic."""
    return bool(guides) and (
        case.urgency.label in ("high", "critical") or bool(set(guides[0].topics) & set(case.topics))
    )


def matching(guidelines: Iterable[GuidelineVersion], asked: str) -> tuple[GuidelineVersion, ...]:
    """Those whose title or text has every word of `asked`, whatever its case or accents; the order stays."""
    words = _plain(asked).split()
    return tuple(one for one in guidelines if all(word in _plain(f"{one.title} {one.body}") for word in words))


def by_kind(guidelines: Iterable[GuidelineVersion]) -> list[tuple[GuidelineKind, tuple[GuidelineVersion, ...]]]:
    """The contents: each kind that has something."""
    listed = tuple(guidelines)
    groups = [(kind, tuple(one for one in listed if one.kind == kind)) for kind in KINDS]
    return [(kind, those) for kind, those in groups if those]


def _plain(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in spread if not unicodedata.combining(one))


def slug_for(title: str, taken: Collection[str], otherwise: str = "guideline") -> str:
    """An id of its own: a title in letters and dashes, with a number where that is taken; without letters `otherwise`."""
    base = re.sub(r"[^a-z0-9]+", "-", _plain(title)).strip("-")[:SLUG].strip("-") or otherwise
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (base, *numbered) if one not in taken and one not in RESERVED)


def starter_languages(config: TeamConfig) -> tuple[str, ...]:
    """The languages of the starter handbook for a team: those that it and its people speak, English when there is none."""
    spoken = [config.language, *(language for person in config.people for language in person.languages)]
    return tuple(one for one in dict.fromkeys(spoken) if one in STARTER_LANGUAGES) or ("en",)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that was compared with an older one."""

    kind: Literal["same", "added", "removed"]
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """What changed, word by word. Without the removed pieces it is the new text, without the added ones the old one."""
    pieces: list[Piece] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, *place in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = "".join(before[place[0] : place[1]]), "".join(after[place[2] : place[3]])
        pieces += [Piece("same", now)] if tag == "equal" else _words(was, now)
    return _joined(pieces)


def _words(old: str, new: str) -> list[Piece]:
    """The difference within changed lines; words keep the space that follows them."""
    before, after = re.findall(r"\s+|\S+\s*", old), re.findall(r"\s+|\S+\s*", new)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(after[c:d])))
        else:
            pieces += [Piece("removed", "".join(before[a:b])), Piece("added", "".join(after[c:d]))]
    return pieces


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Without empty pieces, and neighbours of a kind as one."""
    joined: list[Piece] = []
    for one in pieces:
        if one.text and joined and joined[-1].kind == one.kind:
            joined[-1] = Piece(one.kind, joined[-1].text + one.text)
        elif one.text:
            joined.append(one)
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who of the team has agreed to what holds, who to an older version only, and who to none."""

    agreed: tuple[Agreement, ...]
    older: tuple[Agreement, ...]
    none: tuple[str, ...]


def readers(book: TeamHandbook, one: GuidelineVersion, people: Iterable[Person]) -> Readers:
    """How far the team is with a guideline; those who do not speak its language are left out."""
    team = [person.id for person in people if one.language in person.languages]
    found = [book.agreements[person, one.id] for person in team if (person, one.id) in book.agreements]
    return Readers(
        agreed=tuple(each for each in found if each.version == one.version),
        older=tuple(each for each in found if each.version != one.version),
        none=tuple(person for person in team if (person, one.id) not in book.agreements),
    )
