"""Messages that are made without validating them again are the same messages."""

import pytest

from services.contracts.cases import Exclusion, HistoryLine
from services.route.domain.made import made, remade
from tests.support.route import at


def test_what_is_made_equals_what_is_validated() -> None:
    line = made(HistoryLine, {"at": at(10), "type": "CaseClosed", "actor": "noor"})
    assert line == HistoryLine(at=at(10), type="CaseClosed", actor="noor")
    assert line.model_dump() == HistoryLine(at=at(10), type="CaseClosed", actor="noor").model_dump()
    assert remade(line, {"actor": "aisha"}) == HistoryLine(at=at(10), type="CaseClosed", actor="aisha")
    assert line.actor == "noor"


@pytest.mark.parametrize("fields", [{}, {"code": "full", "why": "x"}])
def test_a_field_that_lacks_or_is_unknown_is_noticed(fields: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="Exclusion has other fields"):
        made(Exclusion, fields)
