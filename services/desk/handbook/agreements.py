"""The page that says in words what the team has agreed about answering; to read only, for everybody of the team.

What it says is in the team file, which `webcare rota load` makes so; how the team speaks and decides in its own words is the
handbook's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.lists import format_list
from fastapi import APIRouter, Request, Response

from services.contracts.approvals import ApprovalRule
from services.contracts.mentions import UrgencyLabel
from services.contracts.teams import ServiceLevel, TeamConfig
from services.desk.domain.agreements import agency_limit, approvers, sends_alone
from services.desk.handbook.context import handbook_view, show
from services.desk.wording import Wording, wording
from services.runtime.web.auth import Asking
from services.runtime.web.formats import Formats
from services.runtime.web.layout import web_of

router = APIRouter(prefix="/handbook", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class AgreementWords:
    """Words for one reader."""

    w: Wording
    f: Formats

    def alone(self, limit: UrgencyLabel | None) -> str:
        """What somebody sends alone: `tot en met urgentie hoog`."""
        if limit is None:
            return self.w.t("rota.alone_never")
        any_ = limit == "critical"
        return self.w.t("agreed.alone_any") if any_ else self.w.t("agreed.alone_up_to", urgency=self.w.urgency(limit))

    def everybody(self, people: Iterable[str]) -> str:
        """`Marit, Tom en Sanne`, all of them."""
        return format_list([self.w.person(one) for one in people], locale=self.w.t.language)

    def rule(self, rule: ApprovalRule) -> str:
        """All that must hold: `geschreven door Daan of Ilse, urgentie hoog of meer, vanaf 10.000 volgers`."""
        t, held = self.w.t, []
        if rule.people:
            held.append(t("approval.by_people", person=self._either(self.w.person(one) for one in rule.people)))
        if rule.employment:
            held.append(t(f"employment.{rule.employment}"))
        if rule.channels:
            held.append(t("approval.by_channel", channel=self._kinds(rule.channels)))
        if rule.urgency:
            held.append(t("agreed.from_urgency", urgency=self.w.urgency(rule.urgency)))
        if rule.topics:
            held.append(t("approval.by_topic", topic=self._either(self.w.topic(one) for one in rule.topics)))
        if rule.reach:
            held.append(t("agreed.from_reach", count=self.f.number(rule.reach)))
        return ", ".join(held)

    def holds_for(self, level: ServiceLevel) -> str:
        """What a promise is for: `kritiek`, `hoog, e-mail`, `al het andere`."""
        parts = [self._either(self.w.urgency(one) for one in level.urgency or ()), self._kinds(level.kinds or ())]
        return ", ".join(filter(None, parts)) or self.w.t("agreed.everything_else")

    def span(self, minutes: int | None) -> str:
        """`1 u 20`; a dash for what is not promised."""
        return self.f.duration(timedelta(minutes=minutes)) if minutes else "–"

    def _kinds(self, kinds: Iterable[str]) -> str:
        return self._either(self.w.t.maybe(f"kind.{one}", one) for one in kinds)

    def _either(self, names: Iterable[str]) -> str:
        return format_list(list(names), style="or", locale=self.w.t.language)


@router.get("/agreements")
def agreements(request: Request, identity: Asking) -> Response:
    """Who sends alone and who approves, the rules, how long, what is promised, how the house speaks."""
    view = handbook_view(request, identity)
    t = web_of(request).pages.translator(request)
    words = AgreementWords(wording(t, identity.name, view.config), Formats(t.language, view.config.time_zone))
    return show(request, view, "handbook_agreements.html", **_values(view.config), a=words)


def _values(config: TeamConfig) -> dict[str, Any]:
    return {
        "c": config,
        "alone": sends_alone(config),
        "approvers": approvers(config),
        "agency": agency_limit(config),
    }
