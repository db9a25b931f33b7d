"""Hostile texts, and a desk, a report and a square in which every field that anybody can fill holds one.

`play` fills the desk by route's real rules; `hostile_elastic` answers as an index would that holds the same. A field's text
begins with a word that is the field's own (`token`), so that a test sees on which pages it stands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.contracts.commands import (
    AddNote,
    AddOverride,
    AnswerQuestion,
    AskColleague,
    AskLeave,
    AskStandIn,
    CloseCase,
    DecideSuggestion,
    HandOver,
    OfferSwap,
    PublishGuideline,
    ReportCalendar,
    RequestChange,
    RetireGuideline,
    ReviseReply,
    SaveCannedReply,
    SaveSearch,
    SetGoals,
    SettleIdea,
    SubmitIdea,
    SubmitReply,
    SuggestGuideline,
)
from services.contracts.goals import TeamGoals
from services.contracts.handbook import GuidelineText
from services.contracts.mentions import Author
from services.contracts.needs import Verdict, explained
from services.contracts.rota import CalendarFeed, CalendarStatus
from services.contracts.teams import ApprovalRule, CaseRule, HouseStyle, Mandate, Person, TeamTopic
from services.desk.accounts.people import Account
from services.desk.domain.filters import saved_filter
from services.report.domain.mappings import Json
from services.report.domain.search import FACETS, MARK, UNMARK
from tests.browser.desk_backend import PASSWORD, SPOOR, Backend, TestDesk, team_config
from tests.unit.test_report_samples import case_event, from_event, from_mention, from_message, mention

ZALGO = "Z" + "\u0301\u0489\u20dd" * 33_333
TEXTS: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "closing": "</textarea></title><svg onload=alert(1)>",
    "address": "javascript:alert(1)//data:text/html,x",
    "template": "{{7*7}}{0.x}%(x)s${7}<%=7%>{% raw %}",
    "override": "\u202egpj\x00\x1b[31m\x85\ufeff\u2067.exe\u2069\u2069",
    "marks": ZALGO,
    "lines": "x\r\nATTENDEE:mailto:x\rBcc: y\n\nevent: list",
    "formula": "=1+1;=HYPERLINK(A1)",
    "hebrew": "שלום - (1) !",
    "homoglyph": "https://\u0430pple.com/x",
}
"""What each of them tries: to be run, to leave its attribute or element, to be followed, to be filled in, to turn round its
surroundings, to cover them, to begin a line of a protocol, to be calculated, to be read from the other side, to pose."""
ADDRESSES: Mapping[str, str] = {
    "script": "https://x.example/<script>alert(1)</script>",
    "attribute": "https://x.example/\" onclick=alert(1) x='",
    "closing": "data:text/html,<script>alert(1)</script>",
    "address": "javascript:alert(1)",
    "template": "vbscript:x",
    "override": "https://x.example/\u202egpj.exe",
    "marks": "https://x.example/" + "\u0301" * 1_900,
    "lines": "java\nscript:alert(1)",
    "formula": "https://bank.example\\@evil.example/",
    "hebrew": "https://bank.example@evil.example/",
    "homoglyph": "https://\u0430pple.com/x",
}


def token(name: str) -> str:
    """The word by which a field is recognised: `author name` is `Zqauthorname`."""
    return "Zq" + re.sub("[^a-z]", "", name)


@dataclass
class Filling:
    """Fills fields with one hostile text and remembers what each has."""

    text: str
    address: str
    fields: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str, most: int = 500) -> str:
        """The text of a field that has room for so many characters."""
        self.fields[name] = f"{token(name)} {self.text}"[:most].rstrip()
        return self.fields[name]

    def guest(self, name: str) -> str:
        """A guest's name, which has no colon and no control characters: the contract refuses them."""
        self.fields[name] = re.sub("[:\x00-\x1f]", "", self(name, 100))
        return self.fields[name]

    def word(self, name: str) -> str:
        """A word that a rule looks for: it has no star but at its end, and ends in a word."""
        self.fields[name] = self(name, 98).replace("*", "") + "x"
        return self.fields[name]

    def account(self, name: str) -> str:
        """An account as a rule names it: without spaces or `@`."""
        self.fields[name] = re.sub(r"[\s@]", "", self(name, 200))
        return self.fields[name]


