"""The demo's example mentions: enough of them, in both languages, each its own, and threads that hold together."""

import re
from collections import Counter

import pytest

from deploy.demo.examples import Example, read_examples, roots
from deploy.demo.square.model import ORGANISATIONS

EXAMPLES = read_examples()
BY_KEY = {example.key: example for example in EXAMPLES}
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    return WORD.findall(text.lower())


COMMON = {
    "nl": frozenset(words("de het een en ik je niet van op dat er maar wij met voor die naar te jullie zijn deed uit")),
    "en": frozenset(words("the a and i you of on that it but with for my to our your at this was has up says three")),
}
"""Words that are frequent in one of the two languages and rare in the other."""


def test_there_are_enough_for_each_scene() -> None:
    counts = Counter(example.scene for example in EXAMPLES)
    assert len(EXAMPLES) >= 330
    assert counts["history"] >= 200
    assert counts["stream"] >= 100
    assert counts["crisis"] >= 35


def test_about_three_in_five_are_dutch() -> None:
    share = sum(example.language == "nl" for example in EXAMPLES) / len(EXAMPLES)
    assert 0.55 <= share <= 0.65
    for scene in ("history", "stream", "crisis"):
        assert {example.language for example in EXAMPLES if example.scene == scene} == {"nl", "en"}


def test_the_language_label_is_what_the_longer_texts_are_written_in() -> None:
    wrong = []
    for example in EXAMPLES:
        counted = {code: sum(word in common for word in words(example.text)) for code, common in COMMON.items()}
        other = "en" if example.language == "nl" else "nl"
        if len(words(example.text)) >= 12 and counted[other] >= counted[example.language]:
            wrong.append(example.key)
    assert wrong == []


def test_keys_and_texts_are_unique() -> None:
    assert len(BY_KEY) == len(EXAMPLES)
    assert len({" ".join(words(example.text)) for example in EXAMPLES}) == len(EXAMPLES)


def test_no_frame_of_six_words_comes_back_more_than_three_times() -> None:
    frames: Counter[tuple[str, ...]] = Counter()
    for example in EXAMPLES:
        said = words(example.text)
        frames.update({tuple(said[start : start + 6]) for start in range(len(said) - 5)})
    assert [frame for frame, count in frames.items() if count > 3] == []


def test_few_texts_open_with_the_same_three_words() -> None:
    openings = Counter(tuple(words(example.text)[:3]) for example in EXAMPLES)
    assert max(openings.values()) <= 3


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.in_reply_to], ids=lambda one: one.key)
def test_a_thread_stays_with_one_organisation_and_scene(example: Example) -> None:
    parent = BY_KEY[example.in_reply_to or ""]
    assert (parent.team, parent.monitor, parent.scene) == (example.team, example.monitor, example.scene)
    assert (parent.kind == "direct_message") == (example.kind == "direct_message")


def test_threads_have_a_beginning_and_comments_are_in_one() -> None:
    assert all(BY_KEY[root].in_reply_to is None for root in roots(EXAMPLES).values())
    assert all(example.in_reply_to for example in EXAMPLES if example.kind == "comment")
    assert any(sum(root == key for root in roots(EXAMPLES).values()) >= 3 for key in BY_KEY)


def test_the_shop_belongs_to_the_railways_team() -> None:
    assert {(one.monitor, one.team) for one in EXAMPLES} == {(one.monitor, one.team) for one in ORGANISATIONS.values()}


def test_only_reviews_are_rated() -> None:
    assert all((example.rating is not None) == (example.kind == "review") for example in EXAMPLES)
    assert {example.rating for example in EXAMPLES} >= {1, 2, 3, 4, 5}


def test_an_author_is_one_person_everywhere() -> None:
    by_id = {example.author.id: example.author for example in EXAMPLES}
    assert all(by_id[example.author.id] == example.author for example in EXAMPLES)
    assert len(by_id) >= 200
    assert len({author.handle for author in by_id.values()}) == len(by_id)


@pytest.mark.parametrize(("team", "posts", "people"), [("spoorlijn", 25, 15), ("waterveen", 12, 8)])
def test_a_crisis_is_told_by_many_within_a_quarter_of_an_hour(team: str, posts: int, people: int) -> None:
    crisis = [example for example in EXAMPLES if example.scene == "crisis" and example.team == team]
    minutes = [example.minutes for example in crisis]
    assert len(crisis) >= posts
    assert len({example.author.id for example in crisis}) >= people
    assert None not in minutes
    assert max(minute for minute in minutes if minute is not None) <= 15


def test_what_a_webcare_team_meets_is_all_there() -> None:
    topics = Counter(example.topic for example in EXAMPLES)
    wanted = "complaint question request praise thanks irony chatter spam press hazard stranded repeat resolved privacy"
    assert [topic for topic in wanted.split() if topics[topic] < 3] == []


def test_lengths_vary_as_people_do() -> None:
    lengths = sorted(len(words(example.text)) for example in EXAMPLES)
    assert lengths[len(lengths) // 20] <= 9
    assert lengths[-10] >= 60
