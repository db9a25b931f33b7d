"""Two annotators: kappa as it is defined, and the second labels belong to messages of the corpus."""

import pytest

from services.classify.learning.agreement import LABELS, kappa, pairs


def test_kappa_is_agreement_beyond_chance() -> None:
    assert kappa("aabb", "aabb") == 1
    assert kappa("aabb", "abab") == 0
    assert kappa("aaaa", "aaaa") == 1
    assert kappa(["x"] * 45 + ["y"] * 55, ["x"] * 40 + ["y"] * 60) == pytest.approx(0.8980, abs=1e-3)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("label", LABELS)
def test_both_annotators_agree_well_beyond_chance(language: str, label: str) -> None:
    first, second = pairs(language, label)
    assert len(first) == 200
    assert kappa(first, second) > 0.7
