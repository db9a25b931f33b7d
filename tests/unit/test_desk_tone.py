"""The check of tone: labelled examples in both languages, the check digits, and what a click puts in its place."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.desk.domain.formats import FORMATS, PLAIN, Format
from services.desk.domain.tone import LONGEST, Context, apologises, apply, check, form_of, language_of
from services.desk.domain.tone_private import is_bsn, is_card, is_iban, private
from services.desk.domain.tone_rules import LANGUAGES, rules_for

HERE = Path(__file__).parent
Example = tuple[str, str, str, str]


def examples(language: str) -> list[Example]:
    lines = (HERE / f"tone_{language}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(language, rules, flags, text) for rules, flags, text in rows]


INTENTS = ("complaint", "question", "request", "praise")
FLAGS = {*INTENTS, "calm", "private", "mandate", "u", "sorry", "bluesky", "english", "dutch"}
ALL = [*examples("nl"), *examples("en")]


def context(language: str, flags: str) -> Context:
    said = set(flags.split(","))
    assert said <= FLAGS, said - FLAGS
    intent = next((one for one in INTENTS if one in said), "question")
    channel = Format(public=False) if "private" in said else FORMATS["bluesky"] if "bluesky" in said else PLAIN
    return Context(
        language="en" if "english" in said else "nl" if "dutch" in said else language,
        intent=intent,
        negative="complaint" in said and "calm" not in said,
        channel=channel,
        may_promise="mandate" in said,
        address="u" if "u" in said else "je",
        apologised="sorry" in said,
    )


@pytest.mark.parametrize(("language", "rules", "flags", "text"), ALL, ids=[one[3][:50] for one in ALL])
def test_what_is_found_is_what_a_colleague_would_say(language: str, rules: str, flags: str, text: str) -> None:
    found = {one.rule for one in check(text, context(language, flags))}
    assert found == (set() if rules == "-" else set(rules.split()))


def test_the_table_is_large_enough_and_has_both_sides() -> None:
    for language in LANGUAGES:
        rows = examples(language)
        assert len(rows) >= 60
        assert sum(rules == "-" for _, rules, _, _ in rows) >= 30
        assert len({(flags, text) for *_, flags, text in rows}) == len(rows)


@pytest.mark.parametrize(
    ("text", "context", "becomes"),
    [
        ("Heeft u uw pas nog?", Context(), "Heb je je pas nog?"),
        ("U kunt hem ophalen. Wij bellen u.", Context(), "Je kunt hem ophalen. Wij bellen je."),
        ("Kun je jouw pas laten zien?", Context(address="u"), "Kunt u uw pas laten zien?"),
        ("Goede reis!!!", Context(), "Goede reis!"),
        ("Echt waar?! Nee toch", Context(), "Echt waar? Nee toch"),
        ("Conform afspraak is hij reeds weg.", Context(), "Volgens afspraak is hij al weg."),
        ("DIT MAG ECHT NIET hier.", Context(), "Dit mag echt niet hier."),
        ("We regelen de last  mile.", Context(avoid={"Last mile": "rit naar huis"}), "We regelen de rit naar huis."),
        ("Prior to your trip.", Context(language="en"), "Before your trip."),
    ],
)
def test_a_suggestion_is_applied_where_it_belongs(text: str, context: Context, becomes: str) -> None:
    for _ in range(3):
        proposed = [one for one in check(text, context) if one.can_apply]
        text = apply(text, proposed[0]) if proposed else text
    assert text == becomes


def test_je_without_a_verb_has_no_replacement_since_it_may_be_whose() -> None:
    (found,) = check("Stuur je kaartje op.", Context(address="u"))
    assert (found.rule, found.key, found.can_apply) == ("address", "tone.address.house_u", False)


def test_the_serious_ones_come_first_and_every_span_is_in_the_text() -> None:
    text = "Conform afspraak bellen we 06-12345678!!! U krijgt uw geld terug, je hoort het."
    found = check(text, Context())
    assert [one.serious for one in found] == sorted((one.serious for one in found), reverse=True)
    assert {one.rule for one in found} == {"private", "promise", "jargon", "loud", "address"}
    assert {one.key for one in found if one.rule == "address"} == {"tone.address.mixed_je"}
    for one in found:
        assert all(0 <= span.start < span.end <= len(text) for span in one.spans)


def test_too_long_says_by_how_much_and_what_to_do() -> None:
    (thread,) = check("woord " * 51, Context(language="de", channel=FORMATS["bluesky"]))
    assert (thread.key, thread.values) == ("tone.too_long.thread", {"over": "6", "limit": "300"})
    (cut,) = check("a" * 351, Context(channel=FORMATS["google-play"]))
    assert (cut.key, cut.spans[0].start) == ("tone.too_long.cut", 350)


def test_a_customer_of_another_language_is_not_answered_wrongly_in_either() -> None:
    text = "Hi there, you can take your folding bike with you for free if it is folded."
    assert check(text, Context(language="de")) == ()
    assert language_of(text) == "en"
    assert language_of("OK, prima!") is None
    assert rules_for("de") is None


def test_how_the_customer_speaks_to_us() -> None:
    assert form_of(["Kunt u mij helpen?", "Ik wacht al lang."]) == "u"
    assert form_of(["Waar blijf je nou, kun je me helpen?"]) == "je"
    assert form_of(["Waar blijft de trein?"]) is None
    assert form_of(["Heeft u dat ook?", "En heb jij het ook?"]) is None
    assert apologises("Het spijt ons, dit had niet gemogen.", "nl")
    assert not apologises("We zoeken het uit.", "nl")


@pytest.mark.parametrize(
    ("test", "good", "bad"),
    [
        (is_iban, "NL91 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 01"),
        (is_iban, "BE68 5390 0754 7034", "BE68 5390 0754 7035"),
        (is_bsn, "111222333", "111222334"),
        (is_card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
    ],
)
def test_check_digits(test: object, good: str, bad: str) -> None:
    assert callable(test)
    assert test(good)
    assert not test(bad)


@pytest.mark.parametrize(
    "text",
    [
        "000000000",
        "Bel 14 030 of 088-1234567, of kom langs op 1 januari 2026.",
        "De trein van 1234 AB-lijn",
        "In 1985 STOND hier een station",
        "Er waren 2026 EN 2027 plannen",
        "Mail info@spoorlijn.example",
        "Het antwoord is 42, of 0.123456789",
        "zie dossier van vorige week en order maar een koffie",
        "van 08:00 tot 18:00 op 12-03-2026",
        "treinen 1000 AM 12",
    ],
)
def test_numbers_that_are_nobodys(text: str) -> None:
    assert [one for one in private(text) if one.kind != "address"] == []


def test_an_iban_ends_where_its_check_digits_say() -> None:
    text = "Stort het op NL91 ABNA 0417 1643 00 morgen"
    (found,) = private(text)
    assert text[found.start : found.end] == "NL91 ABNA 0417 1643 00"


@settings(max_examples=80, deadline=None)
@given(
    st.text(max_size=300),
    st.sampled_from(["complaint", "question", "praise"]),
    st.sampled_from(["je", "u"]),
    st.sampled_from(sorted(FORMATS)),
)
def test_any_text_is_checked_and_every_suggestion_can_be_applied(
    text: str, intent: str, address: str, name: str
) -> None:
    for found in check(text, Context(intent=intent, negative=True, address=address, channel=FORMATS[name])):  # type: ignore[arg-type]
        spans = sorted((one.start, one.end) for one in found.spans)
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        apply(text, found)


def test_a_very_long_text_takes_no_time() -> None:
    long = "a@" * LONGEST + "1 " * LONGEST + "U " * LONGEST
    assert {one.rule for one in check(long, Context(channel=FORMATS["mastodon"]))} >= {"too_long"}
