"""How a team speaks to its customers: the form of address and its own words to avoid (in `teams.py`).

The desk's check as somebody types goes by it (`services/desk/domain/tone.py`); nothing is refused because of it.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.contracts.base import Model

MOST_WORDS = 200

Term = Annotated[str, StringConstraints(min_length=2, max_length=60, strip_whitespace=True)]


class HouseStyle(Model):
    """`address` is for Dutch: `follow` is whatever the customer uses, and je where they use neither."""

    address: Literal["je", "u", "follow"] = "je"
    avoid: dict[Term, Annotated[str, StringConstraints(max_length=120)]] = Field(
        default_factory=dict, max_length=MOST_WORDS
    )
    """Words of the team's trade, and what to say instead; empty where that depends."""
