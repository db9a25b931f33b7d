"""What is typed in a case's other forms, over HTTP: kept for who types it, lost by no other save, gone once done."""

import html
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.contracts.commands import ApproveReply, ClaimCase, SubmitReply
from services.contracts.teams import Mandate, Person
from services.contracts.topics import DESK_CASES, case_key
from services.desk.drafts import Drafts, Place
from services.desk.form_drafts import MOST_FORMS, FormDrafts, FormPlace, Typed
from services.desk.main import forget_of
from services.runtime.clock import system_clock
from services.runtime.follow import Followed
from tests.browser.desk_backend import SPOOR, TestDesk, team_config
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
PEOPLE = (
    Person(id="youssef", name="Youssef", capacity=8, mandate=Mandate(send_alone=False)),
    Person(id="marit", name="Marit", capacity=8, mandate=Mandate(approve=True)),
    Person(id="sanne", name="Sanne", languages=("nl",)),
    Person(id="tom", name="Tom", languages=("nl",)),
)


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    made.backend.configure(team_config(people=PEOPLE))
    return made


@pytest.fixture
def case(desk: TestDesk) -> str:
    return desk.backend.mention("Waar blijft mijn trein?", system_clock())


def note(text: str, **values: str) -> dict[str, Any]:
    return {"said": "Overdragen", "values": {"note": text} | values, "texts": {"note": "Waarom"}}


