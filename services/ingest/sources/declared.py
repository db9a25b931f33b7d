"""What every declared source has: a name, the team its mentions are for, and the search or account that finds them."""

from pydantic import BaseModel, ConfigDict

from services.contracts.base import Slug


class DeclaredSource(BaseModel):
    """`team` is the default; `teams` are others that its mentions may name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    team: Slug
    teams: tuple[Slug, ...] = ()
    monitor: Slug | None = None

    def allowed(self) -> frozenset[str]:
        """The teams that its mentions may be for."""
        return frozenset((self.team, *self.teams))
