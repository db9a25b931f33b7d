"""Accounts as values: who somebody is and may be, what changed between two of them, and who may manage whom. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.runtime.web.identity import RANK, Identity, Role

MIN_PASSWORD, MAX_PASSWORD = 10, 1_000
DIFFERENT = 4
"""So many different characters a password has at least."""
AGENCY_MOST: Role = "agent"
"""The highest role of agency staff: they work on cases, and lead, approve and administer nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in. `agency` narrows what they may be; after `ends` the account has stopped by itself."""

    name: str
    display_name: str
    teams: Mapping[str, Role]
    language: str | None = None
    disabled: bool = False
    agency: bool = False
    ends: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether it can be used."""
        return not self.disabled and (self.ends is None or now < self.ends)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something to an account, and roughly from where (see `places.py`); empty when nobody is known."""

    actor: str = ""
    place: str = ""


COMMAND_LINE = By("command line")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between an account before and after, as the log names it."""

    action: str
    team: str = ""
    detail: str = ""


def check_account(account: Account) -> None:
    """Refuse roles that are not one, and what agency staff may not be.

    Raises:
        ValueError: with the reason.
    """
    for role in account.teams.values():
        if role not in RANK:
            raise ValueError(f"unknown role {role!r}; known are {', '.join(RANK)}")
        if account.agency and RANK[role] > RANK[AGENCY_MOST]:
            raise ValueError(f"agency staff are {AGENCY_MOST} at most, not {role}")


def check_password(name: str, password: str) -> None:
    """Refuse what is guessed first: short, one's own name, the same characters over and over (NIST SP 800-63B, 3.1.1.2).

    Raises:
        ValueError: with the reason.
    """
    if len(password) < MIN_PASSWORD:
        raise ValueError(f"a password has at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise ValueError(f"a password has at most {MAX_PASSWORD} characters")
    if len(set(password)) < DIFFERENT or password.strip().lower() == name:
        raise ValueError("this password is too easy to guess")


def changes(before: Account | None, after: Account) -> list[Change]:
    """What the log says of a saved account: a role given or taken each in a line of its own, with its team."""
    found = [] if before else [Change("account_added", detail=after.display_name)]
    held = before.teams if before else {}
    for team in sorted({*held, *after.teams}):
        role, was = after.teams.get(team), held.get(team)
        if role is None:
            found.append(Change("role_taken", team, str(was)))
        elif role != was:
            found.append(Change("role_given", team, f"{was} → {role}" if was else role))
    if before is None:
        return found
    if before.disabled != after.disabled:
        found.append(Change("account_disabled" if after.disabled else "account_enabled"))
    told = (("name", "display_name"), ("language", "language"), ("agency", "agency"), ("ends", "ends"))
    facts = [f"{word} {getattr(after, fact)}" for word, fact in told if getattr(before, fact) != getattr(after, fact)]
    return [*found, Change("account_changed", detail=", ".join(facts))] if facts else found


def administers(identity: Identity) -> frozenset[str]:
    """The teams that they administer, by a session; a token administers nobody."""
    return frozenset(team for team in identity.teams if identity.session and identity.may(team, "admin", "admin"))


def sees(identity: Identity, account: Account) -> bool:
    """Whether an administrator sees an account: it has a role in a team of theirs, or in no team at all."""
    mine = administers(identity)
    return bool(mine) and (not account.teams or any(team in mine for team in account.teams))


def manages(identity: Identity, account: Account) -> bool:
    """Whether they may do what concerns the whole account: disable it, give it a new password, take its second factor.

    They must administer every team of it: who administers one team would else take over an account that has more power in
    another. Nobody does it to themselves.
    """
    return sees(identity, account) and set(account.teams) <= administers(identity) and account.name != identity.name


def with_roles(account: Account, identity: Identity, roles: Mapping[str, Role | None]) -> dict[str, Role]:
    """The roles of an account after an administrator changed those of their own teams; `None` takes a role away.

    Raises:
        PermissionError: a team is not theirs, or they would take the role admin from themselves.
    """
    mine = administers(identity)
    if strange := sorted(set(roles) - mine):
        raise PermissionError(strange[0])
    after: dict[str, Role] = dict(account.teams)
    for team, role in roles.items():
        if account.name == identity.name and role != account.teams.get(team):
            raise PermissionError(team)
        after.pop(team, None)
        if role is not None:
            after[team] = role
    return after
