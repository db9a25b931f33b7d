"""The calendars of a team: read from a real HTTP server by the ticker's reader, taken over by route's own domain."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from services.contracts.commands import ConfigureTeam, ReportCalendar
from services.contracts.memory import KnownCalendar
from services.contracts.rota import CalendarStatus
from services.contracts.teams import CalendarFeed, Leave, Shift, TeamConfig
from services.contracts.topics import DESK_COMMANDS, DESK_TEAMS
from services.route.calendar_reader import FIRST_WAIT, MOST_BYTES, CalendarReader, Calendars
from services.route.domain.imported_leave import take_over_leave
from services.route.domain.imported_shifts import take_over
from services.route.partition import RoutePartition
from services.route.settings import RouteSettings
from services.runtime.messages import Outgoing, Received
from services.runtime.producer import SendError
from services.runtime.public_addresses import PublicOnly
from tests.support.route import TEAM, Desk, at, config, types, uuid

NOON = at(12)


def calendar(*events: tuple[str, str, str, str]) -> bytes:
    """A calendar of events, each its id, summary, start and end."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test"]
    for uid, summary, start, end in events:
        times = [f"DTSTART;VALUE=DATE:{start}", f"DTEND;VALUE=DATE:{end}"] if len(start) == 8 else []
        times = times or [f"DTSTART:{start}", f"DTEND:{end}"]
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", f"UID:{uid}", f"SUMMARY:{summary}", *times, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


AWAY = calendar(("1", "Jeroen", "20260309", "20260312"), ("2", "Joris", "20260310", "20260311"))


