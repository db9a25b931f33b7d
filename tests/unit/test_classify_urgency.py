"""Urgency by a table of our own sentences: what counts, and what does not although the words are there."""

import pytest

from services.classify.domain.reader import Reader
from tests.support.fast_reader import fast_reader

CRITICAL = [
    "Ik ruik gas in de meterkast sinds jullie monteur weg is",
    "gaslucht in het trappenhuis",
    "Er komt rook uit de omvormer op zolder",
    "Mijn e-bike remt niet meer, ik ben net bijna onder een auto gekomen",
    "Oplader wordt gloeiend heet en ruikt verbrand",
    "We zitten met zes man vast in de lift van het station en de noodknop doet niks",
    "Er zat een stuk glas in de potjes babyvoeding",
    "De koolmonoxidemelder gaat af en de storingsdienst neemt niet op",
    "Mijn insuline is niet geleverd en ik heb nog voor vanavond",
    "ik wil niet meer leven, laat die aanmaningen maar",
    "Morgen kom ik langs met een hamer en dan sla ik jullie balie kort en klein",
    "Iemand is in mijn account ingebroken en bestelt telefoons op mijn naam",
    "Ik zie de uitslagen van andere patiënten als ik inlog",
    "Jullie chauffeur heeft mijn adres aan mijn ex gegeven, die stond net voor de deur",
    "112 is hier niet te bereiken via jullie netwerk",
    "De hele wijk zit zonder stroom sinds vannacht",
    "there is a strong smell of gas in our hallway",
    "gas leak at number 12, nobody is answering the emergency line",
    "The charger caught fire on my son's bed",
    "my brakes failed going downhill on the bike you serviced yesterday",
    "We are stuck in the lift at platform 3 and it is getting hard to breathe",
    "Found a needle in the chicken salad",
    "Carbon monoxide alarm keeps going off since your engineer left",
    "I cannot see a reason to go on, there is no reason to live",
    "I know where your drivers live and I will burn your depot down",
    "someone is transferring money out of my account right now",
    "your app shows me another customer's bank statement",
    "Nobody in the whole town can call 999 on your network",
    "mum's oxygen machine stopped, no power since your outage",
    "label says nut free but there are peanuts in it, my boy is in hospital",
]

HIGH = [
    "Mijn moeder van 84 zit al twee dagen zonder verwarming",
    "Hypotheek twee keer afgeschreven, ik kan de boodschappen niet betalen",
    "Onze bruiloft is morgen en de trouwjurk is nog niet bezorgd",
    "We staan met drie kinderen gestrand op het vliegveld van Malaga",
    "Ik heb een advocaat ingeschakeld",
    "Als ik morgen niets hoor stap ik naar de ombudsman",
    "De conducteur maakte een opmerking over mijn hoofddoek",
    "Vierde mail en nog steeds geen antwoord",
    "Wij zeggen met ons bedrijf alle 120 aansluitingen op",
    "Ik schrijf een artikel voor de krant over jullie tarieven, kan ik een reactie krijgen",
    "Mijn blindengeleidehond werd geweigerd in de bus",
    "Pas geblokkeerd in het buitenland en ik kan het hotel niet betalen",
    "The funeral is tomorrow and the flowers have not arrived",
    "My flight leaves in two hours and check-in does not work, what can I do",
    "Stranded at the airport with a baby, no hotel, no staff",
    "You charged my rent twice and now I can't buy food",
    "My solicitor will be in touch",
    "I am taking this to the ombudsman",
    "fifth call this week about the same fault",
    "Your driver called me a slur",
    "wheelchair user left on the platform, ramp never came",
    "I'm a journalist with the Herald, could someone comment on the price rise",
    "Our shop can't take card payments, we are losing customers",
    "80,000 followers are about to hear how you treat guests",
]

