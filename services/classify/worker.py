"""What classify does with a batch: reads `mentions.raw`, writes `mentions.classified`. Pure; the runtime does the rest."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from services.classify.domain.reader import Reader, Text
from services.classify.domain.topics import Taxonomy
from services.contracts.erasure import Erasures
from services.contracts.mentions import Classification, ClassifiedMention, Mention, MentionBody
from services.contracts.needs import Terms, explained, terms_of
from services.contracts.topics import MENTIONS_CLASSIFIED
from services.runtime.headers import passed_on
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from services.runtime.metrics import MENTIONS_CLASSIFIED as CLASSIFIED
from services.runtime.worker import Transform

TaxonomyOf = Callable[[str], Taxonomy | None]
"""A team's own topics; `None` is the default."""
TermsOf = Callable[[str], Terms]
"""What a team has agreed of what needs a person."""
USUAL = terms_of(None)


def _default(_team: str) -> Taxonomy | None:
    return None


def usual(_team: str) -> Terms:
    """What holds for a team that has agreed nothing."""
    return USUAL


def transform(
    reader: Reader,
    taxonomy_of: TaxonomyOf = _default,
    reader_at: Callable[[datetime], Reader] | None = None,
    terms_of: TermsOf = usual,
    erasures: Erasures | None = None,
) -> Transform:
    """Classifies a batch with `reader`, each mention by the topics of its team and by what it has agreed of what needs a
    person; `reader_at`, where there is one, gives the reader of a moment, which has the teams' own weights. What an author
    wrote who was erased since goes on without them."""
    erased = erasures or Erasures()

    def classify(records: Sequence[Received[Mention]], now: datetime) -> Iterable[Outgoing]:
        texts = [text_of(one.message) for one in records]
        reading = reader_at(now) if reader_at else reader
        found = reading.classify_batch(texts, [taxonomy_of(one.message.team) for one in records])
        return [
            _outgoing(one, read, terms_of(one.message.team), erased) for one, read in zip(records, found, strict=True)
        ]

    return classify


def text_of(mention: MentionBody) -> Text:
    """What the readers are given of a mention."""
    return Text(
        mention.text,
        title=mention.title,
        kind=mention.kind,
        rating=mention.rating,
        team=mention.team,
    )


def _outgoing(one: Received[Mention], read: Classification, terms: Terms, erasures: Erasures) -> Outgoing:
    found = explained(read, terms.verdict(one.message, read))
    CLASSIFIED.labels(found.language.code, found.urgency.label, found.sentiment.label).inc()
    body = {name: getattr(one.message, name) for name in MentionBody.model_fields}
    message = ClassifiedMention.model_construct(
        **body, type="mention.classified", version=1, revision=1, classification=found
    )
    message = erasures.applied(message)
    wanted = message.erased_at is None and is_for_route(one.message, found)
    headers = passed_on(one.headers) | {NEEDS_PERSON: "1" if wanted else "0"}
    return Outgoing(MENTIONS_CLASSIFIED, one.message.team, message, headers=headers)


def is_for_route(mention: Mention, found: Classification) -> bool:
    """Whether route must look at it: it needs a person by what its team has agreed, or may go on with a case."""
    return found.needs_person or mention.in_reply_to is not None or mention.conversation != mention.source_id
