"""Learning: what is trained is what scores; the same lessons give the same bytes; weights are plain arrays and small."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.classify.domain import weights as stored
from services.classify.domain.features import Sight
from services.classify.domain.judgement import INTENTS, SENTIMENTS
from services.classify.domain.linear import LinearModel, chosen, leant
from services.classify.domain.look import Looker, Text, matter_facts, voice_facts
from services.classify.domain.reader import LANGUAGES
from services.classify.domain.weights import WeightsError, load_weights, save_weights
from services.classify.learning import corpus, figures, leaning, measures, train
from services.classify.learning.vectors import Vectoriser, keyed

LOOKER, SIGHT = Looker(), Sight()
LESSONS = train.lessons("nl", "train")[:200]
LOOKS = [LOOKER.look(Text(one.text, language_hint="nl")) for one in LESSONS]
KNOWN = train.known_words(LOOKS)
WORDS = sorted({word for look in LOOKS for word in look.prepared.raw.words})


@pytest.fixture(scope="module")
def fitted() -> tuple[Vectoriser, list[train.Fitted], LinearModel]:
    texts = [keyed(SIGHT.see(one.prepared, one.prepared.raw, KNOWN), voice_facts(one)) for one in LOOKS]
    vectoriser = Vectoriser.of(texts)
    matrix = vectoriser.matrix(texts)
    heads = [train.fit("sentiment", SENTIMENTS, matrix, LESSONS), train.fit("intent", INTENTS, matrix, LESSONS)]
    return vectoriser, heads, LinearModel(train.assembled(vectoriser, heads, KNOWN))


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map(" ".join),
    st.sampled_from([one.text for one in LESSONS]),
)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_the_matrix_of_training_and_the_model_that_scores_say_the_same(
    fitted: tuple[Vectoriser, list[train.Fitted], LinearModel], text: str
) -> None:
    vectoriser, heads, model = fitted
    look = LOOKER.look(Text(text, language_hint="nl"))
    seen, facts = SIGHT.see(look.prepared, look.prepared.raw, KNOWN), voice_facts(look)
    expected = vectoriser.matrix([keyed(seen, facts)]) @ np.hstack([one.coefficients for one in heads])
    np.testing.assert_allclose(model.score([seen], [facts])[0], np.asarray(expected)[0], atol=0.01)


def test_a_fact_that_is_told_twice_counts_once(fitted: tuple[Vectoriser, list[train.Fitted], LinearModel]) -> None:
    look = LOOKS[0]
    seen, facts = SIGHT.see(look.prepared, look.prepared.raw, KNOWN), voice_facts(look)
    once, twice = fitted[2].score([seen, seen], [facts, [*facts, *facts]])
    np.testing.assert_array_equal(once, twice)


def test_training_twice_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, contrasts, remarks = corpus.read("nl")[:160], corpus.contrasts("nl")[:60], corpus.elsewhere("nl")[:60]
    monkeypatch.setattr(corpus, "read", lambda _: small)
    monkeypatch.setattr(corpus, "contrasts", lambda _: contrasts)
    monkeypatch.setattr(corpus, "elsewhere", lambda _: remarks)
    written = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        written.append(save_weights(train.train("nl", tmp_path, LOOKER), folder).read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_weights_come_back_as_they_were_written(language: str, tmp_path: Path) -> None:
    path = save_weights(load_weights(language), tmp_path)
    assert path.read_bytes() == (stored.FOLDER / f"{language}.npz").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_heads_know_all_labels(language: str) -> None:
    found = load_weights(language)
    heads = {head.name: head for model in (found.voice, found.matter) for head in model.heads}
    assert heads["sentiment"].labels == SENTIMENTS
    assert set(heads["intent"].labels) == set(INTENTS)
    assert heads["urgency"].labels == ("low", "normal", "high", "critical")
    assert all(0.2 <= head.temperature <= 5 for head in heads.values())


def test_weights_with_an_object_in_them_are_refused_unread(tmp_path: Path) -> None:
    ran: list[int] = []
    arrays: dict[str, Any] = {"about": np.array([_Trap(ran)], dtype=object)}
    np.savez(tmp_path / "nl.npz", **arrays)
    with pytest.raises(WeightsError, match=r"nl\.npz: not the weights of a reader"):
        load_weights("nl", tmp_path)
    assert ran == []


class _Trap:
    """Would run when it is unpickled."""

    def __init__(self, ran: list[int]) -> None:
        self.ran = ran

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('unpickled')",)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_damaged_weights_are_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "nl.npz").write_bytes(content)
    with pytest.raises(WeightsError, match="not the weights"):
        load_weights("nl", tmp_path)
    with pytest.raises(WeightsError, match="not the weights"):
        load_weights("en", tmp_path)


def test_all_weights_are_at_most_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in stored.FOLDER.glob("*.npz")) <= 10 * 2**20


def test_a_name_of_several_words_is_seen_as_one() -> None:
    def seen(text: str, cased: bool) -> list[str]:
        look = LOOKER.look(Text(text, language_hint="nl"))
        return SIGHT.see(look.prepared, look.prepared.raw, KNOWN, cased=cased).words

    plain = seen("ik sprak Quirinus aan het loket", cased=True)
    assert "_name_" in plain
    for name in ("Quirinus Wopkema", "Quirinus van der Wopkema", "Wopkema"):
        assert seen(f"ik sprak {name} aan het loket", cased=True) == plain
    shouted = seen("IK SPRAK QUIRINUS AAN HET LOKET", cased=False)
    assert shouted == seen("ik sprak quirinus wopkema aan het loket", cased=False)


def test_words_that_are_mostly_written_as_names_are_not_known_words() -> None:
    texts = ["we zagen Bo weer", "hier is Bo nu", "daar zit Bo dan", "bo is er ook", "dat is bo ook niet", "weer nu"]
    looks = [LOOKER.look(Text(one, language_hint="nl")) for one in [*texts, *(f"ja {one}" for one in texts[:3])]]
    known = train.known_words(looks)
    assert {"weer", "is"} <= known
    assert "bo" not in known


def test_matter_sees_nothing_of_tone() -> None:
    plain, toned = (
        LOOKER.look(Text(one, language_hint="nl")) for one in ("de lift is stuk", "😡 DE LIFT IS STUK!!! aub")
    )
    assert matter_facts(plain) == matter_facts(toned)
    assert (
        SIGHT.see(plain.prepared, plain.prepared.calm, KNOWN, cased=False).words
        == SIGHT.see(toned.prepared, toned.prepared.calm, KNOWN, cased=False).words
    )


def test_the_lean_changes_the_label_and_not_the_probabilities() -> None:
    head = replace(load_weights("nl").matter.heads[0], lean=np.array([0, 0, 0, 9], np.float32))
    [found] = chosen(head, np.array([[0.7, 0.1, 0.1, 0.1]], np.float32))
    assert (found.label, round(found.confidence, 3)) == ("critical", 0.1)


def test_what_cannot_be_ruled_out_is_at_least_the_label_before_the_last() -> None:
    head = replace(load_weights("nl").matter.heads[0], lean=np.zeros(4, np.float32), floor=0.2)
    rows = np.array([[0.7, 0.05, 0.04, 0.21], [0.7, 0.06, 0.05, 0.19], [0.1, 0.1, 0.1, 0.7]], np.float32)
    assert [one.label for one in chosen(head, rows)] == ["high", "low", "critical"]


def test_leaning_finds_what_is_grave_with_the_fewest_false_alarms() -> None:
    likely, doubtful, calm = [0.1, 0.1, 0.1, 0.7], [0.45, 0.2, 0.05, 0.3], [0.7, 0.25, 0.04, 0.01]
    chances = np.array([likely] * 8 + [doubtful] * 2 + [calm] * 10, np.float32)
    wanted = ["critical"] * 10 + ["low"] * 10

    def few_passed_over(found: leaning.Outcome) -> tuple[float, ...]:
        return -found.passed_over, -found.alarms, found.macro_f1

    lean, floor = leaning.best_lean(chances, wanted, -0.5, few_passed_over, (1.0, 0.2, 0.005))
    found = leaning.outcome(np.array([3] * 10 + [0] * 10), leant(chances, lean, floor))
    assert (found.passed_over, found.alarms) == (0.0, 0.0)
    assert leaning.outcome(np.array([0, 0, 1, 1, 3]), np.array([3, 2, 0, 1, 2])).alarms == (1 + 0.25) / 4


def test_public_texts_in_which_rules_find_something_grave_do_not_teach_that_all_is_well() -> None:
    texts = ["Lekker weer vandaag", "Ik ruik gas in de gang", "Wat een mooie trui"]
    assert train.everyday([LOOKER.look(Text(one, language_hint="nl")) for one in texts]) == [0, 2]
    taught = train.as_everyday(train.Lesson(texts[0], {"sentiment": "positive"}))
    assert taught.labels == {"urgency": "low", "signal": "chatter"}
    assert taught.weight < 1


@pytest.mark.parametrize(
    ("text", "sentiment", "labels"),
    [
        ("@user weer een uur wachten", "negative", ("normal", "complaint")),
        ("@user gaat lijn 4 morgen?", "neutral", ("normal", "question")),
        ("@user dank je wel!", "positive", ("low", "praise")),
        ("@user het was gisteren", "neutral", ("low", "chatter")),
        ("weer een uur wachten", "negative", ("low", "chatter")),
    ],
)
def test_what_we_wrote_to_an_organisation_teaches_what_is_asked_of_it_on_any_day(
    text: str, sentiment: str, labels: tuple[str, str]
) -> None:
    taught = train.as_everyday(train.Lesson(text, {"sentiment": sentiment}), ours=True)
    assert (taught.labels["urgency"], taught.labels["signal"]) == labels
    assert train.as_everyday(train.Lesson(text, {"sentiment": sentiment})).labels["signal"] == "chatter"


def test_alarms_are_counted_as_if_the_levels_were_as_common_as_on_any_day() -> None:
    one_in_ten = [[90, 0, 0, 10], [90, 0, 0, 10], [0, 0, 100, 0], [0, 0, 0, 100]]
    found = figures.right_alarms(one_in_ten)
    assert found["critical"] == pytest.approx(100 * 0.02 / (0.02 + 0.093))
    assert found["urgent"] == pytest.approx(100 * 0.07 / (0.07 + 0.093))


def test_the_measures_are_those_of_the_books() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    assert measures.f1(pairs, "a") == pytest.approx(2 / 3)
    assert measures.macro_recall(pairs, ["a", "b"]) == pytest.approx(75)
    assert measures.macro_f1(pairs, ["a", "b"]) == pytest.approx(100 * (2 / 3 + 4 / 5) / 2)
    assert measures.confusion(pairs, ["a", "b"]) == [[1, 1], [0, 2]]
    levels = [("critical", "low"), ("critical", "critical"), ("low", "high"), ("high", "critical")]
    assert measures.passed_over(levels) == 50
    assert measures.urgent_f1(levels) == pytest.approx(100 * 2 * 2 / (3 + 3))
    bins = measures.calibration([0.95, 0.95, 0.55, 0.55], [True, True, True, False])
    assert measures.ece(bins) == pytest.approx(5.0)
    assert measures.sets_f1([(("x", "y"), ("x",)), ((), ("z",))])["f1"] == pytest.approx(50)
