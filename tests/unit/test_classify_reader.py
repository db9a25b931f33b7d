"""The reader: language, attitude, intent, topics, spam, who needs a person, and the reasons it gives."""

import pytest

from services.classify.domain.reader import Reader
from services.classify.domain.text import READ_CHARACTERS
from services.contracts.mentions import Classification, MentionKind
from tests.support.fast_reader import fast_reader

READER = fast_reader()


@pytest.fixture
def reader() -> Reader:
    return READER


def codes(found: Classification, label: str) -> set[str]:
    return {one.code for one in found.reasons if one.label == label}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("De trein had weer een kwartier vertraging vanmorgen", "nl"),
        ("The train was a quarter of an hour late this morning", "en"),
        ("Der Zug hatte heute Morgen schon wieder Verspätung", "de"),
        ("Le train avait encore un quart d'heure de retard ce matin", "fr"),
        ("geen bereik", "nl"),
        ("still waiting", "en"),
        ("", "und"),
        ("😡😡😡 12345 http://x.nl @user", "und"),
        ("Поезд опять опоздал на полчаса", "und"),
        ("電車がまた遅れました", "und"),
    ],
)
def test_the_language_is_told_from_the_words(reader: Reader, text: str, code: str) -> None:
    found = reader.classify(text).language
    assert found.code == code
    assert (found.confidence == 0) == (code == "und")


def test_a_hint_decides_only_where_the_text_does_not(reader: Reader) -> None:
    assert reader.classify("ok", language_hint="nl-NL").language.code == "nl"
    assert reader.classify("", language_hint="en").language.code == "en"
    assert reader.classify("", language_hint="nonsense").language.code == "und"
    plain = "The train was a quarter of an hour late this morning"
    assert reader.classify(plain, language_hint="nl").language.code == "en"


ATTITUDES = {
    "Wat een geweldige service, heel vriendelijk geholpen": "positive",
    "Niet tevreden over deze reparatie": "negative",
    "niks te klagen over de levering": "positive",
    "Het eten was lekker maar de bediening was verschrikkelijk": "negative",
    "Valt reuze mee eigenlijk": "positive",
    "Het loket is open van negen tot vijf": "neutral",
    "Love the new seats, really comfortable": "positive",
    "Worst journey of my life, rude staff": "negative",
    "The office is on the second floor": "neutral",
    "Super blij met mijn nieuwe abonnement": "positive",
    "Waardeloos, weer geen bericht gekregen": "negative",
    "Thank you for sorting this so quickly": "positive",
    "Absolutely disgusted by how my mother was treated": "negative",
    "Which platform does the 9.40 leave from?": "neutral",
}


def test_the_attitude_is_the_authors_own(reader: Reader) -> None:
    """A trained model promises a share, not each sentence; what is wrong is shown."""
    found = {text: reader.classify(text).sentiment.label for text in ATTITUDES}
    wrong = {text: label for text, label in found.items() if label != ATTITUDES[text]}
    assert len(wrong) <= 3, wrong
    assert not {text for text, label in wrong.items() if {label, ATTITUDES[text]} == {"positive", "negative"}}


@pytest.mark.parametrize(
    ("text", "label"),
    [("Der Schalter ist geöffnet 😡", "negative"), ("Der Schalter ist geöffnet", "neutral"), ("", "neutral")],
)
def test_without_a_model_the_lists_say_what_they_can(reader: Reader, text: str, label: str) -> None:
    assert reader.classify(text).sentiment.label == label


