"""How fast texts are read on one core, and what memory a reader takes. Used by the model card and the benchmark."""

import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import chain

from services.classify.domain.look import Text
from services.classify.domain.reader import Reader
from services.classify.learning import corpus

BATCH = 250
TEXTS = 3_000
_MEMORY = (
    "from services.classify.domain.reader import build_reader, Text; reader = build_reader(); "
    "reader.classify_batch([Text('De trein had weer vertraging'), Text('The train was late again')]); "
    "print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
)
"""The most that a process had at once; not `ru_maxrss`, which remembers what started it."""


def mixed_texts() -> list[Text]:
    """Dutch and English messages of the corpus by turns."""
    parts = [[one.text for one in corpus.read(code) if one.split == "train"] for code in ("nl", "en")]
    return [Text(one) for one in chain.from_iterable(zip(*parts, strict=False))][:TEXTS]


def speed(reader: Reader, texts: Sequence[Text], rounds: int = 3) -> dict[str, float]:
    """Texts a second of one core in batches of 250, by the processor's time: the first time, and warm (median and best)."""
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    cold = _rate(reader, texts)
    warm = sorted(_rate(reader, one) for _ in range(rounds) for one in batches)
    words = sum(len(one.text.split()) for one in texts) / max(1, len(texts))
    return {"words": words, "first": cold, "median": warm[len(warm) // 2], "best": warm[-1]}


def memory() -> float:
    """The megabytes of a process that has built a reader and used it, and nothing else (Linux)."""
    made = subprocess.run([sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True)
    return int(made.stdout) / 1024


def _rate(reader: Reader, texts: Sequence[Text]) -> float:
    begin = time.process_time()
    reader.classify_batch(texts)
    return len(texts) / max(1e-9, time.process_time() - begin)
