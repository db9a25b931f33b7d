"""What a live page is told: of changes that show on it, and of counts that are others than before."""

from services.contracts.commands import AddNote, CloseCase
from services.desk.domain.filters import saved_filter
from services.desk.live import Entry
from services.desk.place import Place, Reader
from services.desk.saved import Saved
from services.desk.streams import page_events
from services.desk.watch import ListWatch
from services.runtime.clock import system_clock
from tests.browser.desk_backend import SPOOR, TestDesk
from tests.browser.desk_scene import play


def told(desk: TestDesk, watch: ListWatch, since: int) -> str:
    entries: list[Entry] = [one for one in desk.model.hub._rings["0"].entries if one.offset > since]
    assert entries
    return b"".join(page_events(entries, watch)).decode()


def test_a_page_is_told_of_its_own_list_and_of_every_count(desk: TestDesk) -> None:
    tunnel = play(desk.backend)
    parts = desk.app.state.desk
    kept = Saved("f1", "Post", "team", saved_filter("source=email"), False, "youssef")
    mine = ListWatch(parts, Reader("youssef", "youssef"), Place(SPOOR), "", system_clock, (kept,))
    others = ListWatch(parts, Reader("marit", "marit"), Place(SPOOR, "closed"), "", system_clock)
    assert mine.list_changed()
    assert others.list_changed()
    assert 'id="count-saved-f1" hx-swap-oob="true">2<' in mine.new_counts()
    assert 'id="count-team"' in others.new_counts()

    since = desk.backend.offset
    desk.backend.do(AddNote, SPOOR, "marit", case=tunnel, text="ik kijk mee")
    assert "event: list\n" in told(desk, mine, since)
    seen = told(desk, others, since)
    assert "event: list\n" not in seen
    assert "event: counts\n" not in seen
    assert f"event: case-{tunnel}\n" in seen

    since = desk.backend.offset
    desk.backend.do(CloseCase, SPOOR, "youssef", case=tunnel)
    seen = told(desk, others, since)
    assert "event: list\n" in seen
    assert 'id="count-closed" hx-swap-oob="true">3<' in seen
    assert 'id="count-waiting"' in seen or 'id="count-team"' in seen


def test_a_filtered_list_is_not_told_of_what_it_leaves_out(desk: TestDesk) -> None:
    tunnel = play(desk.backend)
    post = ListWatch(
        desk.app.state.desk,
        Reader("youssef", "youssef"),
        Place(SPOOR, "team", 1, saved_filter("source=email")),
        "",
        system_clock,
    )
    post.list_changed()
    since = desk.backend.offset
    desk.backend.do(AddNote, SPOOR, "marit", case=tunnel, text="geen post")
    assert "event: list\n" not in told(desk, post, since)