def test_a_rating_weighs_more_than_the_words(reader: Reader) -> None:
    found = reader.classify("Het was wel aardig", rating=1.0)
    assert found.sentiment.label == "negative"
    assert found.intent == "complaint"
    assert "sentiment-rating" in codes(found, "sentiment")
    assert reader.classify("Geen bijzonderheden", rating=5.0).sentiment.label == "positive"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Hoe laat vertrekt de laatste trein naar Assen?", "question"),
        ("Kunnen jullie mij een kopie van de factuur sturen", "request"),
        ("Slechte service, mijn pakket is al een week kwijt", "complaint"),
        ("Compliment voor de conducteur, super vriendelijk", "praise"),
        ("Win een gratis iPhone, klik hier op de link in bio http://x.example", "spam"),
        ("haha zag jullie op de poster bij de bushalte", "chatter"),
        ("What time does the last train leave?", "question"),
        ("Could you send me a copy of my bill", "request"),
        ("Terrible, my order is a week late and nobody answers", "complaint"),
        ("Thanks to the lovely lady at the desk, brilliant help", "praise"),
        ("Free bitcoin giveaway! Click the link below and double your money", "spam"),
    ],
)
def test_the_intent_is_what_the_writer_wants(reader: Reader, text: str, intent: str) -> None:
    assert reader.classify(text).intent == intent


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("De trein heeft een half uur vertraging", "delay"),
        ("Mijn pakket is niet bezorgd", "delivery"),
        ("De lift is kapot en ik zit in een rolstoel", "accessibility"),
        ("De container voor glas zit vol", "waste"),
        ("I want my money back", "refund"),
        ("The app keeps crashing", "app"),
        ("parking permit renewal", "permit"),
        ("my bike was delivered without pedals", "bicycle"),
    ],
)
def test_topics_are_found_by_their_words(reader: Reader, text: str, topic: str) -> None:
    found = reader.classify(text)
    assert topic in found.topics
    assert len(found.topics) <= 5


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("Hoe laat gaan jullie open?", True),
        ("Mijn bestelling is kapot aangekomen", True),
        ("Gaslucht in de straat", True),
        ("heerlijke koffie vandaag", False),
        ("haha die poster", False),
        ("Free bitcoin giveaway! Click the link below and double your money", False),
    ],
)
def test_a_person_is_needed_for_what_asks_for_one(reader: Reader, text: str, needs: bool) -> None:
    assert reader.classify(text).needs_person is needs


@pytest.mark.parametrize(("kind", "label"), [("article", "low"), ("post", "critical")])
def test_an_article_is_news_and_a_post_is_a_report(reader: Reader, kind: MentionKind, label: str) -> None:
    assert reader.classify("Gaslek in de binnenstad van Zwolle", kind=kind).urgency.label == label


@pytest.mark.parametrize(
    "text",
    ["Ik ruik gas", "Er is brand in de hal", "Mijn kind krijgt geen lucht", "I smell gas", "There is smoke in the train",
     "Someone is emptying my account right now"],
)  # fmt: skip
def test_a_plain_hazard_is_critical_however_short(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label == "critical"


@pytest.mark.parametrize(
    "text",
    ["Lekker broodje gehad", "Wat een mooie stoelen!", "Hoe laat gaat de winkel open?", "Fijne dag allemaal",
     "Nice big windows", "Clean seats, friendly crew", "When does the shop open on Sunday?", "Haha same here",
     "Mooi uitzicht vanuit de trein"],
)  # fmt: skip
def test_what_is_written_on_any_day_wakes_nobody(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label in ("low", "normal")


def test_reasons_point_at_the_words(reader: Reader) -> None:
    text = "Hallo team, ik ruik gas in de kelder"
    found = reader.classify(text)
    [reason] = [one for one in found.reasons if one.label == "urgency" and one.value == "safety"]
    assert (reason.start, reason.end) == (text.index("ruik"), text.index("gas") + 3)
    assert reason.evidence == "ruik gas"
    assert found.urgency.signals[0].evidence == "ruik gas"
    assert found.model == reader.version


def test_what_a_context_took_away_is_said(reader: Reader) -> None:
    assert "urgency-negated" in codes(reader.classify("Er is geen gaslucht meer in huis"), "urgency")
    assert "urgency-figurative" in codes(reader.classify("Your playlist is on fire today"), "urgency")
    assert "urgency-hypothetical" in codes(reader.classify("What should I do if I smell gas?"), "urgency")
    assert "urgency-resolved" in codes(reader.classify("The gas leak was fixed within the hour"), "urgency")


def test_a_title_counts_and_has_no_place_in_the_text(reader: Reader) -> None:
    found = reader.classify("Zie hieronder", title="Gaslucht in de flat")
    assert found.urgency.label == "critical"
    assert all(one.start is None for one in found.reasons if one.label == "urgency")


def test_only_the_first_part_of_a_long_text_is_read(reader: Reader) -> None:
    filler = "het is mooi weer vandaag. " * (READ_CHARACTERS // 26 + 1)
    assert reader.classify("Gaslucht! " + filler).urgency.label in ("high", "critical")
    assert reader.classify(filler + "Gaslucht!").urgency.label == "low"


def test_spam_is_never_urgent(reader: Reader) -> None:
    text = "My account was hacked! Contact @x on telegram, he recovered my funds, click here link in bio, double your money"
    found = reader.classify(text)
    assert found.spam >= 0.75
    assert (found.intent, found.urgency.label, found.needs_person) == ("spam", "low", False)
    assert "spam-phrase" in codes(found, "spam")
