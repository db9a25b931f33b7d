"""The demo's colleagues: they answer most of the history, as people of the rota, so that there is something to report on.

`python -m deploy.demo.colleagues --data FOLDER` awaits `FOLDER/demo.json`, logs in as those people, and uses the public API
as a browser would. Only first posts of the history that `replies.toml` has an answer to: never the live stream, never what
a visitor wrote, never a case of the people that visitors log in as. What needs approval, another of them approves. About
half of the answered cases are closed.

Nothing is remembered: what is done can be seen at the cases, and a command's key is made of its case, so a restart goes on
where it was. When there is nothing left to do it stays, quietly, until SIGTERM; with `--once` it ends with status 0.
"""

import argparse
import json
import logging
import re
import signal
import sys
import threading
import tomllib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from services.contracts.cases import Case
from services.runtime.logs import configure

log = logging.getLogger(__name__)

REPLIES = Path(__file__).resolve().parent / "replies.toml"
SPARED = frozenset({"youssef", "noor"})
"""Whoever tries the demo logs in as them; their work is left alone."""
SQUARE = "square"
OLD = timedelta(hours=1)
CLOSED = 0.5
"""The share of the answered cases that is closed."""
SECONDS_BETWEEN = 0.4
ROUND_SECONDS = 5.0
AWHILE = timedelta(minutes=4)
"""Nobody answers at once: the longest that a case waits, most of them much less."""
QUIET_ROUNDS = 120
"""So many rounds without anything to do and the history is through: more than `AWHILE`, and a slow start."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the rota who is not away today; `approves` is whether they may approve replies of others."""

    name: str
    languages: frozenset[str]
    approves: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A command that `person` sends; `key` makes a repeat harmless."""

    person: str
    key: str
    body: Mapping[str, str]


class NotNowError(Exception):
    """Webcare cannot be asked at this moment; the next round tries again."""


def read_replies(path: Path = REPLIES) -> Mapping[str, str]:
    """The answers, by the key of the post that began the thread."""
    with path.open("rb") as file:
        return {key: text for part in tomllib.load(file).values() for key, text in part.items()}


def chance(seed: str) -> float:
    """A number in [0, 1) that is always the same for the same seed."""
    return zlib.crc32(seed.encode()) / 2**32


def is_due(brief: Mapping[str, Any], replies: Mapping[str, str], now: datetime) -> bool:
    """Whether something may be done by now with an open case, judged by what a list says of it."""
    key = brief["conversation"]
    if brief["source"] != SQUARE or key not in replies or brief["reopened"] or brief["owner"] in SPARED:
        return False
    if brief["first_response_at"]:
        return not brief["awaiting_us"] and chance(f"{key} closed") < CLOSED
    return now > datetime.fromisoformat(brief["opened_at"]) + AWHILE * chance(f"{key} answered") ** 2


def step_for(case: Case, replies: Mapping[str, str], people: Sequence[Colleague], now: datetime) -> Step | None:
    """What is to be done with a case: answer it, close it once that was done, or nothing.

    Nothing with what is not the history, or goes on in a thread of it: mentions of the last hour are live.
    """
    recent = any(one.kind == "mention" and now - one.at <= OLD for one in case.messages)
    if not people or recent or case.status != "open" or not is_due(case.model_dump(mode="json"), replies, now):
        return None
    text = replies[case.conversation]
    command = {"team": case.team, "case": case.id}
    given = next((one for one in case.messages if one.kind == "reply"), None)
    if given is None:
        person = _who(case, people)
        return Step(person, f"colleagues-reply-{case.id}", {"type": "SubmitReply", "text": text, **command})
    if given.state == "waiting_approval":
        return _approval(case, people, command)
    if given.text == text:
        person = given.author if given.author in {one.name for one in people} else people[0].name
        return Step(person, f"colleagues-close-{case.id}", {"type": "CloseCase", **command})
    return None


def _approval(case: Case, people: Sequence[Colleague], command: Mapping[str, str]) -> Step | None:
    """The approval of the reply that waits, by somebody who did not write it; nothing while nobody of them may."""
    held = next((one for one in case.pending if one.state == "waiting_approval"), None)
    person = next((one.name for one in people if held and one.approves and one.name not in held.writers), None)
    if held is None or person is None:
        return None
    body = {"type": "ApproveReply", "reply": held.reply, "reply_version": str(held.version), **command}
    return Step(person, f"colleagues-approve-{case.id}", body)


def _who(case: Case, people: Sequence[Colleague]) -> str:
    """The owner when that is a colleague, else one of those who speak the language."""
    if case.owner in {one.name for one in people}:
        return str(case.owner)
    able = [one for one in people if case.language in one.languages] or list(people)
    return able[int(chance(case.conversation) * len(able))].name


class Desk:
    """Webcare's pages and API, for the people of the demo. One session each, begun when it is needed."""

    def __init__(self, url: str, logins: Sequence[Mapping[str, Any]]) -> None:
        self._url = url
        self._logins = {str(one["name"]): one for one in logins}
        self._sessions: dict[str, httpx.Client] = {}

    def teams(self) -> tuple[str, ...]:
        """All teams that somebody may log in to."""
        return tuple(sorted({team for one in self._logins.values() for team in one["teams"]}))

    def _reader(self, team: str) -> str:
        """Who looks: the one with most teams, so that nobody logs in to look alone."""
        members = {name: len(one["teams"]) for name, one in self._logins.items() if team in one["teams"]}
        return max(members, key=members.__getitem__)

    def people(self, team: str, now: datetime) -> tuple[Colleague, ...]:
        """The team's people with a duty today or tomorrow, but for those who are spared."""
        asker = self._reader(team)
        since = (now - timedelta(days=1)).isoformat()
        duties = self._get(asker, f"/api/v1/team/{team}/rota", start=since, days="2")["duties"]
        roster = self._get(asker, f"/api/v1/team/{team}/roster")["people"]
        working = {one["person"] for one in duties} & self._logins.keys() - SPARED
        return tuple(
            Colleague(one["id"], frozenset(one.get("languages", ())), bool(one.get("mandate", {}).get("approve")))
            for one in roster
            if one["id"] in working
        )

    def cases(self, team: str, wanted: Callable[[Mapping[str, Any]], bool]) -> Iterator[Case]:
        """The team's open cases that are `wanted`, in full."""
        asker = self._reader(team)
        page, pages = 1, 1
        found: list[str] = []
        while page <= pages:
            answer = self._get(asker, "/api/v1/cases", team=team, view="team", page=str(page), source=SQUARE)
            found += [one["id"] for one in answer["cases"] if wanted(one)]
            page, pages = page + 1, int(answer["pages"])
        for ident in found:
            yield Case.model_validate(self._get(asker, f"/api/v1/cases/{ident}"))

    def do(self, step: Step) -> bool:
        """Send a command; `False` when it was refused for good.

        Raises:
            NotNowError: no answer, or not yet.
        """
        with _asking():
            client = self._session(step.person)
            answer = client.post("/api/v1/commands", json=dict(step.body), headers={"Idempotency-Key": step.key})
        if answer.status_code == 202 or answer.status_code >= 500:
            raise NotNowError(f"no answer yet: {answer.status_code}")
        if answer.status_code == 401:
            self._sessions.pop(step.person).close()
            raise NotNowError("the session has ended")
        if answer.is_error:
            log.info("refused: %s", answer.text[:200], extra={"case": step.body["case"], "team": step.body["team"]})
        return answer.is_success

    def _get(self, person: str, path: str, **query: str) -> Any:
        with _asking():
            answer = self._session(person).get(path, params=query)
        if answer.status_code == 401:
            self._sessions.pop(person).close()
        if answer.is_error:
            raise NotNowError(f"{path}: {answer.status_code}")
        return answer.json()

    def _session(self, person: str) -> httpx.Client:
        if person not in self._sessions:
            client = httpx.Client(base_url=self._url, timeout=30, follow_redirects=True, trust_env=False)
            login = {"name": person, "password": str(self._logins[person]["password"])}
            token = re.search(r'name="csrf" value="([^"]+)"', client.post("/login", data=login).text)
            if token is None:
                client.close()
                raise NotNowError(f"{person} cannot log in")
            client.headers["X-CSRF-Token"] = token[1]
            self._sessions[person] = client
        return self._sessions[person]

    def close(self) -> None:
        """End the connections; the sessions end by themselves."""
        for client in self._sessions.values():
            client.close()


