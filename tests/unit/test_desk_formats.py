"""How channels count, cut and show a reply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.domain.formats import FORMATS, Format, Piece, format_of, graphemes, length, over, parts, preview

FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("hé", 2),
        ("he\u0301", 2),
        (FAMILY, 1),
        ("👍🏽", 1),
        ("🇳🇱🇧🇪", 2),
        ("❤️", 1),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("각", 1),
        ("\u1100\u1161\u11a8", 1),
        ("a\r\nb", 3),
        ("नि", 1),
    ],
)
def test_graphemes_are_what_people_see(text: str, count: int) -> None:
    found = graphemes(text)
    assert len(found) == count
    assert "".join(found) == text


@pytest.mark.parametrize(
    ("channel", "text", "count"),
    [
        ("mastodon", "zie https://www.voorbeeld.example/heel/lang/adres/dat/niet/telt?x=1", 4 + 23),
        ("mastodon", "@noor@mastodon.example hoi", 9),
        ("mastodon", FAMILY, 7),
        ("bluesky", f"hoi {FAMILY}", 5),
        ("bluesky", "zie https://a.example/b", 23),
        ("x", "hallo", 5),
        ("x", "你好", 4),
        ("x", f"{FAMILY}!", 3),
        ("x", "👍", 2),
        ("x", "zie https://a.example/b.", 4 + 23 + 1),
        ("telegram", "👍", 2),
        ("facebook", "👍", 1),
    ],
)
def test_length_is_counted_as_the_channel_does(channel: str, text: str, count: int) -> None:
    assert length(text, FORMATS[channel]) == count


def test_a_source_is_known_by_its_name_a_part_of_it_or_not_at_all() -> None:
    assert format_of("mastodon", "post").limit == 500
    assert format_of("mastodon-nl", "post").limit == 500
    assert format_of("google_play", "review").limit == 350
    assert format_of("square", "post") == Format()
    assert format_of("mastodon", "direct_message") == Format(500, link=23, bare_handles=True, public=False)
    email = format_of("email", "email")
    assert (email.limit, email.public) == (None, False)


def test_where_it_becomes_too_long() -> None:
    channel = FORMATS["bluesky"]
    assert over("a" * 300, channel) is None
    assert over("a" * 299 + FAMILY, channel) is None
    assert over("a" * 300 + "bc", channel) == 300
    assert over("a" * 100_000, Format()) is None


def test_a_thread_is_cut_after_a_sentence() -> None:
    first, second = (
        "Een zin die wat langer is dan je denkt. " * 6,
        "En dan nog een lange zin over iets anders, met meer. ",
    )
    cut = parts(first + second, Format(240, threads=True))
    assert len(cut) == 2
    assert cut[0].endswith("denkt. (1/2)")
    assert cut[1].endswith("meer. (2/2)")
    assert parts("kort", FORMATS["bluesky"]) == ("kort",)
    assert parts("a" * 500, FORMATS["google-play"]) == ("a" * 500,)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab .é👍\u200d🇳\u0301\n"), max_size=200), st.sampled_from(["bluesky", "x", "mastodon"]))
def test_every_part_of_a_thread_fits_and_no_word_is_lost(text: str, name: str) -> None:
    known = FORMATS[name]
    channel = Format(40, known.unit, known.link, known.bare_handles, threads=True)
    cut = parts(text, channel)
    if len(cut) > 1:
        assert all(length(one, channel) <= 40 for one in cut)
        bare = [one.rpartition(" (")[0] for one in cut]
        assert "".join("".join(bare).split()) == "".join(text.split())
    else:
        assert cut == (text,)


def test_how_a_post_looks() -> None:
    text = "Hoi @noor, zie https://a.example/b. #vertraging\n\nGroet"
    (post,) = preview(text, FORMATS["mastodon"])
    assert [one for one in post if one.kind != "plain"] == [
        Piece("@noor", "handle"),
        Piece("https://a.example/b", "link"),
        Piece("#vertraging", "tag"),
    ]
    assert "".join(one.text for one in post) == text
    (review,) = preview(text, FORMATS["google-play"])
    assert not [one for one in review if one.kind == "link"]
    (video,) = preview(text, FORMATS["tiktok"])
    assert "\n" not in "".join(one.text for one in video)
    assert preview("  ", FORMATS["x"]) == ()
