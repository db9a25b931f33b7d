"""Who may send what alone, who may approve and who is asked: the questions of `services/contracts/mandates.py`, asked of a
team's agreements. Used by `replies.py`, `approvals.py` and `approval_clock.py`.
"""

from collections.abc import Iterable
from datetime import datetime

from services.contracts import mandates
from services.contracts.approvals import ApprovalReason
from services.contracts.cases import Case
from services.rota import approvals
from services.rota.approvals import Asked
from services.route.domain.agreement import Agreement

MANDATE = "mandate"
"""Who approves what leaves on its author's own mandate."""


def reasons(agreed: Agreement, author: str, case: Case) -> tuple[ApprovalReason, ...]:
    """Why a reply of `author` needs approval here; empty when it needs none."""
    return mandates.reasons(agreed.config, author, case)


def may_approve(agreed: Agreement, actor: str) -> bool:
    """Whether the actor may approve replies of others."""
    return mandates.may_approve(agreed.config, actor)


def asked(agreed: Agreement, writers: Iterable[str], now: datetime) -> Asked:
    """Who is asked for a reply that `writers` wrote, by the rota."""
    return approvals.asked(agreed.rota, mandates.approvers(agreed.config, writers), now)