class _asking:  # noqa: N801 - a context manager, named as it reads
    """Turns errors of the connection into `NotNowError`."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, httpx.HTTPError):
            raise NotNowError(f"{type(error).__name__}: {error}") from error


def work(desk: Desk, replies: Mapping[str, str], stop: threading.Event) -> None:
    """Round after round, until several had nothing to do or `stop` is set."""
    quiet, done, refused = 0, 0, set[str]()
    while quiet < QUIET_ROUNDS and not stop.is_set():
        try:
            acted = _round(desk, replies, refused, stop)
        except NotNowError as error:
            log.info("waiting: %s", error)
        else:
            quiet = 0 if acted else quiet + 1
            done += acted
        stop.wait(ROUND_SECONDS)
    log.info("%s commands sent, nothing left to do", done)


def _round(desk: Desk, replies: Mapping[str, str], refused: set[str], stop: threading.Event) -> int:
    now, acted = datetime.now(UTC), 0
    for team in desk.teams():
        people = desk.people(team, now)
        for case in desk.cases(team, lambda one: is_due(one, replies, now)):
            step = step_for(case, replies, people, now)
            if step is None or step.key in refused or stop.is_set():
                continue
            if desk.do(step):
                acted += 1
            else:
                refused.add(step.key)
            stop.wait(SECONDS_BETWEEN)
    return acted


def facts_of(path: Path, stop: threading.Event) -> Mapping[str, Any] | None:
    """What `demo.json` says, once it is there; `None` when `stop` came first."""
    while not stop.is_set():
        try:
            found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            stop.wait(1)
        else:
            return found
    return None


def run(data: Path, url: str, once: bool, stop: threading.Event) -> None:
    """Answer the history of the demo in `data`, then wait for `stop` unless `once`."""
    facts = facts_of(data / "demo.json", stop)
    if facts is not None:
        desk = Desk(url or str(facts["url"]), facts["logins"])
        try:
            work(desk, read_replies(), stop)
        finally:
            desk.close()
    if not once:
        stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.colleagues", description="Answers the demo's history.")
    parser.add_argument("--data", type=Path, required=True, help="the demo's data folder")
    parser.add_argument("--url", default="", help="address of webcare; default what demo.json says")
    parser.add_argument("--once", action="store_true", help="end when nothing is left to do")
    given = parser.parse_args(arguments)
    configure("colleagues", "INFO")
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(given.data, given.url, given.once, stop)


if __name__ == "__main__":
    main(sys.argv[1:])