@dataclass
class Server:
    """A server on this machine. `body` is what it gives, `status` with what; it knows versions by their length."""

    body: bytes = AWAY
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def url(self, path: str = "/verlof.ics") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append({name.lower(): value for name, value in self.headers.items()})
            tag = f'"{len(state.body)}"'
            same = self.headers.get("If-None-Match") == tag and state.status == 200
            self.send_response(304 if same else state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("ETag", tag)
            self.send_header("Content-Length", "0" if same else str(len(state.body)))
            self.end_headers()
            if not same:
                self.wfile.write(state.body)

        def log_message(self, *_: Any) -> None:
            """Nothing on the screen."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        state.port = served.server_address[1]
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        yield state
        served.shutdown()
        thread.join()


class World:
    """The reader against a server, with route's domain in the place of Kafka."""

    def __init__(self, *feeds: CalendarFeed, allowed: tuple[str, ...] = ("127.0.0.1",), **changes: Any) -> None:
        self.route = Desk(config(calendars=feeds, **changes), now=NOON)
        self.allowed, self.now, self.down = allowed, NOON, False
        self.sent: list[ReportCalendar] = []
        self.client = httpx.AsyncClient(transport=PublicOnly(httpx.AsyncHTTPTransport(), allowed))
        every = timedelta(minutes=15)
        self.reader = CalendarReader(every, self.client, lambda: [self.agreed], self, lambda: self.now, lambda: 0.0)

    @property
    def agreed(self) -> TeamConfig:
        assert self.route.state.agreement is not None
        return self.route.state.agreement.config

    @property
    def status(self) -> CalendarStatus:
        (only,) = self.route.state.calendars.values()
        return only

    def send(self, messages: Sequence[Outgoing]) -> None:
        if self.down:
            raise SendError("no broker")
        for one in messages:
            assert isinstance(one.message, ReportCalendar)
            self.sent.append(one.message)
            self.route.now = max(self.route.now, self.now)
            self.route.give(one.message)

    async def after(self, *minutes: float) -> None:
        for wait in minutes:
            self.now += timedelta(minutes=wait)
            await self.reader.round()


def feed(server: Server, **changes: Any) -> CalendarFeed:
    return CalendarFeed(**{"id": "vrij", "url": server.url(), "holds": "leave"} | changes)


def played(world: World, *minutes: float) -> None:
    async def play() -> None:
        await world.after(*minutes)
        await world.client.aclose()

    asyncio.run(play())


def test_the_leave_of_a_calendar_counts_and_is_read_again_only_when_it_has_changed(server: Server) -> None:
    world = World(feed(server))
    played(world, 0, 1, 15)
    (leave,) = world.agreed.leave
    assert (leave.person, leave.start, leave.end, leave.state) == ("jeroen", at(0, day=7), at(0, day=10), "approved")
    assert leave.note is None  # what the event says stays in the calendar
    assert "if-none-match" not in server.asked[0]
    assert server.asked[1]["if-none-match"] == f'"{len(AWAY)}"'
    assert len(server.asked) == 2  # after a minute it was not due
    assert [one.leave is None for one in world.sent] == [False, True]
    assert (world.status.entries, world.status.unknown, world.status.problem) == (1, ("Joris",), "")
    assert world.status.read_at == world.status.tried_at == NOON + timedelta(minutes=16)
    assert types(world.route.events).count("CalendarTakenOver") == 1


def test_what_is_gone_from_a_calendar_is_gone_and_what_others_asked_stays(server: Server) -> None:
    own = Leave(id="eigen", person="aisha", start=at(0, day=20), end=at(0, day=21))
    world = World(feed(server), leave=(own,))

    async def play() -> None:
        await world.after(0)
        assert [one.person for one in world.agreed.leave] == ["aisha", "jeroen"]
        server.body = calendar()
        await world.after(15)
        assert list(world.agreed.leave) == [own]
        server.body = AWAY
        await world.after(15)  # again as it was: not taken for a repeat
        assert [one.person for one in world.agreed.leave] == ["aisha", "jeroen"]
        await world.client.aclose()

    asyncio.run(play())


def test_the_calendar_of_one_person_names_nobody(server: Server) -> None:
    server.body = calendar(("1", "Vakantie", "20260309", "20260312"))
    world = World(feed(server, person="aisha"))
    played(world, 0)
    assert [one.person for one in world.agreed.leave] == ["aisha"]
    assert world.status.unknown == ()


def test_the_shifts_of_a_calendar_are_worked(server: Server) -> None:
    server.body = calendar(("1", "[L2] Noor", "20260307T080000Z", "20260307T120000Z"))
    world = World(feed(server, holds="shifts", id="rooster"))
    played(world, 0)
    (shift,) = [one for one in world.agreed.shifts if one.id.startswith("ical-rooster-")]
    assert (shift.people, shift.layer, shift.minutes) == (("noor",), 2, 240)
    assert world.route.state.agreement is not None
    assert world.route.state.agreement.rota.on_shift(at(10, day=5)) == {"noor"}


@pytest.mark.parametrize(
    ("status", "body", "problem", "code", "values"),
    [
        (500, b"", "HTTP 500", "refused", {"status": "500"}),
        (200, b"<html>log in</html>", "not a calendar", "not_a_calendar", {}),
        (200, b"x" * (MOST_BYTES + 1), "larger than 5,000,000 bytes", "too_large", {"most": "5000000"}),
        (
            200,
            calendar(*((str(n), "Noor, Jeroen", "20260309", "20260310") for n in range(501))),
            "more than 1,000",
            "too_many",
            {"most": "1000"},
        ),
    ],
)
def test_a_calendar_that_fails_changes_nothing_is_said_and_waited_out(
    server: Server, status: int, body: bytes, problem: str, code: str, values: dict[str, str]
) -> None:
    world = World(feed(server))

    async def play() -> None:
        await world.after(0)
        good = world.agreed
        server.status, server.body = status, body
        await world.after(15)
        assert world.agreed.leave == good.leave
        assert world.status.problem.startswith(problem)
        assert (world.status.code, world.status.values) == (code, values)
        assert (world.status.read_at, world.status.entries) == (NOON, 1)
        asked = len(server.asked)
        await world.after((FIRST_WAIT - 1) / 60)
        assert len(server.asked) == asked
        await world.after(2 / 60)
        assert len(server.asked) == asked + 1
        await world.after(FIRST_WAIT / 60)  # now it waits twice as long
        assert len(server.asked) == asked + 1
        server.status, server.body = 200, calendar()
        await world.after(10)
        assert (world.status.problem, world.status.code, world.agreed.leave) == ("", None, ())
        await world.client.aclose()

    asyncio.run(play())


def test_a_server_that_asks_to_stay_away_is_left_alone(server: Server) -> None:
    server.status, server.headers = 503, {"Retry-After": "7200"}
    world = World(feed(server))
    played(world, 0, 60, 59, 2)
    assert len(server.asked) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/geheim", "http://localhost:1/", "http://169.254.169.254/latest"])
def test_an_address_inside_the_network_is_not_asked(url: str) -> None:
    world = World(CalendarFeed(id="vrij", url=url, holds="leave"), allowed=())
    played(world, 0)
    assert world.status.problem.endswith("is not a public address")
    assert world.status.read_at is None


def test_a_redirect_into_the_network_is_not_followed(server: Server) -> None:
    server.status, server.headers = 302, {"Location": "http://localhost:1/geheim"}
    world = World(feed(server))
    world.client.follow_redirects = True
    played(world, 0)
    assert world.status.problem == "localhost is not a public address"
    assert (world.status.code, world.status.values) == ("not_public", {"host": "localhost"})


def test_what_could_not_be_sent_is_made_up_for_by_the_next_reading(server: Server) -> None:
    world = World(feed(server))
    world.down = True

    async def play() -> None:
        await world.after(0)
        assert not list(world.agreed.leave)
        world.down = False
        await world.after(1)
        assert [one.person for one in world.agreed.leave] == [
            "jeroen"
        ]  # from the copy: the server said that nothing has changed
        await world.client.aclose()

    asyncio.run(play())


def test_a_calendar_that_is_not_agreed_any_more_takes_what_is_ahead_with_it(server: Server) -> None:
    world = World(feed(server))
    played(world, 0)
    late = world.sent[0].model_copy(update={"id": uuid("laat")})
    world.route.give(
        ConfigureTeam(
            id=uuid("weg"),
            team=TEAM,
            at=NOON,
            actor="lead:els",
            config=world.agreed.model_copy(update={"calendars": ()}),
        )
    )
    assert world.agreed.leave == ()
    assert types(world.route.give(late)) == ["CommandRejected"]
    asyncio.run(world.reader.round())


def test_only_webcare_itself_reports_on_calendars(server: Server) -> None:
    world = World(feed(server))
    status = CalendarStatus(calendar="vrij", tried_at=NOON)
    for actor in ("noor", "integration:x", "lead:els"):
        assert types(world.route.do(ReportCalendar, actor, status=status)) == ["CommandRejected"]


def test_how_a_calendar_fares_outlives_route(server: Server) -> None:
    world = World(feed(server))
    played(world, 0)
    partition = RoutePartition(0)
    given = ConfigureTeam(
        id=uuid("eerst"), team=TEAM, at=NOON, actor="lead:els", config=config(calendars=(feed(server),))
    )
    batch = [Received(DESK_COMMANDS, 0, n, NOON, one.team, one) for n, one in enumerate([given, world.sent[0]])]
    records = [one for one in partition.handle(batch, NOON) if isinstance(one.message, KnownCalendar)]
    assert [one.key for one in records] == [f"{TEAM}:calendar:vrij"]
    again = RoutePartition(0)
    assert records[0].message is not None
    again.restore(DESK_TEAMS, records[0].key, records[0].message)
    assert again._teams[TEAM].calendars == {"vrij": world.status}  # the port has no question for it


# -- what becomes of entries -------------------------------------------------------------------------------------------


def entry(start: datetime, end: datetime, ident: str = "ical-vrij-0123456789abcdef") -> Leave:
    return Leave(id=ident, person="jeroen", start=start, end=end)


def test_leave_that_runs_keeps_what_has_been_of_it() -> None:
    running = take_over_leave(config(), "vrij", [entry(at(0), at(48))], at(10))
    assert [(one.start, one.end) for one in running.leave] == [(at(10), at(48))]  # heard of while it runs
    assert take_over_leave(running, "vrij", [entry(at(0), at(48))], at(20)) == running
    longer = take_over_leave(running, "vrij", [entry(at(0), at(72))], at(20))
    assert [(one.start, one.end) for one in longer.leave] == [(at(10), at(72))]
    gone = take_over_leave(longer, "vrij", [], at(30))
    assert [(one.start, one.end) for one in gone.leave] == [(at(10), at(30))]
    back = take_over_leave(gone, "vrij", [entry(at(0), at(72))], at(40))
    assert [(one.start, one.end) for one in back.leave] == [(at(10), at(30)), (at(40), at(72))]
    assert len({one.id for one in back.leave}) == 2
    assert take_over_leave(back, "vrij", [entry(at(0), at(72))], at(50)) == back


def test_a_shift_that_comes_back_while_it_would_run_has_another_id() -> None:
    shift = Shift(
        id="ical-werk-0123456789abcdef",
        people=("noor",),
        start=datetime(2026, 3, 2, 9),  # noqa: DTZ001  # wall-clock
        minutes=480,
        time_zone="UTC",
    )
    agreed = take_over(config(), "werk", [shift], at(8))
    gone = take_over(agreed, "werk", [], at(12))
    back = take_over(gone, "werk", [shift], at(13))
    ours = [one for one in back.shifts if one.id.startswith("ical-werk-")]
    assert [(one.since, one.ended_at) for one in ours] == [(None, at(12)), (at(13), None)]
    assert TeamConfig(**dict(back)) == back


# -- the thread --------------------------------------------------------------------------------------------------------


def test_the_thread_reads_what_is_agreed_and_says_when_it_stands_still(server: Server) -> None:
    settings = RouteSettings(calendar_seconds=60, calendar_private_hosts=("127.0.0.1",))
    sent, arrived = list[Outgoing](), threading.Event()

    class Sender:
        def send(self, messages: Sequence[Outgoing]) -> None:
            sent.extend(messages)
            arrived.set()

    agreed = [config(calendars=(feed(server),))]
    calendars = Calendars(settings, lambda: agreed, Sender(), lambda: NOON)
    assert calendars.check() == "not reading yet"
    calendars.start()
    assert arrived.wait(10)
    assert calendars.check() is None
    calendars.stop()
    assert isinstance(sent[0].message, ReportCalendar)
    assert sent[0].message.leave is not None


def test_the_thread_that_breaks_down_says_why() -> None:
    def broken() -> list[TeamConfig]:
        raise ValueError("broken")

    calendars = Calendars(RouteSettings(), broken, World(), lambda: NOON)
    calendars.start()
    calendars._thread.join(10)
    assert calendars.check() == "stopped: broken"
    assert isinstance(calendars.error, ValueError)
