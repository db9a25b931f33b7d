"""Writes the model card: `python -m services.classify.learning.card [DATA FOLDER] [--deep] [--fast]`.

Measures everything (`figures.py`), draws the pictures and fills `model-card.md.j2`. The figures are kept as JSON beside the
card; those that take long, of the second reader and by cross-validation, stay from the last run unless they are asked for.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from threadpoolctl import threadpool_limits

from services.classify.domain.judgement import SENTIMENTS
from services.classify.domain.reader import LANGUAGES, Reader, build_reader
from services.classify.domain.urgency import LEVELS
from services.classify.domain.weights import FOLDER as WEIGHTS
from services.classify.domain.weights import fingerprint
from services.classify.learning import agreement, corpus, figures, pictures
from services.classify.learning.crossval import cross_validated
from services.classify.learning.speed import memory, mixed_texts, speed
from services.classify.learning.train import CONTRAST_WEIGHT, DATA, EVERYDAY_WEIGHT
from services.classify.second import build_second_reader

DOCS = Path(__file__).resolve().parents[3] / "docs"
TEMPLATE = "model-card.md.j2"
NAMES = {"nl": "Dutch", "en": "English"}
READERS = (
    ("majority", "the commonest label"),
    ("rules", "rules alone"),
    ("tfidf", "TF-IDF + logistic regression, same corpus"),
    ("first", "**first reader**"),
    ("second", "**second reader**"),
)


def gathered(reader: Reader, data: Path, known: dict[str, Any], deep: bool, fast: bool) -> dict[str, Any]:
    """All figures. `known` are those of the last run."""
    second = build_second_reader(reader).reread if deep else None
    found: dict[str, Any] = {
        "weights": fingerprint(LANGUAGES),
        "version": reader.version,
        "own": {},
        "blind": {},
        "two_words": {},
        "lowered": {code: figures.lowered(reader, code, second) for code in LANGUAGES},
    }
    for code in LANGUAGES:
        rows = corpus.read(code)
        taught, test = ([one for one in rows if one.split == split] for split in ("train", "test"))
        found["own"][code] = figures.labelled_set(reader, code, test, taught, second)
        found["two_words"][code] = figures.two_words(reader, code, test)
        found["blind"][code] = figures.labelled_set(reader, code, corpus.blind(code), taught, second)
        _say(f"{code}: own test and blind set")
    found["public"] = figures.public_sets(reader, data, second)
    found["second"] = found["weights"] if deep else _kept(found, known)
    found["languages"] = figures.languages(reader, data)
    _say("public sets")
    found["crossval"] = known.get("crossval") if fast else cross_validated(data) or known.get("crossval")
    found["failures"] = {code: figures.failures(reader, code) for code in LANGUAGES}
    found["corpus"] = {code: corpus.report(code) for code in LANGUAGES}
    found["contrasts"] = {code: corpus.contrast_report(code) for code in LANGUAGES}
    found["elsewhere"] = {code: corpus.elsewhere_report(code) for code in LANGUAGES}
    found["agreement"] = agreement.report()
    found["speed"] = speed(build_reader(), mixed_texts())
    found["memory"] = memory()
    found["megabytes"] = sum(path.stat().st_size for path in WEIGHTS.glob("*.npz")) / 2**20
    return found


def _kept(found: dict[str, Any], known: dict[str, Any]) -> str:
    """Put the second reader's figures of the last run back in; gives the weights that they were measured with."""
    if not known.get("second"):
        return ""
    for part in ("own", "blind"):
        for code in LANGUAGES:
            found[part][code]["readers"]["second"] = known[part][code]["readers"]["second"]
    for code, hands in known.get("lowered", {}).items():
        for hand, ways in hands.items():
            for how, one in ways.items():
                found["lowered"][code][hand][how]["second"] = one["second"]
    for name, one in known["public"].items():
        if name in found["public"] and "second" in one:
            found["public"][name]["second"] = one["second"]
    return str(known["second"])


def card(found: dict[str, Any]) -> str:
    """The card as Markdown."""
    # Markdown, not HTML: nothing is to be escaped.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template(TEMPLATE).render(
        f=found,
        codes=LANGUAGES,
        names=NAMES,
        readers=READERS,
        public=figures.PUBLIC,
        mix=figures.MIX,
        everyday=EVERYDAY_WEIGHT,
        contrast=CONTRAST_WEIGHT,
    )


def draw(found: dict[str, Any]) -> dict[str, str]:
    """The pictures by the name of their file."""
    drawn = {}
    for code in LANGUAGES:
        own = found["own"][code]
        bins = {head: own["calibration"][head]["bins"] for head in ("sentiment", "urgency")}
        drawn[f"calibration-{code}.svg"] = pictures.calibration(bins, f"{NAMES[code]}: how sure, and how often right")
        for head, labels in (("sentiment", SENTIMENTS), ("urgency", LEVELS)):
            title = f"{NAMES[code]}: {head}"
            drawn[f"confusion-{head}-{code}.svg"] = pictures.confusion(own["confusion"][head], labels, title)
    return drawn


def write(found: dict[str, Any], docs: Path = DOCS) -> None:
    """Write card, pictures and figures."""
    folder = docs / "model-card"
    folder.mkdir(parents=True, exist_ok=True)
    (docs / "model-card.md").write_text(card(found), encoding="utf-8")
    (folder / "figures.json").write_text(json.dumps(_rounded(found), indent=1) + "\n", encoding="utf-8")
    for name, svg in draw(found).items():
        (folder / name).write_text(svg + "\n", encoding="utf-8")


def last(docs: Path = DOCS) -> dict[str, Any]:
    """The figures of the last run; nothing when there was none."""
    path = docs / "model-card" / "figures.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m services.classify.learning.card", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--deep", action="store_true", help="measure the second reader as well (some ten minutes)")
    parser.add_argument("--fast", action="store_true", help="keep the cross-validation of the last run")
    given = parser.parse_args(arguments)
    with threadpool_limits(1):
        found = gathered(build_reader(), given.data, last(), given.deep, given.fast)
    write(found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
