"""The handbook on the desk: what fits a conversation, what changed, the pages and forms, what a reply is recorded with."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.commands import PublishGuideline, SubmitReply, SuggestGuideline
from services.contracts.handbook import (
    GuidelineKind,
    GuidelineRecord,
    GuidelineText,
    GuidelineVersion,
    Suggestion,
    SuggestionRecord,
)
from services.control.handbooks import commands_for
from services.desk.domain.handbook import (
    beside,
    fitting,
    matching,
    readers,
    slug_for,
    starter_languages,
    unfolds,
    word_diff,
)
from services.desk.handbook.markdown import render
from services.desk.handbook.model import Handbooks
from services.desk.handbook.starter import parsed, starter
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.browser.desk_scene import play
from tests.support.desk import enter, robot

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LEAD = "lena"


@pytest.fixture
def tunnel(desk: TestDesk) -> str:
    return play(desk.backend)


def one(ident: str, kind: GuidelineKind = "guideline", version: int = 1, **more: Any) -> GuidelineVersion:
    fields: dict[str, Any] = {"title": ident, "body": f"Over {ident}.", "by": "lena", "at": AT}
    return GuidelineVersion(**(fields | {"id": ident, "version": version, "kind": kind} | more))


def publish(desk: TestDesk, ident: str = "toon", body: str = "Tutoyeer **altijd**.", **more: Any) -> None:
    text = GuidelineText(title=more.pop("title", "Toon"), body=body, **more.pop("text", {}))
    desk.backend.do(PublishGuideline, SPOOR, "lead:lena", guideline=ident, text=text, **more)


def post(client: TestClient, path: str, **data: Any) -> Response:
    answer: Response = client.post(f"{path}?team={SPOOR}", data=data, headers={"Accept-Language": "nl"})
    return answer


def page(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"Accept-Language": "nl"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


# -- what fits -------------------------------------------------------------------------------------------------------


def test_what_fits_names_the_topic_and_channel_or_none_and_the_most_specific_comes_first() -> None:
    general, topical = one("algemeen"), one("vertraging", topics=("delay",))
    public, other = one("openbaar", "tone", channels=("post", "comment")), one("post", channels=("email",))
    found = fitting((general, other, public, topical), ("delay", "staff"), "post", "nl")
    assert [each.id for each in found] == ["vertraging", "openbaar", "algemeen"]
    assert fitting((topical,), ("refund",), "post", "nl") == ()


def test_a_kind_without_the_language_is_represented_by_another_one() -> None:
    tone, rule, english = one("toon", "tone"), one("regel"), one("rule", language="en")
    assert [each.id for each in fitting((tone, rule, english), (), "post", "en")] == ["rule", "toon"]
    assert [each.id for each in fitting((tone, rule, english), (), "post", "nl")] == ["regel", "toon"]
    assert len(fitting((tone, rule, english), (), "post", "und")) == 3


def test_the_crisis_plan_stands_first_beside_what_is_critical_and_else_only_by_topic(
    desk: TestDesk, tunnel: str
) -> None:
    case = desk.model.case(tunnel)
    assert case is not None
    assert case.urgency.label == "critical"
    plan, rule = one("crisis", "crisis"), one("regel")
    assert [each.id for each in beside((rule, plan), case)] == ["crisis", "regel"]
    calm = case.model_copy(update={"urgency": case.urgency.model_copy(update={"label": "normal"})})
    assert [each.id for each in beside((rule, plan), calm)] == ["regel"]
    named = one("crisis", "crisis", topics=case.topics)
    assert [each.id for each in beside((rule, named), calm)] == ["regel", "crisis"]


def test_the_first_is_open_beside_an_urgent_case_or_one_of_its_topic(desk: TestDesk, tunnel: str) -> None:
    critical = desk.model.case(tunnel)
    assert critical is not None
    levels = {label: critical.urgency.model_copy(update={"label": label}) for label in ("high", "normal")}
    high, calm = (critical.model_copy(update={"urgency": level, "topics": ("refund",)}) for level in levels.values())
    plain, about = one("regel"), one("geld", topics=("refund",))
    assert unfolds((plain,), critical)
    assert unfolds((plain,), high)
    assert not unfolds((), critical)
    assert not unfolds((plain, about), calm), "the first counts"
    assert unfolds((about, plain), calm)


def test_search_finds_all_words_whatever_their_accents() -> None:
    found = matching((one("a", body="Een privébericht sturen"), one("b", body="Een bericht")), "prive STUREN")
    assert [each.id for each in found] == ["a"]


@pytest.mark.parametrize(
    ("title", "taken", "slug"),
    [("Toon & stijl!", (), "toon-stijl"), ("Éénduidig", (), "eenduidig"), ("?", (), "guideline"),
     ("Toon", ("toon", "toon-2"), "toon-3"), ("Suggestions", (), "suggestions-2")],
)  # fmt: skip
def test_an_id_is_made_of_the_title(title: str, taken: tuple[str, ...], slug: str) -> None:
    assert slug_for(title, taken) == slug


# -- what changed ----------------------------------------------------------------------------------------------------


def test_a_difference_is_in_words() -> None:
    pieces = word_diff("Beloof nooit een bedrag.\nZeg sorry.", "Beloof nooit een termijn.\nZeg sorry.")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "Beloof nooit een "),
        ("removed", "bedrag.\n"),
        ("added", "termijn.\n"),
        ("same", "Zeg sorry."),
    ]


@given(st.text("ab \n", max_size=60), st.text("ab \n", max_size=60))
def test_a_difference_has_both_texts_in_it(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


# -- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "evil",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](https://x/y.png)",
     '[x](https://x "onload=1")', "<https://x\"onclick=alert(1)>", "[x](data:text/html;base64,PHN2Zz4=)",
     "[x](data:image/png;base64,AAAA)", "[x](//evil.example)", "[x](https://bank.example@evil.example)"],
)  # fmt: skip
def test_a_text_is_shown_and_never_run(evil: str) -> None:
    seen: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: seen.append((tag, dict(attrs)))  # type: ignore[method-assign]  # a listener
    parser.feed(render(evil))
    assert {tag for tag, _ in seen} <= {"p", "a"}
    for _, attributes in seen:
        assert attributes.keys() <= {"href", "rel", "title", "class"}
        assert str(attributes.get("href", "https://")).startswith("https://")


def test_a_link_that_leads_away_says_where_to() -> None:
    said = 'class="outside" rel="noopener noreferrer nofollow ugc" title='
    assert f'<a href="https://site.example/" {said}"site.example">x</a></p>' in render("[x](https://site.example/)")
    assert render("[bank](https://b\u0430nk.example)").strip().endswith(">bank</a> (xn--bnk-6cd.example)</p>")
    assert render("[x](/handbook)") == '<p><a href="/handbook">x</a></p>\n'


def test_headings_go_below_the_pages_and_numbers_to_the_right_without_a_style() -> None:
    html = render("# A\n###### B\n\n| x | y |\n|--:|:-:|\n| 1 | 2 |\n", 3)
    assert "<h3>A</h3>" in html
    assert "<h6>B</h6>" in html
    assert '<td class="num">1</td>' in html
    assert "style=" not in html


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_starter_handbook_is_short_and_has_what_a_team_needs(language: str) -> None:
    texts = dict(starter(language))
    assert len(texts) == len(starter(language)) == 12
    assert {text.kind for text in texts.values()} == {"tone", "guideline", "may_say", "mandate", "crisis"}
    assert {text.language for text in texts.values()} == {language}
    assert sum(len(text.body.split()) for text in texts.values()) < 1_500, "no tome"
    for text in texts.values():
        assert "<p>" in render(text.body) or "<li>" in render(text.body)


def test_both_languages_say_it_of_the_same_things() -> None:
    shape = [[(text.kind, text.topics, text.channels) for _, text in starter(language)] for language in ("nl", "en")]
    assert shape[0] == shape[1]


def test_a_malformed_starter_file_is_refused() -> None:
    with pytest.raises(ValueError, match="head between"):
        list(parsed("los\n+++\nid = 1\n+++\nx", "nl"))


def test_a_team_begins_in_the_languages_that_it_speaks(desk: TestDesk) -> None:
    config = team_config()
    assert starter_languages(config) == ("nl", "en")
    german = config.model_copy(update={"language": "de", "people": ()})
    assert starter_languages(german) == ("en",)
    desk.backend.configure(config)
    for command in (*commands_for(config, "system:demo", AT), *commands_for(config, "system:demo", AT)):
        desk.backend.give(command, AT)
    assert len(desk.model.handbooks.of(SPOOR).current()) == 24


# -- the read model --------------------------------------------------------------------------------------------------


def test_records_and_events_may_come_in_any_order_and_old_ones_again() -> None:
    books = Handbooks()
    open_ = Suggestion(id="suggestion-1", text="Korter", by="marit", at=AT)
    done = open_.model_copy(update={"state": "declined", "decided_at": AT.replace(hour=10), "decided_by": "lena"})
    for each in (done, open_):
        books.apply("", SuggestionRecord(team=SPOOR, at=AT, suggestion=each))
    for version in (2, 1):
        books.apply("", GuidelineRecord(team=SPOOR, at=AT, guideline=one("toon", version=version)))
    assert [each.version for each in books.of(SPOOR).current()] == [2]
    assert [each.state for each in books.of(SPOOR).suggestions] == ["declined"]
    books.apply(f"{SPOOR}:suggestion:suggestion-1", None)
    assert books.of(SPOOR).suggestions == ()
    assert books.of("niemand").current() == ()


# -- pages -----------------------------------------------------------------------------------------------------------


def test_a_lead_begins_with_the_starter_handbook_and_a_second_time_changes_nothing(desk: TestDesk, tunnel: str) -> None:
    lead = enter(desk, LEAD)
    assert "Begin met het starthandboek" in page(lead, f"/handbook?team={SPOOR}")
    for _ in range(2):
        answer = post(lead, "/handbook/starter", key="k")
        assert answer.headers["location"].endswith("told=handbook.told.started")
    assert len(desk.model.handbooks.of(SPOOR).current()) == 24
    text = page(lead, f"/handbook?team={SPOOR}")
    assert "Klachten in vijf stappen" in text
    assert "Klachten in vijf stappen" not in page(lead, f"/handbook?team={SPOOR}&q=crisisplan")
    assert '<h2 id="kind-crisis">Bij een crisis</h2>' in text


def test_a_guideline_is_written_previewed_and_published(desk: TestDesk, tunnel: str) -> None:
    lead = enter(desk, LEAD)
    fields = {"title": "Vraag om een reisdatum", "body": "Vraag *wanneer*.", "kind": "guideline", "language": "nl"}
    seen = post(lead, "/handbook/save", do="preview", topics=["refund"], **fields)
    assert seen.status_code == 200
    assert "<em>wanneer</em>" in seen.text
    assert desk.model.handbooks.of(SPOOR).current() == ()
    answer = post(lead, "/handbook/save", do="publish", topics=["refund"], key="k", **fields)
    assert answer.headers["location"].startswith("/handbook/vraag-om-een-reisdatum?")
    (made,) = desk.model.handbooks.of(SPOOR).current()
    assert (made.topics, made.channels, made.by) == (("refund",), (), "lead:lena")


def test_a_change_without_a_reason_or_on_an_old_version_keeps_what_was_typed(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    lead = enter(desk, LEAD)
    fields = {
        "id": "toon",
        "based_on": "1",
        "title": "Toon",
        "body": "Iets heel anders.",
        "kind": "tone",
        "language": "nl",
    }
    answer = post(lead, "/handbook/save", do="publish", **fields)
    assert "Schrijf erbij waarom" in answer.text
    assert "Iets heel anders." in answer.text
    publish(desk, body="Van een ander.", based_on=1, reason="intussen")
    answer = post(lead, "/handbook/save", do="publish", reason="beter", **fields)
    assert answer.status_code == 200
    assert "Iets heel anders." in answer.text
    assert "intussen versie 2 gepubliceerd" in answer.text
    assert desk.model.handbooks.of(SPOOR).current()[0].body == "Van een ander."


def test_a_version_shows_what_it_changed_why_and_by_whom(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    publish(desk, body="Tutoyeer **meestal**.", based_on=1, reason="Wie u zegt, krijgt u")
    text = page(enter(desk, "marit"), f"/handbook/toon?team={SPOOR}")
    assert "“<bdi>Wie u zegt, krijgt u</bdi>”" in text
    assert '<del><span class="unseen">weggehaald: </span>**altijd**.</del>' in text
    assert '<ins><span class="unseen">toegevoegd: </span>**meestal**.</ins>' in text
    assert "Wie is akkoord?" not in text
    old = page(enter(desk, "marit"), f"/handbook/toon?team={SPOOR}&version=1")
    assert "Dit is een oudere versie." in old
    assert "<strong>altijd</strong>" in old
    assert enter(desk, "marit").get(f"/handbook/toon?team={SPOOR}&version=7").status_code == 404


def test_a_colleague_agrees_and_the_lead_sees_who_has(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    marit, lead = enter(desk, "marit"), enter(desk, LEAD)
    assert 'id="count-handbook">1<' in page(marit, f"/handbook?team={SPOOR}")
    assert post(marit, "/handbook/agree", guideline=["toon:1"]).status_code == 303
    text = page(marit, f"/handbook/toon?team={SPOOR}")
    assert "Je bent akkoord met deze versie" in text
    assert "✓ Marit" in page(lead, f"/handbook/toon?team={SPOOR}")
    publish(desk, body="Anders.", based_on=1, reason="anders")
    assert "met versie 1" in page(lead, f"/handbook/toon?team={SPOOR}")
    old = post(marit, "/handbook/agree", guideline=["toon:1"]).headers["location"]
    assert old.endswith("told=handbook.wrong.changed")
    book = desk.model.handbooks.of(SPOOR)
    found = readers(book, book.current()[0], team_config().people)
    assert ([each.person for each in found.older], found.none) == (["marit"], ("youssef", "sanne", "tom"))


def test_all_that_is_new_is_agreed_to_at_once(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    publish(desk, "klacht", title="Klacht")
    marit = enter(desk, "marit")
    assert "Er zijn 2 afspraken" in page(marit, f"/handbook?team={SPOOR}&whole=1")
    answer = post(marit, "/handbook/agree", guideline=["toon:1", "klacht:1"], key="k")
    assert answer.headers["location"].startswith("/handbook?")
    assert desk.model.handbooks.of(SPOOR).to_read(team_config().people[1]) == ()


def test_a_suggestion_finds_its_way_into_the_text_with_its_colleagues_name(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    post(enter(desk, "marit"), "/handbook/suggest", guideline="toon", text="Noem je <b>voornaam</b>.")
    lead = enter(desk, LEAD)
    (waiting,) = desk.model.handbooks.of(SPOOR).waiting()
    inbox = page(lead, f"/handbook/suggestions?team={SPOOR}")
    assert "Noem je &lt;b&gt;voornaam&lt;/b&gt;." in inbox
    form = page(lead, f"/handbook/toon/edit?team={SPOOR}&suggestion={waiting.id}")
    assert "Voorstel van Marit" in form
    fields = {"id": "toon", "based_on": "1", "title": "Toon", "body": "Noem je voornaam.", "kind": "guideline"}
    post(lead, "/handbook/save", do="publish", language="nl", reason="idee", suggestion=waiting.id, **fields)
    text = page(enter(desk, "marit"), f"/handbook/toon?team={SPOOR}")
    assert "Naar een voorstel van Marit." in text
    assert "overgenomen" in text
    assert desk.model.handbooks.of(SPOOR).waiting() == ()


def test_a_lead_declines_with_a_word_and_retires_with_a_reason(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    desk.backend.do(SuggestGuideline, SPOOR, "marit", text="Meer emoji")
    lead = enter(desk, LEAD)
    (waiting,) = desk.model.handbooks.of(SPOOR).waiting()
    post(lead, f"/handbook/suggestions/{waiting.id}/decide", accept="no", note="liever niet")
    assert "liever niet" in page(lead, f"/handbook/suggestions?team={SPOOR}")
    refused = post(lead, "/handbook/toon/retire", reason=" ").headers["location"]
    assert refused.endswith("told=handbook.wrong.reason")
    post(lead, "/handbook/toon/retire", reason="staat elders")
    assert "staat elders" in page(lead, f"/handbook?team={SPOOR}")
    assert desk.model.handbooks.of(SPOOR).current() == ()


@pytest.mark.parametrize("path", ["/handbook/suggestions", "/handbook/edit/new", "/handbook/toon/edit"])
def test_what_is_for_leads_is_refused_to_others(desk: TestDesk, tunnel: str, path: str) -> None:
    publish(desk)
    assert enter(desk, "marit").get(f"{path}?team={SPOOR}").status_code == 403
    assert enter(desk, "zoe").get(f"/handbook?team={SPOOR}").status_code == 403
    assert post(enter(desk, "marit"), "/handbook/starter").status_code == 403
    assert post(enter(desk, "vera"), "/handbook/suggest", text="x").status_code == 403


# -- beside a reply --------------------------------------------------------------------------------------------------


def test_a_reply_is_recorded_with_the_versions_that_stood_beside_it(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    publish(desk, "email", title="Per e-mail", text={"channels": ("email",)})
    client = enter(desk, "youssef")
    case = page(client, f"/cases/{tunnel}")
    assert "<strong>altijd</strong>" in case
    assert '<input type="hidden" name="guideline" value="toon:1">' in case
    assert "email:1" not in case
    publish(desk, body="Intussen anders.", based_on=1, reason="intussen")
    client.post(f"/cases/{tunnel}/reply", data={"text": "We komen eraan.", "guideline": ["toon:1"]})
    sent = desk.backend.sent[-1]
    assert isinstance(sent, SubmitReply)
    assert [(ref.id, ref.version) for ref in sent.guidelines] == [("toon", 1)]
    shown = page(client, f"/cases/{tunnel}")
    assert f'href="/handbook/toon?team={SPOOR}&amp;version=1">Toon (1)</a>' in shown
    wrong = client.post(f"/cases/{tunnel}/reply", data={"text": "x", "guideline": ["toon"]})
    assert wrong.status_code == 422


# -- the API ---------------------------------------------------------------------------------------------------------


def test_integrations_read_the_handbook_and_what_fits_and_need_to_lead_to_publish(desk: TestDesk, tunnel: str) -> None:
    publish(desk)
    publish(desk, "email", title="Per e-mail", text={"channels": ("email",)})
    path = f"/api/v1/team/{SPOOR}/handbook"
    assert robot(desk).get(path).json()["total"] == 2
    found = robot(desk).get(path, params={"channel": "post"}).json()["guidelines"]
    assert [each["id"] for each in found] == ["toon"]
    text = {"title": "Nieuw", "body": "Nieuw."}
    command = {"type": "PublishGuideline", "team": SPOOR, "guideline": "nieuw", "text": text}
    assert robot(desk).post("/api/v1/commands", json=command).status_code == 403
    assert robot(desk, "lead").post("/api/v1/commands", json=command).status_code == 200
    agree = {"type": "AgreeGuideline", "team": SPOOR, "guideline": "nieuw", "guideline_version": 1}
    assert robot(desk, "lead").post("/api/v1/commands", json=agree).status_code == 409
