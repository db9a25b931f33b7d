"""The base of every message: closed when it is made, open to additive fields when it is read.

A model refuses a field that it does not declare (a schema bug fails where it is made); the codec reads with unknown
fields ignored, so that a later minor addition by another writer does not stop an older reader.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Model(BaseModel):
    """A frozen value. Unknown fields are an error on construction and are ignored by the codec on reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_timedelta="float")


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("before the year 1 or after the year 9999 in UTC") from error


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment with its offset given, kept as UTC. A naive timestamp is refused."""

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
"""A UUID in its canonical lower-case form."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""A short name that appears in keys and addresses: team, person, source, monitor, topic."""

ShortText = Annotated[str, StringConstraints(max_length=500)]
"""One line: a name, a title, a reason."""

LongText = Annotated[str, StringConstraints(max_length=100_000)]
"""A body: what somebody wrote. 100,000 characters at most."""
