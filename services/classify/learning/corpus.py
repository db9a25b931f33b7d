"""The corpus of this project: messages written and labelled for it (CC0), in `../corpus/`, one NDJSON file a language.

`python -m services.classify.learning.corpus add nl FILE` adds lines of the annotation guide's form
(`docs/annotation-guide.md`), with an id from the text and a fixed, stratified place in train, tune or test; `teach nl FILE`
adds them to what is learned from only, so that the tuned and tested parts, and every figure told of them, stay what they
were; `blind nl FILE` adds them to the blind set, which another hand wrote and nothing learns from; `contrast nl FILE` adds
messages that tell what is so from what is not or is over, which teach urgency alone; `elsewhere nl FILE` adds texts of
other kinds (reviews, posts) with their sentiment alone, a line `neg|genre|subject|text` each, to learn from; `report`
prints what the corpus holds and how alike its messages are.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from services.classify.domain.urgency import LEVELS, signal_kinds
from services.contracts.base import Model
from services.contracts.mentions import Intent, SentimentLabel, UrgencyLabel

FOLDER = Path(__file__).resolve().parents[1] / "corpus"
Split = Literal["train", "tune", "test"]
_SHARES: tuple[tuple[Split, float], ...] = (("test", 0.2), ("tune", 0.15))
_SENTIMENTS: dict[str, SentimentLabel] = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_GRAM = 4
Form = TypeVar("Form", bound=Model)


class Labelled(Model):
    """One message of the corpus with its labels."""

    id: str
    lang: Literal["nl", "en"]
    split: Split
    text: Annotated[str, Field(min_length=1)]
    sentiment: SentimentLabel
    urgency: UrgencyLabel
    signals: Annotated[tuple[str, ...], Field(min_length=1)]
    intent: Intent
    topics: tuple[str, ...] = ()
    sector: str
    traits: tuple[str, ...] = ()


class Remark(Model):
    """A text of another kind than messages to an organisation, with the author's attitude: all are learned from."""

    id: str
    lang: Literal["nl", "en"]
    genre: Literal["book", "review", "post"]
    subject: Annotated[str, Field(pattern=r"^[a-z]+$")]
    text: Annotated[str, Field(min_length=1)]
    sentiment: SentimentLabel


@dataclass(frozen=True, slots=True)
class Pair:
    """Two messages about the same event; in the second it is not so (`negated`) or over (`solved`).

    `hand` is `known` where it was looked at while the readers were improved, and `blind` where another hand wrote it and
    nothing was chosen by it.
    """

    lang: str
    how: str
    hand: str
    urgent: str
    calmer: str


class GuideError(ValueError):
    """A line is not of the guide's form; the text says which and why."""


def read(language: str, folder: Path = FOLDER) -> list[Labelled]:
    """All messages of a language, in order, without the blind set; none when there is no file."""
    return _read(folder / f"{language}.ndjson")


def blind(language: str, folder: Path = FOLDER) -> list[Labelled]:
    """The blind set of a language: only ever for the figures of the model card."""
    return _read(folder / f"blind-{language}.ndjson")


def contrasts(language: str, folder: Path = FOLDER) -> list[Labelled]:
    """Messages with the same grave words, of which some say that it is so, others that it is not, or is over; none when
    there is no file."""
    return _read(folder / f"contrast-{language}.ndjson")


def pairs(folder: Path = FOLDER) -> list[Pair]:
    """The pairs by which it is measured whether what is denied or over is read as less urgent; nothing learns from them."""
    lines = (folder / "pairs.tsv").read_text(encoding="utf-8").splitlines()
    return [Pair(*line.split("\t")) for line in lines if line and not line.startswith("#")]


def elsewhere(language: str, folder: Path = FOLDER) -> list[Remark]:
    """The texts of other kinds of a language, in order; none when there is no file."""
    return _lines(folder / f"elsewhere-{language}.ndjson", Remark)


def _read(path: Path) -> list[Labelled]:
    return _lines(path, Labelled)


def _lines(path: Path, form: type[Form]) -> list[Form]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [form.model_validate_json(line) for line in file]


def of_guide(language: Literal["nl", "en"], line: str) -> Labelled:
    """A line of the guide's form, not placed yet (its split is `train`).

    Raises:
        GuideError: a field is missing or has an unknown value.
    """
    (sentiment, urgency, intent, topics, signals, sector, traits), text = _fields(line, 8, "eight")
    known = signal_kinds()
    named = _list(signals)
    if unknown := [one for one in named if one not in known]:
        raise GuideError(f"unknown signal {unknown[0]!r}: {line[:60]!r}")
    try:
        made = Labelled.model_validate(
            {
                "id": _id(language, text),
                "lang": language,
                "split": "train",
                "text": text,
                "sentiment": _SENTIMENTS[sentiment],
                "urgency": urgency,
                "signals": named,
                "intent": intent,
                "topics": _list(topics),
                "sector": sector,
                "traits": _list(traits),
            }
        )
    except (KeyError, ValueError) as error:
        raise GuideError(f"{error}: {line[:60]!r}") from error
    highest = max((known[one].level for one in named), key=LEVELS.index)
    if highest != made.urgency:
        raise GuideError(f"urgency {made.urgency} with signals of level {highest}: {line[:60]!r}")
    return made


