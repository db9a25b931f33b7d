"""What people ask of the searches that they keep (on `desk.commands`, through `commands.py`)."""

from typing import Literal

from services.contracts.base import Slug
from services.contracts.envelopes import CommandBase
from services.contracts.searches import AlertRule, SearchName, SearchText


class SaveSearch(CommandBase):
    """Keep a search, or change `search`: one's own, or as a lead one of the team's. A new one is `search-<id>`.

    `shared` gives it to the whole team.
    """

    type: Literal["SaveSearch"] = "SaveSearch"
    search: Slug | None = None
    name: SearchName
    query: SearchText
    shared: bool = False
    alert: AlertRule | None = None


class DropSearch(CommandBase):
    """Keep it no longer: one's own, or as a lead one of the team's."""

    type: Literal["DropSearch"] = "DropSearch"
    search: Slug
