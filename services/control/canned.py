"""Canned replies from a file (`webcare canned load`, the demo): tells route of those that a team does not have yet."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from services.contracts.canned import SaveCannedReply
from services.contracts.topics import DESK_COMMANDS, team_key
from services.control.teams import latest_records
from services.runtime.messages import Outgoing
from services.runtime.producer import Producer
from services.runtime.settings import Settings


class CannedFileError(ValueError):
    """The file is not one of canned replies; the text says what is wrong."""


def read(text: str, now: datetime, actor: str) -> list[SaveCannedReply]:
    """The commands that a TOML file asks for: `[[team]]` tables with id, title, language, topics and text.

    Raises:
        CannedFileError: it is no TOML, or a row is not a canned reply.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannedFileError(f"not a TOML file: {error}") from error
    return [_command(team, row, now, actor) for team, rows in data.items() for row in _rows(team, rows)]


def _rows(team: str, rows: object) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
        raise CannedFileError(f"{team}: give each canned reply as [[{team}]], with an id")
    return rows


def _command(team: str, row: dict[str, Any], now: datetime, actor: str) -> SaveCannedReply:
    content = {name: value for name, value in row.items() if name != "id"}
    ident = str(uuid5(NAMESPACE_URL, f"urn:webcare:canned:{now.isoformat()}:{team}:{row['id']}"))
    try:
        return SaveCannedReply(id=ident, team=team, at=now, actor=actor, canned=row["id"], content=content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise CannedFileError(f"{team}, {row['id']}: {where}: {first['msg']}") from error


def load_canned(settings: Settings, text: str, actor: str) -> Sequence[str]:
    """Send those of a file that their team never had: what leads have changed or retired since stays so. Gives their ids.

    Raises:
        CannedFileError: the file is not one.
        KafkaError, SendError: no broker answers, or Kafka has not acknowledged.
    """
    commands = read(text, datetime.now(UTC), actor)
    keys = {team_key(one.team, "canned", one.canned or "") for one in commands}
    present = latest_records(settings, keys)
    fresh = [one for one in commands if team_key(one.team, "canned", one.canned or "") not in present]
    with Producer(settings, "control") as producer:
        producer.send([Outgoing(DESK_COMMANDS, one.team, one) for one in fresh])
    return [one.canned or "" for one in fresh]
