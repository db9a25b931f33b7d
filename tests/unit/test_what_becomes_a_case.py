"""What becomes a case: each rule of it alone, and the same from classify's header to what route decides."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.classify.teams import TeamAgreements
from services.classify.worker import transform
from services.contracts.case_rules import MOST_CHARACTERS, CaseRule
from services.contracts.commands import CloseCase, SubmitReply
from services.contracts.events import CaseOpened, Event
from services.contracts.mentions import Author, Classification, ClassifiedMention, Correction, Mention, UrgencySignal
from services.contracts.needs import Terms, explained
from services.contracts.teams import TeamConfig, TeamConfiguration
from services.contracts.topics import DESK_TEAMS, MENTIONS_CLASSIFIED, MENTIONS_RAW, team_key
from services.route.domain.agreement import agreement
from services.route.domain.mention_rules import verdict
from services.route.partition import RoutePartition
from services.runtime.follow import Followed
from services.runtime.messages import NEEDS_PERSON, Outgoing, Received
from tests.support.fast_reader import fast_reader
from tests.support.route import TEAM, Desk, at, config, mention, types, uuid

LOCALE = Path(__file__).parents[2] / "services" / "desk" / "locale"


def read(**changes: Any) -> Classification:
    """Chatter of normal urgency, but for what is said."""
    plain = mention("x", at(10), needs_person=False).classification
    labels = {
        name: getattr(plain, name).model_copy(update={"label": changes.pop(name)}) for name in LABELLED & {*changes}
    }
    return plain.model_copy(update=labels | changes)


LABELLED = {"urgency", "sentiment"}


def said(text: str = "Mooi weer vandaag", of: Classification | None = None, **fields: Any) -> ClassifiedMention:
    """A post that asks nothing of anybody, but for what is said."""
    return mention("x", at(10), text=text, classification=of or read(), **fields)


def judged(given: ClassifiedMention, *rules: CaseRule, **changes: Any) -> tuple[bool, str]:
    found = verdict(given, agreement(config(case_rules=rules, **changes), 1, at(9)))
    return found.needs, found.code


def rule(then: str = "case", **conditions: Any) -> CaseRule:
    return CaseRule(id="regel", then=then, **conditions)


# -- without rules of the team -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["question", "complaint", "request"])
def test_who_asks_something_is_heard(intent: str) -> None:
    assert judged(said(of=read(intent=intent))) == (True, f"person-{intent}")


@pytest.mark.parametrize("intent", ["praise", "chatter", "other"])
def test_what_asks_nothing_in_public_is_no_case(intent: str) -> None:
    assert judged(said(of=read(intent=intent))) == (False, f"nobody-{intent}")


@pytest.mark.parametrize(("urgency", "needs"), [("low", False), ("normal", False), ("high", True), ("critical", True)])
def test_what_is_above_normal_is_a_case(urgency: str, needs: bool) -> None:
    assert judged(said(of=read(urgency=urgency)))[0] is needs


@pytest.mark.parametrize("intent", ["praise", "chatter", "other"])
@pytest.mark.parametrize("kind", ["email", "direct_message", "form"])
def test_what_is_sent_to_the_team_is_a_case_whatever_it_says(kind: str, intent: str) -> None:
    assert judged(said(kind=kind, of=read(intent=intent))) == (True, "person-addressed")


@pytest.mark.parametrize("kind", ["post", "comment", "review", "article"])
def test_what_is_said_in_public_is_not_addressed(kind: str) -> None:
    assert judged(said(kind=kind)) == (False, "nobody-chatter")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@waterveen mooi bezig", True),
        ("Mooi hoor, @WaterVeen.", True),
        ("(@waterveen)", True),
        ("@water.help dank", True),
        ("@veen@water.example zag het", True),
        ("waterveen mooi bezig", False),
        ("mail info@waterveen.example", False),
        ("@waterveen.example is iemand anders", False),
        ("@waterveen_fans en @waterveen-fans", False),
        ("@waterveen@elders.example", False),
        ("", False),
    ],
)
def test_who_names_a_handle_of_the_team_speaks_to_it(text: str, named: bool) -> None:
    handles = ("@waterveen", "water.help", "veen@water.example")
    assert judged(said(text), handles=handles) == ((True, "person-handle") if named else (False, "nobody-chatter"))


def test_spam_is_no_case_whoever_it_is_sent_to_and_however_many_follow_it() -> None:
    spam = read(intent="spam", spam=0.9)
    followed = said(kind="email", of=spam, author=Author(id="a", followers=10**6))
    assert judged(followed, rule(kinds=("email",))) == (False, "nobody-spam")
    assert judged(said(of=read(intent="spam", urgency="critical"))) == (True, "person-urgent")


def test_what_is_solved_already_is_no_case_although_it_is_sent_to_the_team() -> None:
    solved = read().urgency.model_copy(update={"signals": (UrgencySignal(name="resolved", evidence="", weight=0.1),)})
    over = said(kind="email", of=read().model_copy(update={"urgency": solved}))
    assert judged(over) == (False, "nobody-resolved")
    asks = over.model_copy(update={"classification": over.classification.model_copy(update={"intent": "question"})})
    assert judged(asks) == (True, "person-question")


@pytest.mark.parametrize("needs", [True, False])
def test_a_persons_word_goes_before_everything(needs: bool) -> None:
    word = Correction(event=uuid("word"), at=at(9), author="person", corrected=("needs_person",))
    given = said(kind="email", of=read(needs_person=needs, urgency="critical"), corrections=(word,))
    other = rule("no_case" if needs else "case", urgency=("critical",))
    assert judged(given, other) == (needs, "corrected-person")


def test_what_the_mention_says_of_itself_still_counts() -> None:
    assert judged(said(of=read(needs_person=True))) == (True, "")


# -- rules of the team -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "fitting", "other"),
    [
        ({"kinds": ("review", "comment")}, {"kind": "review"}, {"kind": "post"}),
        ({"sources": ("square",)}, {"source": "square"}, {"source": "mail"}),
        ({"monitors": ("merk",)}, {"monitor": "merk"}, {"monitor": None}),
        ({"topics": ("leak", "pers")}, {"of": read(topics=("weer", "pers"))}, {"of": read(topics=("weer",))}),
        ({"languages": ("nl",)}, {}, {"of": read(language=read().language.model_copy(update={"code": "und"}))}),
        ({"authors": ("@Raad",)}, {"author": Author(id="1", handle="raad")}, {"author": Author(id="1", handle="ra")}),
        ({"authors": ("a-1",)}, {"author": Author(id="A-1")}, {"author": Author(id="2", name="a-1")}),
        ({"reach": 50}, {"author": Author(id="1", followers=50)}, {"author": Author(id="1", followers=49)}),
        ({"reach": 50}, {"author": Author(id="1", followers=50)}, {"author": Author(id="1")}),
        ({"sentiment": ("negative",)}, {}, {"of": read(sentiment="positive")}),
        ({"intent": ("praise", "other")}, {"of": read(intent="other")}, {}),
        ({"urgency": ("low",)}, {"of": read(urgency="low")}, {}),
        ({"words": ("bruin",)}, {"text": "het is BRUIN!"}, {"text": "bruinvis"}),
        ({"words": ("bruin*",)}, {"text": "bruinig water"}, {"text": "gebruind"}),
        ({"words": ("te laat",)}, {"text": "weer te\n laat"}, {"text": "te vaak laat"}),
        ({"words": ("wi-fi",)}, {"text": "De Wi-Fi doet het"}, {"text": "wifi"}),
        ({"words": ("prijs",)}, {"title": "Prijs", "text": "zie hier"}, {"text": "geprijsd"}),
        ({"kinds": ("review",), "topics": ("pers",)}, {"kind": "review", "of": read(topics=("pers",))}, {"kind": "review"}),
    ],
)  # fmt: skip
def test_a_rule_holds_where_all_that_it_names_holds(
    conditions: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any]
) -> None:
    assert judged(said(**fitting), rule(**conditions)) == (True, "person-rule")
    assert judged(said(**other), rule(**conditions)) == (False, "nobody-chatter")
    asks = said(**fitting)
    asks = asks.model_copy(update={"classification": asks.classification.model_copy(update={"intent": "question"})})
    if "intent" not in conditions:
        assert judged(asks, rule("no_case", **conditions)) == (False, "nobody-rule")


def test_the_first_rule_that_fits_decides() -> None:
    press = CaseRule(id="pers", then="case", authors=("@journalist",))
    reviews = CaseRule(id="reviews", then="no_case", kinds=("review",))
    written = said(kind="review", author=Author(id="1", handle="journalist"))
    assert judged(written, press, reviews) == (True, "person-rule")
    assert judged(written, reviews, press) == (False, "nobody-rule")


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"kinds": ("post",)}, (True, "person-urgent")),
        ({"kinds": ("post",), "urgency": ("high",)}, (True, "person-urgent")),
        ({"kinds": ("post",), "urgency": ("high", "critical")}, (False, "nobody-rule")),
    ],
)
def test_no_rule_keeps_what_is_urgent_from_people_unless_it_names_that(
    conditions: dict[str, Any], found: tuple[bool, str]
) -> None:
    assert judged(said(of=read(urgency="critical")), rule("no_case", **conditions)) == found


def test_a_rule_goes_before_reach_and_before_to_whom_it_was_sent() -> None:
    sent = said(kind="email", author=Author(id="1", followers=10**6))
    assert judged(sent) == (True, "person-reach")
    assert judged(sent, rule("no_case", kinds=("email",))) == (False, "nobody-rule")


def test_the_example_of_the_document_is_read() -> None:
    text = (LOCALE.parents[2] / "docs" / "rota-and-routing.md").read_text(encoding="utf-8")
    [example] = [one for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "case_rules" in one]
    given = tomllib.loads(example)
    agreed = config(case_rules=given["case_rules"], handles=given["team"]["handles"])
    assert [one.then for one in agreed.case_rules] == ["case", "no_case"]


def test_a_rule_names_something_that_can_hold_and_is_not_too_long() -> None:
    for wrong in ({}, {"kinds": ()}, {"words": ("*",)}, {"words": ("…",)}, {"words": ("a*b",)}, {"authors": ("a b",)}):
        with pytest.raises(ValidationError):
            rule(**wrong)
    with pytest.raises(ValidationError, match="case rule is named twice"):
        config(case_rules=(rule(kinds=("post",)), rule(kinds=("email",))))
    words = tuple(f"{number:0>100}" for number in range(100))
    long = [CaseRule(id=f"r{number}", then="case", words=words) for number in range(MOST_CHARACTERS // 10_000 + 1)]
    assert config(case_rules=long[:-1])
    with pytest.raises(ValidationError, match="too long"):
        config(case_rules=long)


# -- in a conversation -------------------------------------------------------------------------------------------------


def handled(kind: str = "direct_message") -> Desk:
    """A question that was answered."""
    desk = Desk(config())
    desk.say("een", kind=kind)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Opgelost.")
    return desk


def goes_on(desk: Desk, name: str, **changes: Any) -> list[Event]:
    return desk.give(mention(name, desk.now, conversation="een", kind="direct_message", classification=read(**changes)))


def test_praise_in_a_direct_message_opens_a_case() -> None:
    desk = Desk(config())
    opened = desk.say("een", kind="direct_message", needs_person=False)
    assert types(opened) == ["CaseOpened", "CaseAssigned"]


def test_thanks_in_an_open_case_ask_nothing_and_an_answer_does() -> None:
    desk = handled()
    assert types(goes_on(desk, "dank", intent="praise", sentiment="positive")) == ["MentionJoined"]
    assert desk.case("een").awaiting_us is False
    assert [one.code for one in desk.case("een").messages[-1].reasons] == ["nobody-thanks"]
    goes_on(desk, "nummer", intent="chatter", sentiment="neutral")
    assert desk.case("een").awaiting_us is True


def test_thanks_after_the_close_stand_in_the_case_which_stays_closed() -> None:
    desk = handled()
    desk.do(CloseCase, "noor", case=desk.case("een").id)
    assert types(goes_on(desk, "dank", intent="praise", sentiment="positive")) == ["MentionJoined"]
    assert (desk.case("dank").id, desk.case("dank").status) == (desk.case("een").id, "closed")
    assert types(goes_on(desk, "nummer", intent="chatter", sentiment="neutral"))[0] == "CaseReopened"


# -- from classify to route --------------------------------------------------------------------------------------------


def classified(agreed: TeamConfig, text: str, **fields: Any) -> Outgoing:
    """What classify makes of a post of a stranger's, alone, for a team that has agreed this."""
    teams = TeamAgreements(fast_reader().rarity)
    whole = TeamConfiguration(team=TEAM, revision=1, at=at(9), config=agreed)
    teams.fold(Followed(DESK_TEAMS, 0, 0, at(9), team_key(TEAM, "config", "current"), whole, {}))
    names = set(Mention.model_fields) - {"type"}
    body = {name: value for name, value in mention("x", at(10)).model_dump().items() if name in names}
    raw = Mention.model_validate(body | {"text": text} | fields)
    work = transform(fast_reader(), teams.taxonomy_of, None, teams.terms_of)
    [sent] = work([Received(MENTIONS_RAW, 0, 0, at(10), "x", raw)], at(10))
    return sent