def keep(client: TestClient, case: str, typed: dict[str, Any], revision: int = 0, form: str = "hand-over") -> Any:
    data = {"form": form, "typed": json.dumps(typed), "revision": revision}
    answer = client.post(f"/cases/{case}/typed", data=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(client: TestClient, case: str) -> dict[str, dict[str, Any]]:
    """What the page brings, by form."""
    found = re.search(r'data-kept="(.*?)"', client.get(f"/cases/{case}").text)
    assert found is not None
    return {one["form"]: one for one in json.loads(html.unescape(found[1]) or "[]")}


def test_what_is_typed_is_there_after_another_login_and_for_nobody_else(desk: TestDesk, case: str) -> None:
    told = keep(enter(desk), case, note('Zij "kent" <b>deze</b> klant', to="marit"))
    assert (told["state"], told["typed"]) == ("saved", None)
    mine = kept(enter(desk), case)
    assert mine["hand-over"]["typed"] == note('Zij "kent" <b>deze</b> klant', to="marit")
    assert mine["hand-over"]["revision"] == told["revision"] > 0
    assert "concept</span>" in enter(desk).get("/inbox?view=team").text
    for other in ("marit", "lena"):
        assert kept(enter(desk, other), case) == {}
        assert "concept</span>" not in enter(desk, other).get("/inbox?view=team").text
        assert "kent" not in enter(desk, other).get(f"/cases/{case}").text


def test_it_is_no_draft_of_the_composer(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    keep(client, case, note("Zij kent deze klant"))
    assert Drafts(desk.accounts, timedelta(days=400)).of("youssef", case) == ()
    client.post(f"/cases/{case}/draft", data={"what": "note", "text": "Gebeld"})
    assert set(kept(client, case)) == {"hand-over"}


def test_a_save_on_another_revision_overwrites_nothing_and_is_told_what_there_is(desk: TestDesk, case: str) -> None:
    one, two = enter(desk), enter(desk)
    first = keep(one, case, note("Begin"))["revision"]
    second = keep(one, case, note("Begin van hier"), first)["revision"]
    assert second == first + 1
    told = keep(two, case, note("Begin van daar"), first)
    assert (told["state"], told["revision"], told["typed"]) == ("other", second, note("Begin van hier"))
    assert kept(two, case)["hand-over"]["typed"] == note("Begin van hier")
    assert keep(two, case, note("Begin van hier"), 0)["state"] == "saved", "the same text is no other one"
    keep(two, case, note("Begin van hier"), 0, f"hand-over#{second}")
    assert keep(two, case, note("Begin van daar"), second)["state"] == "saved"
    assert {form: found["typed"] for form, found in kept(one, case).items()} == {
        "hand-over": note("Begin van daar"),
        f"hand-over#{second}": note("Begin van hier"),
    }


def test_what_is_emptied_is_thrown_away_unless_there_is_something_newer(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    first = keep(client, case, note("Begin"))["revision"]
    second = keep(client, case, note("Begin en meer"), first)["revision"]
    assert keep(client, case, {}, first)["state"] == "other"
    assert keep(client, case, note("  ", to="marit"), second) == {"state": "saved", "revision": 0, "typed": None}
    assert kept(client, case) == {}


def test_a_revision_is_never_of_another_text(desk: TestDesk) -> None:
    forms, place = (
        FormDrafts(desk.accounts, Drafts(desk.accounts, timedelta(days=400))),
        FormPlace("a", SPOOR, "c", "f"),
    )
    first = forms.save(place, Typed(**note("Eerst")), NOW).draft
    assert first is not None
    forms.done(FormPlace("a", SPOOR, "c", "f", first.revision))
    second = forms.save(place, Typed(**note("Dan")), NOW + timedelta(minutes=1)).draft
    assert second is not None
    assert second.revision > first.revision


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("hand-over", {"note": "Zij kent deze klant", "to": "marit"}),
        ("questions", {"name": "Piet", "text": "Rijdt de 8.12 nog?"}),
    ],
)
def test_what_was_done_is_let_go(desk: TestDesk, case: str, form: str, data: dict[str, str]) -> None:
    client = enter(desk)
    desk.backend.do(ClaimCase, SPOOR, "youssef", case=case)
    revision = keep(client, case, note("Tekst"), form=form)["revision"]
    other = keep(client, case, note("Anders"), form="hand-over#5")["revision"]
    headers = {"X-Typed": str(revision), "HX-Request": "true"}
    assert client.post(f"/cases/{case}/{form}", data=data, headers=headers).headers["X-Done"]
    assert {name: one["revision"] for name, one in kept(client, case).items()} == {"hand-over#5": other}


def test_what_was_refused_or_typed_since_elsewhere_stays(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    first = keep(client, case, note("Tekst"))["revision"]
    empty = client.post(f"/cases/{case}/hand-over", data={}, headers={"X-Typed": str(first), "HX-Request": "true"})
    assert "X-Done" not in empty.headers
    assert kept(client, case)["hand-over"]["revision"] == first
    keep(enter(desk), case, note("Tekst en meer"), first)
    desk.backend.do(ClaimCase, SPOOR, "youssef", case=case)
    headers = {"X-Typed": str(first), "HX-Request": "true"}
    assert client.post(f"/cases/{case}/hand-over", data={"note": "Tekst"}, headers=headers).headers["X-Done"]
    assert kept(client, case)["hand-over"]["typed"] == note("Tekst en meer")


@pytest.mark.parametrize(("what", "field"), [("take-over", "text"), ("change", "comment")])
def test_an_approvers_text_is_kept_also_when_a_colleague_decides_first(
    desk: TestDesk, case: str, what: str, field: str
) -> None:
    desk.backend.do(SubmitReply, SPOOR, "youssef", case=case, text="Wij kijken er vandaag naar.")
    found = desk.model.case(case)
    assert found is not None
    reply = found.pending[-1].reply
    form = f"replies/{reply}/{what}"
    typed = {"said": "Neem over", "values": {field: "Om vijf uur weten wij meer."}, "texts": {field: "Tekst"}}
    client = enter(desk, "marit")
    revision = keep(client, case, typed, form=form)["revision"]
    desk.backend.do(ApproveReply, SPOOR, "lead:lena", case=case, reply=reply, reply_version=1)
    assert kept(client, case)[form]["typed"] == typed
    keep(client, case, {}, revision, form)
    assert kept(client, case) == {}


def test_who_may_not_act_keeps_nothing_and_only_known_forms_are_kept(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    for form in ("reply", "hand-over/x", "replies/../take-over", "hand-over\n", "x" * 200):
        assert client.post(f"/cases/{case}/typed", data={"form": form}).status_code == 422, form
    for typed in ("[]", '{"other": 1}', '{"values": {"note": 1}}', "no json"):
        assert client.post(f"/cases/{case}/typed", data={"form": "hand-over", "typed": typed}).status_code == 422, typed
    assert client.post("/cases/nothing/typed", data={"form": "hand-over"}).status_code == 404


def test_there_is_an_end_to_how_many_are_kept(desk: TestDesk, case: str) -> None:
    client = enter(desk)
    for number in range(MOST_FORMS):
        assert keep(client, case, note("x"), form=f"hand-over#{number}")["state"] == "saved"
    assert keep(client, case, note("y"), form="questions") == {"state": "full", "revision": 0, "typed": None}
    assert len(kept(client, case)) == MOST_FORMS


def test_it_goes_with_its_case_with_its_author_and_with_age(desk: TestDesk, case: str) -> None:
    drafts = Drafts(desk.accounts, timedelta(days=400))
    forms, place = FormDrafts(desk.accounts, drafts), FormPlace("youssef", SPOOR, case, "hand-over")
    now = system_clock()
    forms.save(place, Typed(**note("Over Truus")), now - timedelta(minutes=1))
    found = desk.model.case(case)
    assert found is not None
    erased = found.model_copy(update={"erased_at": now})
    forget_of(Followed(DESK_CASES, 0, 1, now, case_key(SPOOR, case), erased, {}), drafts)
    assert forms.of("youssef", case) == ()
    forms.save(place, Typed(**note("Archief")), now)
    forget_of(Followed(DESK_CASES, 0, 2, now, case_key(SPOOR, case), None, {}), drafts)
    assert forms.of("youssef", case) == ()
    forms.save(place, Typed(**note("Oud")), now)
    drafts.save(Place("youssef", SPOOR, "another", "note"), "Nieuw", (), now + timedelta(days=401))
    assert forms.of("youssef", case) == ()
