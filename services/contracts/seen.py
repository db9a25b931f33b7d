"""What happened to a case after somebody looked at it, and what of that matters to who acts. Used by route and the desk.

Every event of a case raises its `revision` by one and adds one line to its history, so that the lines since a revision are
the last ones. No lock: two people may write at once, and the second is told what the first did (`changed_since`).
"""

from services.contracts.cases import Case, HistoryLine

MATTERS = frozenset(
    {
        "MentionJoined",
        "CaseReopened",
        "CaseClaimed",
        "CaseHandedOver",
        "ReplySubmitted",
        "CaseClosed",
        "CaseMerged",
        "CaseExtended",
        "CaseUnmerged",
        "CaseReduced",
        "MentionsSplitOff",
        "CaseErased",
    }
)
"""What changes the answer that somebody else is about to give: words of the customer, answers, hands, where it goes on."""


def since(case: Case, seen: int) -> tuple[HistoryLine, ...]:
    """The lines of history after revision `seen`, the latest `RECENT_LINES` at most, in their order."""
    newer = max(0, case.revision - seen)
    return case.history[-newer:] if newer else ()


def changed_since(case: Case, seen: int, actor: str) -> tuple[HistoryLine, ...]:
    """What of it matters to `actor`: what others did, not what they did themselves."""
    return tuple(line for line in since(case, seen) if line.type in MATTERS and line.actor != actor)