@dataclass(frozen=True)
class Ids:
    """What the pages are found by."""

    case: str
    held: str
    closed: str


def play(desk: TestDesk, fill: Filling) -> Ids:
    """Fill every field of a team, its people and its cases."""
    backend, now = desk.backend, desk.backend.clock()
    _accounts(desk, fill)
    config = _config(fill, now)
    gone = ApprovalRule(id="gone", name=fill("approval rule before"), people=("youssef",))
    before = config.model_copy(update={"approval_rules": (*config.approval_rules, gone)})
    backend.configure(before, now - timedelta(minutes=61))
    backend.configure(config, now - timedelta(minutes=60))
    ago = now - timedelta(minutes=50)
    _handbook(backend, fill, ago)
    _rota(backend, fill, ago)
    lead: dict[str, Any] = {"content": {"title": fill("canned title", 120), "text": fill("canned text", 5_000)}}
    lead["content"]["language"] = "nl"
    backend.do(SaveCannedReply, SPOOR, "lead:lena", ago, **lead)
    backend.do(SaveSearch, SPOOR, "youssef", ago, name=fill("search name", 80), query=fill("search query"), shared=True)
    goals = TeamGoals(goals=("service",), success=fill("goals", 200))
    backend.do(SetGoals, SPOOR, "lead:lena", ago, goals=goals)
    told = {"name": fill.guest("idea name"), "text": fill("idea text", 4_000)}
    idea = backend.do(SubmitIdea, SPOOR, f"guest:{told['name']}", ago, **told)
    backend.do(SettleIdea, SPOOR, "marit", ago, idea=idea.id, state="taken", note=fill("idea note"))
    ids = _cases(backend, fill, ago)
    fill.fields["filter title"] = title = " ".join(fill("filter title", 40).split())
    chosen = saved_filter("source=mastodon")
    desk.app.state.desk.saved.save(SPOOR, "youssef", title, "team", chosen, shared=True)
    return ids


def _accounts(desk: TestDesk, fill: Filling) -> None:
    roles: Mapping[str, Mapping[str, Any]] = {
        "youssef": {SPOOR: "agent"},
        "tom": {SPOOR: "agent"},
        "lena": {SPOOR: "lead"},
        "root": {SPOOR: "admin", "waterveen": "admin"},
    }
    for name, teams in roles.items():
        desk.accounts.save(Account(name, fill(f"account {name}", 200), teams), PASSWORD)


def _config(fill: Filling, now: datetime) -> Any:
    people = (
        Person(id="youssef", name=fill("person youssef"), capacity=20, mandate=Mandate(send_alone=False)),
        Person(id="marit", name=fill("person marit"), capacity=20, mandate=Mandate(approve=True), email="m@x.example"),
        Person(id="sanne", name=fill("person sanne"), languages=("nl",)),
        Person(id="tom", name=fill("person tom"), languages=("nl",)),
    )
    return team_config(
        name=fill("team name"),
        now=now,
        people=people,
        topics=(TeamTopic(id="balloon", names={"nl": fill("topic name", 60)}, words=("ballon*",)),),
        case_rules=(
            CaseRule(id="rule", name=fill("case rule", 150), then="case", topics=("balloon",)),
            CaseRule(
                id="words",
                name="Woorden",
                then="case",
                words=(fill.word("case rule word"),),
                authors=(fill.account("case rule author"),),
            ),
        ),
        approval_rules=(ApprovalRule(id="rule", name=fill("approval rule"), people=("youssef",)),),
        handles=(fill.account("team handle"),),
        house_style=HouseStyle(avoid={fill("avoided word", 60): fill("instead of it", 120)}),
        calendars=(CalendarFeed(id="cal", url="https://calendar.example/x"),),
    )


