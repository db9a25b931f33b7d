"""Whatever JSON is given: a mention that its readers accept, or an error that says why. Nothing else."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codec import decode, encode
from services.contracts.topics import MENTIONS_RAW
from services.ingest.domain.given import FIELDS, NotAMentionError
from services.ingest.domain.normalise import Defaults, normalise
from services.ingest.sources.feed.text import plain_text

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20)
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
times = st.datetimes().map(lambda at: at.isoformat() + "Z") | st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
good = st.fixed_dictionaries(
    {
        "source_id": st.text(min_size=1, max_size=20),
        "author": st.fixed_dictionaries({"id": st.text(max_size=20)}),
        "text": st.text(max_size=50),
        "created_at": times,
    }
)
near = st.builds(
    lambda base, wrong: base | wrong, good, st.dictionaries(st.sampled_from(sorted(FIELDS)), anything, max_size=3)
)
lenient = st.booleans()


@settings(max_examples=300)
@given(anything | near, lenient)
def test_anything_is_a_mention_or_an_error_that_says_why(raw: Any, loose: bool) -> None:
    defaults = Defaults(NOW, "api", "care", lenient=loose, created_at=NOW if loose else None)
    try:
        mention = normalise(raw, defaults)
    except NotAMentionError as error:
        said = [problem.message for problem in error.problems]
    else:
        said = ["a mention"] if decode(MENTIONS_RAW, encode(mention)) == mention else []
    assert said
    assert all(said)


@given(good)
def test_the_same_thing_given_twice_is_one_mention(raw: dict[str, Any]) -> None:
    raw |= {"created_at": "2026-05-01T09:30:00Z"}
    first = normalise(raw, Defaults(NOW, "api", "care"))
    again = normalise(first.model_dump(mode="json"), Defaults(NOW, "other", "care"))
    assert again == first


@given(st.text(max_size=200), st.integers(min_value=0, max_value=50))
def test_text_of_html_is_short_enough_and_has_no_script(html: str, longest: int) -> None:
    assert len(plain_text(html, longest)) <= longest
    assert "alert" not in plain_text(f"<p>{'a' * longest}</p><script>alert(1)</script>", 100)
