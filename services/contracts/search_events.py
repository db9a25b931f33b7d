"""What happened to the searches that people keep (on `desk.events`, through `events.py`)."""

from typing import Literal

from services.contracts.base import Slug
from services.contracts.envelopes import EventBase
from services.contracts.searches import SavedSearch


class SearchSaved(EventBase):
    """A search is kept, or was changed; `search` is as it is now."""

    type: Literal["SearchSaved"] = "SearchSaved"
    search: SavedSearch


class SearchDropped(EventBase):
    """A search is kept no longer."""

    type: Literal["SearchDropped"] = "SearchDropped"
    search: Slug
