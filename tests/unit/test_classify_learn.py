"""Learning from a team's corrections: better or not at all, switched as a whole, and back with one command."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from services.classify import corrected
from services.classify.domain.delta import HeadDelta, TeamDelta, applied
from services.classify.domain.reader import LANGUAGES, Text
from services.classify.domain.weights import WeightsError, fingerprint
from services.classify.learning import adapt, corpus
from services.classify.learning.adapt import Correction
from services.classify.learning.corrections import CorrectionError, of_events, of_lines
from services.classify.learning.team import MARGIN, Trial, better, trials
from services.classify.readers import TeamFolder, TeamReaders, pointers, team_judges, with_teams
from services.contracts.erasure import ErasedAuthor
from services.contracts.events import ClassificationCorrected
from services.contracts.ids import mention_id
from services.contracts.mentions import Author, ClassifiedMention
from services.contracts.topics import DESK_EVENTS, DESK_TEAMS, MENTIONS_CLASSIFIED
from services.control.cli import main
from services.runtime.follow import Followed
from services.runtime.settings import Settings
from tests.support.fast_reader import fast_reader

READER = fast_reader()
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
PLACES = ("Veldhoven-Noord", "Zwaneburg", "Oosterlo", "Dalhem", "Warmbeek")
FRAMES = (
    "De statiegeldautomaat bij {} slikt mijn bon in",
    "Statiegeld machine {} doet weer niks",
    "Rij tot buiten voor de statiegeldautomaat in {}",
    "Kan iemand de statiegeldautomaat in {} resetten",
)
MACHINES = [Correction(frame.format(place), "nl", "urgency", "high") for frame in FRAMES for place in PLACES]
UNSEEN = "De statiegeldautomaat in Lutterveen doet weer niks"
WHOLE = {code: corpus.read(code) for code in LANGUAGES}
SMALL = {
    code: [*[one for one in some if one.split == "train"][:500], *[one for one in some if one.split == "test"][:500]]
    for code, some in WHOLE.items()
}


def small(language: str) -> list[corpus.Labelled]:
    return SMALL[language]


@pytest.fixture(scope="module")
def machines() -> list[Trial]:
    return trials(READER, MACHINES, read=small)


def labels(reader: Any, texts: Sequence[str], team: str = "shop") -> list[str]:
    return [one.urgency.label for one in reader.classify_batch([Text(one, "", "nl", team=team) for one in texts])]


def test_what_is_corrected_alike_is_learnt_and_carries_over_to_texts_like_it(machines: list[Trial]) -> None:
    [trial] = machines
    assert (trial.language, trial.head, trial.corrections) == ("nl", "urgency", 20)
    assert trial.delta is not None
    assert trial.after.own > trial.before.own
    assert trial.after.test >= trial.before.test - MARGIN
    assert trial.after.missed <= trial.before.missed


def test_the_same_corrections_teach_the_same(machines: list[Trial]) -> None:
    [again] = trials(READER, MACHINES[::-1], read=small)
    assert again.before == machines[0].before
    assert again.after == machines[0].after


def test_corrections_without_a_pattern_change_nothing() -> None:
    rows = [one for one in SMALL["nl"] if one.split == "train"][:16]
    wrong = {"low": "critical", "critical": "low", "normal": "critical", "high": "low"}
    noise = [Correction(one.text, "nl", "urgency", wrong[one.urgency]) for one in rows]
    [trial] = trials(READER, noise, read=small)
    assert trial.delta is None
    assert trial.why_not
    assert better([trial]) == {}


def test_too_few_corrections_and_other_fields_and_languages_teach_nothing() -> None:
    few = MACHINES[: adapt.LEAST - 1]
    topics = [Correction(one.text, "nl", "topics", "billing") for one in MACHINES]
    german = [Correction(one.text, "de", "urgency", "high") for one in MACHINES]
    assert trials(READER, [*few, *topics, *german], read=small) == []


def test_the_last_word_on_a_text_counts() -> None:
    first, last = (Correction("a", "nl", "urgency", value) for value in ("low", "high"))
    assert adapt.latest([first, last]) == [last]


def test_no_difference_is_no_change_and_models_without_one_are_shared(machines: list[Trial]) -> None:
    assert machines[0].delta is not None
    weights = READER.weights("nl")
    assert applied(weights, []) is weights
    after = applied(weights, [machines[0].delta])
    assert after.voice is weights.voice
    assert after.matter.facts is weights.matter.facts
    urgency, signal = after.matter.heads
    assert np.array_equal(
        after.matter.words.weights[:, signal.columns], weights.matter.words.weights[:, signal.columns]
    )
    assert not np.array_equal(
        after.matter.words.weights[:, urgency.columns], weights.matter.words.weights[:, urgency.columns]
    )


def test_keys_that_the_weights_do_not_have_are_passed_over() -> None:
    weights = READER.weights("nl")
    unknown = {name: np.array([1, 2**32 - 1], np.uint32) for name in ("words", "pieces")}
    added = {name: np.ones((2, 4), np.float32) for name in unknown}
    after = applied(weights, [HeadDelta("urgency", unknown, added)])
    np.testing.assert_array_equal(after.matter.words.weights, weights.matter.words.weights)


@pytest.fixture
def folder(tmp_path: Path, machines: list[Trial]) -> TeamFolder:
    made = TeamFolder(tmp_path, "shop")
    made.write(TeamDelta("team-0001", fingerprint(LANGUAGES), better(machines)))
    made.switch("team-0001")
    return made


def test_a_team_reads_by_its_own_and_others_do_not(tmp_path: Path, folder: TeamFolder) -> None:
    reader = with_teams(READER, tmp_path, pointers(tmp_path))
    assert labels(reader, [UNSEEN]) == ["high"]
    assert labels(reader, [UNSEEN], team="other") == labels(READER, [UNSEEN])
    mixed = [Text(UNSEEN, team=team) for team in ("shop", "other", "shop")]
    found = reader.classify_batch(mixed)
    assert found == [reader.classify_batch([one])[0] for one in mixed]
    assert [one.model for one in found] == [
        f"{READER.version}+team-0001",
        READER.version,
        f"{READER.version}+team-0001",
    ]


def test_what_is_written_comes_back_the_same(folder: TeamFolder, machines: list[Trial]) -> None:
    [found] = folder.read("team-0001").heads["nl"]
    assert machines[0].delta is not None
    for block in ("words", "pieces"):
        np.testing.assert_array_equal(found.keys[block], machines[0].delta.keys[block])
        np.testing.assert_allclose(found.added[block], machines[0].delta.added[block], atol=0.01)


def test_the_process_takes_over_a_switch_within_half_a_minute(tmp_path: Path, folder: TeamFolder) -> None:
    readers = TeamReaders(READER, tmp_path)
    assert labels(readers.at(NOW), [UNSEEN]) == ["high"]
    before = readers.at(NOW)
    folder.back()
    assert readers.at(NOW + timedelta(seconds=10)) is before
    assert labels(readers.at(NOW + timedelta(seconds=31)), [UNSEEN]) == labels(READER, [UNSEEN])


def test_back_goes_through_all_that_held_before(folder: TeamFolder) -> None:
    folder.switch("team-0002")
    assert folder.pointer().current == "team-0002"
    assert [one.current for one in iter(folder.back, None)] == ["team-0001", ""]
    assert folder.back() is None
    assert folder.next_version() == "team-0002"


def test_what_was_learnt_on_other_weights_is_not_used(tmp_path: Path, folder: TeamFolder) -> None:
    delta = folder.read("team-0001")
    with pytest.raises(WeightsError, match="webcare learn"):
        team_judges(READER, TeamDelta(delta.version, "000000000000", delta.heads))
    folder.write(TeamDelta("team-0001", "000000000000", delta.heads))
    assert labels(with_teams(READER, tmp_path, pointers(tmp_path)), [UNSEEN]) == labels(READER, [UNSEEN])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"nonsense"])
def test_a_damaged_version_leaves_the_trained_weights(tmp_path: Path, folder: TeamFolder, content: bytes) -> None:
    (folder.path / "team-0001.npz").write_bytes(content)
    with pytest.raises(WeightsError, match="missing or damaged"):
        folder.read("team-0001")
    assert labels(with_teams(READER, tmp_path, pointers(tmp_path)), [UNSEEN]) == labels(READER, [UNSEEN])


@pytest.mark.parametrize("content", ["", "[]", "{}", "{"])
def test_a_damaged_pointer_is_told_and_passed_over(tmp_path: Path, folder: TeamFolder, content: str) -> None:
    (folder.path / "current").write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match="damaged"):
        folder.pointer()
    assert pointers(tmp_path) == {}


def test_lines_are_read_in_both_forms() -> None:
    found = of_lines(
        [
            '{"text": "a", "lang": "nl", "sentiment": "negative", "urgency": "high", "id": 3}',
            "",
            '{"text": "b", "language": "en-GB", "field": "urgency", "value": "low"}',
            '{"text": "c", "lang": "nl", "field": "topics", "value": ["x"]}',
        ]
    )
    assert found == [
        Correction("a", "nl", "sentiment", "negative"),
        Correction("a", "nl", "urgency", "high"),
        Correction("b", "en", "urgency", "low"),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: an object with `text`"),
        ('{"text": " ", "lang": "nl"}', "line 1: an object with `text`"),
        ('{"text": "a"}', "line 1: `lang` is needed"),
        ('{"text": "a", "lang": "nl", "urgency": "soon"}', "urgency is one of low, normal, high, critical, not 'soon'"),
    ],
)
def test_a_wrong_line_is_told(line: str, words: str) -> None:
    with pytest.raises(CorrectionError) as error:
        of_lines([line])
    assert words in str(error.value)


def test_events_by_people_become_corrections_and_those_of_models_do_not() -> None:
    read = READER.classify(MACHINES[0].text, language_hint="nl")
    mention = ClassifiedMention(
        id=mention_id("shop", "t", "1"),
        source="t",
        source_id="1",
        kind="post",
        team="shop",
        conversation="1",
        author=Author(id="a"),
        text=MACHINES[0].text,
        created_at=NOW,
        collected_at=NOW,
        classification=read,
    )

    def event(author: str, corrected: tuple[str, ...], mention: str = mention.id) -> ClassificationCorrected:
        return ClassificationCorrected.model_validate(
            {
                "id": mention_id("shop", "event", author),
                "cause": mention_id("shop", "cause", author),
                "team": "shop",
                "at": NOW,
                "actor": "person:bo",
                "sequence": 1,
                "of": 1,
                "mention": mention,
                "author": author,
                "urgency": "high",
                "sentiment": "negative",
                "corrected": corrected,
            }
        )

    gone = mention_id("shop", "t", "gone")
    events = [event("person", ("urgency",)), event("reread", ("urgency",)), event("person", ("urgency",), gone)]
    found = list(of_events(events, {mention.id: mention}))
    assert found == [Correction(MACHINES[0].text, read.language.code, "urgency", "high")]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("WEBCARE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(corpus, "read", small)
    return CliRunner()


def test_the_command_learns_switches_and_goes_back(command: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "corrections.ndjson"
    lines = [json.dumps({"text": one.text, "lang": "nl", "urgency": one.value}) for one in MACHINES]
    path.write_text("\n".join(lines), encoding="utf-8")
    learnt = command.invoke(main, ["learn", "--team", "shop", "--file", str(path), "--json"])
    assert learnt.exit_code == 0, learnt.output
    told = json.loads(learnt.stdout)
    assert (told["switched"], told["current"], told["corrections"]) == (True, "team-0001", 20)
    assert told["heads"][0]["after"]["own"] > told["heads"][0]["before"]["own"]
    assert pointers(tmp_path / "data") == {"shop": "team-0001"}
    back = command.invoke(main, ["learn", "--back", "--team", "shop"])
    assert (back.exit_code, back.stdout) == (0, "back to the trained weights alone\n")
    assert pointers(tmp_path / "data") == {}
    again = command.invoke(main, ["learn", "--back", "--team", "shop", "--json"])
    assert (again.exit_code, json.loads(again.stdout)) == (1, {"switched": False, "current": ""})


def test_the_command_says_that_there_is_too_little(command: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "corrections.ndjson"
    path.write_text('{"text": "a", "lang": "nl", "urgency": "high"}\n', encoding="utf-8")
    found = command.invoke(main, ["learn", "--team", "shop", "--file", str(path)])
    assert found.exit_code == 1
    assert "too little to learn from: 1 corrections" in found.stdout
    assert "not switched: the trained weights alone hold" in found.stdout


@pytest.mark.parametrize("team", ["../up", "Shop", "", "a b"])
def test_a_team_that_is_no_name_is_refused(command: CliRunner, team: str) -> None:
    assert command.invoke(main, ["learn", "--team", team, "--back"]).exit_code == 2


def test_a_bad_file_is_one_line(command: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "corrections.ndjson"
    path.write_bytes(b"\xff")
    found = command.invoke(main, ["learn", "--team", "shop", "--file", str(path)])
    assert (found.exit_code, found.stderr.strip().split("\n")[-1]) == (1, f"Error: {path} is not UTF-8")


def test_nothing_is_learnt_of_who_was_erased(monkeypatch: pytest.MonkeyPatch) -> None:
    example = Path(__file__).parents[2] / "services/contracts/examples"
    event = ClassificationCorrected.model_validate_json((example / "ClassificationCorrected.v1.json").read_bytes())
    mention = ClassifiedMention.model_validate_json((example / "mention.classified.v1.json").read_bytes())
    erased = ErasedAuthor.model_validate_json((example / "team.erased.v1.json").read_bytes())
    records: dict[str, Any] = {DESK_EVENTS.name: event, MENTIONS_CLASSIFIED.name: mention, DESK_TEAMS.name: None}

    def read(_settings: Any, topic: Any, on_record: Any, _seconds: float) -> None:
        on_record(Followed(topic, 0, 0, NOW, event.team, records[topic.name], {}))

    monkeypatch.setattr(corrected, "_read", read)
    assert corrected.corrections_of(Settings(), event.team, 1.0) == ([event], {mention.id: mention})
    records[DESK_TEAMS.name] = erased
    assert corrected.corrections_of(Settings(), event.team, 1.0) == ([event], {})
