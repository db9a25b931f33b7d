"""The ground rules in words, for the page that says them and those on which leads change them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from babel.lists import format_list
from fastapi import Request

from services.contracts.approvals import ApprovalRule
from services.contracts.case_rules import CaseRule
from services.contracts.mentions import UrgencyLabel
from services.contracts.rule_changes import RuleChange
from services.contracts.teams import ServiceLevel, UrgencyWeights
from services.desk.domain.person_mandates import Standing
from services.desk.domain.working import Working
from services.desk.handbook.context import HandbookView
from services.desk.wording import Wording, wording
from services.runtime.web.formats import Formats
from services.runtime.web.layout import web_of


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

    def standing(self, one: Standing, limit: UrgencyLabel | None) -> str:
        """How somebody stands: `uitzendkracht, verstuurt zelf: tot en met urgentie hoog, keurt goed`."""
        said = [self.w.t(f"employment.{one.employment}"), self.w.t("ground.sends", limit=self.alone(limit))]
        return ", ".join(said + [self.w.t("rota.approves")] * one.mandate.approve)

    def everybody(self, people: Iterable[str]) -> str:
        """`Marit, Tom en Sanne`, all of them."""
        return format_list([self.w.person(one) for one in people], locale=self.w.t.language)

    def rule(self, rule: ApprovalRule) -> str:
        """All that must hold: `geschreven door Daan of Ilse, urgentie hoog of meer, vanaf 10.000 volgers`."""
        t, held = self.w.t, []
        if rule.people:
            held.append(t("approval.by_people", person=self.either(self.w.person(one) for one in rule.people)))
        if rule.employment:
            held.append(t(f"employment.{rule.employment}"))
        if rule.channels:
            held.append(t("approval.by_channel", channel=self._kinds(rule.channels)))
        if rule.urgency:
            held.append(t("agreed.from_urgency", urgency=self.w.urgency(rule.urgency)))
        if rule.topics:
            held.append(t("approval.by_topic", topic=self.either(self.w.topic(one) for one in rule.topics)))
        if rule.reach:
            held.append(t("agreed.from_reach", count=self.f.number(rule.reach)))
        return ", ".join(held)

    def case_rule(self, rule: CaseRule) -> str:
        """All that must hold: `bron nieuws, met het woord ‘winactie*’, intentie compliment of praatje`."""
        return ", ".join(self._case_parts(rule))

    def _case_parts(self, rule: CaseRule) -> Iterator[str]:
        w, t = self.w, self.w.t
        if rule.kinds:
            yield t("approval.by_channel", channel=self._kinds(rule.kinds))
        if rule.sources:
            yield t("ground.by_source", source=self.either(w.source(one) for one in rule.sources))
        if rule.monitors:
            yield t("ground.by_monitor", monitor=self.either(rule.monitors))
        if rule.topics:
            yield t("approval.by_topic", topic=self.either(w.topic(one) for one in rule.topics))
        if rule.words:
            yield t("ground.by_word", word=self.either(t("ground.quoted", word=one) for one in rule.words))
        if rule.languages:
            yield t("ground.by_language", language=self.either(self.language(one) for one in rule.languages))
        if rule.authors:
            yield t("approval.by_people", person=self.either(rule.authors))
        if rule.reach:
            yield t("agreed.from_reach", count=self.f.number(rule.reach))
        if rule.sentiment:
            yield t("ground.by_sentiment", sentiment=self.either(w.sentiment(one) for one in rule.sentiment))
        if rule.intent:
            yield t("ground.by_intent", intent=self.either(t(f"intent.{one}") for one in rule.intent))
        if rule.urgency:
            yield t("ground.by_urgency", urgency=self.either(w.urgency(one) for one in rule.urgency))

    def language(self, code: str) -> str:
        """`Nederlands`; `taal onbekend` for what could not be told."""
        return self.w.filtered("language", code)

    def change(self, line: RuleChange) -> str:
        """What was changed: `Goedkeuringsregel ‘Crisis’ toegevoegd`."""
        if line.subject == "style" and not line.name:
            return self.w.t("ground.history_address")
        name = self.w.t.maybe(f"ground.working_{line.name}", line.name) if line.subject == "working" else line.name
        return self.w.t(f"ground.history_{line.subject}_{line.what}", name=name)

    def by(self, line: RuleChange) -> str:
        """Who changed it; a file that was loaded by whoever runs webcare is the team file."""
        return self.w.t("ground.by_file") if line.by.startswith("system:") else self.w.person(line.by)

    def working(self, field: str, of: Working) -> str:
        """One of the working agreements: `15 min`, `10 seconden`, `vanaf 10.000 volgers`."""
        t = self.w.t
        match field:
            case "approval_minutes":
                return self.span(of.approval_minutes)
            case "grace_seconds":
                return t.n("ground.seconds", of.grace_seconds) if of.grace_seconds else t("ground.not_at_all")
            case "agency":
                return self.alone(of.agency.alone_up_to)
            case "reach_threshold":
                return t("agreed.from_reach", count=self.f.number(of.reach_threshold))
            case "handles":
                return self.accounts(of.handles) or t("ground.none")
            case "reopen_days":
                return t.n("ground.days", of.reopen_days) if of.reopen_days else t("ground.not_at_all")
            case _:
                return self.points(of.weights)

    def accounts(self, handles: Iterable[str]) -> str:
        """`@spoorlijn of @spoorlijn@mastodon.example`, with the `@` that people leave out as they type."""
        return self.either(f"@{one.removeprefix('@')}" for one in handles)

    def points(self, weights: UrgencyWeights) -> str:
        """What a case counts for: `laag 1, normaal 1, hoog 2, kritiek 3`."""
        points = ((one, getattr(weights, one)) for one in UrgencyWeights.model_fields)
        return ", ".join(f"{self.w.urgency(one)} {self.f.number(number)}" for one, number in points)

    def holds_for(self, level: ServiceLevel) -> str:
        """What a promise is for: `kritiek`, `hoog, e-mail`, `al het andere`."""
        parts = [self.either(self.w.urgency(one) for one in level.urgency or ()), self._kinds(level.kinds or ())]
        return ", ".join(filter(None, parts)) or self.w.t("agreed.everything_else")

    def span(self, minutes: int | None) -> str:
        """`1 u 20`; a dash for what is not promised."""
        return self.f.duration(timedelta(minutes=minutes)) if minutes else "–"

    def _kinds(self, kinds: Iterable[str]) -> str:
        return self.either(self.w.t.maybe(f"kind.{one}", one) for one in kinds)

    def either(self, names: Iterable[str]) -> str:
        """`Daan of Ilse`, one of them."""
        return format_list(list(names), style="or", locale=self.w.t.language)


def words_for(request: Request, view: HandbookView) -> AgreementWords:
    """The words for this reader."""
    t = web_of(request).pages.translator(request)
    return AgreementWords(wording(t, view.identity.name, view.config), Formats(t.language, view.config.time_zone))
