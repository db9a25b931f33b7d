"""The rota in words: days and hours, people, needs, clashes, reasons, and a shift's rule as somebody would say it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from services.contracts.rota import CalendarStatus
from services.contracts.teams import Person, Shift, TeamConfig
from services.desk.domain.rota import Clash, Piece
from services.desk.domain.rota_decide import Effect
from services.desk.domain.rota_plan import Lack
from services.desk.wording import wording
from services.rota.coverage import Gap, NeedCovered
from services.rota.spans import OVERRIDE
from services.rota.stand_ins import Exclusion, Proposal
from services.runtime.web.formats import Formats
from services.runtime.web.i18n import Translator

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class RotaWords:
    """Words for one reader of one team's rota."""

    t: Translator
    f: Formats
    config: TeamConfig
    me: str

    def person(self, ident: str | None) -> str:
        """A person's name."""
        return wording(self.t, self.me, self.config).person(ident)

    def mandate(self, person: Person) -> str:
        """`verstuurt zelf tot en met urgentie hoog, keurt goed`."""
        limit = self.config.sends_alone_up_to(person)
        if limit is None:
            alone = self.t("rota.alone_never")
        else:
            any_ = limit == "critical"
            alone = self.t("rota.alone_any") if any_ else self.t("rota.alone_up_to", urgency=self.t(f"urgency.{limit}"))
        return ", ".join([alone, *[self.t("rota.approves")] * person.mandate.approve])

    def calendar_problem(self, status: CalendarStatus) -> str:
        """`de server antwoordt met HTTP 404`; as it was written, for what was written before there were codes."""
        if status.code is None:
            return status.problem
        values = {name: self.f.number(int(one)) if one.isdecimal() else one for name, one in status.values.items()}
        return self.t(f"rota.calendar_problem.{status.code}", **values)

    def people(self, idents: Iterable[str], none: str = "") -> str:
        """`Marit, Tom en Sanne`, all of them."""
        named = [self.person(one) for one in idents]
        return format_list(named, locale=self.t.language) if named else none

    def day(self, day: date) -> str:
        """`do 26 nov`."""
        return format_date(day, "EEE d MMM", locale=self.t.language)

    def weekday(self, day: date) -> str:
        """`do`."""
        return format_date(day, "EEE", locale=self.t.language)

    def month(self, day: date) -> str:
        """`november 2026`."""
        return format_date(day, "LLLL y", locale=self.t.language)

    def on(self, moment: datetime) -> str:
        """The day of a moment."""
        return self.day(self.f.local(moment).date())

    def last_day(self, end: datetime) -> str:
        """The last day of what ends at a moment, which may be the midnight after it."""
        return self.on(end - timedelta(minutes=1))

    def hours(self, start: datetime, end: datetime) -> str:
        """`09:00–17:00`, on the team's clock."""
        return f"{self.f.time(start)}–{self.f.time(end)}"

    def stretch(self, start: datetime, end: datetime) -> str:
        """A day with its hours, or whole days, or both ends in full."""
        local, until = self.f.local(start), self.f.local(end)
        last = until - timedelta(minutes=1)
        if local.time() == time() and until.time() == time():
            return self.day(local.date()) + ("" if last.date() == local.date() else f" – {self.day(last.date())}")
        if last.date() == local.date() or end - start < timedelta(hours=16):
            return f"{self.day(local.date())} {self.hours(start, end)}"
        return f"{self.day(local.date())} {self.f.time(start)} – {self.day(until.date())} {self.f.time(end)}"

    def leave(self, start: datetime, end: datetime) -> str:
        """The time of a leave; without an end that anybody would name, since when."""
        long = end - start > timedelta(days=300)
        return self.t("rota.since", time=self.on(start)) if long else self.stretch(start, end)

    def shift(self, shift: str) -> str:
        """A shift's name; of an override its reason."""
        if shift.startswith(OVERRIDE):
            known = (one.reason for one in self.config.overrides if OVERRIDE + one.id == shift)
            return next(known, "") or self.t("rota.override")
        return shift.replace("_", " ")

    def need(self, need: NeedCovered | Lack) -> str:
        """What is wanted: anybody, a skill, a language or a channel."""
        w = wording(self.t, self.me, self.config)
        parts = [w.topic(need.skill) if need.skill else "", w.language(need.language) if need.language else ""]
        parts.append(self.t.maybe(f"kind.{need.channel}", need.channel) if need.channel else "")
        return ", ".join(filter(None, parts)) or self.t("rota.anybody")

    def gap(self, need: NeedCovered, gap: Gap) -> str:
        """What a gap lacks: `niemand`, `1 van 2`, and of what."""
        what = "" if need.anybody else f" · {self.need(need)}"
        if gap.on == 0:
            return self.t("rota.gap_none") + what
        return self.t("rota.gap_some", on=gap.on, wanted=gap.wanted) + what

    def clash(self, clash: Clash) -> str:
        """Why one cannot."""
        return self.t(f"rota.clash_{clash.kind}", shift=self.shift(clash.detail))

    def effect(self, effect: Effect) -> str:
        """`dekking blijft 100 %`, `dekking 100 % → 87,5 %`."""
        before, after = self.f.number(effect.before), self.f.number(effect.after)
        key = "same" if effect.before == effect.after else "changes"
        return self.t(f"rota.effect_{key}", before=before, after=after)

    def reasons(self, proposal: Proposal, *, contracts: bool = True) -> str:
        """Why somebody is proposed; what their contract says is for leads."""
        w, said = wording(self.t, self.me, self.config), []
        for one in proposal.reasons:
            if not contracts and one.code in ("within_contract", "over_contract"):
                continue
            detail = one.detail
            if one.code in ("rested", "short_rest", "within_contract", "over_contract"):
                hours = float(detail)
                code = "rested_long" if one.code == "rested" and hours >= 72 else one.code
                said.append(self.t(f"rota.reason_{code}", hours=self.f.number(round(hours, 1)), days=int(hours // 24)))
            else:
                named = w.language(detail) if one.code == "speaks" else w.topic(detail)
                said.append(self.t(f"rota.reason_{one.code}", name=named))
        return ", ".join(said)

    def excluded(self, one: Exclusion) -> str:
        """Why somebody could not."""
        w = wording(self.t, self.me, self.config)
        details = {"on_shift": self.shift, "asked_already": self.person, "no_language": w.language, "no_skill": w.topic}
        name = details.get(one.code, str)(one.detail)
        return self.t(f"rota.excluded_{one.code}", name=name)

    def rule(self, shift: Shift) -> str:
        """When a shift is: `ma–vr 09:00–17:00`; a rule that is not plainly daily or weekly as it is written."""
        end = shift.start + timedelta(minutes=shift.minutes)
        hours = f"{shift.start:%H:%M}–{end:%H:%M}"
        if shift.rule is None:
            return f"{self.day(shift.start.date())} {hours}"
        days = plain_days(shift)
        return f"{self._days(days)} {hours}" if days else f"{shift.rule} · {hours}"

    def piece(self, piece: Piece) -> str:
        """One line about a stretch, for a tooltip and for who cannot see the picture."""
        kind = "" if piece.kind == "on" else f" · {self.t('rota.kind_' + piece.kind)}"
        instead = piece.span.instead_of
        taken = f" · {self.t('rota.instead', person=self.person(instead))}" if instead else ""
        return f"{self.hours(piece.start, piece.end)} {self.shift(piece.span.shift)}{kind}{taken}"

    def weekdays(self) -> list[tuple[str, str]]:
        """Codes and short names of the days of the week."""
        names = get_day_names("abbreviated", locale=self.t.language)
        return [(code, names[number]) for number, code in enumerate(CODES)]

    def _days(self, days: tuple[int, ...]) -> str:
        names = get_day_names("abbreviated", locale=self.t.language)
        if len(days) == 7:
            return self.t("rota.daily")
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return f"{names[days[0]]}–{names[days[-1]]}"
        return format_list([names[day] for day in days], locale=self.t.language)


def plain_days(shift: Shift) -> tuple[int, ...]:
    """The weekdays of a plain daily or weekly rule, 0 is Monday; empty for any other rule."""
    parts = dict(part.partition("=")[::2] for part in (shift.rule or "").upper().split(";"))
    if parts == {"FREQ": "DAILY"}:
        return tuple(range(7))
    if parts.keys() - {"FREQ", "BYDAY"} or parts.get("FREQ") != "WEEKLY":
        return ()
    days = parts.get("BYDAY", CODES[shift.start.weekday()]).split(",")
    return tuple(sorted(CODES.index(day) for day in days)) if set(days) <= set(CODES) else ()


def short_hour(minute: int) -> str:
    """`9`, `8:30`, `24`, as short as the picture needs."""
    return f"{minute // 60}" if minute % 60 == 0 else f"{minute // 60}:{minute % 60:02d}"