def _handbook(backend: Backend, fill: Filling, at: datetime) -> None:
    def publish(guideline: str, based_on: int, **text: str) -> None:
        content = GuidelineText(language="nl", **text)
        reason = fill(f"guideline reason {'first' if not based_on else 'second'}")
        fields: dict[str, Any] = {"guideline": guideline, "based_on": based_on, "text": content, "reason": reason}
        backend.do(PublishGuideline, SPOOR, "lead:lena", at, **fields)

    link = f"\n\n[{token('guideline link')}]({fill.address})\n\n<{fill.address}>\n\n"
    publish("evil", 0, title=fill("guideline first title", 120), body=fill("guideline first body", 1_000))
    publish("evil", 1, title=fill("guideline title", 120), body=fill("guideline body", 1_000) + link)
    publish("old", 0, title=fill("guideline retired title", 120), body="Ooit.")
    backend.do(RetireGuideline, SPOOR, "lead:lena", at, guideline="old", reason=fill("guideline retired reason"))
    backend.do(SuggestGuideline, SPOOR, "marit", at, guideline="evil", text=fill("suggestion text", 1_000))
    asked = backend.do(SuggestGuideline, SPOOR, "marit", at, text=fill("suggestion decided", 1_000))
    told: dict[str, Any] = {"suggestion": f"suggestion-{asked.id}", "accept": True, "note": fill("suggestion note")}
    backend.do(DecideSuggestion, SPOOR, "lead:lena", at, **told)


def _rota(backend: Backend, fill: Filling, at: datetime) -> None:
    config = backend.model.config(SPOOR)
    assert config is not None
    [day] = [one for one in config.shifts if one.id == "day"]
    begins = day.start.replace(tzinfo=at.tzinfo) + timedelta(days=1)
    stretch = {"start": begins, "end": begins + timedelta(hours=6)}
    backend.do(
        AskLeave, SPOOR, "marit", at, note=fill("leave note"), **{k: v + timedelta(days=7) for k, v in stretch.items()}
    )
    backend.do(OfferSwap, SPOOR, "marit", at, shift="day", note=fill("swap note"), **stretch)
    today = {"start": at, "end": at + timedelta(hours=3)}
    asked = {"for_person": "sanne", "person": "tom", "note": fill("stand-in note")}
    backend.do(AskStandIn, SPOOR, "lead:lena", at, **asked, **today)
    later = {name: moment + timedelta(days=2) for name, moment in stretch.items()}
    backend.do(AddOverride, SPOOR, "lead:lena", at, people=("youssef",), reason=fill("override reason"), **later)
    status = CalendarStatus(
        calendar="cal",
        tried_at=at,
        problem=fill("calendar problem"),
        unknown=(fill("calendar unknown"),),
        passed_over=(fill("calendar passed"),),
    )
    backend.do(ReportCalendar, SPOOR, "system:ticker", at, status=status)


def _cases(backend: Backend, fill: Filling, at: datetime) -> Ids:
    author = Author(
        id=fill("author id"), name=fill("author name"), handle=fill("author handle"), url=fill.address, followers=5
    )
    words = fill("mention text", 100_000)
    case = backend.mention(
        words,
        at,
        author=author,
        title=fill("title"),
        url=fill.address,
        urgency="critical",
        signals=(("health", fill("evidence")[:200]),),
        topics=("balloon",),
        name="root",
        conversation="root",
    )
    backend.signal("balloon", 7)
    backend.do(AddNote, SPOOR, "marit", at, case=case, text="@tom " + fill("note", 10_000))
    backend.do(HandOver, SPOOR, "marit", at, case=case, to="youssef", note=fill("hand-over note", 10_000))
    sent = backend.do(SubmitReply, SPOOR, "marit", at, case=case, text=fill("reply", 10_000))
    backend.deliver(SPOOR, case, sent.id, "failed", at, detail=fill("delivery failure"))
    asked = {
        "name": fill.guest("question name"),
        "text": fill("question text", 2_000),
        "quote": fill("question quote", 4_000),
    }
    first = backend.do(AskColleague, SPOOR, "youssef", at, case=case, **asked)
    answer = {"name": fill.guest("answer name"), "text": fill("answer text", 4_000)}
    backend.do(AnswerQuestion, SPOOR, f"guest:{answer['name']}", at, case=case, question=first.id, **answer)
    backend.do(AskColleague, SPOOR, "youssef", backend.clock(), case=case, **asked)
    held = backend.mention("Waar blijft de trein?", at, author=author, title=fill("held title"))
    backend.do(SubmitReply, SPOOR, "youssef", at, case=held, text=fill("reply before", 10_000))
    [waiting] = _pending(backend, held)
    change = {"case": held, "reply": waiting, "reply_version": 1, "comment": fill("approval comment", 2_000)}
    backend.do(RequestChange, SPOOR, "marit", at, **change)
    backend.do(ReviseReply, SPOOR, "youssef", at, case=held, reply=waiting, text=fill("reply held", 10_000))
    closed = backend.mention(fill("closed text", 10_000), at, author=author)
    backend.do(CloseCase, SPOOR, "youssef", at, case=closed)
    return Ids(case, held, closed)


