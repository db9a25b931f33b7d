"""What the claims of an identity provider mean here: which name, and which roles in which teams. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from services.desk.accounts.people import AGENCY_MOST
from services.runtime.web.identity import RANK, Role

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Grant:
    """Members of a provider's group have this role in this team."""

    group: str
    team: str
    role: Role


def read_grants(text: str) -> tuple[Grant, ...]:
    """`group=team:role, group=team:role`; a group may occur more than once.

    Raises:
        ValueError: naming the part that is not so.
    """
    grants: list[Grant] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        group, _, place = (one.strip() for one in part.rpartition("="))
        team, _, role = place.partition(":")
        known = next((one for one in RANK if one == role), None)
        if not group or not _SLUG.fullmatch(team) or known is None:
            raise ValueError(f"{part!r} is not GROUP=TEAM:ROLE with a role of {', '.join(RANK)}")
        grants.append(Grant(group, team, known))
    return tuple(grants)


def groups_of(claims: Mapping[str, Any], claim: str) -> frozenset[str]:
    """The groups in a claim: a list, or one word; `realm_access.roles` looks inside."""
    found: Any = claims
    for part in claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset({found})
    return frozenset(str(one) for one in found) if isinstance(found, list | tuple) else frozenset()


def roles_after(
    held: Mapping[str, Role], groups: Collection[str], grants: Collection[Grant], agency: bool = False
) -> dict[str, Role]:
    """The roles after a login: in the teams that `grants` speak of what the groups give (the highest), elsewhere as held."""
    given: dict[str, Role] = {}
    for grant in sorted(grants, key=lambda one: RANK[one.role]):
        if grant.group in groups:
            given[grant.team] = grant.role
    if agency:
        given = {team: min(role, AGENCY_MOST, key=lambda one: RANK[one]) for team, role in given.items()}
    spoken_of = {grant.team for grant in grants}
    return {team: role for team, role in held.items() if team not in spoken_of} | given


def name_of(claims: Mapping[str, Any]) -> str | None:
    """A name for an account from the claims: `preferred_username`, else the address's first half; `None` without one."""
    for claim in ("preferred_username", "email"):
        text = str(claims.get(claim) or "").partition("@")[0].lower()
        slug = re.sub(r"[^a-z0-9_-]+", "-", text).strip("-_")[:63].strip("-_")
        if _SLUG.fullmatch(slug):
            return slug
    return None


def called(claims: Mapping[str, Any], name: str) -> str:
    """How colleagues see them."""
    return str(claims.get("name") or name)[:200]
