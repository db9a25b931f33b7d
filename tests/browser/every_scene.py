"""A team in the middle of everything, for `test_every_page.py`: each state that a page can show is there at once.

Beside it is `waterveen`, a team that has agreed nothing, and people who are halfway in: with a second factor, without one
that they must have, with an invitation, without a team.
"""

from datetime import datetime, timedelta
from typing import Any

from services.contracts.approvals import ApprovalRule
from services.contracts.canned import CannedText
from services.contracts.case_rules import CaseRule
from services.contracts.commands import (
    AddNote,
    AskColleague,
    CloseCase,
    MergeCase,
    SaveCannedReply,
    SnoozeCase,
    SubmitIdea,
    SubmitReply,
    SuggestGuideline,
    TagCase,
)
from services.contracts.house_style import HouseStyle
from services.contracts.questions import Question
from services.desk.accounts.people import COMMAND_LINE, Account
from services.desk.domain.filters import saved_filter
from services.desk.domain.totp import hotp, step_of
from services.runtime.web.identity import Role
from tests.browser.conftest import Served
from tests.browser.desk_backend import PASSWORD, SPOOR
from tests.browser.test_approval_pages import FIRST, agree, waiting
from tests.browser.test_casework import another
from tests.browser.test_handbook_pages import begun

MUST_HAVE: Role = "viewer"
"""Whoever has this role must have a second factor."""


def fill(served: Served) -> dict[str, str]:
    """Fill the team of the mock's afternoon; gives what its pages' addresses need, by name."""
    backend, now = served.desk.backend, served.desk.backend.clock()
    agree(served, **_ground_rules(), grace_seconds=300)
    held, _ = waiting(served, changed=True)
    leaving, closed, snoozed = (backend.mention(text, now) for text in ("Waar is perron 3?", "Dank!", "Tot maandag?"))
    backend.do(SubmitReply, SPOOR, "marit", case=leaving, text=FIRST)
    backend.do(CloseCase, SPOOR, "youssef", case=closed)
    backend.do(SnoozeCase, SPOOR, "youssef", case=snoozed, until=now + timedelta(days=1))
    merged = another(served, "En mijn koffer staat er nog")
    backend.do(MergeCase, SPOOR, "lena", case=merged, into=served.tunnel)
    backend.do(TagCase, SPOOR, "youssef", case=served.tunnel, tag="koffer")
    backend.do(AddNote, SPOOR, "marit", case=served.tunnel, text="@Youssef kijk jij mee?")
    _written(served)
    found = {"held": held, "leaving": leaving, "closed": closed, "snoozed": snoozed, "merged": merged}
    return found | {"tunnel": served.tunnel} | _links(served, now) | _people(served, now)


def _ground_rules() -> dict[str, Any]:
    """A rule that fits nothing here, two for what becomes a case, words to avoid; and so a history."""
    reach = ApprovalRule(id="reach", name="Een miljoen volgers of meer", reach=1_000_000, channels=("post", "comment"))
    prize = CaseRule(
        id="prize", name="Winacties", then="no_case", words=("winactie*", "gratis kaartje"), intent=("praise",)
    )
    press = CaseRule(id="press", name="Alles van de pers", then="case", authors=("@ovnieuws@mastodon.example",))
    style = HouseStyle(address="u", avoid={"last mile": "het laatste stuk", "synergie": ""})
    return {"approval_rules": (reach,), "case_rules": (press, prize), "house_style": style}


def _written(served: Served) -> None:
    """A handbook with a suggestion, canned replies, an idea, a filter that is kept."""
    backend = served.desk.backend
    begun(served)
    backend.do(SuggestGuideline, SPOOR, "marit", guideline="klacht", text="Bel bij de tweede keer.")
    for title, topics in (("Gestrand", ("stranded",)), ("Sorry", ())):
        text = CannedText(title=title, text="Hoi {naam}, vervelend. " * 8, language="nl", topics=topics)
        backend.do(SaveCannedReply, SPOOR, "lead:lena", content=text)
    backend.do(SubmitIdea, SPOOR, "guest:Karima", name="Karima", text="Zet de uitleg bovenaan.")
    served.desk.app.state.desk.saved.save(SPOOR, "youssef", "Perrons", "team", saved_filter("topic=delay"), shared=True)


def _links(served: Served, now: datetime) -> dict[str, str]:
    """A question to answer, one more, one whose time is over, the box of ideas."""
    links = served.desk.app.state.desk.links

    def ask(at: datetime) -> Question:
        told = {"name": "Piet van Materieel", "text": "Rijdt de 8.12 nog?", "quote": "Waar blijft mijn trein?"}
        served.desk.backend.do(AskColleague, SPOOR, "youssef", at, case=served.tunnel, **told)
        case = served.desk.model.case(served.tunnel)
        assert case is not None
        return case.questions[-1]

    asked = {"late": ask(now - timedelta(days=9)), "question": ask(now), "other": ask(now)}
    return {name: links.question(served.tunnel, one) for name, one in asked.items()} | {"box": links.ideas(SPOOR, 1)}


def _people(served: Served, now: datetime) -> dict[str, str]:
    """Tom has a second factor, Vic and Vera must have one, Sanne may, Noor is invited, Nina has no team."""
    accounts = served.desk.accounts
    roles: dict[str, Role] = {"tom": "agent", "sanne": "agent", "vic": MUST_HAVE}
    for name, role in roles.items():
        accounts.save(Account(name, name.capitalize(), {SPOOR: role}), PASSWORD)
    accounts.save(Account("nina", "Nina", {}), PASSWORD)
    accounts.save(Account("noor", "Noor", {SPOOR: "agent"}), None, invited=True)
    codes = accounts.factors.confirm("tom", code(served, "tom"), now, COMMAND_LINE)
    assert codes
    return {"invitation": accounts.invitations.make("noor", now, timedelta(days=1), COMMAND_LINE), "code": codes[0]}


def code(served: Served, name: str) -> str:
    """What the authenticator app of somebody who sets up a second factor shows."""
    secret = served.desk.accounts.factors.secret(name)
    assert secret is not None
    return hotp(secret, step_of(served.desk.backend.clock()))
