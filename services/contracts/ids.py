"""Deterministic ids (UUIDv5), so that the same thing collected, asked or decided twice has one id everywhere."""

from hashlib import sha1
from uuid import NAMESPACE_URL, uuid5

_SPACE = uuid5(NAMESPACE_URL, "urn:webcare")


def _id(*parts: str) -> str:
    """Join with the ASCII unit separator, which no part contains, so that ("a", "bc") and ("ab", "c") differ.

    It is `str(uuid5(_SPACE, joined))`, without the objects in between: route makes one for every event.
    """
    digest = bytearray(sha1(_SPACE.bytes + "\x1f".join(parts).encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def mention_id(team: str, source: str, source_id: str) -> str:
    """The id of a mention: the same post collected twice, by whatever way, for one team is one mention."""
    return _id("mention", team, source, source_id)


def case_id(team: str, first_mention: str) -> str:
    """The id of the case that a mention opens."""
    return _id("case", team, first_mention)


def split_id(command: str) -> str:
    """The id of the case that a `SplitCase` command makes."""
    return _id("split", command)


def event_id(cause: str, sequence: int) -> str:
    """The id of the n-th event (counted from 1) that one command, mention or tick caused."""
    return _id("event", cause, str(sequence))


def reply_id(command: str) -> str:
    """The id of the reply that a `SubmitReply` command asks for; the idempotency key of its delivery."""
    return _id("reply", command)


def due_id(reply: str) -> str:
    """The id of the tick by which route lets a reply leave whose moment of grace is over: one for each reply."""
    return _id("due", reply)


def elsewhere_id(command: str, team: str) -> str:
    """The id of a command as it is sent on to another team of its person: one for each team."""
    return _id("elsewhere", command, team)


def noted_id(cause: str, team: str, person: str) -> str:
    """The id of the command that tells another team of a person what was granted them, for what made it other."""
    return _id("noted", cause, team, person)


def made_up_id(what: str, person: str, team: str, revision: int, elsewhere: str, revision_there: int) -> str:
    """The id of the command that tells a team what it has missed of another: one while both agree what they do now."""
    return _id("made-up", what, person, team, str(revision), elsewhere, str(revision_there))


def sickness_id(team: str, leave: str, start: str) -> str:
    """What sickness that a team has from elsewhere than a command is shared by with the person's other teams."""
    return _id("sickness", team, leave, start)


def away_id(team: str, leave: str) -> str:
    """What leave that another team granted is known by in a team of the same person."""
    return f"away-{_id('away', team, leave)}"


def delivery_id(reply: str, outcome: str) -> str:
    """The id of the command that reports what became of a reply."""
    return _id("delivery", reply, outcome)


def reread_id(mention: str, revision: int) -> str:
    """The id of the command by which the second reader corrects a revision of a mention: one at most."""
    return _id("reread", mention, str(revision))


def erasure_id(team: str, source: str, author: str) -> str:
    """What is remembered of an author who was erased: whoever has their id can tell that they were, and nobody who."""
    return _id("erasure", team, source, author)


def rejected_id(topic: str, partition: int, offset: int) -> str:
    """The id of a rejected record: one per place it was read from."""
    return _id("rejected", topic, str(partition), str(offset))


def signal_id(*parts: str) -> str:
    """The id of a signal, from what it is about and the start of its window."""
    return _id("signal", *parts)


def alert_id(search: str, before: str) -> str:
    """The id of an alert of a kept search, from the alert before it (empty for its first): sent again it is the same."""
    return _id("alert", search, before)


def gap_id(*parts: str) -> str:
    """The id of a gap in the cover, from the team, the need and its bounds."""
    return _id("gap", *parts)
