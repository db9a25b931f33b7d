"""Private links for people without an account: signed, for one purpose each, nothing kept of them.

A link to a question says which one it is and until when; whether it may still be answered is route's to say. A link to a
team's box of ideas says its number, which the team's configuration must still have.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from services.contracts.questions import Question


@dataclass(frozen=True, slots=True)
class QuestionLink:
    """What a link to a question says."""

    case: str
    question: str
    expires_at: datetime


class Links:
    """Makes and reads the secret parts of the links."""

    def __init__(self, signing_key: str) -> None:
        self._key = hashlib.sha256(b"webcare link\x1f" + signing_key.encode()).digest()

    def question(self, case: str, question: Question) -> str:
        """The secret part of the link to a question of a case."""
        return self._signed("question", case, question.id, str(int(question.expires_at.timestamp())))

    def read_question(self, token: str) -> QuestionLink | None:
        """What a link says that we made; `None` for any other."""
        parts = self._verified("question", token, 3)
        if parts is None:
            return None
        return QuestionLink(parts[0], parts[1], datetime.fromtimestamp(int(parts[2]), UTC))

    def ideas(self, team: str, number: int) -> str:
        """The secret part of the link to a team's box."""
        return self._signed("ideas", team, str(number))

    def read_ideas(self, token: str) -> tuple[str, int] | None:
        """The team and the number that a link says; `None` for one that we did not make."""
        parts = self._verified("ideas", token, 2)
        return (parts[0], int(parts[1])) if parts else None

    def _signed(self, purpose: str, *parts: str) -> str:
        return ".".join((*parts, self._signature(purpose, *parts)))

    def _verified(self, purpose: str, token: str, count: int) -> tuple[str, ...] | None:
        *parts, signature = token.split(".")
        good = hmac.compare_digest(signature.encode(), self._signature(purpose, *parts).encode())
        return tuple(parts) if good and len(parts) == count else None

    def _signature(self, purpose: str, *parts: str) -> str:
        return hmac.new(self._key, "\x1f".join((purpose, *parts)).encode(), hashlib.sha256).hexdigest()
