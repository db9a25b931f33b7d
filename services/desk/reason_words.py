"""Why a case is taken for what it is, in words: each label, what made it so, who corrected it. Used by `reasons.html`."""

from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list

from services.contracts.cases import LabelCorrection
from services.desk.domain.reasons import Ground, Label
from services.desk.wording import SECOND_READER, Wording
from services.runtime.web.formats import Formats


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """Words for one reader."""

    w: Wording
    f: Formats

    def name(self, label: Label) -> str:
        """What the label is about: `stemming`."""
        return self.w.t(f"reason.label_{label.field}")

    def correct(self, label: Label) -> str:
        """What its menu does: `Verbeter stemming`."""
        return f"{self.w.t('correct.go')} {self.name(label)}"

    def value(self, label: Label) -> str:
        """`negatief`; the topics in a row, and that there are none."""
        if not label.values:
            return self.w.t("reason.none")
        return format_list([self._one(label.field, one) for one in label.values], locale=self.w.t.language)

    def _one(self, field: str, value: str) -> str:
        match field:
            case "topics":
                return self.w.topic(value)
            case "language":
                return self.w.language(value) or self.w.t("filter.no_language")
            case "needs_person":
                return self.w.t("reason.yes")
            case _:
                return self.w.t.maybe(f"{field}.{value}", value)

    def ground(self, label: Label, ground: Ground) -> str:
        """What a reason says before its words: `door`, `gezondheid, uit de hele tekst`; an unknown code is its own text."""
        what = self.w.signal(ground.value) if label.field == "urgency" else self.w.topic(ground.value)
        key = f"reason.{ground.code}"
        return self.w.t(key, what=what) if key in self.w.t.texts else ground.code.replace("-", " ")

    def before(self, label: Label) -> str:
        """How the grounds of a corrected label begin: `De lezer las negatief:`."""
        if label.field in ("urgency", "topics"):
            return self.w.t("reason.read_before")
        return self.w.t("reason.read_as", value=self._one(label.field, label.grounds[0].value))

    def told(self, correction: LabelCorrection, now: datetime) -> str:
        """`Zo gezet door Marit, 14:02`."""
        time = self.f.moment(correction.at, now)
        if correction.by == SECOND_READER:
            return self.w.t("reason.by_second_reader", time=time)
        return self.w.t("reason.by", person=self.w.person(correction.by), time=time)