NORMAL = [
    "Waar blijft mijn pakket? Het zou gisteren komen",
    "Hoe wijzig ik mijn e-mailadres?",
    "De factuur van maart klopt niet",
    "Slecht geholpen door de klantenservice, ze hingen gewoon op",
    "De app geeft een foutmelding bij het inloggen",
    "Kunnen jullie mij terugbellen over mijn bestelling",
    "Trein alweer vertraagd en geen woord uitleg",
    "Stoelpoot brak na een week, graag een nieuwe",
    "When does the shop in Leeds open on Sunday?",
    "My order arrived with the wrong colour",
    "Website keeps logging me out",
    "Could you send me a copy of the invoice",
    "Waited forty minutes on hold and then got cut off",
    "The room was dirty and the shower was cold",
    "Why was I billed for a router I sent back?",
    "Bus 14 did not show up this morning",
]

LOW = [
    "Wat een heerlijke koffie op het station vanmorgen",
    "Bedankt voor de snelle hulp, jullie zijn toppers",
    "Storing is inmiddels verholpen, bedankt",
    "Ik vind het nieuwe logo maar niks",
    "Zou leuk zijn als jullie ooit ook elektrische bakfietsen verkopen",
    "haha die poster van jullie bij de bushalte",
    "Great service today, thank you so much",
    "All sorted now, thanks for the quick reply",
    "Not a fan of the new uniforms",
    "it would be lovely if you opened a branch in York",
    "saw your mascot at the parade lol",
    "Win een gratis iPhone, klik hier op de link in bio",
    "Free bitcoin giveaway, click the link below and double your money",
]

DOES_NOT_COUNT = [
    # negated
    "Er is geen gaslucht, maar hoe vaak moet de ketel onderhoud?",
    "Gelukkig geen brand of schade, alleen een wat vreemde kleur aan de knop",
    "No gas leak here, just wondering when the meter is read",
    "There was no fire, the kettle just doesn't switch off, can I return it?",
    "Mijn account is niet gehackt, ik ben gewoon mijn wachtwoord vergeten",
    # past or solved
    "Gaslek is gedicht, bedankt voor de snelle monteur",
    "The gas leak was fixed within the hour, brilliant engineer",
    "Vorig jaar zaten we een dag vast in de lift, dit jaar liep alles gesmeerd",
    "Years ago my card was stolen and you handled it well",
    # hypothetical
    "Wat moet ik doen als er brand uitbreekt in de parkeergarage?",
    "What should I do if I smell gas?",
    "Stel dat mijn rekening gehackt wordt, vergoeden jullie dat?",
    "Are we covered in case of fire?",
    # figurative
    "Jullie socialmediateam staat in vuur en vlam vandaag",
    "Your playlist is on fire today",
    "Ik schrok me een hartaanval van die prijs, kan het goedkoper?",
    "nearly had a heart attack when I opened the bill",
    "ik ga dood van het lachen om jullie reclame",
    "this queue is killing me",
    "I would kill for one of your croissants",
    "Mijn hoofd ontploft van jullie keuzemenu",
    "You hacked together a lovely app",
    # quoted news, fiction
    "Las in de krant dat er een gaslek was in Zwolle",
    "According to the news there was a data breach at another bank",
    "Die brand in de laatste aflevering van de serie was wel erg nep",
    "The bomb scene in that movie on your plane was great",
]

BESIDE = {
    "nl": (
        "Ik ben morgen niet thuis.",
        "Het is mooi weer vandaag.",
        "Niemand neemt op.",
        "Ik heb geen haast met de rekening.",
        "De lamp in de gang is gemaakt, dank daarvoor.",
    ),
    "en": (
        "I am not at home tomorrow.",
        "It is nice weather today.",
        "Nobody picks up.",
        "There is no hurry with my bill.",
        "The lamp in the hall was fixed, thanks for that.",
    ),
}
"""What people say of something else in the same message: denied or over, but not the harm."""

READER = fast_reader()


@pytest.fixture
def reader() -> Reader:
    return READER


def labels(reader: Reader, texts: list[str]) -> dict[str, str]:
    return {text: reader.classify(text).urgency.label for text in texts}


