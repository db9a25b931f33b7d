"""Which account somebody has who comes from the identity provider: found by subject, linked, or made; with their roles."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.desk.accounts.people import Account, By
from services.desk.accounts.settings import AccountSettings
from services.desk.accounts.sign_on import called, groups_of, name_of, read_grants, roles_after
from services.desk.accounts.store import Accounts
from services.runtime.web.identity import Role

log = logging.getLogger(__name__)
PROVIDER = By("provider")


class JoinError(Exception):
    """There is no account for them. `told` is the word of the sentence that they see."""

    def __init__(self, told: str, why: str) -> None:
        super().__init__(why)
        self.told = told


def join(accounts: Accounts, settings: AccountSettings, issuer: str, claims: Mapping[str, Any]) -> Account:
    """The account of somebody with these claims, which have been checked; its roles as their groups say.

    Raises:
        JoinError: they have none, and none may be made.
    """
    subject, wanted = str(claims["sub"]), name_of(claims)
    name = accounts.subjects.find(issuer, subject)
    if name is None and wanted and settings.oidc_link_by_name and accounts.get(wanted):
        name = wanted
        accounts.subjects.link(name, issuer, subject, PROVIDER)
    account = accounts.get(name) if name else None
    if account is None:
        return _made(accounts, settings, issuer, claims, wanted)
    return _with_roles(accounts, settings, account, claims)


def _made(
    accounts: Accounts, settings: AccountSettings, issuer: str, claims: Mapping[str, Any], name: str | None
) -> Account:
    subject = str(claims["sub"])
    if not settings.oidc_create or name is None:
        raise JoinError("unknown", f"subject {subject!r} has no account, and none may be made")
    if accounts.get(name):
        raise JoinError("taken", f"subject {subject!r} would be {name!r}, which is somebody's already")
    roles = _roles(settings, {}, claims)
    if settings.oidc_roles and not roles:
        raise JoinError("unknown", f"subject {subject!r} is in no group that may be here")
    account = Account(name, called(claims, name), roles)
    accounts.save(account, None, PROVIDER, invited=True)
    accounts.subjects.link(name, issuer, subject, PROVIDER)
    log.info("made the account %s for somebody of the identity provider", name)
    return account


def _with_roles(accounts: Accounts, settings: AccountSettings, account: Account, claims: Mapping[str, Any]) -> Account:
    """The account as its groups say now; where that changes it, its sessions of before end."""
    roles = _roles(settings, account.teams, claims, account.agency)
    if roles == dict(account.teams):
        return account
    after = replace(account, teams=roles)
    accounts.save(after, None, PROVIDER)
    return after


def _roles(
    settings: AccountSettings, held: Mapping[str, Role], claims: Mapping[str, Any], agency: bool = False
) -> dict[str, Role]:
    groups = groups_of(claims, settings.oidc_groups_claim)
    return roles_after(held, groups, read_grants(settings.oidc_roles), agency)
