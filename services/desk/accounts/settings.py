"""The settings of accounts and of single sign-on (OpenID Connect)."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator

from services.desk.accounts.sign_on import read_grants
from services.runtime.settings import Settings
from services.runtime.web.identity import RANK, Role

KEPT_DAYS = 30
"""The accounts' database itself refuses to delete a line of the log that is younger, and to change any (SQLite)."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _roles(text: str) -> str:
    if unknown := [one for one in _split(text) if one not in RANK]:
        raise ValueError(f"{unknown[0]!r} is not a role; known are {', '.join(RANK)}")
    return text


def _grants(text: str) -> str:
    read_grants(text)
    return text


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    if text and not (parts.netloc and (parts.scheme == "https" or parts.hostname in _LOOPBACK)):
        raise ValueError("an issuer is an https address")
    return text


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


class AccountSettings(Settings):
    """Who may log in, how, and for how long."""

    desk_session_hours: float = Field(default=12, gt=0, le=24 * 30)
    """A session ends after so many hours without a request."""
    desk_session_longest_hours: float = Field(default=24 * 7, gt=0, le=24 * 90)
    """A session ends so many hours after its login, used or not."""
    desk_second_factor_roles: Annotated[str, AfterValidator(_roles)] = ""
    """Who has one of these roles in any team must have a second factor, as in `lead,admin`."""
    desk_invitation_hours: float = Field(default=72, gt=0, le=24 * 30)
    """A link to choose a password works for so long."""
    desk_audit_days: int = Field(default=400, gt=KEPT_DAYS)
    """The log of accounts is kept for so many days."""

    oidc_issuer: Annotated[str, AfterValidator(_issuer)] = ""
    """The provider's address, as it names itself; empty switches single sign-on off."""
    oidc_client_id: str = Field(default="", validate_default=True)
    oidc_client_secret: SecretStr | None = None
    """What the provider knows us by; without it we are a public client, protected by PKCE alone."""
    oidc_name: str = "SSO"
    """How the button names the provider."""
    oidc_scopes: str = "openid profile email"
    oidc_groups_claim: str = "groups"
    """Where the claims name groups; `realm_access.roles` looks inside."""
    oidc_roles: Annotated[str, AfterValidator(_grants)] = ""
    """What groups may be here, as in `webcare-leads=spoorlijn:lead, staff=spoorlijn:agent`."""
    oidc_create: bool = False
    """Make an account for who logs in there and has none here."""
    oidc_link_by_name: bool = False
    """Let who logs in there for the first time have the account of the same name: only where the provider gives each name
    once and for ever, and nobody can choose theirs."""
    oidc_second_factor: Literal["provider", "ours"] = "provider"
    """Who asks for a second factor: the provider, or this desk as well."""

    @property
    def second_factor_roles(self) -> frozenset[Role]:
        """The roles that must have a second factor."""
        wanted = _split(self.desk_second_factor_roles)
        return frozenset(role for role in RANK if role in wanted)

    @field_validator("oidc_client_id")
    @classmethod
    def _known_there(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("oidc_issuer needs it")
        return value