def _pending(backend: Backend, case: str) -> list[str]:
    found = backend.model.case(case)
    assert found is not None
    return [one.reply for one in found.pending]


@dataclass(frozen=True)
class HostileElastic:
    """Implements `Elastic`: finds a mention, a case, a reply and a note in which every field is hostile."""

    fill: Filling
    now: datetime

    def request(self, method: str, path: str, body: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """Nothing asks for anything else."""
        raise AssertionError(f"{method} {path} {bool(body)} {bool(params)}")

    def search(self, index: str, body: Json) -> Json:
        """One page of hits, of the kind that is asked for."""
        assert index
        written, case, note = self._hits()
        if "_source" in body:
            return _answer([])
        if "sort" not in body:
            return _answer([written])
        if "highlight" not in body:
            return _answer([case])
        buckets = [{"key": self.fill(name), "doc_count": 1} for name in ("facet", "facet other")]
        facets = {name: {"values": {"buckets": buckets}} for name in FACETS}
        return _answer([written, case, note]) | {"aggregations": facets}

    def searches(self, parts: list[tuple[str, Json]]) -> list[Json]:
        """Figures of one line each, under a hostile name."""
        line = {"buckets": [{"key": self.fill("figure"), "doc_count": 3}]}
        day = {"buckets": [{"key": 1, "key_as_string": self.now.date().isoformat(), "doc_count": 3}]}
        figures = {"source": line, "kind": line, "topic": line, "day": day}
        return [_answer([]) | {"hits": {"total": {"value": 3}, "hits": []}, "aggregations": figures} for _ in parts]

    def _hits(self) -> list[Json]:
        fill, when = self.fill, {"created_at": self.now.isoformat(), "collected_at": self.now.isoformat()}
        author = {"id": fill("hit author id"), "name": fill("hit author name"), "handle": fill("hit author handle")}
        more: dict[str, Any] = {"author": author, "title": fill("hit title"), "url": fill.address}
        written = mention(1, fill("hit text", 100_000), **more, **when)
        why = Verdict(False, "nobody-rule", fill("hit rule", 500))
        written = written.model_copy(update={"classification": explained(written.classification, why)})
        opened: dict[str, Any] = {"opened_at": self.now.isoformat(), "created_at": self.now.isoformat()}
        opened |= {"title": fill("hit case title"), "author": {"id": fill("hit case author")}, "owner": None}
        note = {
            "kind": "note",
            "id": mention(9).id,
            "at": self.now.isoformat(),
            "author": "marit",
            "text": fill("hit note"),
        }
        noted = case_event(3, "NoteAdded", 2, messages=[], event={"note": note}, **opened)
        bodies = [
            from_mention(written, at=self.now).body,
            from_event(case_event(2, **opened), self.now).body,
            from_message(noted, self.now).body,
        ]
        marked = [f"{MARK}{fill('hit passage')}{UNMARK} {self.fill.text}"]
        return [
            {"_source": dict(body), "sort": [1, body["id"]], "highlight": {} if index else {"text": marked}}
            for index, body in enumerate(bodies)
        ]


def _answer(hits: list[Json]) -> Json:
    return {"hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits}}
