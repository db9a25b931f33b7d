"""What was changed of a team's ground rules, by whom and when (in `teams.py`). Route fills it in, no form and no file.

The rules themselves are in the team's configuration; each earlier revision of them is in the events.
"""

from typing import Literal, get_args

from services.contracts.base import Instant, Model, ShortText

MOST_KEPT = 20
"""So many are kept with the agreements, the latest last; every event of the rota carries them, and the events have all."""

Subject = Literal["approval", "style", "cases", "working", "mandate"]
What = Literal["added", "changed", "removed", "moved"]
Working = Literal["approval_minutes", "grace_seconds", "agency", "reach_threshold", "handles", "reopen_days", "weights"]
"""The fields of a team's configuration that are its working agreements."""
WORKING: tuple[Working, ...] = get_args(Working)


class RuleChange(Model):
    """One line of the history. `name` is the rule's, as it was called then; in a style, the words, or empty for the form of
    address; of the working agreements the field (`WORKING`), of a mandate whose it is."""

    at: Instant
    by: ShortText
    """Who sent the command."""
    subject: Subject
    what: What
    name: ShortText = ""
