"""The form of the house style: the form of address, and a row for each word to avoid. Pure; as `rule_forms.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from services.contracts.house_style import MOST_WORDS, HouseStyle, Term
from services.desk.handbook.rule_forms import Faults, Given, Wrong

MORE = 4
"""So many empty rows to add words in."""
ADDRESSES: tuple[str, ...] = get_args(HouseStyle.model_fields["address"].annotation)
MOST_INSTEAD = 120
_TERM: TypeAdapter[str] = TypeAdapter(Term)


@dataclass(frozen=True, slots=True)
class StyleForm:
    """As it was typed. A row is a word and what to say instead; who empties both takes the word out."""

    address: str = "je"
    rows: tuple[tuple[str, str], ...] = ()

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """The rows with some empty ones after them."""
        return (*self.rows, *((("", ""),) * min(MORE, max(0, MOST_WORDS - len(self.rows)))))


def style_shown(style: HouseStyle) -> StyleForm:
    """The form of a style as it is."""
    return StyleForm(style.address, tuple(style.avoid.items()))


def style_typed(given: Given) -> StyleForm:
    """The form as it was sent; empty rows are left out."""

    def one(name: str) -> str:
        return (given.get(name) or [""])[0].strip()[:200]

    numbers = range(MOST_WORDS + MORE)
    rows = ((one(f"word-{number:03d}"), one(f"instead-{number:03d}")) for number in numbers)
    return StyleForm(one("address"), tuple(row for row in rows if any(row)))


def style_checked(form: StyleForm) -> tuple[HouseStyle | None, Faults]:
    """The style that the form makes, or for each row that is wrong (`row-000`) what."""
    wrong: Faults = dict(_wrong_rows(form))
    if form.address not in ADDRESSES:
        wrong["address"] = Wrong("ground.wrong.form")
    if len(form.rows) > MOST_WORDS:
        wrong["form"] = Wrong("ground.wrong.many_words")
    if wrong:
        return None, wrong
    return HouseStyle.model_validate({"address": form.address, "avoid": dict(form.rows)}), {}


def _wrong_rows(form: StyleForm) -> Iterator[tuple[str, Wrong]]:
    seen: set[str] = set()
    for number, (word, instead) in enumerate(form.rows):
        row = f"row-{number:03d}"
        if not word:
            yield row, Wrong("ground.wrong.no_word", instead[:60])
        elif not _is_term(word):
            yield row, Wrong("ground.wrong.term", word[:60])
        elif _looked_up(word) in seen:
            yield row, Wrong("ground.wrong.twice", word)
        elif len(instead) > MOST_INSTEAD:
            yield row, Wrong("ground.wrong.instead", word)
        seen.add(_looked_up(word))


def _looked_up(word: str) -> str:
    """As the check looks for it: what is all capitals is another word (`SLA`, `sla`)."""
    return word if word.isupper() else " ".join(word.lower().split())


def _is_term(word: str) -> bool:
    try:
        _TERM.validate_python(word)
    except ValidationError:
        return False
    return True
