"""The demo's example mentions, hand-written in `mentions/*.ndjson`. Read by the square's player and by tests.

One JSON object a line: `key` (unique, also the post's id on the square), `team`, `monitor`, `kind`, `author`,
`in_reply_to` (a key, of the same monitor), `text`, `rating` (1–5, reviews only), `minutes`, `scene`, `language` and
`topic` (the author's own labels, for balance checks only; nothing is classified by them).

`minutes` depends on the scene. `history`: for a first post the minute of its day, for an answer the minutes after that
first post. `crisis`: minutes after the crisis began. `stream`: absent; the order in the file is the order of play.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).resolve().parent / "mentions"

Scene = Literal["history", "stream", "crisis"]
Kind = Literal["post", "comment", "review", "direct_message"]


class ExampleAuthor(BaseModel):
    """Somebody who does not exist."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(min_length=1, max_length=100)]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    handle: Annotated[str, Field(min_length=1, max_length=60)]
    followers: Annotated[int, Field(ge=0)]


class Example(BaseModel):
    """One line of a file; see the module for what the fields mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    team: Literal["spoorlijn", "waterveen"]
    monitor: Literal["spoorlijn", "winkelhof", "waterveen"]
    kind: Kind
    author: ExampleAuthor
    in_reply_to: str | None
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    rating: Annotated[int, Field(ge=1, le=5)] | None
    minutes: Annotated[float, Field(ge=0)] | None
    scene: Scene
    language: Literal["nl", "en"]
    topic: str


def read_examples(folder: Path = FOLDER) -> tuple[Example, ...]:
    """All examples, files in the order of their names.

    Raises:
        pydantic.ValidationError: a line is not an example.
    """
    return tuple(
        Example.model_validate_json(line)
        for file in sorted(folder.glob("*.ndjson"))
        for line in file.read_text(encoding="utf-8").splitlines()
    )


def roots(examples: Sequence[Example]) -> Mapping[str, str]:
    """For each key the key of the first post of its thread."""
    parents = {example.key: example.in_reply_to for example in examples}

    def root(key: str) -> str:
        parent = parents[key]
        return key if parent is None else root(parent)

    return {key: root(key) for key in parents}
