"""Why a case is taken for what it is: the grounds of its labels, their words in the conversation, sentences, undo."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classify.domain.context import NAMES
from services.classify.domain.reader import Reader, build_reader
from services.classify.second import CODE
from services.contracts.cases import Case, CaseMessage, HistoryLine, LabelCorrection
from services.contracts.commands import CorrectClassification
from services.contracts.mentions import Intent, Reason, Urgency, UrgencySignal
from services.contracts.needs import ASKING
from services.desk import reason_words
from services.desk.domain.reasons import Ground, Label, labels, pieces
from services.desk.domain.undo import Restore, correction_back
from services.desk.reason_words import ReasonWords
from services.desk.wording import wording
from services.runtime.web import i18n
from services.runtime.web.formats import Formats
from services.runtime.web.i18n import LANGUAGES, Catalogs
from tests.browser.desk_backend import SPOOR, TestDesk, a_reason
from tests.browser.desk_scene import play
from tests.support.desk import enter
from tests.support.route import uuid
from tests.unit.test_desk_domain import NOW, a_case

CATALOGS = Catalogs([Path(i18n.__file__).parent, Path(reason_words.__file__).parent])
HX = {"HX-Request": "true"}
TEXT = "Weer te laat, schandalig. Het lekt."
"""What the customer of these tests wrote."""
Said = tuple[str, str, str, str]
LATE: Said = ("sentiment", "negative", "sentiment-word", "Weer te laat")
SHAME: Said = ("sentiment", "negative", "sentiment-word", "schandalig")
LEAK: Said = ("topic", "leak", "topic-word", "Het lekt")
DRIPS: Said = ("urgency", "safety", "urgency-signal", "lekt")


@pytest.fixture
def tunnel(desk: TestDesk) -> str:
    return play(desk.backend)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return build_reader()


def a_message(*reasons: Said, name: str = "m1", text: str = TEXT) -> CaseMessage:
    found = tuple(a_reason(text, *one) for one in reasons)
    return CaseMessage(kind="mention", id=uuid(name), at=NOW, author="Klant", text=text, reasons=found)


def grounds(case: Case, field: str) -> tuple[Ground, ...]:
    return next(one for one in labels(case) if one.field == field).grounds


def by(field: str, who: str = "marit") -> LabelCorrection:
    return LabelCorrection(field=field, by=who, at=NOW)


def words(language: str = "nl") -> ReasonWords:
    return ReasonWords(wording(CATALOGS.translator(language), "marit", None), Formats(language, "UTC"))


# -- the parts -------------------------------------------------------------------------------------------------------------


def test_the_mood_rests_on_the_words_of_the_latest_message() -> None:
    earlier, latest = a_message(SHAME, name="m1"), a_message(LATE, SHAME, name="m2")
    [ground] = grounds(a_case("a", sentiment="negative", messages=(earlier, latest)), "sentiment")
    assert [one.text for one in ground.words] == ["Weer te laat", "schandalig"]
    assert {one.place.rsplit("-", 1)[0] for one in ground.words} == {f"e-{latest.id}"}
    assert grounds(a_case("a", messages=(earlier, a_message(name="m2"))), "sentiment") == ()


def test_urgency_and_topics_rest_on_the_message_that_named_them() -> None:
    first, second = a_message(DRIPS, LEAK, name="m1"), a_message(LATE, name="m2")
    signal = UrgencySignal(name="safety", evidence="lekt", weight=1)
    urgency = Urgency(label="high", score=0.7, signals=(signal,))
    case = a_case("a", urgency=urgency, topics=("leak",), messages=(first, second))
    assert [(one.value, one.words[0].text) for one in grounds(case, "urgency")] == [("safety", "lekt")]
    assert [(one.value, one.words[0].text) for one in grounds(case, "topics")] == [("leak", "Het lekt")]


def test_a_case_whose_messages_say_nothing_shows_the_signals_that_it_carries() -> None:
    told = UrgencySignal(name="stranded", evidence="gestrand", weight=0.5, told_by="model")
    corrected = UrgencySignal(name="corrected", evidence="een grap", weight=1)
    case = a_case("a", urgency=Urgency(label="high", score=0.7, signals=(told, corrected)))
    [ground] = grounds(case, "urgency")
    assert (ground.code, ground.value, ground.words[0].place) == ("urgency-told", "stranded", "")


def test_what_was_corrected_keeps_what_was_read() -> None:
    case = a_case("a", sentiment="positive", topics=(), messages=(a_message(SHAME, LEAK),))
    assert grounds(case, "topics") == ()
    case = case.model_copy(update={"corrections": (by("sentiment"), by("topics"))})
    found = {one.field: one for one in labels(case)}
    assert (found["sentiment"].values, found["sentiment"].correction) == (("positive",), by("sentiment"))
    assert [one.value for one in found["sentiment"].grounds] == ["negative"]
    assert [one.value for one in found["topics"].grounds] == ["leak"]
    assert found["urgency"].correction is None


def test_words_that_cannot_be_seen_are_told_without_a_place() -> None:
    title = Reason(label="topic", value="leak", code="topic-word", evidence="Lekkage")
    cut = Reason(label="topic", value="leak", code="topic-word", evidence="verderop", start=4000, end=4008)
    message = a_message().model_copy(update={"reasons": (title, cut)})
    [ground] = grounds(a_case("a", topics=("leak",), messages=(message,)), "topics")
    assert [(one.text, one.place) for one in ground.words] == [("Lekkage", ""), ("verderop", "")]
    assert [one.text for one in pieces(message, urgent=True)] == [TEXT]


def test_only_what_made_an_urgent_case_urgent_is_marked() -> None:
    message = a_message(LEAK, DRIPS)
    assert [(one.text, one.marked) for one in pieces(message, urgent=True) if one.place] == [
        ("Het ", False),
        ("lekt", True),
    ]
    assert not any(one.marked for one in pieces(message, urgent=False))
    denied = a_message(("urgency", "safety", "urgency-negated", "lekt"))
    assert not any(one.marked for one in pieces(denied, urgent=True))


SPAN = st.tuples(st.integers(-2, 45), st.integers(-2, 45))


@given(st.lists(SPAN, max_size=8))
def test_the_pieces_are_the_text_and_every_reason_has_the_piece_it_begins_with(spans: list[tuple[int, int]]) -> None:
    reasons = tuple(
        Reason.model_construct(label="topic", value="leak", code="topic-word", evidence="x", start=start, end=end)
        for start, end in spans
    )
    message = a_message().model_copy(update={"reasons": reasons})
    cut = pieces(message, urgent=True)
    assert "".join(one.text for one in cut) == TEXT
    places = [one.place for one in cut if one.place]
    assert len(set(places)) == len(places)
    case = a_case("a", topics=("leak",), messages=(message,))
    assert {one.place for ground in grounds(case, "topics") for one in ground.words if one.place} <= set(places)


# -- the sentences ---------------------------------------------------------------------------------------------------------


def codes() -> set[str]:
    """The codes that the page may show, as classify and route make them."""
    made = {f"urgency-{one}" for one in (*NAMES, "signal", "told", "nothing")}
    made |= {f"sentiment-{one}" for one in ("word", "negated", "rating", "nothing")}
    made |= {f"intent-{one}" for one in get_args(Intent)} | {"topic-word", "topic-example", CODE}
    made |= {f"language-{one}" for one in ("identified", "hinted", "unknown")}
    made |= {f"person-{one}" for one in ("urgent", *ASKING, "reach", "addressed", "handle", "rule")}
    return made | {"corrected-person", "corrected-reread"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_and_no_text_is_of_no_code(language: str) -> None:
    written = {key.removeprefix("reason.") for key in CATALOGS.translator(language).texts if key.startswith("reason.")}
    assert codes() <= written
    assert {one for one in written if "-" in one} == codes()
    for code in codes():
        text = words(language).ground(Label("topics", (), (), None), Ground(code, "delay"))
        assert "{" not in text
        assert text.strip()


def test_what_the_reader_says_has_a_text(reader: Reader) -> None:
    texts: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Weer te laat, schandalig! Waar blijft mijn geld terug?", {}),
        ("Er is geen gaslek meer, alles is opgelost, dank!", {}),
        ("Stel dat er brand uitbreekt, wat dan?", {}),
        ("Prima geholpen, top!", {"rating": 5.0}),
        ("12345", {}),
        ("¿Dónde está mi tren?", {"language_hint": "es"}),
    )
    for text, more in texts:
        for reason in reader.classify(text, **more).reasons:
            assert reason.label == "spam" or reason.code in codes() or reason.code.startswith("nobody-"), reason


def test_a_code_of_a_later_classify_is_its_own_text() -> None:
    label, ground = Label("intent", ("request",), (), None), Ground("intent-by-weight", "request")
    assert words().ground(label, ground) == "intent by weight"


@pytest.mark.parametrize(
    ("language", "sentence", "told"),
    [("nl", "De lezer las negatief:", "Zo gezet door marit, 12:00"), ("en", "The reader read negative:", "Set so by")],
)
def test_a_correction_is_told_with_who_and_when_and_what_was_read(language: str, sentence: str, told: str) -> None:
    case = a_case("a", sentiment="positive", messages=(a_message(SHAME),), corrections=(by("sentiment"),))
    label = next(one for one in labels(case) if one.field == "sentiment")
    assert words(language).before(label) == sentence
    assert words(language).told(by("sentiment"), NOW).startswith(told)
    assert words(language).told(by("sentiment", "system:reread"), NOW) != words(language).told(by("sentiment"), NOW)


# -- the page --------------------------------------------------------------------------------------------------------------


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", page)).split())


def test_the_page_says_why_and_its_words_lead_to_the_conversation(desk: TestDesk, tunnel: str) -> None:
    page = enter(desk).get(f"/cases/{tunnel}").text
    for place in re.findall(r'class="words" href="#([^"]+)"', page):
        assert f'id="{place}"' in page
    assert '">“<bdi>40 minuten stil in de tunnel</bdi>”</a>' in page
    told = plain(page)
    assert "gezondheid : “wordt onwel” ;" in told.replace("gezondheid:", "gezondheid :")
    assert "omdat het dringend is" in told


def test_the_page_speaks_english(desk: TestDesk, tunnel: str) -> None:
    client = enter(desk)
    client.cookies.set("lang", "en")
    told = plain(client.get(f"/cases/{tunnel}").text)
    assert "because of a negation" in told
    assert "because it is urgent" in told


def test_each_menu_has_the_other_values(desk: TestDesk, tunnel: str) -> None:
    page = enter(desk).get(f"/cases/{tunnel}").text
    offered = re.findall(r'id="correct-([a-z_]+-[a-z_]+)"', page)
    assert [one for one in offered if one.startswith("sentiment")] == ["sentiment-neutral", "sentiment-positive"]
    assert [one for one in offered if one.startswith("urgency")] == ["urgency-low", "urgency-normal", "urgency-high"]
    assert "language-en" in offered
    assert 'value="stranded" id="correct-topic-stranded" aria-pressed="true"' in page
    assert "correct-" not in enter(desk, "vera").get(f"/cases/{tunnel}").text


def ways(page: str) -> str:
    found = re.search(r'name="ways" value="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&#34;", '"').replace("&quot;", '"')


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("correct", {"sentiment": "positive"}),
        ("correct", {"urgency": "low"}),
        ("correct", {"language": "en"}),
        ("topic", {"topic": "stranded"}),
    ],
)
def test_a_correction_is_undone_by_another(desk: TestDesk, tunnel: str, what: str, said: dict[str, str]) -> None:
    client = enter(desk, "marit")
    before = desk.model.case(tunnel)
    answer = client.post(f"/cases/{tunnel}/{what}", data=said, headers=HX)
    assert "Zo gezet door Marit" in answer.text
    undone = client.post("/inbox/undo", data={"ways": ways(answer.text)}, headers=HX)
    assert "class=late" not in undone.text
    sent = desk.backend.sent[-1]
    assert isinstance(sent, CorrectClassification)
    after = desk.model.case(tunnel)
    assert before is not None
    assert after is not None
    for name in ("sentiment", "sentiment_score", "topics", "language"):
        assert getattr(after, name) == getattr(before, name)
    assert (after.urgency.label, after.urgency.score) == (before.urgency.label, before.urgency.score)


def test_the_way_back_restores_what_changed_and_nothing_else() -> None:
    before = a_case("a", mentions=(uuid("m"),), sentiment="negative", sentiment_score=-0.7)
    assert correction_back(before, before.model_copy(update={"revision": 2, "updated_at": NOW + timedelta(1)})) is None
    way = correction_back(before, before.model_copy(update={"revision": 2, "sentiment": "positive"}))
    assert way is not None
    [step] = way.steps
    assert isinstance(step, Restore)
    wanted: dict[str, Any] = {"type": "CorrectClassification", "author": "person", "mention": uuid("m")}
    assert step.body(before.id) == wanted | {"sentiment": "negative", "sentiment_score": -0.7}


def test_without_script_a_correction_comes_back_to_the_case(desk: TestDesk, tunnel: str) -> None:
    answer = enter(desk).post(f"/cases/{tunnel}/correct", data={"sentiment": "positive"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{tunnel}?view=mine&told=told.correct")
    assert desk.backend.sent[-1].team == SPOOR


def test_who_corrected_is_told_to_who_may_only_look(desk: TestDesk, tunnel: str) -> None:
    enter(desk, "marit").post(f"/cases/{tunnel}/correct", data={"sentiment": "positive"}, headers=HX)
    told = plain(enter(desk, "vera").get(f"/cases/{tunnel}/live").text)
    assert "Zo gezet door Marit" in told
    assert "De lezer las negatief: door een ontkenning" in told


@pytest.mark.parametrize(
    ("actor", "detail", "language", "said"),
    [
        ("system:route", "solved", "nl", "minder dringend: de klant schreef dat het is opgelost"),
        ("system:route", "solved", "en", "less urgent: the customer wrote that it is solved"),
        ("marit", "urgency", "en", "corrected: urgency"),
        ("system:reread", "urgency", "en", "corrected by the second reader: urgency"),
    ],
)
def test_the_history_says_why_a_case_is_taken_for_something_else(
    actor: str, detail: str, language: str, said: str
) -> None:
    line = HistoryLine(at=NOW, type="CaseReclassified", actor=actor, detail=detail)
    assert wording(CATALOGS.translator(language), "marit", None).history(line) == said