def remark(language: Literal["nl", "en"], line: str) -> Remark:
    """A line `sentiment|genre|subject|text`.

    Raises:
        GuideError: a field is missing or has an unknown value.
    """
    (sentiment, genre, subject), text = _fields(line, 4, "four")
    labels = {"genre": genre, "subject": subject, "sentiment": _SENTIMENTS.get(sentiment)}
    try:
        return Remark.model_validate({"id": _id(language, text), "lang": language, "text": text, **labels})
    except ValueError as error:
        raise GuideError(f"{error}: {line[:60]!r}") from error


def _fields(line: str, count: int, said: str) -> tuple[list[str], str]:
    """The fields of a line, the last of which is its text.

    Raises:
        GuideError: there are fewer than `count`, which is `said` in words.
    """
    *fields, written = line.rstrip("\n").split("|", count - 1)
    if len(fields) != count - 1:
        raise GuideError(f"{said} fields with | between, not {len(fields) + 1}: {line[:60]!r}")
    return fields, written.replace("\\n", "\n").strip()


def _id(language: str, text: str) -> str:
    return f"{language}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def placed(messages: Sequence[Labelled]) -> list[Labelled]:
    """The messages with a fixed place each: of every language, urgency and sentiment, a fifth is for testing and three
    twentieths for tuning, chosen by the hash of the text alone."""
    strata: dict[tuple[str, ...], list[Labelled]] = defaultdict(list)
    for one in messages:
        strata[one.lang, one.urgency, one.sentiment].append(one)
    places: dict[str, Split] = {}
    for group in strata.values():
        ordered = sorted(group, key=lambda one: hashlib.sha256(one.id.encode()).hexdigest())
        begin = 0
        for split, share in _SHARES:
            end = begin + round(share * len(ordered))
            places |= {one.id: split for one in ordered[begin:end]}
            begin = end
    return [one.model_copy(update={"split": places.get(one.id, "train")}) for one in messages]


def add(language: Literal["nl", "en"], lines: Iterable[str], folder: Path = FOLDER) -> int:
    """Add lines of the guide's form; those that are there already stay as they are. Gives how many are new.

    Raises:
        GuideError: a line is not of that form.
    """
    new = placed(_new(language, lines, folder))
    _write(folder / f"{language}.ndjson", [*read(language, folder), *new])
    return len(new)


def add_taught(language: Literal["nl", "en"], lines: Iterable[str], folder: Path = FOLDER) -> int:
    """The same, to train alone."""
    new = _new(language, lines, folder)
    _write(folder / f"{language}.ndjson", [*read(language, folder), *new])
    return len(new)


def add_blind(language: Literal["nl", "en"], lines: Iterable[str], folder: Path = FOLDER) -> int:
    """The same, to the blind set: all of them are for testing."""
    new = [one.model_copy(update={"split": "test"}) for one in _new(language, lines, folder)]
    _write(folder / f"blind-{language}.ndjson", [*blind(language, folder), *new])
    return len(new)


def add_contrasts(language: Literal["nl", "en"], lines: Iterable[str], folder: Path = FOLDER) -> int:
    """The same, to the messages that teach what is so from what is not."""
    new = _new(language, lines, folder)
    _write(folder / f"contrast-{language}.ndjson", [*contrasts(language, folder), *new])
    return len(new)


def add_elsewhere(language: Literal["nl", "en"], lines: Iterable[str], folder: Path = FOLDER) -> int:
    """Add texts of other kinds; those that are there already are left out. Gives how many are new.

    Raises:
        GuideError: a line is not of that form.
    """
    there = elsewhere(language, folder)
    known = {one.id for one in there}
    found = {one.id: one for line in lines if line.strip() and (one := remark(language, line)).id not in known}
    _write(folder / f"elsewhere-{language}.ndjson", [*there, *found.values()])
    return len(found)


def _new(language: Literal["nl", "en"], lines: Iterable[str], folder: Path) -> list[Labelled]:
    """The messages that are in no file yet, each once."""
    known = {one.id for part in (read, blind, contrasts) for one in part(language, folder)}
    found = {one.id: one for line in lines if line.strip() and (one := of_guide(language, line)).id not in known}
    return list(found.values())


