"""Plays the demo's story on the square: the history at the very first start, then stream and crisis as time goes by.

What was played is on the square itself (an example's key is its post's id), so a restart goes on where the story was.
When all is played the square stays quiet, until a visitor writes.
"""

import asyncio
from collections.abc import Sequence

from deploy.demo.examples import Example, roots
from deploy.demo.square.schedule import Cue, as_post, backfill, position, remaining, timeline
from deploy.demo.square.square import Square
from services.runtime.clock import Clock

HISTORY = "history played"


class Player:
    """One story on one square; `pace` in seconds per post of the stream."""

    def __init__(self, square: Square, examples: Sequence[Example], pace: float, clock: Clock) -> None:
        self._square, self._examples, self._clock = square, examples, clock
        self._cues = timeline(examples, pace)
        self._roots = roots(examples)

    def prepare(self) -> None:
        """Put the history there, once."""
        if not self._square.store.knows(HISTORY):
            self._square.publish(backfill(self._examples, self._clock()), fact=HISTORY)

    def play(self, cue: Cue) -> None:
        """Put one example there, as said now."""
        key = cue.example.key
        self._square.publish([as_post(cue.example, self._roots[key], self._clock())])

    async def run(self) -> None:
        """Play what remains of the story, each at its moment; ends with the story."""
        self.prepare()
        played = self._square.store.ids()
        loop = asyncio.get_running_loop()
        began = loop.time() - position(self._cues, played)
        for cue in remaining(self._cues, played):
            await asyncio.sleep(max(0.0, began + cue.at - loop.time()))
            self.play(cue)
