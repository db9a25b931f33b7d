"""The afternoon of the mock: a train in a tunnel, a refund, a bicycle and a newspaper, decided by the real rules."""

from datetime import datetime, timedelta

from services.contracts.commands import AddNote, ClaimCase, CloseCase, SubmitReply
from services.contracts.mentions import Author
from tests.browser.desk_backend import SPOOR, Backend, team_config

FATIMA = Author(id="fatima", name="Fatima el A.", handle="@fatima", followers=1840)
BRAM = Author(id="bram", name="Bram Jansen")
TUNNEL = (
    "Staan al 40 minuten stil in de tunnel bij Schiphol, er wordt niets omgeroepen en een oudere mevrouw hier "
    "wordt onwel. Kan iemand iets doen??"
)


def play(backend: Backend) -> str:
    """Feed the scene, as if it had happened until now; gives the id of the tunnel's case."""
    now = backend.clock()

    def ago(minutes: float) -> datetime:
        return now - timedelta(minutes=minutes)

    backend.configure(team_config(now=now), ago(170))
    for days, text in ((2, "Welke bus rijdt er vervangend?"), (1, "Mijn pas doet het niet.")):
        earlier = backend.mention(text, ago(160) - timedelta(minutes=days), author=FATIMA)
        backend.do(CloseCase, SPOOR, "youssef", ago(150), case=earlier)
    busy = backend.mention(
        "Waar blijft de conducteur?",
        ago(100),
        author=Author(id="x", name="Daan"),
        urgency="high",
        topics=("service",),
        signals=(("repeat_contact", "waar blijft"),),
    )
    backend.do(ClaimCase, SPOOR, "marit", ago(99), case=busy)
    press = backend.mention(
        "Wij schrijven over de nieuwe dienstregeling en horen graag vóór 16.00 uur uw reactie op drie vragen.",
        ago(20),
        author=Author(id="drc", name="De Regionale Courant"),
        source="email",
        kind="email",
        urgency="high",
        topics=("press",),
        signals=(("press", "Wij schrijven over"), ("deadline", "vóór 16.00 uur")),
        title="Vragen over de dienstregeling",
        intent="request",
    )
    tunnel = backend.mention(
        TUNNEL,
        ago(18),
        author=FATIMA,
        urgency="critical",
        sentiment=-0.4,
        name="t1",
        conversation="tunnel",
        topics=("stranded",),
        signals=(
            ("health", "wordt onwel"),
            ("stranded", "40 minuten stil in de tunnel"),
            ("safety", "niets omgeroepen"),
        ),
        reasons=(
            ("language", "nl", "language-identified", ""),
            ("sentiment", "negative", "sentiment-negated", "niets omgeroepen"),
            ("urgency", "health", "urgency-signal", "wordt onwel"),
            ("urgency", "stranded", "urgency-signal", "40 minuten stil in de tunnel"),
            ("urgency", "safety", "urgency-signal", "niets omgeroepen"),
            ("intent", "request", "intent-request", "Kan iemand iets doen"),
            ("topic", "stranded", "topic-word", "40 minuten stil"),
            ("needs_person", "yes", "person-urgent", ""),
        ),
        intent="request",
    )
    backend.do(
        AddNote, SPOOR, "youssef", ago(16), case=tunnel, text="verkeersleiding gebeld, ploeg onderweg, 10:49 verwacht."
    )
    bram = backend.mention(
        "Derde keer dat ik dit vraag: waar blijft mijn teruggave van 84 euro? Morgen gaat de huur eraf.",
        ago(54),
        author=BRAM,
        source="email",
        kind="email",
        urgency="high",
        topics=("refund",),
        sentiment=-0.6,
        conversation="bram",
        intent="complaint",
        signals=(("repeat_contact", "Derde keer"), ("deadline", "Morgen"), ("payment", "teruggave van 84 euro")),
    )
    lotte = backend.mention(
        "Hoi! Mag mijn vouwfiets gratis mee in de spits of moet daar een kaartje voor?",
        ago(40),
        author=Author(id="lotte", name="Lotte", handle="@lotte.bsky", followers=212),
        source="bluesky",
        topics=("bike",),
    )
    for case in (bram, lotte, press):
        backend.do(ClaimCase, SPOOR, "youssef", ago(12), case=case)
    answered = backend.mention(
        "Complimenten voor de conductrice van trein 2231, ze hielp mijn vader zo lief!",
        ago(90),
        author=Author(id="els", name="Els"),
        source="mastodon",
        sentiment=0.9,
        intent="praise",
        topics=("praise",),
        name="els1",
    )
    sent = backend.do(SubmitReply, SPOOR, "youssef", ago(70), case=answered, text="Wat fijn om te horen, Els!")
    backend.deliver(SPOOR, answered, sent.id, "delivered", ago(69), url="https://social.example/@spoorlijn/2")
    for number in range(6):
        backend.mention(
            f"Is er al nieuws over perron {number + 2}? De borden zeggen niets.",
            ago(30 - number),
            author=Author(id=f"p{number}", name=("Noa", "Sem", "Mila", "Finn", "Saar", "Bo")[number]),
            topics=("delay",),
            source="bluesky" if number % 2 else "mastodon",
        )
    backend.signal("stranded", 7)
    return tunnel