def _write(path: Path, messages: Iterable[Model]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for one in messages:
            file.write(json.dumps(one.model_dump(mode="json"), ensure_ascii=False) + "\n")


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"\w+", text.lower())


def grams(found: Sequence[str], size: int = _GRAM) -> Iterator[str]:
    """The runs of `size` words."""
    for at in range(len(found) - size + 1):
        yield " ".join(found[at : at + size])


def nearest(texts: Sequence[str]) -> list[float]:
    """For each text how alike the nearest other is: shared word triples of all triples of both, 0 to 1."""
    sets = [set(grams(words(text), 3)) for text in texts]
    where: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(sets):
        for one in found:
            where[one].append(number)
    best = []
    for number, found in enumerate(sets):
        shared = Counter(other for one in found for other in where[one] if other != number)
        best.append(max((n / (len(found) + len(sets[other]) - n) for other, n in shared.items()), default=0.0))
    return best


def report(language: str) -> str:
    """What the corpus of a language holds and how alike its messages are, as Markdown."""
    found = read(language)
    texts = [words(one.text) for one in found]
    all_grams = [one for text in texts for one in grams(text)]
    openings = Counter(" ".join(text[:3]) for text in texts if len(text) > 3)
    alike = sorted(nearest([one.text for one in found]))
    lengths = sorted(map(len, texts))

    def counts(values: Iterable[str]) -> str:
        return ", ".join(f"{name} {number}" for name, number in Counter(values).most_common())

    return "\n".join(
        [
            f"- messages: {len(found)} ({counts(one.split for one in found)}); words: median {lengths[len(lengths) // 2]}, "
            f"longest {lengths[-1]}",
            f"- urgency: {counts(one.urgency for one in found)}",
            f"- sentiment: {counts(one.sentiment for one in found)}",
            f"- intent: {counts(one.intent for one in found)}",
            f"- sectors: {counts(one.sector for one in found)}",
            f"- traits: {counts(trait for one in found for trait in one.traits)}",
            f"- signals: {counts(signal for one in found for signal in one.signals)}",
            f"- distinct 4-grams: {100 * len(set(all_grams)) / max(1, len(all_grams)):.1f} % of {len(all_grams)}; "
            f"the same three opening words at most {max(openings.values(), default=0)} times",
            f"- nearest neighbour (shared word triples): 99th percentile {alike[int(0.99 * len(alike))]:.2f}, "
            f"most {alike[-1]:.2f}",
        ]
    )


def contrast_report(language: str) -> str:
    """What the messages that tell what is so from what is not are, in one line of Markdown."""
    found = contrasts(language)
    told = ", ".join(f"{name} {count}" for name, count in Counter(one.urgency for one in found).most_common())
    alike = sorted(nearest([one.text for one in found])) or [0.0]
    return f"{len(found)} ({told}); nearest neighbour: 99th percentile {alike[int(0.99 * len(alike))]:.2f}"


def elsewhere_report(language: str) -> str:
    """What the texts of other kinds of a language are, in one line of Markdown."""
    found = elsewhere(language)
    genres = Counter(one.genre for one in found).most_common()
    moods = Counter(one.sentiment for one in found).most_common()
    told = ", ".join(f"{name} {number}" for name, number in (*genres, *moods))
    runs = [one for remark in found for one in grams(words(remark.text))]
    return f"{len(found)} ({told}); distinct 4-grams: {100 * len(set(runs)) / max(1, len(runs)):.1f} %"


def _list(text: str) -> tuple[str, ...]:
    return tuple(one for one in text.split(",") if one)


_ADDERS = {"add": add, "teach": add_taught, "blind": add_blind, "contrast": add_contrasts, "elsewhere": add_elsewhere}


def main(arguments: Sequence[str] | None = None) -> int:
    """`add LANGUAGE FILE…`, likewise `teach`, `blind`, `contrast` and `elsewhere`, or `report [LANGUAGE]`."""
    parser = argparse.ArgumentParser(prog="python -m services.classify.learning.corpus", description=__doc__)
    parser.add_argument("what", choices=(*_ADDERS, "report"))
    parser.add_argument("language", nargs="?", choices=("nl", "en"))
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args(arguments)
    if given.what == "report":
        for language in (given.language,) if given.language else ("nl", "en"):
            sys.stdout.write(f"## {language}\n{report(language)}\n- contrasts: {contrast_report(language)}\n")
            sys.stdout.write(f"- of other kinds: {elsewhere_report(language)}\n")
        return 0
    if given.language is None:
        parser.error("say which language: nl or en")
    lines = [line for path in given.files for line in path.read_text(encoding="utf-8").splitlines()]
    try:
        new = _ADDERS[given.what](given.language, lines)
    except GuideError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{new} new messages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
