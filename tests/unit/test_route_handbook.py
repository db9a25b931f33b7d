"""The handbook in route: versions that never change, agreeing, suggesting, and guidelines that a reply names."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.contracts.base import Model
from services.contracts.commands import (
    AgreeGuideline,
    ConfigureTeam,
    DecideSuggestion,
    PublishGuideline,
    RetireGuideline,
    SetGoals,
    SubmitReply,
    SuggestGuideline,
    Tick,
)
from services.contracts.events import (
    CommandRejected,
    Event,
    GuidelinePublished,
    GuidelineSuggested,
    ReplyReleased,
    ReplySubmitted,
    SuggestionDecided,
)
from services.contracts.goals import TeamGoals
from services.contracts.handbook import GuidelineRef, GuidelineText
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS
from services.route.domain.handbook import DECIDED_KEPT
from services.route.partition import RoutePartition
from services.runtime.messages import Received
from tests.support.route import TEAM, Desk, at, config, contents, types

LEAD = "lead:els"


def text(body: str = "Tutoyeer.", **changes: Any) -> GuidelineText:
    fields: dict[str, Any] = {"kind": "tone", "title": "Toon", "body": body, "channels": ("post",)}
    return GuidelineText(**(fields | changes))


def code(events: list[Event]) -> str:
    (only,) = events
    assert isinstance(only, CommandRejected), only
    return only.code


@pytest.fixture
def desk() -> Desk:
    people = [one.model_copy(update={"lead": one.id == "aisha"}) for one in config().people]
    made = Desk(config(people=tuple(people)))
    made.do(PublishGuideline, LEAD, guideline="toon", text=text())
    return made


def test_a_new_version_needs_a_reason_and_the_version_that_it_changes(desk: Desk) -> None:
    ask = {"guideline": "toon", "text": text("Tutoyeer, tenzij iemand u zegt.")}
    assert code(desk.do(PublishGuideline, LEAD, **ask, reason="aangescherpt")) == "invalid"  # based on nothing
    assert code(desk.do(PublishGuideline, LEAD, **ask, based_on=1, reason="  ")) == "invalid"
    (event,) = desk.do(PublishGuideline, LEAD, **ask, based_on=1, reason=" aangescherpt ")
    assert isinstance(event, GuidelinePublished)
    assert (event.guideline.version, event.guideline.by, event.guideline.reason) == (2, LEAD, "aangescherpt")
    assert desk.state.handbook.versions["toon"][1].body == "Tutoyeer."


def test_what_says_the_same_is_no_new_version(desk: Desk) -> None:
    assert types(desk.do(PublishGuideline, LEAD, guideline="toon", text=text())) == ["CommandAccepted"]
    assert sorted(desk.state.handbook.versions["toon"]) == [1]


def test_two_leads_at_the_same_time_do_not_undo_each_other(desk: Desk) -> None:
    first = {"guideline": "toon", "based_on": 1, "reason": "beter"}
    assert types(desk.do(PublishGuideline, LEAD, **first, text=text("A"))) == ["GuidelinePublished"]
    assert code(desk.do(PublishGuideline, "aisha", **first, text=text("B"))) == "invalid"


def test_only_leads_publish_retire_and_decide_and_only_the_team_suggests(desk: Desk) -> None:
    suggested = desk.do(SuggestGuideline, "noor", guideline="toon", text="Geen u")[0]
    assert isinstance(suggested, GuidelineSuggested)
    assert code(desk.do(PublishGuideline, "noor", guideline="nieuw", text=text())) == "not_allowed"
    assert code(desk.do(RetireGuideline, "noor", guideline="toon", reason="weg")) == "not_allowed"
    decide = {"suggestion": suggested.suggestion.id, "accept": True}
    assert code(desk.do(DecideSuggestion, "noor", **decide)) == "not_allowed"
    assert types(desk.do(DecideSuggestion, "aisha", **decide)) == ["SuggestionDecided"]
    assert code(desk.do(SuggestGuideline, "vreemde", text="hoi")) == "not_a_member"


def test_a_retired_guideline_stays_readable_and_can_come_back(desk: Desk) -> None:
    (event,) = desk.do(RetireGuideline, LEAD, guideline="toon", reason="staat nu elders")
    assert event.type == "GuidelineRetired"
    assert types(desk.do(RetireGuideline, LEAD, guideline="toon", reason="staat nu elders")) == ["CommandAccepted"]
    assert code(desk.do(AgreeGuideline, "noor", guideline="toon", guideline_version=2)) == "invalid"
    back = desk.do(PublishGuideline, LEAD, guideline="toon", based_on=2, reason="toch nodig", text=text())
    assert types(back) == ["GuidelinePublished"]
    latest = desk.state.handbook.latest("toon")
    assert latest is not None
    assert (latest.version, latest.retired) == (3, False)


def test_people_agree_to_the_version_that_holds_and_for_themselves(desk: Desk) -> None:
    assert types(desk.do(AgreeGuideline, "noor", guideline="toon", guideline_version=1)) == ["GuidelineAgreed"]
    assert types(desk.do(AgreeGuideline, "noor", guideline="toon", guideline_version=1)) == ["CommandAccepted"]
    assert code(desk.do(AgreeGuideline, "noor", guideline="toon", guideline_version=2)) == "invalid"
    assert code(desk.do(AgreeGuideline, "noor", guideline="niets", guideline_version=1)) == "not_found"
    assert code(desk.do(AgreeGuideline, LEAD, guideline="toon", guideline_version=1)) == "not_a_member"
    desk.do(PublishGuideline, LEAD, guideline="toon", based_on=1, reason="anders", text=text("Anders."))
    assert desk.state.handbook.agreements["noor", "toon"].version == 1, "agreeing again is theirs to do"


def test_a_suggestion_that_is_published_is_accepted_and_its_colleague_is_named(desk: Desk) -> None:
    suggested = desk.do(SuggestGuideline, "noor", guideline="toon", text=" Noem je naam ")[0]
    assert isinstance(suggested, GuidelineSuggested)
    ask = {"guideline": "toon", "based_on": 1, "reason": "idee van Noor", "suggestion": suggested.suggestion.id}
    published, decided = desk.do(PublishGuideline, LEAD, **ask, text=text("Noem je naam."))
    assert isinstance(published, GuidelinePublished)
    assert isinstance(decided, SuggestionDecided)
    assert published.guideline.suggested_by == "noor"
    assert (decided.suggestion.state, decided.suggestion.decided_by) == ("accepted", LEAD)
    decline = {"suggestion": suggested.suggestion.id, "accept": False}
    assert code(desk.do(DecideSuggestion, LEAD, **decline)) == "invalid"


def test_decided_suggestions_are_forgotten_and_open_ones_are_not(desk: Desk) -> None:
    first, second = (desk.do(SuggestGuideline, "noor", text=one)[0] for one in ("een", "twee"))
    assert isinstance(first, GuidelineSuggested)
    assert isinstance(second, GuidelineSuggested)
    desk.do(DecideSuggestion, LEAD, suggestion=first.suggestion.id, accept=False, note="doen we al")
    assert desk.state.handbook.open_suggestions() == 1
    assert desk.state.handbook.forget(desk.now) == [first.suggestion.id]
    assert list(desk.state.handbook.suggestions) == [second.suggestion.id]


def test_a_reply_is_kept_with_the_guidelines_that_stood_beside_it(desk: Desk) -> None:
    desk.say("een")
    case = desk.case("een").id
    beside = (GuidelineRef(id="toon", version=1),)
    desk.do(PublishGuideline, LEAD, guideline="toon", based_on=1, reason="anders", text=text("Anders."))
    events = desk.do(SubmitReply, "noor", case=case, text="Dank je", guidelines=beside)
    (submitted,) = (one for one in events if isinstance(one, ReplySubmitted))
    assert submitted.reply.guidelines == beside
    assert desk.case("een").messages[-1].guidelines == beside
    never = (GuidelineRef(id="toon", version=9),)
    assert code(desk.do(SubmitReply, "noor", case=case, text="Nog iets", guidelines=never)) == "invalid"


def test_they_leave_with_a_reply_that_waited_for_its_moment_of_grace(desk: Desk) -> None:
    desk.do(ConfigureTeam, LEAD, config=config(grace_seconds=10))
    desk.say("een")
    beside = (GuidelineRef(id="toon", version=1),)
    desk.do(SubmitReply, "noor", case=desk.case("een").id, text="Dank je", guidelines=beside)
    (released,) = (one for one in desk.tick(desk.now + timedelta(seconds=11)) if isinstance(one, ReplyReleased))
    assert released.reply.guidelines == beside


def test_a_lead_says_why_the_team_is_there(desk: Desk) -> None:
    goals = TeamGoals(goals=("service", "trends"), success="Elke vraag binnen een werkdag beantwoord")
    assert code(desk.do(SetGoals, "noor", goals=goals)) == "not_allowed"
    assert types(desk.do(SetGoals, "aisha", goals=goals)) == ["GoalsSet"]
    assert types(desk.do(SetGoals, "aisha", goals=goals)) == ["CommandAccepted"]
    assert desk.state.goals == goals


def test_the_handbook_is_read_back_from_its_records_in_any_order() -> None:
    live, played, now = RoutePartition(0), Desk(), at(10)
    stored: dict[str, Model | None] = {}
    suggestion = played.command(SuggestGuideline, "noor", text="iets")
    for given, after in (
        (played.command(ConfigureTeam, "system:test", config=config()), timedelta()),
        (played.command(PublishGuideline, LEAD, guideline="toon", text=text()), timedelta()),
        (played.command(PublishGuideline, LEAD, guideline="toon", based_on=1, reason="x", text=text("B")), timedelta()),
        (played.command(AgreeGuideline, "noor", guideline="toon", guideline_version=2), timedelta()),
        (suggestion, timedelta()),
        (played.command(SetGoals, LEAD, goals=TeamGoals(goals=("service",))), timedelta()),
        (played.command(DecideSuggestion, LEAD, suggestion=f"suggestion-{suggestion.id}", accept=False), timedelta()),
        (played.command(SuggestGuideline, "noor", text="nog iets"), timedelta(hours=1)),
    ):
        write(live, stored, given, now + after)
    assert contents(read_back(stored)._team(TEAM)) == contents(live._team(TEAM))
    assert len(live._team(TEAM).handbook.suggestions) == 2
    later = now + DECIDED_KEPT + timedelta(minutes=1)
    write(live, stored, played.command(Tick, "system:ticker", asked=later), later)
    assert len(live._team(TEAM).handbook.suggestions) == 1
    assert read_back(stored)._team(TEAM).handbook.contents() == live._team(TEAM).handbook.contents()


def write(live: RoutePartition, stored: dict[str, Model | None], given: Any, now: datetime) -> None:
    """One command, and its records as a compacted topic keeps them."""
    for one in live.handle([Received(DESK_COMMANDS, 0, 0, now, TEAM, given)], now):
        if one.topic is DESK_TEAMS:
            stored[one.key] = one.message


def read_back(stored: dict[str, Model | None]) -> RoutePartition:
    """A worker that knows nothing but the records."""
    fresh = RoutePartition(0)
    for key, message in sorted(stored.items(), reverse=True):
        if message is not None:
            fresh.restore(DESK_TEAMS, key, message)
    return fresh
