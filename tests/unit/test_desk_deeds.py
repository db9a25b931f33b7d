"""What is done with many cases at a time on the pages, the way back, and filters that are kept; on route's real rules."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.contracts.commands import AddNote, ClaimCase, CloseCase, SnoozeCase
from services.desk.saved import MAX_SAVED
from tests.browser.desk_backend import SPOOR, TestDesk, open_test_desk
from tests.browser.desk_scene import play
from tests.support.desk import enter
from tests.unit.conftest import OpenDesk

HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(open_desk: OpenDesk) -> TestDesk:
    made = open_desk(desk_answer_seconds=0.3)
    play(made.backend)
    return made


def ids(client: TestClient, view: str, **more: str) -> list[str]:
    found = client.get("/api/v1/cases", params={"team": SPOOR, "view": view, **more}).json()
    return [case["id"] for case in found["cases"]]


def case_of(client: TestClient, case: str) -> dict[str, object]:
    found: dict[str, object] = client.get(f"/api/v1/cases/{case}").json()
    return found


def do(client: TestClient, what: str, *cases: str, **more: str) -> str:
    answer = client.post("/inbox/deeds", data={"what": what, "case": list(cases), **more}, headers=HTMX)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def way_in(page: str) -> str:
    found = re.search(r'name="ways" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_many_are_closed_at_once_and_opened_again(desk: TestDesk) -> None:
    client = enter(desk)
    mine = ids(client, "mine")[:3]
    told = do(client, "close", *mine, key="k")
    assert "3 zaken gesloten." in told
    assert not set(mine) & set(ids(client, "mine"))
    assert "3 zaken gesloten." in do(client, "close", *mine, key="k"), "sent twice is sent once"
    back = client.post("/inbox/undo", data={"ways": way_in(told)}, headers=HTMX).text
    assert "3 zaken zijn weer zoals ze waren." in back
    assert set(mine) <= set(ids(client, "mine"))
    assert {command.type for command in desk.backend.sent} == {"CloseCase", "ReopenCase", "ClaimCase"}


def test_what_cannot_be_done_is_told_by_case_in_words(desk: TestDesk) -> None:
    client = enter(desk, "marit")
    mine, other = ids(client, "mine")[0], ids(enter(desk), "mine")[0]
    told = do(client, "release", mine, other)
    assert "1 zaak teruggegeven." in told
    assert "<b>Fatima el A.</b>: Deze zaak is niet van jou." in told
    assert 'form="undo"' in told
    desk.backend.broken = True
    assert "Dat is niet gelukt." in do(client, "claim", other)
    desk.backend.broken, desk.backend.silent = False, True
    assert "Nog geen bevestiging" in do(client, "claim", other)


@pytest.mark.parametrize("what", ["claim", "release", "hand", "tag", "snooze", "close"])
def test_every_deed_goes_back_to_how_it_was(desk: TestDesk, what: str) -> None:
    client = enter(desk)
    case = ids(client, "waiting" if what == "claim" else "mine")[0]
    before = case_of(client, case)
    told = do(client, what, case, to="tom", tag="Let Op", until="hour")
    after = case_of(client, case)
    kept = ("owner", "status", "tags", "snoozed_until")
    assert [after[name] for name in kept] != [before[name] for name in kept] or what == "release"
    assert "Ongedaan gemaakt." in client.post("/inbox/undo", data={"ways": way_in(told)}, headers=HTMX).text
    again = case_of(client, case)
    assert {name: again[name] for name in kept} == {name: before[name] for name in kept} or what == "claim"
    if what == "tag":
        assert after["tags"] == ["let-op"]


def test_what_somebody_else_changed_since_is_not_undone_and_told(desk: TestDesk) -> None:
    client = enter(desk)
    first, second = ids(client, "mine")[:2]
    told = do(client, "close", first, second)
    desk.backend.do(AddNote, SPOOR, "marit", case=first, text="ik keek nog")
    back = client.post("/inbox/undo", data={"ways": way_in(told)}, headers=HTMX).text
    assert "intussen veranderd: notitie (Marit). Niet ongedaan gemaakt." in back
    assert (case_of(client, first)["status"], case_of(client, second)["status"]) == ("closed", "open")


def test_a_button_of_the_case_itself_can_be_undone_as_well(desk: TestDesk) -> None:
    client = enter(desk)
    case = ids(client, "mine")[0]
    told = client.post(f"/cases/{case}/close", headers=HTMX).text
    assert "Ongedaan maken" in told
    client.post("/inbox/undo", data={"ways": way_in(told)}, headers=HTMX)
    assert case_of(client, case)["owner"] == "youssef"


def test_forms_without_what_they_need_say_so_and_send_nothing(desk: TestDesk) -> None:
    client = enter(desk)
    case = ids(client, "mine")[0]
    assert "Kies eerst zaken." in client.post("/inbox/deeds", data={"what": "close"}, headers=HTMX).text
    assert "Zeg aan wie" in do(client, "hand", case)
    assert "Schrijf eerst het label." in do(client, "tag", case, tag="  ")
    assert "Er is niets" in client.post("/inbox/undo", data={}, headers=HTMX).text
    for ways in ("nonsense", '{"ways": [{"case": "x"}]}', json.dumps({"ways": []})):
        assert client.post("/inbox/undo", data={"ways": ways}, headers=HTMX).status_code == 422
    assert not desk.backend.sent
    assert "overgegeven" in do(client, "hand", case, note="wie spreekt Pools?").lower()


def test_who_may_not_act_picks_nothing(desk: TestDesk) -> None:
    case = ids(enter(desk), "mine")[0]
    client = enter(desk, "vera")
    assert 'class="pick"' not in client.get("/inbox?view=team").text
    assert client.post("/inbox/deeds", data={"what": "close", "case": case}, headers=HTMX).status_code == 403
    assert enter(desk, "zoe").post("/inbox/deeds", data={"what": "close", "case": case}).status_code == 404
    way = {"ways": [{"case": case, "revision": case_of(client, case)["revision"], "steps": [{"type": "ReleaseCase"}]}]}
    told = client.post("/inbox/undo", data={"ways": json.dumps(way)}, headers=HTMX).text
    assert "Dat is niet gelukt." in told
    assert not desk.backend.sent


def test_without_scripts_the_page_comes_back_with_what_was_done_and_its_undo(desk: TestDesk) -> None:
    client = enter(desk)
    mine = ids(client, "mine")[:2]
    page = client.post("/inbox/deeds?view=team&urgency=high", data={"what": "tag", "case": mine, "tag": "vip"}).text
    assert "2 zaken hebben het label." in page
    assert '<button class="btn" form="undo">' in page
    assert 'aria-label="Zonder Urgentie: hoog"' in page, "the filter stays"
    back = client.post("/inbox/undo?view=team", data={"ways": way_in(page)}).text
    assert "2 zaken zijn weer" in back


def test_filters_are_in_the_address_combine_and_are_chips(desk: TestDesk) -> None:
    client = enter(desk)
    assert len(ids(client, "team", topic="delay")) == 6
    high = ids(client, "team", urgency="high")
    page = client.get("/inbox?view=team&urgency=high&urgency=critical&source=email&author=bram").text
    assert page.count('class="row" data-case=') == 1
    assert "Bram Jansen" in page
    assert page.count('class="chip"') == 4
    assert len(high) == len(ids(client, "team", urgency="high", owner="youssef")) + 1
    assert "Niets past bij dit filter" in client.get("/inbox?view=team&tag=bestaat-niet").text
    assert client.get("/inbox?view=team&topic=delay&page=999").status_code == 200


def test_a_filter_is_kept_counted_let_go_and_kept_again(desk: TestDesk) -> None:
    client = enter(desk)
    form = {"team": SPOOR, "view": "team", "title": " Mijn  post ", "filter": "source=email"}
    kept = client.post("/inbox/filters", data=form)
    page = client.get(kept.headers["location"]).text
    assert "Bewaard." in page
    found = re.search(r'<bdi>Mijn post</bdi> <span id="count-saved-([0-9a-f-]+)">2</span>', page)
    assert found is not None
    assert "Mijn post" not in enter(desk, "marit").get("/inbox").text
    other = enter(desk, "marit").post(f"/inbox/filters/{found[1]}/drop", data={"team": SPOOR})
    assert "told.filter_unknown" in other.headers["location"]
    assert found[1] in client.get("/inbox").text
    gone = client.post(f"/inbox/filters/{found[1]}/drop", data={"team": SPOOR})
    page = client.get(gone.headers["location"]).text
    assert f"count-saved-{found[1]}" not in page
    assert 'value="Mijn post"' in page, "its name stands ready to keep it again"


def test_a_lead_shares_a_filter_with_the_team(desk: TestDesk) -> None:
    form = {"team": SPOOR, "view": "waiting", "title": "Storing", "filter": "topic=delay", "shared": "true"}
    assert enter(desk).post("/inbox/filters", data=form).status_code == 403
    assert enter(desk, "lena").post("/inbox/filters", data=form).status_code == 303
    page = enter(desk, "marit").get("/inbox").text
    assert "<bdi>Storing</bdi> <span" in page
    assert "Bewaar niet meer" not in enter(desk, "marit").get("/inbox?view=waiting&topic=delay").text
    assert "Bewaar niet meer" in enter(desk, "lena").get("/inbox?view=waiting&topic=delay").text
    assert enter(desk, "zoe").post("/inbox/filters", data=form | {"shared": "false"}).status_code == 403


def test_a_filter_needs_a_name_and_there_are_not_endlessly_many(desk: TestDesk) -> None:
    client = enter(desk)
    form = {"team": SPOOR, "view": "team", "filter": "urgency=high"}
    assert "told.filter_missing" in client.post("/inbox/filters", data=form | {"title": " "}).headers["location"]
    for number in range(MAX_SAVED):
        client.post("/inbox/filters", data=form | {"title": f"f{number}"})
    assert "told.filters_full" in client.post("/inbox/filters", data=form | {"title": "x"}).headers["location"]
    assert "told.filter_kept" in client.post("/inbox/filters", data=form | {"title": "f1"}).headers["location"]


def test_waiting_says_why_and_when_cover_begins_and_snoozed_until_when(desk: TestDesk) -> None:
    client, backend = enter(desk), desk.backend
    page = client.get("/inbox?view=waiting").text
    assert re.search(r"Iedereen zit vol · vanaf [^<]*\d\d:\d\d</span>", page)
    case = ids(client, "waiting")[0]
    backend.do(ClaimCase, SPOOR, "youssef", case=case)
    do(client, "snooze", case, until="hour")
    page = client.get("/inbox?view=snoozed").text
    assert f'data-case="{case}"' in page
    assert re.search(r"tot \d\d:\d\d</time>|tot \w+ \d+ \w+ \d\d:\d\d</time>", page)
    assert isinstance(backend.sent[-1], SnoozeCase)


def test_a_list_that_shows_the_same_is_not_sent_again(desk: TestDesk) -> None:
    client = enter(desk)
    path = f"/inbox/list?team={SPOOR}&view=mine"
    first = client.get(path)
    seen = {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=seen).status_code == 304
    waiting = ids(client, "waiting")[0]
    desk.backend.do(AddNote, SPOOR, "marit", case=waiting, text="van niemand van ons")
    assert client.get(path, headers=seen).status_code == 304, "what others look at is no news here"
    desk.backend.do(CloseCase, SPOOR, "youssef", case=ids(client, "mine")[0])
    assert client.get(path, headers=seen).status_code == 200
    assert client.get(f"{path}&urgency=high", headers=seen).status_code == 200


def test_rows_are_rendered_once_for_who_sees_the_same(desk: TestDesk) -> None:
    rows = desk.app.state.desk.rows
    one, other = enter(desk), enter(desk, "marit")
    one.get(f"/inbox/list?team={SPOOR}&view=team")
    rendered = rows.misses
    assert rendered == len(ids(one, "team"))
    assert "Bram Jansen" in other.get(f"/inbox/list?team={SPOOR}&view=team").text
    assert (rows.misses, rows.hits) == (rendered, rendered)
    other.cookies.set("lang", "en")
    other.get(f"/inbox/list?team={SPOOR}&view=team")
    assert rows.misses == 2 * rendered


def test_what_needs_nobody_is_counted_where_somebody_counts_it(tmp_path: Path) -> None:
    desk = open_test_desk(tmp_path, nobody=lambda team, since: 312 if team == SPOOR and since.hour == 0 else None)
    play(desk.backend)
    client = enter(desk)
    page = client.get("/inbox").text
    assert f'href="/search?team={SPOOR}&amp;needs_person=false&amp;from=' in page
    assert 'hx-get="/inbox/nobody' in page
    assert client.get(f"/inbox/nobody?team={SPOOR}").text == "312"
    assert enter(desk, "lena").get("/inbox/nobody?team=waterveen").status_code == 204
    desk.accounts.close()
