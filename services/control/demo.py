"""`webcare demo`: everything on this machine, with two example teams, their rota, accounts and a live stream of mentions.

The mentions come from the square, a tiny pretend social network (`deploy/demo/square`), by the generic webhook, and answers
return to it. What a script needs to know is in `demo.json` in the data folder, written before the ready line.
"""

import base64
import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.contracts.teams import TeamConfig
from services.control import up
from services.control.canned import load_canned
from services.control.handbooks import publish_starter
from services.control.settings import ControlSettings, WebSettings, load
from services.control.supervisor import ProcessSpec, supervise
from services.control.teams import configure
from services.control.tokens import keyed, make_token, own_signing_key
from services.desk.settings import DeskSettings
from services.desk.user_commands import add_user, list_users
from services.ingest.settings import IngestSettings
from services.route.public_holidays import filled
from services.route.rota_file import parse
from services.runtime.web.identity import RANK, SCOPES, Role

TEAM_FILES = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "teams"
CANNED_FILE = TEAM_FILES.parent / "canned.toml"
LEADS = {"spoorlijn": "marit", "waterveen": "noor"}
"""Who leads each team. The account `beheer` is admin of both, so that switching between teams can be seen."""


def demo() -> int:
    """Run the demo until it is told to stop, and give the exit status."""
    settings = load(ControlSettings)
    settings.data.mkdir(parents=True, exist_ok=True)
    own_signing_key(settings.data)
    today = datetime.now(UTC).date()
    teams = [filled(parse(path.read_text(encoding="utf-8")), today) for path in sorted(TEAM_FILES.glob("*.toml"))]
    password = _password(settings.data)
    logins = _accounts(teams, password)
    specs = up.engine_specs(settings) + _services(settings, teams) + [_square(settings), _colleagues(settings)]
    return supervise(settings.data, specs, report=up.say, on_ready=lambda: _announce(settings, logins, teams))


def _services(settings: ControlSettings, teams: list[TeamConfig]) -> list[ProcessSpec]:
    """The services; route counts as ready once it has been told of the teams, ingest knows the square."""
    config = _config(settings)
    specs = []
    for spec in up.service_specs(settings, engines=True):
        env = dict(spec.env) | {"WEBCARE_CONFIG": str(config)}
        ready = spec.ready
        if spec.name == "route":
            ready = _both(spec.ready, up.once(lambda: _tell(settings, teams)))
        specs.append(spec.replaced(env=env, ready=ready))
    return specs


def _tell(settings: ControlSettings, teams: list[TeamConfig]) -> None:
    """Tell route of the teams, and of the canned replies and the handbook that they begin with."""
    configure(settings, teams, "system:demo")
    load_canned(settings, CANNED_FILE.read_text(encoding="utf-8"), "system:demo")
    publish_starter(settings, teams, "system:demo")


def _both(first: up.Ready, second: up.Ready) -> up.Ready:
    return lambda: first() or second()


def _config(settings: ControlSettings) -> Path:
    """The settings file of the demo's processes: the square as a webhook source, in both directions."""
    path = settings.data / "demo.toml"
    square = f"http://127.0.0.1:{settings.square_port}"
    path.write_text(
        "# Written by `webcare demo`.\n"
        "[[ingest_sources]]\n"
        'name = "square"\n'
        'kind = "webhook"\n'
        'team = "spoorlijn"\n'
        'teams = ["waterveen"]\n'
        f'secret_file = "{_secret_file(settings.data)}"\n'
        f'deliver_url = "{square}/replies"\n',
        encoding="utf-8",
    )
    return path


def _square(settings: ControlSettings) -> ProcessSpec:
    ingest = load(IngestSettings)
    return ProcessSpec(
        name="square",
        argv=(
            sys.executable,
            "-m",
            "deploy.demo.square",
            "--port",
            str(settings.square_port),
            "--ingest",
            f"http://127.0.0.1:{ingest.ingest_port}",
            "--data",
            str(settings.data / "square"),
        ),
        env=up.environment(settings) | {"WEBCARE_SQUARE_SECRET": _secret_file(settings.data).read_text().strip()},
        log=up.log_folder(settings) / "square.log",
        ready=up.healthy(f"http://127.0.0.1:{settings.square_port}/health/ready"),
        after=("ingest", "route"),
    )


def _colleagues(settings: ControlSettings) -> ProcessSpec:
    """Colleagues of the rota, who answer most of the history, so that there is something to report on."""
    return ProcessSpec(
        name="colleagues",
        argv=(sys.executable, "-m", "deploy.demo.colleagues", "--data", str(settings.data)),
        env=up.environment(settings),
        log=up.log_folder(settings) / "colleagues.log",
        ready=lambda: None,
        after=("web", "square"),
    )


def _secret_file(data: Path) -> Path:
    path = data / "square.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode(), encoding="ascii")
    return path


def _password(data: Path) -> str:
    """One password for all of the demo's people, made the first time."""
    path = data / "demo.password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_hex(3)}", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _accounts(teams: list[TeamConfig], password: str) -> list[dict[str, Any]]:
    """An account for everybody in the rotas, made when absent."""
    settings = keyed(load(DeskSettings))
    present = {user.name for user in list_users(settings)}
    logins = []
    for name, (display, roles) in _people(teams).items():
        if name not in present:
            add_user(settings, name, roles, password, display)
        logins.append({"name": name, "password": password, "role": _highest(roles), "teams": sorted(roles)})
    return logins


def _people(teams: list[TeamConfig]) -> dict[str, tuple[str, dict[str, Role]]]:
    people: dict[str, tuple[str, dict[str, Role]]] = {}
    for team in teams:
        for person in team.people:
            role: Role = "lead" if LEADS.get(team.team) == person.id else "agent"
            people[person.id] = (person.name, {team.team: role})
    everywhere: dict[str, Role] = {team.team: "admin" for team in teams}
    people["beheer"] = ("Beheer", everywhere)
    return people


def _highest(roles: dict[str, Role]) -> Role:
    return max(roles.values(), key=lambda role: RANK[role])


def _announce(settings: ControlSettings, logins: list[dict[str, Any]], teams: list[TeamConfig]) -> None:
    """Write `demo.json`, then say that it is ready."""
    web, ingest = load(WebSettings), load(IngestSettings)
    names = tuple(team.team for team in teams)
    facts = {
        "url": f"http://{web.http_host}:{web.http_port}",
        "ingest_url": f"http://127.0.0.1:{ingest.ingest_port}",
        "square_url": f"http://127.0.0.1:{settings.square_port}",
        "kafka": settings.kafka_bootstrap,
        "elasticsearch": settings.elasticsearch_url,
        "api_token": make_token(settings, "demo", names, "admin", SCOPES, 30, datetime.now(UTC)),
        "team": "spoorlijn",
        "logins": logins,
    }
    path = settings.data / "demo.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2), encoding="utf-8")
    up.say(f"the square (write a post as a customer): {facts['square_url']}")
    for login in logins:
        up.say(
            f"  log in as {login['name']:<10} password {login['password']}  {login['role']} of {', '.join(login['teams'])}"
        )
    up.say("stop with Ctrl-C; the data stays for the next time")
    sys.stdout.write(f"webcare is ready: {facts['url']}\n")
    sys.stdout.flush()