def becomes_a_case(agreed: TeamConfig, sent: Outgoing) -> bool:
    """Whether route, which passes over records by their header, opens a case."""
    if not RoutePartition.wants(MENTIONS_CLASSIFIED, sent.headers):
        return False
    partition = RoutePartition(0)
    partition.restore(DESK_TEAMS, "key", TeamConfiguration(team=TEAM, revision=1, at=at(9), config=agreed))
    partition.restored()
    output = partition.handle([Received(MENTIONS_CLASSIFIED, 0, 0, at(10), TEAM, sent.message)], at(10))
    return any(isinstance(one.message, CaseOpened) for one in output)


@pytest.mark.parametrize("threshold", [1, 500, 10_000, 50_000])
@pytest.mark.parametrize("over", [-1, 0])
def test_any_threshold_holds_from_the_header_to_the_case(threshold: int, over: int) -> None:
    agreed = config(reach_threshold=threshold)
    sent = classified(agreed, "wat een mooie trein", author=Author(id="a", followers=threshold + over))
    assert sent.headers[NEEDS_PERSON] == ("0" if over else "1"), "route is not given what cannot become a case"
    assert becomes_a_case(agreed, sent) is (over == 0)


def test_classify_alone_never_goes_by_reach() -> None:
    sent = classified(config(reach_threshold=50_000), "wat een mooie trein", author=Author(id="a", followers=49_999))
    assert isinstance(sent.message, ClassifiedMention)
    assert sent.message.classification.needs_person is False
    assert fast_reader().classify("wat een mooie trein").needs_person is False


