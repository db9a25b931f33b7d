"""What to offer when nothing is found: a better spelling, the other keyboard, similar words, one condition less. Pure.

An offer is a search that was asked in the same scope and found something: what only other teams have written is never
offered, though the dictionary that spellings come from is that of the whole index. Nothing of it is done unasked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.report.domain.mappings import Json
from services.report.domain.query_tree import Node, Not, Word, all_of, leaves, normal, replaced
from services.report.domain.search import FACETS, SearchRequest, search_body

OfferKind = Literal["spelling", "keyboard", "similar", "without"]
MOST_WORDS, MOST_SPELLINGS, MOST_PARTS, SHOWN = 6, 3, 8, 3
_AZERTY = str.maketrans("aqzwAQZW", "qawzQAWZ")


@dataclass(frozen=True)
class Offer:
    """A search to try instead; `about` is the query it asks, or the condition that it leaves out."""

    kind: OfferKind
    about: str
    request: SearchRequest
    count: int = 0


def wanted(node: Node | None) -> list[str]:
    """The plain words that must or may occur, each once."""
    if node is None or isinstance(node, Not):
        return []
    parts: Iterable[Node] = getattr(node, "parts", ())
    here = [one.text for one in leaves(node) if isinstance(one, Word) and not one.prefix] if not parts else []
    return list(dict.fromkeys([*here, *(word for part in parts for word in wanted(part))]))[:MOST_WORDS]


def suggest_body(request: SearchRequest) -> Json:
    """Asks for words of the index that are spelled nearly like those of the query, by the number of the word."""
    term = {"field": "text", "suggest_mode": "always", "prefix_length": 0, "min_word_length": 3, "size": MOST_SPELLINGS}
    words = wanted(request.query.node)
    return {"size": 0, "suggest": {str(n): {"text": word, "term": term} for n, word in enumerate(words)}}


def spellings(request: SearchRequest, answer: Json) -> dict[str, list[str]]:
    """For each word that other spellings are known of, those, the most likely first."""
    found: dict[str, list[str]] = {}
    for n, word in enumerate(wanted(request.query.node)):
        options = [one["text"] for token in answer.get("suggest", {}).get(str(n), ()) for one in token["options"]]
        if options:
            found[word] = options[:MOST_SPELLINGS]
    return found


def candidates(request: SearchRequest, known: Mapping[str, Sequence[str]]) -> list[Offer]:
    """Everything that may be offered, not counted yet. `known` are other spellings of words."""
    request = replace(request, after="", fuzzy=False)
    offers = list(_respelled(request, known))
    if wanted(request.query.node):
        offers.append(Offer("similar", request.query.normal, replace(request, fuzzy=True)))
    return [*offers, *_without(request)]


def count_body(request: SearchRequest) -> Json:
    """How many documents a search finds, its filters included."""
    body = search_body(replace(request, after=""))
    conditions = [body["query"], *([body["post_filter"]] if "post_filter" in body else [])]
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": conditions}}}


def best(offers: Sequence[Offer], counts: Sequence[int]) -> tuple[Offer, ...]:
    """The offers that find something: spellings, similar words when there are none, the conditions that cost most."""
    counted = [replace(one, count=count) for one, count in zip(offers, counts, strict=True) if count]
    spelled = [one for one in counted if one.kind in ("spelling", "keyboard")][:SHOWN]
    similar = [one for one in counted if one.kind == "similar" and not spelled]
    fewer = sorted((one for one in counted if one.kind == "without"), key=lambda one: -one.count)[:SHOWN]
    return (*spelled, *similar, *fewer)


def _respelled(request: SearchRequest, known: Mapping[str, Sequence[str]]) -> Iterator[Offer]:
    node = request.query.node
    if node is None:
        return
    seen = {request.query.normal}
    tries: list[tuple[OfferKind, dict[str, str]]] = [
        ("spelling", {word: options[0] for word, options in known.items()})
    ]
    tries += [("spelling", {word: option}) for word, options in known.items() for option in options]
    tries.append(("keyboard", {word: word.translate(_AZERTY) for word in wanted(node)}))
    for kind, words in tries:
        asked = normal(replaced(node, lambda one, words=words: Word(words.get(one.text, one.text), one.prefix)))  # type: ignore[misc]  # the default binds the loop's value
        if asked not in seen:
            seen.add(asked)
            yield Offer(kind, asked, replace(request, q=asked))


def _without(request: SearchRequest) -> Iterator[Offer]:
    parts = request.query.parts[:MOST_PARTS]
    if len(parts) > 1:
        for n, part in enumerate(parts):
            rest = all_of([*parts[:n], *parts[n + 1 :]])
            yield Offer("without", normal(part, inside=False), replace(request, q=normal(rest)))
    for name in FACETS:
        if values := request.chosen.get(name):
            chosen = {other: kept for other, kept in request.chosen.items() if other != name}
            yield Offer("without", f"{name}:{','.join(values)}", replace(request, chosen=chosen))
    if request.author:
        yield Offer("without", f'author:"{request.author}"', replace(request, author=""))
    if request.since or request.until:
        ends = (("after", request.since), ("before", request.until))
        about = " ".join(f"{name}:{moment.date().isoformat()}" for name, moment in ends if moment)
        yield Offer("without", about, replace(request, since=None, until=None))
