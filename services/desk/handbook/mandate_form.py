"""The form of somebody's mandate: how they are employed, how far they send alone, whether they approve. Pure; as
`rule_forms.py`."""

from dataclasses import dataclass
from typing import get_args

from services.contracts.approvals import Employment
from services.contracts.mentions import UrgencyLabel
from services.contracts.teams import Mandate
from services.desk.domain.person_mandates import Standing
from services.desk.handbook.rule_forms import Faults, Given, Wrong

AS_ALL, NEVER = "", "never"
"""They send alone as the team says of everybody; nothing without approval."""
LIMITS: tuple[str, ...] = (AS_ALL, NEVER, *get_args(UrgencyLabel))
"""Else up to this urgency."""


@dataclass(frozen=True, slots=True)
class MandateForm:
    """As it was chosen; `alone` is one of `LIMITS`."""

    employment: str = ""
    alone: str = AS_ALL
    approve: bool = False


def mandate_shown(standing: Standing) -> MandateForm:
    """The form of a mandate as it is."""
    mandate = standing.mandate
    alone = (mandate.alone_up_to or AS_ALL) if mandate.send_alone else NEVER
    return MandateForm(standing.employment, alone, mandate.approve)


def mandate_typed(given: Given) -> MandateForm:
    """The form as it was sent."""

    def one(name: str) -> str:
        return (given.get(name) or [""])[0][:40]

    return MandateForm(one("employment"), one("alone"), one("approve") == "yes")


def mandate_checked(form: MandateForm, old: Standing) -> tuple[Standing | None, Faults]:
    """The mandate that the form makes in the place of the old one, whose limit is kept where they send nothing alone."""
    if form.employment not in get_args(Employment) or form.alone not in LIMITS:
        return None, {"form": Wrong("ground.wrong.form")}
    limit = old.mandate.alone_up_to if form.alone == NEVER else form.alone or None
    mandate = {"send_alone": form.alone != NEVER, "approve": form.approve, "alone_up_to": limit}
    return Standing(employment=form.employment, mandate=Mandate.model_validate(mandate)), {}
