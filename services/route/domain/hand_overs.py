"""A case changes hands by the will of people: claimed, given back, handed over to a colleague or to the team."""

from datetime import datetime

from services.contracts.cases import Case, CaseMessage, Explanation
from services.contracts.commands import ClaimCase, HandOver, ReleaseCase
from services.contracts.events import CaseClaimed, CaseHandedOver, CaseReleased
from services.route.domain import clocks
from services.route.domain.agreement import Agreement
from services.route.domain.answers import Refusal
from services.route.domain.drafts import Draft, case_draft, changed, with_message
from services.route.domain.made import made
from services.route.domain.releases import released
from services.route.domain.rights import in_roster, may_direct, still_open


def claim(agreed: Agreement, case: Case, command: ClaimCase, now: datetime) -> list[Draft]:
    """The actor takes the case, off shift and over capacity too. Taking up what one was given is a claim as well."""
    in_roster(agreed, command.actor)
    still_open(case)
    if case.owner == command.actor and case.touched and case.snoozed_until is None:
        return []
    return [claimed(agreed, case, command.actor, now)]


def claimed(agreed: Agreement, case: Case, person: str, now: datetime) -> Draft:
    """The case is the person's, by their own will."""
    taken_from = case.owner if case.owner != person else None
    after = changed(
        case,
        **_owned(case, person, now),
        previous_owner=taken_from or case.previous_owner,
        touched=True,
        handed_over=False,
        explanation=_by_hand("claimed", case, person, now),
    )
    after = clocks.adjusted(agreed, after, now)
    return case_draft(CaseClaimed, after, now, person, person, person=person, taken_from=taken_from)


def release(agreed: Agreement, case: Case, command: ReleaseCase, now: datetime) -> list[Draft]:
    """The owner gives the case back; a lead or a system may do it for them."""
    still_open(case)
    if case.owner is None:
        return []
    may_direct(agreed, case, command.actor)
    after = clocks.adjusted(agreed, changed(released(case), given_back_by=case.owner, snoozed_until=None), now)
    return [case_draft(CaseReleased, after, now, command.actor, "by_person", person=case.owner, reason="by_person")]


def hand_over(agreed: Agreement, case: Case, command: HandOver, now: datetime) -> list[Draft]:
    """To a colleague, whether they are on and have room or not; or to the team, and then to anybody else who can."""
    still_open(case)
    may_direct(agreed, case, command.actor)
    if command.to is not None and command.to not in agreed.people:
        raise Refusal("unknown_person", f"{command.to} is not in the team's roster")
    if command.to is not None and command.to == case.owner:
        return []
    note = _note(command, now)
    if note is not None:
        case = changed(case, messages=with_message(case, note))
    after = _given(case, command.to, now) if command.to else _given_back(case)
    after = clocks.adjusted(agreed, after, now)
    fields = {"person": command.to, "taken_from": case.owner, "note": note}
    return [case_draft(CaseHandedOver, after, now, command.actor, command.to or "", **fields)]


def _given(case: Case, person: str, now: datetime) -> Case:
    return changed(
        case,
        **_owned(case, person, now),
        previous_owner=case.owner or case.previous_owner,
        touched=False,
        handed_over=True,
        explanation=_by_hand("handed_over", case, person, now),
    )


def _given_back(case: Case) -> Case:
    if case.owner is None:
        return changed(case, snoozed_until=None)
    return changed(released(case), given_back_by=case.owner, snoozed_until=None)


def _owned(case: Case, person: str, now: datetime) -> dict[str, object]:
    """What a new owner by the will of people means, whoever it is; it wakes a case that was snoozed."""
    others = tuple(one for one in case.escalated_to if one != person)
    return {
        "owner": person,
        "assigned_at": now,
        "given_back_by": None,
        "snoozed_until": None,
        "waiting": None,
        "escalated_to": others,
    }


def _by_hand(rule: str, case: Case, person: str, now: datetime) -> Explanation:
    return made(Explanation, {"rule": rule, "chosen": person, "weight": case.weight, "at": now})


def _note(command: HandOver, now: datetime) -> CaseMessage | None:
    if not command.note.strip():
        return None
    return CaseMessage(kind="note", id=command.id, at=now, author=command.actor, text=command.note)
