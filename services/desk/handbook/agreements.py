"""The page that says in words what the team has agreed about answering; leads change rules from it.

What a form changes is in `rules.py`; the rest is in the team file, which `webcare rota load` makes so. How the team
speaks and decides in its own words is the handbook's.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.contracts.teams import TeamConfig
from services.desk.domain.agreements import agency_limit, approvers, sends_alone
from services.desk.handbook.context import handbook_view, show
from services.desk.handbook.rule_saving import DONE
from services.desk.handbook.rule_undo import offered, way_of
from services.desk.handbook.rule_words import words_for
from services.desk.rota.context import changes_rules
from services.runtime.web.auth import Asking

router = APIRouter(prefix="/handbook", include_in_schema=False)


@router.get("/agreements")
def agreements(request: Request, identity: Asking, told: str = "") -> Response:
    """Who sends alone and who approves, the rules, how long, what is promised, how the house speaks; who changed what."""
    view = handbook_view(request, identity)
    changes = changes_rules(identity, view.config)
    way = way_of({name: [text] for name, text in request.query_params.items()})
    undo = offered(request, view, way) if changes and told.startswith(DONE) else None
    values = _values(view.config) | {"a": words_for(request, view), "changes_rules": changes, "undo": undo}
    return show(request, view, "handbook_agreements.html", told, **values)


def _values(config: TeamConfig) -> dict[str, Any]:
    return {
        "c": config,
        "alone": sends_alone(config),
        "approvers": approvers(config),
        "agency": agency_limit(config),
        "history": tuple(reversed(config.rule_changes)),
    }
