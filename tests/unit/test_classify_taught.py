"""The second reader and what a team has taught the first: it weighs what the team's own weights say, and leaves alone the
labels that only they made."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from services.classify.domain.fusion import FusedHead, Fusion
from services.classify.domain.look import Text
from services.classify.domain.reader import Reader
from services.classify.reread import main
from services.classify.second import SecondReader, build_second_reader
from services.classify.settings import ClassifySettings
from services.classify.teams import TeamAgreements
from services.contracts.case_rules import CaseRule
from services.contracts.mentions import Classification
from services.contracts.team_topics import TeamTopic
from services.contracts.teams import TeamConfiguration
from services.contracts.topics import DESK_TEAMS, team_key
from services.runtime.follow import Followed
from tests.support.route import config
from tests.unit.test_classify_corrections import mention

NOW = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
SENTIMENTS, LEVELS = ("negative", "neutral", "positive"), ("low", "normal", "high", "critical")
WIDTH = 3


def fusion() -> Fusion:
    """For which all is cross and critical, whatever the first reader says."""

    def head(name: str, labels: tuple[str, ...], sure: int) -> FusedHead:
        bias = np.zeros(len(labels), np.float32)
        bias[sure] = 5
        none = np.zeros((WIDTH, len(labels)), np.float32)
        mix = np.zeros((2 * len(labels), len(labels)), np.float32)
        return FusedHead(name, labels, none, np.zeros_like(bias), mix, bias, np.zeros_like(bias))

    heads = {"sentiment": head("sentiment", SENTIMENTS, 0), "urgency": head("urgency", LEVELS, 3)}
    return Fusion("deep-test", heads, {"nl": np.zeros(WIDTH, np.float32)})


def said(sentiment: str, urgency: str) -> Classification:
    return mention(
        sentiment={"label": sentiment, "score": 0, "confidence": 0.5},
        urgency={"label": urgency, "score": 0.5, "confidence": 0.5},
        language={"code": "nl", "confidence": 1},
    ).classification


class First:
    """A first reader; `own` are the teams that are read by weights of their own. The trained weights say neutral, low."""

    def __init__(self, own: Sequence[str] = ()) -> None:
        self._own = own
        self.asked: list[str] = []

    def has_own(self, team: str) -> bool:
        return team in self._own

    def classify_batch(self, texts: Sequence[Text]) -> list[Classification]:
        return [said("neutral", "low") for _ in texts]

    def chances(self, texts: Sequence[Text]) -> list[dict[str, list[float]]]:
        self.asked += [one.team for one in texts]
        return [{"sentiment": [0.1, 0.8, 0.1], "urgency": [0.25] * 4} for _ in texts]


def second(trained: First, now: First | None) -> SecondReader:
    reading = None if now is None else lambda: cast(Reader, now)
    return SecondReader(
        cast(Reader, trained), lambda texts: np.zeros((len(texts), WIDTH), np.float32), fusion(), reading
    )


def labels(one: Classification) -> tuple[str, str]:
    return one.sentiment.label, one.urgency.label


@pytest.mark.parametrize(
    ("first", "left"),
    [
        (("neutral", "low"), ("negative", "critical")),
        (("positive", "low"), ("positive", "critical")),
        (("neutral", "normal"), ("negative", "normal")),
        (("positive", "normal"), ("positive", "normal")),
    ],
)
def test_what_a_team_has_taught_is_left_alone(first: tuple[str, str], left: tuple[str, str]) -> None:
    texts = [Text("dat is weer wat", team=team) for team in ("shop", "other")]
    own, other = second(First(), First(["shop"])).reread(texts, [said(*first), said(*first)])
    assert labels(own) == left
    assert labels(other) == ("negative", "critical"), "what one team has taught is no other's"


def test_it_weighs_what_the_weights_of_now_say() -> None:
    trained, now = First(), First(["shop"])
    second(trained, now).reread([Text("dat is weer wat", team="shop")], [said("neutral", "low")])
    assert (trained.asked, now.asked) == ([], ["shop"])


def test_without_weights_of_teams_there_is_nothing_to_leave_alone() -> None:
    [found] = second(First(), None).reread([Text("dat is weer wat", team="shop")], [said("positive", "normal")])
    assert labels(found) == ("negative", "critical")


def test_where_both_agree_how_sure_it_is_is_the_seconds_own_unless_the_team_taught_it() -> None:
    texts = [Text("dat is weer wat", team=team) for team in ("shop", "other")]
    agreed = said("negative", "critical")
    own, other = second(First(), First(["shop"])).reread(texts, [agreed, agreed])
    assert labels(other) == labels(agreed)
    assert (other.sentiment.confidence, other.urgency.confidence) != (0.5, 0.5)
    assert other.urgency.confidence == round(other.urgency.confidence or 0, 3) > 0.9
    assert other.urgency.score == agreed.urgency.score
    assert (own.sentiment.confidence, own.urgency.confidence) == (0.5, 0.5)


def test_it_is_built_with_what_the_teams_have_taught(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looked: list[tuple[Any, Path]] = []

    class Teams:
        def __init__(self, reader: Any, data: Path) -> None:
            looked.append((reader, data))

        def at(self, now: datetime) -> Any:
            assert now == NOW
            return taught

    trained, taught = First(), First(["shop"])
    monkeypatch.setattr("services.classify.second.load_embedding", lambda: lambda texts: np.zeros((len(texts), WIDTH)))
    monkeypatch.setattr("services.classify.second.load_fusion", fusion)
    monkeypatch.setattr("services.classify.second.TeamReaders", Teams)
    monkeypatch.setattr("services.classify.second.build_reader", lambda: trained)
    built = main._second(ClassifySettings(data=tmp_path, reread_deep=True), lambda: NOW)
    assert built is not None
    [found] = built.reread([Text("dat is weer wat", team="shop")], [said("positive", "low")])
    assert (looked, labels(found)) == ([(trained, tmp_path)], ("positive", "critical"))
    [alone] = build_second_reader(cast(Reader, trained)).reread([Text("x", team="shop")], [said("positive", "low")])
    assert (len(looked), labels(alone)) == (1, ("negative", "critical"))


def test_who_asks_only_for_terms_compiles_no_topics_and_has_the_rules_of_each_team() -> None:
    rule = CaseRule(id="cross", then="case", sentiment=("negative",))
    agreed = config(case_rules=(rule,), topics=(TeamTopic(id="bikes", words=("fiets|",)),))
    teams = TeamAgreements(rarity=None)
    record = TeamConfiguration(team="shop", revision=1, at=NOW, config=agreed)
    teams.fold(Followed(DESK_TEAMS, 0, 0, NOW, team_key("shop", "config", "current"), record, {}))
    assert teams.taxonomy_of("shop") is None
    calm = mention(needs_person=False, intent="chatter", urgency={"label": "low", "score": 0.1})
    assert teams.terms_of("shop").verdict(calm, calm.classification).code == "person-rule"
    assert not teams.terms_of("other").verdict(calm, calm.classification).needs


def test_the_process_reads_by_what_the_teams_have_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both halves are given the terms of the followed teams, and neither begins before they are known."""
    order: list[str] = []
    given: list[Any] = []

    class Follows:
        caught_up = threading.Event()

        def start(self) -> None:
            order.append("teams")
            self.caught_up.set()

        def check(self) -> None: ...

        def stop(self) -> None: ...

    class Deep:
        def __init__(self, *arguments: Any) -> None:
            given.append(arguments[-1])

        def start(self) -> None:
            order.append("deep")

        def check(self) -> None: ...

        def join(self) -> None: ...

    class Archived:
        def __init__(self, *_: Any) -> None: ...

        def advance(self, _: Any) -> None: ...

        def known(self) -> int:
            return 0

        def close(self) -> None: ...

    monkeypatch.setattr(main, "require_equal_partitions", lambda *_: None)
    monkeypatch.setattr(main, "Archive", Archived)
    monkeypatch.setattr(main, "DeepReader", Deep)
    monkeypatch.setattr(main, "follow_teams", lambda *_, **__: Follows())
    monkeypatch.setattr(main, "Corrections", lambda _archive, _erasures, terms: given.append(terms))
    monkeypatch.setattr(main, "run_stateless", lambda *_: order.append("corrections"))
    main.run(ClassifySettings(reread_metrics_port=0), threading.Event(), lambda: NOW)
    assert order == ["teams", "deep", "corrections"]
    assert [one.__func__ for one in given] == [TeamAgreements.terms_of] * 2
    assert given[0].__self__ is given[1].__self__
