"""Opens the desk on Kafka and the accounts' database, for the process `web` (see `services/control`)."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from fastapi import FastAPI

from services.contracts.cases import Case
from services.contracts.goals import TeamGoals
from services.contracts.teams import TeamConfig
from services.contracts.topics import DESK_CASES, DESK_EVENTS, DESK_IDEAS, DESK_TEAMS, SIGNALS
from services.desk.app import build_app
from services.desk.casework.marks import Marks
from services.desk.context import NobodyCount
from services.desk.domain.rota_plan import Plans
from services.desk.drafts import Drafts
from services.desk.held import measure
from services.desk.live import Hub
from services.desk.navigation import Navigation
from services.desk.readmodel import ReadModel
from services.desk.rota.telling import Telling
from services.desk.searches import Searches
from services.desk.settings import DeskSettings
from services.desk.user_commands import open_accounts
from services.runtime.clock import Clock, system_clock
from services.runtime.follow import Followed, Follower
from services.runtime.health import Check
from services.runtime.producer import Producer
from services.runtime.settings import signing_key
from services.runtime.web.identity import Sessions
from services.runtime.web.layout import NavSource


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """The desk at work: its app, what the report shares with it, its readiness checks, and how to close it."""

    app: FastAPI
    close: Callable[[], None]
    sessions: Sessions
    nav: NavSource
    teams: Callable[[str], TeamConfig | None]
    goals: Callable[[str], TeamGoals | None]
    signing_key: str
    searches: Searches
    checks: Mapping[str, Check]
    failure: Callable[[], str | None]
    """Why the inbox is not kept up to date any more; the process is then to be started again."""


def forget_of(record: Followed, keeps: Drafts | Marks) -> None:
    """What people keep of a case goes when it is archived; what is from before, when its author was erased."""
    case = record.key.partition(":")[2]
    if record.topic is DESK_CASES and record.message is None:
        keeps.forget([case])
    elif isinstance(record.message, Case) and record.message.erased_at is not None:
        keeps.forget([case], record.message.erased_at)


def open_desk(
    settings: DeskSettings,
    clock: Clock = system_clock,
    plans: Plans | None = None,
    nobody: NobodyCount | None = None,
) -> OpenDesk:
    """Open the accounts, begin to follow, and build the app; `nobody` counts mentions that are no cases. Call `close` at the
    end.

    Raises:
        SettingsError: the signing key is missing or too short.
        AssetsMissingError: htmx is not installed.
    """
    with ExitStack() as opening:
        key = signing_key(settings)
        accounts = opening.enter_context(open_accounts(settings))
        producer = opening.enter_context(Producer(settings, "desk"))
        model = ReadModel(Hub(settings.desk_live_ring, settings.desk_live_queue))
        app = build_app(
            settings,
            model=model,
            sender=producer,
            accounts=accounts,
            signing_key=key,
            clock=clock,
            plans=plans,
            nobody=nobody,
        )

        measure(app.state.desk)
        marks: Marks = app.state.desk.marks
        nav = Navigation(model, marks, counts_nobody=nobody is not None)
        drafts: Drafts = app.state.desk.drafts

        def on_record(record: Followed) -> None:
            model.apply(record.topic, record.key, record.message, record.partition, record.offset)
            for keeps in (drafts, marks):
                forget_of(record, keeps)

        follower = Follower(
            settings,
            reads={
                DESK_CASES: "beginning",
                DESK_TEAMS: "beginning",
                DESK_IDEAS: "beginning",
                DESK_EVENTS: "end",
                SIGNALS: "end",
            },
            on_record=on_record,
            name="desk",
        )
        follower.start()
        opening.callback(follower.stop)
        telling = Telling(model, accounts, producer, clock, ready=lambda: follower.check() is None)
        telling.start()
        opening.callback(telling.stop)
        checks = {"inbox": follower.check, "kafka": producer.check}

        def failure() -> str | None:
            return f"the inbox stopped: {follower.error}" if follower.error else None

        searches, close = Searches(model, app.state.desk.commands, clock), opening.pop_all().close
        return OpenDesk(app, close, accounts, nav, model.config, model.goals, key, searches, checks, failure)
