"""The rules of tone for a language, read from `services/desk/tone/<language>.toml`; `tone.py` applies them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "tone"
LANGUAGES = ("nl", "en")

Patterns = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What is looked for in one language; `replacements` by the form of address that is wanted, only for Dutch."""

    language: str
    common: frozenset[str]
    apology: Patterns
    next_step: Patterns
    no_answer: Patterns
    blame: Patterns
    hedges: Patterns
    promise_money: Patterns
    promise_word: Patterns
    promise_date: Patterns
    jargon: Mapping[str, str]
    jargon_words: Patterns
    to_je: Mapping[str, str]
    to_je_words: Patterns
    to_u: Mapping[str, str]
    to_u_words: Patterns


@cache
def rules_for(language: str) -> Rules | None:
    """The rules of a language; `None` for one that we have none of."""
    if language not in LANGUAGES:
        return None
    data = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    names = ("apology", "next_step", "no_answer", "blame", "hedges", "promise_money", "promise_word", "promise_date")
    to_je, to_u = data.get("to_je", {}), data.get("to_u", {})
    return Rules(
        language,
        frozenset(data["common"]),
        **{name: re.compile("|".join(f"(?:{one})" for one in data[name]), re.IGNORECASE) for name in names},
        jargon=data["jargon"],
        jargon_words=words(data["jargon"]),
        to_je=to_je,
        to_je_words=address_words(to_je),
        to_u=to_u,
        to_u_words=address_words(to_u),
    )


def words(terms: Iterable[str]) -> Patterns:
    """Any of these terms as whole words, the longest first, whatever the case; nothing at all when there are none."""
    listed = sorted(terms, key=len, reverse=True)
    either = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in listed) or r"(?!)"
    return re.compile(rf"(?<![\w-])(?:{either})(?![\w-])", re.IGNORECASE)


def address_words(terms: Iterable[str]) -> Patterns:
    """Forms of address as whole words; not the hour sign of `1 u 20`, nor a letter of an abbreviation."""
    listed = sorted(terms, key=len, reverse=True)
    either = "|".join(re.escape(one).replace(r"\ ", r"\s+") for one in listed) or r"(?!)"
    return re.compile(rf"(?<![\w'’.&/-])(?<!\d )(?:{either})(?![\w'’&/-])(?!\.\w)", re.IGNORECASE)
