"""Languages: catalogs in TOML beside each package that has pages, and the translator that pages and problems use.

A catalog is `locale/<language>.toml` in a package; its tables become dotted keys (`nav.search`). Every language has the
same keys, and a test says so. A key that does not exist is an error where it is used, never a blank on the page.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.contracts.harmless import isolated

LANGUAGES: tuple[str, ...] = ("nl", "en")
DEFAULT = "nl"


def _flatten(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        flat |= _flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": str(value)}
    return flat


@cache
def read_catalog(package: Path, language: str) -> Mapping[str, str]:
    """The texts of one package in one language, by dotted key; read once, since every app of a process has the frame's."""
    with (package / "locale" / f"{language}.toml").open("rb") as file:
        return _flatten(tomllib.load(file))


@dataclass(frozen=True, slots=True)
class Translator:
    """The texts of one language. Call it with a key and the values its text names: `t("case.by", name=...)`.

    What somebody wrote stands in a sentence of ours with its own direction of writing, and turns none of our words round.
    """

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        told = {name: isolated(value) if type(value) is str else value for name, value in values.items()}
        return self.texts[key].format(**told)

    def maybe(self, key: str, default: str) -> str:
        """The text of a key that is made from data (a topic, a signal), or `default` where nobody wrote one."""
        return self.texts.get(key, default)

    def n(self, key: str, count: int, **values: object) -> str:
        """The text for a number: `<key>.one` or `<key>.other`, with `{count}`."""
        return self(f"{key}.{'one' if count == 1 else 'other'}", count=count, **values)


class Catalogs:
    """All languages of some packages, read once when an app is built."""

    def __init__(self, packages: Iterable[Path]) -> None:
        listed = tuple(packages)
        self._translators: dict[str, Translator] = {}
        for language in LANGUAGES:
            texts: dict[str, str] = {}
            for package in listed:
                texts |= read_catalog(package, language)
            self._translators[language] = Translator(language, texts)

    def translator(self, language: str | None) -> Translator:
        """The translator for a language, or for Dutch when we do not speak it."""
        return self._translators.get(language or DEFAULT, self._translators[DEFAULT])


def choose(cookie: str | None, preferred: str | None, accept: str) -> str:
    """The language of a request: the switch (a cookie), else the account's, else the browser's, else Dutch."""
    for wanted in (cookie, preferred):
        if wanted in LANGUAGES:
            return wanted
    return next((code for code in _accepted(accept) if code in LANGUAGES), DEFAULT)


def _accepted(header: str) -> list[str]:
    """The primary codes of an `Accept-Language` header, best first; what is malformed counts as least wanted."""
    ranked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, quality = part.strip().partition(";")
        number = quality.strip().removeprefix("q=")
        weight = float(number) if number.replace(".", "", 1).isdecimal() else (0.0 if quality else 1.0)
        if tag and weight > 0:
            ranked.append((-weight, tag.split("-")[0].lower()))
    return [code for _, code in sorted(ranked, key=lambda pair: pair[0])]