@pytest.mark.parametrize(
    ("rules", "text", "fields", "case"),
    [
        ((), "wat een mooie trein", {}, False),
        ((), "wat een mooie trein", {"kind": "email"}, True),
        ((), "wat een mooie trein", {"kind": "direct_message"}, True),
        ((), "wat een mooie trein @waterveen", {}, True),
        ((), "De storing is verholpen", {"kind": "email"}, False),
        ((), "Free bitcoin giveaway! Click the link below and double your money", {"kind": "email"}, False),
        ((rule(words=("trein*",)),), "wat een mooie treinen", {}, True),
        ((rule("no_case", words=("trein*",)),), "Hoe laat vertrekt de trein?", {}, False),
        ((rule("no_case", words=("trein*",)),), "Gaslucht in de trein", {}, True),
        ((rule("no_case", kinds=("email",)),), "wat een mooie trein", {"kind": "email"}, False),
    ],
)
def test_what_a_team_has_agreed_holds_from_the_header_to_the_case(
    rules: tuple[CaseRule, ...], text: str, fields: dict[str, Any], case: bool
) -> None:
    agreed = config(case_rules=rules, handles=("waterveen",))
    sent = classified(agreed, text, **fields)
    assert isinstance(sent.message, ClassifiedMention)
    assert sent.message.classification.needs_person is case, "and search says the same"
    assert sent.headers[NEEDS_PERSON] == str(int(case))
    assert becomes_a_case(agreed, sent) is case


