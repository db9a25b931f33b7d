"""Each part by itself: the classifier and route as bare functions, the sink's writer on a real Elasticsearch."""

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice

from services.classify.domain.reader import Text, build_reader
from services.classify.worker import transform
from services.contracts.commands import ConfigureTeam
from services.contracts.erasure import Erasures
from services.contracts.ids import mention_id
from services.contracts.mentions import Author, ClassifiedMention, Mention
from services.contracts.topics import DESK_COMMANDS, MENTIONS_CLASSIFIED, MENTIONS_RAW
from services.report.sink import apply
from services.report.writer import Writer
from services.route.partition import RoutePartition
from services.route.rota_file import parse
from services.runtime.messages import NEEDS_PERSON, Received
from tests.bench.figures import table
from tests.bench.peers import classify_worker
from tests.faults.lines import ROOT, texts
from tests.support.stack import Stack
from tests.unit.test_report_samples import indices

TEXTS = 10_000
TEAM = "waterveen"
ROUTE_BATCH = 100
SINK_BATCH = 1_000


def measure(stack: Stack) -> str:
    """The table."""
    mentions = classified()
    cases, routed = route(mentions)
    return table(
        ("each part by itself", "a second"),
        [
            ("classify, bare function: texts", f"{classifier():,.0f}"),
            ("classify, worker on Kafka, exactly once: mentions", f"{classify_worker(stack):,.0f}"),
            (f"route, bare function: mentions that open a case ({cases:,} of them)", f"{routed:,.0f}"),
            ("sink, into Elasticsearch: mentions", f"{sink(stack.facts['elasticsearch'], mentions):,.0f}"),
        ],
    )


def classifier() -> float:
    """Texts a second of the bare function, warm."""
    reader = build_reader()
    batch = [Text(text) for text in islice(texts(), TEXTS)]
    reader.classify_batch(batch[:500])
    return TEXTS / _seconds(lambda: reader.classify_batch(batch))


def route(mentions: Sequence[Received[ClassifiedMention]]) -> tuple[int, float]:
    """How many mentions that need a person, and how many of them a second, on a team with agreements."""
    team = parse((ROOT / "deploy" / "demo" / "teams" / f"{TEAM}.toml").read_text(encoding="utf-8"))
    partition, now = RoutePartition(0), datetime.now(UTC)
    configure = ConfigureTeam(
        id=mention_id(TEAM, "bench", "configure"), team=TEAM, at=now, actor="system:bench", config=team
    )
    partition.handle([Received(DESK_COMMANDS, 0, 0, now, TEAM, configure)], now)
    wanted = [one for one in mentions if one.headers[NEEDS_PERSON] == "1"]

    def work() -> None:
        for begin in range(0, len(wanted), ROUTE_BATCH):
            partition.handle(wanted[begin : begin + ROUTE_BATCH], now)

    return len(wanted), len(wanted) / _seconds(work)


def sink(elasticsearch: str, mentions: Sequence[Received[ClassifiedMention]]) -> float:
    """Mentions a second into an index of its own, in the sink's batches."""
    with indices(elasticsearch, f"bench{secrets.token_hex(4)}-") as (_, elastic, store):
        writer, erasures = Writer(elastic, store), Erasures()
        apply(mentions[:SINK_BATCH], store, writer, erasures)
        rest = mentions[SINK_BATCH:]

        def work() -> None:
            for begin in range(0, len(rest), SINK_BATCH):
                assert apply(rest[begin : begin + SINK_BATCH], store, writer, erasures) == []

        return len(rest) / _seconds(work)


def classified() -> list[Received[ClassifiedMention]]:
    """Mentions of real texts, as classify writes them."""
    now = datetime.now(UTC)
    raw = [
        Received(MENTIONS_RAW, 0, number, now, str(number), _mention(number, text, now))
        for number, text in enumerate(islice(texts(), TEXTS))
    ]
    out = transform(build_reader())(raw, now)
    return [
        Received(MENTIONS_CLASSIFIED, 0, number, now, one.key, one.message, one.headers)
        for number, one in enumerate(out)
        if isinstance(one.message, ClassifiedMention)
    ]


def _mention(number: int, text: str, now: datetime) -> Mention:
    return Mention(
        id=mention_id(TEAM, "bench", str(number)),
        source="bench",
        source_id=str(number),
        team=TEAM,
        conversation=str(number),
        author=Author(id=f"author-{number}"),
        text=text,
        created_at=now,
        collected_at=now,
    )


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
