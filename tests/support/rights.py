"""What every route of the desk and the report is for: the declarations that `test_rights_matrix.py` holds each to.

A new route needs a line here: who may, and what it must be sent so that nothing but the right to do it decides. In texts
`{team}` is the team aimed at, and `{case}`, `{person}`, `{session}` something of it or of who asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Who = Literal["anybody", "secret", "session", "viewer", "agent", "lead", "admin"]


@dataclass(frozen=True)
class Needs:
    """What a route needs.

    `who`: a role in the team aimed at; `session`, somebody who has logged in; `secret`, the secret in the address alone;
    `anybody`, nothing. `own`: with another's team in the address it shows one's own, so that nothing is refused and nothing
    of the other may be in the answer. `stream`: it does not end. `json`: the body is JSON, not a form.
    """

    who: Who
    send: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    own: bool = False
    stream: bool = False
    json: bool = False


_STRETCH = {"start": "2030-01-07T09:00", "end": "2030-01-07T12:00"}
_CODE, _PASSWORDS = {"code": "000000"}, {"password": "x" * 3, "again": "x" * 3}
_PERSON = {"name": "{person}"}

_GUIDELINE = {"guideline": "canary"}
_RULE = {"do": "look", "name": "A rule", "urgency": "high", "after": ""}
_WAYS_BACK = '{{"ways": [{{"case": "{case}", "revision": 1, "steps": [{{"type": "WakeCase"}}]}}]}}'
_CANNED = {"title": "A reply", "text": "Hello", "language": "en"}

ROUTES: dict[str, Needs] = {
    # The frame
    "GET /": Needs("anybody"),
    "GET /openapi.json": Needs("anybody"),
    "GET /static/{path:path}": Needs("anybody", path={"path:path": "{stylesheet}"}),
    "POST /preferences": Needs("anybody", {"theme": "dark"}),
    "GET /help": Needs("session"),
    # Logging in and out
    "GET /login": Needs("anybody"),
    "POST /login": Needs("anybody", {"name": "nobody", "password": "wrong"}),
    "POST /logout": Needs("session"),
    "GET /login/second": Needs("anybody"),
    "POST /login/second": Needs("anybody", _CODE),
    "GET /login/second/new": Needs("anybody"),
    "POST /login/second/new": Needs("anybody", _CODE),
    "GET /login/sso": Needs("anybody"),
    "GET /login/sso/callback": Needs("anybody"),
    "GET /login/sso/out": Needs("anybody"),
    "POST /login/sso/link": Needs("session"),
    "GET /invitation/{word}": Needs("secret"),
    "POST /invitation/{word}": Needs("secret", _PASSWORDS),
    # One's own account
    "GET /account": Needs("session"),
    "GET /account/second": Needs("session"),
    "POST /account/second": Needs("session", _CODE),
    "POST /account/second/codes": Needs("session", _CODE),
    "POST /account/second/off": Needs("session", _CODE),
    "POST /account/password": Needs("session", {"old": "wrong"} | _PASSWORDS),
    "POST /account/sessions/end": Needs("session"),
    "POST /account/sessions/{session}/end": Needs("session", path={"session": "{session}"}),
    "POST /account/unlink": Needs("session"),
    # People
    "GET /people": Needs("admin", own=True),
    "GET /people-log": Needs("admin", own=True),
    "GET /people/{name}": Needs("admin", path=_PERSON),
    "POST /people": Needs("admin", {"name": "new-{team}", "team": "{team}", "role": "agent"}),
    "POST /people/{name}/roles": Needs("admin", {"role-{team}": "agent"}, _PERSON),
    "POST /people/{name}/facts": Needs("admin", {"display_name": "Somebody"}, _PERSON),
    "POST /people/{name}/invite": Needs("admin", path=_PERSON),
    "POST /people/{name}/disable": Needs("admin", path=_PERSON),
    "POST /people/{name}/enable": Needs("admin", path=_PERSON),
    "POST /people/{name}/second/reset": Needs("admin", path=_PERSON),
    "POST /people/{name}/sessions/end": Needs("admin", path=_PERSON),
    # Cases
    "GET /inbox": Needs("viewer", own=True),
    "GET /inbox/list": Needs("viewer", own=True),
    "GET /inbox/live": Needs("viewer", own=True, stream=True),
    "GET /inbox/nobody": Needs("viewer", own=True),
    "POST /inbox/deeds": Needs("agent", {"what": "tag", "tag": "seen", "case": "{case}"}),
    "POST /inbox/undo": Needs("viewer", {"ways": _WAYS_BACK}),
    "POST /inbox/filters": Needs("viewer", {"team": "{team}", "view": "team", "title": "Mine", "filter": "tag=seen"}),
    "POST /inbox/filters/{ident}/drop": Needs("viewer", {"team": "{team}"}),
    "GET /cases/{case}": Needs("viewer", path={"case": "{case}"}),
    "GET /cases/{case}/live": Needs("viewer", path={"case": "{case}"}),
    "POST /cases/{case}/claim": Needs("agent", path={"case": "{case}"}),
    "POST /cases/{case}/release": Needs("agent", path={"case": "{case}"}),
    "POST /cases/{case}/close": Needs("agent", path={"case": "{case}"}),
    "POST /cases/{case}/note": Needs("agent", {"text": "a note"}, {"case": "{case}"}),
    "POST /cases/{case}/reply": Needs("agent", {"text": "a reply"}, {"case": "{case}"}),
    "POST /cases/{case}/hand-over": Needs("agent", {"to": "marit"}, {"case": "{case}"}),
    "POST /cases/{case}/snooze": Needs("agent", {"choice": "hour"}, {"case": "{case}"}),
    "POST /cases/{case}/wake": Needs("agent", {}, {"case": "{case}"}),
    "POST /cases/{case}/reopen": Needs("agent", {}, {"case": "{case}"}),
    "POST /cases/{case}/tag": Needs("agent", {"tag": "pers"}, {"case": "{case}"}),
    "POST /cases/{case}/untag": Needs("agent", {"tag": "pers"}, {"case": "{case}"}),
    "POST /cases/{case}/topic": Needs("agent", {"topic": "billing"}, {"case": "{case}"}),
    "POST /cases/{case}/merge": Needs("agent", {"into": "{case}"}, {"case": "{case}"}),
    "POST /cases/{case}/unmerge": Needs("agent", {}, {"case": "{case}"}),
    "POST /cases/{case}/split": Needs("agent", {"mention": "{case}"}, {"case": "{case}"}),
    "POST /cases/{case}/presence": Needs("viewer", {"doing": "looks"}, {"case": "{case}"}),
    "GET /cases/{case}/presence": Needs("viewer", path={"case": "{case}"}),
    "GET /mentioned": Needs("viewer", own=True),
    "POST /cases/{case}/correct": Needs("agent", {"urgency": "low", "sentiment": "positive"}, {"case": "{case}"}),
    "GET /api/v1/cases": Needs("viewer"),
    "GET /api/v1/cases/{case}": Needs("viewer", path={"case": "{case}"}),
    "GET /api/v1/live": Needs("session", stream=True),
    "POST /api/v1/commands": Needs(
        "agent", {"type": "AddNote", "team": "{team}", "case": "{case}", "text": "a note"}, json=True
    ),
    # Writing a reply
    "POST /cases/{case}/draft": Needs("agent", {"what": "reply", "text": "a draft"}, {"case": "{case}"}),
    "POST /cases/{case}/draft/use": Needs("agent", {"what": "reply", "other": "0:1"}, {"case": "{case}"}),
    "POST /cases/{case}/draft/discard": Needs("agent", {"what": "reply"}, {"case": "{case}"}),
    "POST /cases/{case}/typed": Needs("agent", {"form": "hand-over"}, {"case": "{case}"}),
    "POST /cases/{case}/check": Needs("agent", {"text": "a reply"}, {"case": "{case}"}),
    "GET /canned": Needs("viewer"),
    "POST /canned": Needs("lead", _CANNED),
    "POST /canned/{canned}": Needs("lead", _CANNED),
    "POST /canned/{canned}/retire": Needs("lead"),
    "POST /canned/{canned}/restore": Needs("lead"),
    # A second pair of eyes, questions and ideas
    "POST /cases/{case}/replies/{reply}/{what}": Needs("agent", path={"case": "{case}", "what": "withdraw"}),
    "POST /cases/{case}/questions": Needs("agent", {"name": "Ine", "text": "May this be repaid?"}, {"case": "{case}"}),
    "POST /cases/{case}/questions/{question}/end": Needs("agent", path={"case": "{case}"}),
    "GET /ideas": Needs("viewer", own=True),
    "POST /ideas/{idea}": Needs("agent", {"state": "taken", "team": "{team}"}),
    "GET /q/{token}": Needs("secret"),
    "POST /q/{token}": Needs("secret", {"name": "Ine", "text": "Yes."}),
    "GET /tip/{token}": Needs("secret"),
    "POST /tip/{token}": Needs("secret", {"name": "Ine", "text": "A bench."}),
    # The handbook and the goals
    "GET /api/v1/team/{team}/handbook": Needs("viewer", path={"team": "{team}"}),
    "GET /api/v1/team/{team}/goals": Needs("viewer", path={"team": "{team}"}),
    "GET /handbook": Needs("viewer"),
    "GET /handbook/agreements": Needs("viewer"),
    "GET /handbook/agreements/approval": Needs("lead"),
    "GET /handbook/agreements/cases": Needs("lead"),
    "GET /handbook/agreements/style": Needs("lead"),
    "GET /handbook/agreements/working": Needs("lead"),
    "GET /handbook/agreements/mandate/{person}": Needs("lead", path={"person": "marit"}),
    "POST /handbook/agreements/approval": Needs("lead", _RULE),
    "POST /handbook/agreements/cases": Needs("lead", _RULE),
    "POST /handbook/agreements/style": Needs("lead", {"do": "look", "address": "u"}),
    "POST /handbook/agreements/working": Needs("lead", {"do": "look"}),
    "POST /handbook/agreements/mandate/{person}": Needs("lead", {"do": "look"}, {"person": "marit"}),
    "POST /handbook/agreements/undo": Needs("lead", {"subject": "style", "before": "1", "made": "x"}),
    "GET /handbook/{guideline}": Needs("viewer", path=_GUIDELINE),
    "GET /handbook/{guideline}/edit": Needs("lead", path=_GUIDELINE),
    "GET /handbook/edit/new": Needs("lead"),
    "GET /handbook/suggestions": Needs("lead"),
    "POST /handbook/agree": Needs("agent", {"guideline": "canary:1"}),
    "POST /handbook/suggest": Needs("agent", {"text": "a suggestion"}),
    "POST /handbook/suggestions/{suggestion}/decide": Needs("lead", {"accept": "no"}),
    "POST /handbook/{guideline}/retire": Needs("lead", {"reason": "a reason"}, _GUIDELINE),
    "POST /handbook/starter": Needs("lead"),
    "POST /handbook/save": Needs("lead"),
    # The first-run guide
    "GET /start": Needs("admin"),
    "GET /start/why": Needs("admin"),
    "GET /start/team": Needs("admin"),
    "GET /start/people": Needs("admin"),
    "GET /start/hours": Needs("admin"),
    "GET /start/handbook": Needs("admin"),
    "GET /start/source": Needs("admin"),
    "GET /start/test": Needs("admin"),
    "POST /start/why": Needs("admin", {"goal": "service"}),
    "POST /start/team": Needs("admin"),
    "POST /start/people": Needs("admin"),
    "POST /start/people/{person}/login": Needs("admin"),
    "POST /start/hours": Needs("admin"),
    "POST /start/handbook": Needs("admin"),
    "POST /start/source/token": Needs("admin"),
    "POST /start/test": Needs("admin"),
    "POST /start/test/on": Needs("admin"),
    # The rota
    "GET /api/v1/team/{team}/roster": Needs("viewer", path={"team": "{team}"}),
    "GET /api/v1/team/{team}/rota": Needs("viewer", path={"team": "{team}"}),
    "GET /api/v1/team/{team}/coverage": Needs("viewer", path={"team": "{team}"}),
    "GET /api/v1/team/{team}/fairness": Needs("lead", path={"team": "{team}"}),
    "GET /api/v1/team/{team}/calendars": Needs("lead", path={"team": "{team}"}),
    "GET /rota": Needs("viewer"),
    "GET /rota/cover": Needs("viewer"),
    "GET /rota/mine": Needs("viewer"),
    "GET /rota/requests": Needs("lead"),
    "GET /rota/stand-ins": Needs("lead"),
    "GET /rota/shifts": Needs("lead"),
    "GET /rota/shifts/new": Needs("lead"),
    "GET /rota/shifts/{shift}/edit": Needs("lead", path={"shift": "day"}),
    "GET /rota/plan": Needs("lead"),
    "GET /rota/ical/{token}.ics": Needs("secret"),
    "POST /rota/ical/renew": Needs("agent"),
    "POST /rota/leave": Needs("agent", {"first": "2030-01-07"}),
    "POST /rota/leave/{leave}/withdraw": Needs("agent"),
    "POST /rota/leave/{leave}/decide": Needs("lead", {"approve": "yes"}),
    "POST /rota/sick": Needs("agent"),
    "POST /rota/well": Needs("agent"),
    "POST /rota/capacity": Needs("agent", {"points": "4", "until": "2030-01-07T12:00"}),
    "POST /rota/swaps": Needs("agent", {"shift": "day"} | _STRETCH),
    "POST /rota/swaps/{swap}/take": Needs("agent"),
    "POST /rota/swaps/{swap}/withdraw": Needs("agent"),
    "POST /rota/stand-ins": Needs("lead", {"for_person": "sanne", "person": "tom"} | _STRETCH),
    "POST /rota/stand-ins/{request_id}/answer": Needs("agent", {"accept": "yes"}),
    "POST /rota/overrides": Needs("lead", {"people": "tom"} | _STRETCH),
    "POST /rota/overrides/{override}/remove": Needs("lead"),
    "POST /rota/shifts/new": Needs("lead", {"id": "extra"}),
    "POST /rota/shifts/{shift}/edit": Needs("lead", path={"shift": "late"}),
    "POST /rota/shifts/{shift}/end": Needs("lead", path={"shift": "late"}),
    "POST /rota/plan": Needs("lead", {"start": "2030-01-07", "weeks": "1"}),
    "POST /rota/plan/accept": Needs("lead", {"plan": "x", "weeks": "2030-01-07"}),
    # Search and figures
    "GET /search": Needs("viewer"),
    "GET /api/v1/search": Needs("viewer"),
    "GET /api/v1/search/kept": Needs("viewer"),
    "POST /search/saved": Needs("agent", {"team": "{team}", "query": "a query"}),
    "POST /search/saved/{search}/drop": Needs("agent", {"team": "{team}"}, {"search": "search-1"}),
    "GET /api/v1/mentions/{mention}": Needs("session"),
    "GET /reports": Needs("viewer"),
    "GET /reports/cases": Needs("viewer"),
    "GET /api/v1/reports/{name}": Needs("viewer", path={"name": "overview"}),
    "POST /reports/wallboard": Needs("lead", {"team": "{team}"}),
    "GET /wallboard/{token}": Needs("secret"),
}
