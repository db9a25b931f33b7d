"""The keys that lead from every page to another: one table. The navigation carries it, `static/webcare.js` reads it
from there, and the desk's help shows it."""

from collections.abc import Mapping

GO: Mapping[str, str] = {
    "mine": "m",
    "beside": "b",
    "team": "t",
    "waiting": "w",
    "approval": "a",
    "snoozed": "s",
    "nobody": "n",
    "closed": "c",
    "rota": "r",
    "reports": "f",
}
"""What to press after `g`, by the place that the navigation names."""
