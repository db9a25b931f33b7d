"""The navigation's facts from the read model: counts of each view, and who is on now. The report's pages use them too."""

import logging
from datetime import datetime

from services.contracts.teams import TeamConfig
from services.desk.casework.marks import Marks, unread
from services.desk.domain.rota_decide import waiting_leave
from services.desk.domain.rota_mine import waits_for_me
from services.desk.place import reader_of
from services.desk.readmodel import ReadModel
from services.desk.rota.context import decides
from services.rota.sickness import lapsing
from services.runtime.web.identity import Identity
from services.runtime.web.layout import NavFacts, OnNow

log = logging.getLogger(__name__)


class Navigation:
    """Implements `NavSource`."""

    def __init__(self, model: ReadModel, marks: Marks, *, counts_nobody: bool = False) -> None:
        self._model, self._marks, self._counts_nobody = model, marks, counts_nobody

    def __call__(self, identity: Identity, team: str, now: datetime, /) -> NavFacts:
        """The facts of a team for one reader."""
        config = self._model.config(team)
        reader = reader_of(self._model, identity, team)
        counts = {str(view): count for view, count in self._model.counts(team, reader.shelf).items()}
        counts["mentioned"] = len(unread(self._model, self._marks, team, identity.name))
        counts["ideas"] = self._model.ideas.new(team)
        if config is None:
            return NavFacts(team_name=team, counts=counts)
        counts["search"] = len(self._model.sounded(team, identity.name, now))
        counts["rota"] = self._asked(identity, config, now)
        counts["handbook"] = self._to_read(identity, config)
        known = {one: found.name for one in identity.teams if (found := self._model.config(one))}
        on_now = self._on_now(identity.name, team, now)
        return NavFacts(config.name, config.time_zone, counts, on_now, known, self._counts_nobody)

    def _asked(self, identity: Identity, config: TeamConfig, now: datetime) -> int:
        """What of the rota waits for this reader: what is asked of them, and what leads decide on or look after."""
        mine = waits_for_me(config, identity.name, now)
        if not decides(identity, config):
            return mine
        others = sum(one.person != identity.name for one in lapsing(config.leave, now))
        return mine + len(waiting_leave(config, now)) + others

    def _to_read(self, identity: Identity, config: TeamConfig) -> int:
        """What of the handbook waits for this reader: guidelines to agree to, and for leads suggestions."""
        book = self._model.handbooks.of(config.team)
        me = next((one for one in config.people if one.id == identity.name), None)
        return (len(book.to_read(me)) if me else 0) + (len(book.waiting()) if decides(identity, config) else 0)

    def _on_now(self, me: str, team: str, now: datetime) -> OnNow | None:
        try:
            cover = self._model.cover(team, now)
        except ValueError as error:
            log.warning("the rota of %s cannot be read: %s", team, error)
            return None
        config = self._model.config(team)
        if cover is None or config is None:
            return None
        names = {person.id: person.name for person in config.people}
        people = sorted(cover.people, key=lambda one: one != me)
        after = tuple(names[one] for one in cover.next_people)
        return OnNow(tuple(names[one] for one in people), me in people, cover.until, after, cover.next_at)
