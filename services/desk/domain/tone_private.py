"""Personal data in a text that is about to be public: e-mail, telephone, address, IBAN, BSN, card and order numbers.

Numbers that carry a check digit are checked, so that an arbitrary number is not taken for one. Used by `tone.py`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple


class Private(NamedTuple):
    """Where something private stands, and what it is."""

    start: int
    end: int
    kind: str


_GENERIC = re.compile(
    r"(?:info|contact|(?:klanten|customer)?service|(?:klant|customer)contact|customer\.?care|support|help(?:desk)?|webcare|privacy"
    r"|pers|press|h[ae]llo|team|sales|no-?reply|security|feedback|klachten|complaints|reservations|bookings)",
    re.IGNORECASE,
)
"""Mailboxes of organisations, not of people."""
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]+)@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}(?![\w-])")
_PHONE = re.compile(r"(?<![\w+/-])(?:(?:\+|00)[1-9][\d ().-]{7,17}\d|\(?0[1-9][\d ().-]{7,14}\d)(?![\w/-])")
_SERVICE = ("0800", "0900", "0906", "0909", "088", "085", "0844", "0845", "0808", "0300", "0345", "0333", "14")
_POSTCODE_NL = re.compile(
    r"(?<![\w-])(?:\d{1,5}[a-z]?,? *[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}|[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}[ ,]+"
    r"(?:(?:huis)?(?:nr\.?|nummer) ?)?\d{1,5}(?!\d|[.:]\d)(?: ?[a-zA-Z]\b)?)(?![\w-])"
)
_POSTCODE_UK = re.compile(r"(?<!\w)\d{1,4}[a-zA-Z]? [A-Z][\w' ,]{3,50}\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?(?!\w)", re.IGNORECASE)
_BSN = re.compile(r"(?<![\w.,+/-])\d{9}(?![\w/-]|[.,]\d)|(?<![\w.,+/-])\d{3,4}[. ]\d{2,3}[. ]\d{3}(?![\w/-]|[.,]\d)")
_CARD = re.compile(r"(?<![\w+-])\d(?:[ -]?\d){12,18}(?![\w-])")
_ORDER = re.compile(
    r"\b(?:(?:bestel|order|klant|dossier|zaak|polis|factuur|reserverings|boekings|aanvraag|lidmaatschaps|contract)[- ]?"
    r"(?:nummer|nr\.?)|kenmerk|booking|order|reference"
    r"|(?:order|booking|customer|case|policy|invoice|account|reservation|membership|reference)[- ]?"
    r"(?:number|no\.?|reference|id|code))\b[ :#]{0,3}(?:is |van |= ?|was )?#?"
    r"(?P<number>(?=[A-Z\d-]*\d[A-Z\d-]*\d[A-Z\d-]*\d)[A-Z\d][A-Z\d-]{3,24})(?![\w-])",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:geboortedatum|geboren(?: op)?|date of birth|born(?: on)?|dob)\b[ :]{0,2}(?:is )?"
    r"(?P<date>\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9})[-/. ]\d{2,4})",
    re.IGNORECASE,
)


def private(text: str) -> list[Private]:
    """All of it, in the order in which it stands; of what overlaps, what is surest."""
    found: list[Private] = []
    for kind, find in _KINDS.items():
        for start, end in find(text):
            if all(end <= one.start or start >= one.end for one in found):
                found.append(Private(start, end, kind))
    return sorted(found)


def _emails(text: str) -> Iterator[tuple[int, int]]:
    return (one.span() for one in _EMAIL.finditer(text) if not _GENERIC.fullmatch(one[1]))


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    """The longest run of groups that has the right check digits: what follows an IBAN may look like one more group."""
    for found in _IBAN.finditer(text):
        ends = [match.end() for match in re.finditer(r"\w+", found[0])]
        good = [end for end in ends if is_iban(found[0][:end])]
        if good:
            yield found.start(), found.start() + good[-1]


def _cards(text: str) -> Iterator[tuple[int, int]]:
    return (one.span() for one in _CARD.finditer(text) if is_card(one[0]))


def _bsns(text: str) -> Iterator[tuple[int, int]]:
    return (one.span() for one in _BSN.finditer(text) if is_bsn(one[0]))


def _phones(text: str) -> Iterator[tuple[int, int]]:
    for one in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", one[0])
        national = re.sub(r"^(?:0031|31)", "0", digits) if one[0].startswith(("+31", "0031")) else digits
        right = (
            len(national) == 10 if national.startswith("0") and not one[0].startswith("00") else 9 <= len(digits) <= 15
        )
        if national[:2] == "00":
            right = 11 <= len(digits) <= 17
        if (right or (len(national) == 11 and national.startswith("0"))) and not national.startswith(_SERVICE):
            yield one.span()


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    yield from (one.span() for one in _POSTCODE_NL.finditer(text))
    yield from (one.span() for one in _POSTCODE_UK.finditer(text))


def _orders(text: str) -> Iterator[tuple[int, int]]:
    return (one.span("number") for one in _ORDER.finditer(text))


def _births(text: str) -> Iterator[tuple[int, int]]:
    return (one.span("date") for one in _BORN.finditer(text))


_KINDS: Mapping[str, Callable[[str], Iterator[tuple[int, int]]]] = {
    "iban": _ibans,
    "email": _emails,
    "card": _cards,
    "order": _orders,
    "phone": _phones,
    "bsn": _bsns,
    "address": _addresses,
    "birth": _births,
}
"""The surest first: what it has found is not found again as something else."""


def is_iban(text: str) -> bool:
    """ISO 13616: moved to the back, letters as numbers, the remainder by 97 is 1."""
    code = re.sub(r"\s", "", text).upper()
    if not 15 <= len(code) <= 34:
        return False
    return int("".join(str(int(one, 36)) for one in code[4:] + code[:4])) % 97 == 1


def is_bsn(text: str) -> bool:
    """The 11-test of Dutch citizen service numbers of 9 digits: weights 9 … 2 and −1."""
    digits = [int(one) for one in text if one.isdecimal()]
    if len(digits) != 9 or len(set(digits)) == 1:
        return False
    return sum(weight * digit for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True)) % 11 == 0


def is_card(text: str) -> bool:
    """Luhn's test of 13 to 19 digits that begin as cards of payment do."""
    digits = [int(one) for one in text if one.isdecimal()]
    if not 13 <= len(digits) <= 19 or digits[0] not in (2, 3, 4, 5, 6) or len(set(digits)) == 1:
        return False
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