def assert_mostly(found: dict[str, str], wanted: tuple[str, ...], share: float) -> None:
    """A trained model promises shares, not each sentence; what is wrong is shown."""
    wrong = {text: label for text, label in found.items() if label not in wanted}
    assert len(wrong) <= (1 - share) * len(found), wrong


@pytest.mark.parametrize("text", CRITICAL)
def test_harm_that_is_going_on_is_never_below_high(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label in ("high", "critical")


@pytest.mark.parametrize("text", CRITICAL)
def test_what_is_denied_or_over_of_something_else_does_not_lower_it(reader: Reader, text: str) -> None:
    others = BESIDE[reader.classify(text).language.code]
    found = labels(reader, [whole for one in others for whole in (f"{text}. {one}", f"{one} {text}")])
    assert {whole: label for whole, label in found.items() if label in ("low", "normal")} == {}


def test_harm_that_is_going_on_is_critical(reader: Reader) -> None:
    assert_mostly(labels(reader, CRITICAL), ("critical",), 0.85)


def test_a_loss_that_a_person_can_still_prevent_is_high_or_more(reader: Reader) -> None:
    assert_mostly(labels(reader, HIGH), ("high", "critical"), 0.9)


def test_everyday_questions_and_complaints_are_normal(reader: Reader) -> None:
    assert_mostly(labels(reader, NORMAL), ("normal",), 0.8)


@pytest.mark.parametrize("text", NORMAL + LOW)
def test_what_is_everyday_is_never_critical(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label != "critical"


def test_what_asks_for_nothing_is_low(reader: Reader) -> None:
    assert_mostly(labels(reader, LOW), ("low",), 0.8)


def test_a_trigger_that_is_not_actual_and_current_does_not_count(reader: Reader) -> None:
    assert_mostly(labels(reader, DOES_NOT_COUNT), ("low", "normal"), 0.85)


@pytest.mark.parametrize(
    "text",
    [
        "Magnetronworst ontploft in de magnetron, haha",
        "Mijn ei is ontploft in de magnetron",
        "popcorn ontplofte in de oven lol",
        "Frikandel in de magnetron is ontploft, smullen maar",
        "Sausage exploded in the microwave lol",
        "My egg has exploded inside the microwave again haha",
        "hot dog in the microwave just exploded, dinner is served",
    ],
)
def test_food_that_bursts_in_the_kitchen_is_no_alarm(reader: Reader, text: str) -> None:
    found = reader.classify(text)
    assert found.urgency.label in ("low", "normal")
    assert "urgency-harmless" in {one.code for one in found.reasons}


@pytest.mark.parametrize(
    "text",
    [
        "de magnetron ontplofte",
        "De magnetron ontplofte met de worst erin",
        "Oven ontploft terwijl de pizza erin zat",
        "batterij ontploft",
        "batterij ontploft in de magnetron",
        "fles ontploft in de oven",
        "pan met vet vliegt in brand",
        "Worst ontploft in de magnetron en nu brandt hij",
        "Ei ontploft in de magnetron, mijn dochter heeft brandwonden",
        "Ei ontploft in de magnetron, recht in mijn gezicht",
        "Worst ontploft in de magnetron, de deur vloog eruit",
        "Jullie worst ontplofte in de magnetron",
        "the microwave exploded",
        "The microwave exploded with my soup in it",
        "battery exploded",
        "the battery exploded in the microwave",
        "glass dish exploded in the oven",
        "Egg exploded in the microwave, my daughter has burns",
        "hot dog exploded in the microwave and the microwave is smoking",
        "pan with fat is on fire",
        "My house is on fire",
    ],
)
def test_what_breaks_or_hurts_beside_it_is(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label == "critical"


@pytest.mark.parametrize(
    "text",
    ["you guys are on fire today", "my rewards are on fire this month", "the crowd exploded with joy at your show"],
)
def test_who_is_on_fire_or_explodes_with_joy_is_not(reader: Reader, text: str) -> None:
    assert reader.classify(text).urgency.label in ("low", "normal")