# -- why ---------------------------------------------------------------------------------------------------------------


def test_a_case_says_by_which_rule_it_is_one_and_a_mention_by_which_it_is_none() -> None:
    named = CaseRule(id="pers", name="Alles van de pers", then="case", kinds=("article",))
    desk = Desk(config(case_rules=(named,)))
    desk.say("een", kind="article", needs_person=False)
    [reason] = [one for one in desk.case("een").messages[0].reasons if one.label == "needs_person"]
    assert (reason.value, reason.code, reason.evidence) == ("yes", "person-rule", "Alles van de pers")
    silent = Terms([CaseRule(id="weer", then="no_case", topics=("weer",))])
    about = said(of=read(topics=("weer",), intent="question"))
    after = explained(about.classification, silent.verdict(about, about.classification))
    [reason] = [one for one in after.reasons if one.label == "needs_person"]
    assert (after.needs_person, reason.value, reason.code, reason.evidence) == (False, "no", "nobody-rule", "weer")
    assert explained(after, silent.verdict(about, after)) is after


@pytest.mark.parametrize("language", ["nl", "en"])
def test_why_somebody_is_needed_has_words(language: str) -> None:
    words = tomllib.loads((LOCALE / f"{language}.toml").read_text(encoding="utf-8"))["reason"]
    codes = ("urgent", "question", "complaint", "request", "reach", "addressed", "handle", "rule")
    assert all(words.get(f"person-{code}") for code in codes)
