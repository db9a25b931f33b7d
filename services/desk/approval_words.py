"""Approval in words: which rule asked for it, who is asked, who comes on when nobody is. Used by `approval.html`."""

from dataclasses import dataclass
from datetime import datetime

from services.contracts.approvals import ApprovalReason, PendingReply, RuleCondition
from services.desk.domain.approvals import Beforehand
from services.desk.wording import Wording
from services.runtime.web.formats import Formats


@dataclass(frozen=True, slots=True)
class ApprovalWords:
    """Words for one reader."""

    w: Wording
    f: Formats

    def reason(self, reason: ApprovalReason) -> str:
        """`Regel 'crisis': urgentie kritiek (vanaf hoog), 25.000 volgers (vanaf 10.000).`"""
        held = ", ".join(self._condition(one) for one in reason.conditions)
        if not reason.rule:
            return held
        return self.w.t("approval.rule", rule=reason.rule, held=held)

    def asked(self, one: PendingReply | Beforehand, now: datetime) -> str:
        """Who is asked now; when nobody is on, who comes first and when."""
        if one.asked:
            return self.w.t("approval.asked", people=self.w.people(one.asked))
        if one.cover_begins is not None:
            moment = self.f.moment(one.cover_begins, now)
            return self.w.t("approval.later", people=self.w.people(one.next_asked), time=moment)
        return self.w.t("approval.nobody")

    def _condition(self, one: RuleCondition) -> str:
        match one.kind:
            case "mandate":
                return self.w.t("approval.by_mandate", person=self.w.person(one.value))
            case "people":
                return self.w.t("approval.by_people", person=self.w.person(one.value))
            case "employment":
                return self.w.t(f"employment.{one.value}")
            case "alone_up_to":
                return self._urgencies("approval.by_alone_up_to", one)
            case "channel":
                return self.w.t("approval.by_channel", channel=self.w.t.maybe(f"kind.{one.value}", one.value))
            case "urgency":
                return self._urgencies("approval.by_urgency", one)
            case "topic":
                return self.w.t("approval.by_topic", topic=self.w.topic(one.value))
            case "reach":
                value, limit = self.f.number(int(one.value)), self.f.number(int(one.limit))
                return self.w.t("approval.by_reach", value=value, limit=limit)

    def _urgencies(self, key: str, one: RuleCondition) -> str:
        value, limit = (self.w.t(f"urgency.{label}") for label in (one.value, one.limit))
        return self.w.t(key, value=value, limit=limit)
