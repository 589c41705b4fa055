"""What a form sent becomes a command: sums in yuan, rows of parts, nothing left out silently."""

import pytest
from starlette.datastructures import FormData

from console.forms import command_of
from domain.facility.commands import ProposeFacility, RecordSpending
from domain.refusals import CommandRefused


@pytest.mark.parametrize(
    ("written", "cents"),
    [("128050", 12805000), ("1,280.5", 128050), ("0.07", 7), ("-3.20", -320)],
)
def test_a_sum_is_written_in_yuan_and_kept_in_cents(written: str, cents: int) -> None:
    found = command_of("record_spending", RecordSpending, FormData([("cents", written)]))
    assert found["cents"] == cents


@pytest.mark.parametrize("written", ["1.005", "壹佰", "1e3", "12 元", "1.", ".5", "٣"])
def test_what_is_no_sum_of_whole_cents_is_refused(written: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        command_of("record_spending", RecordSpending, FormData([("cents", written)]))
    assert refused.value.rule == "field-unclear"


def test_rows_that_were_left_empty_are_left_out() -> None:
    sent = FormData(
        [
            ("budget.0.source", "DISTRICT"),
            ("budget.0.cents", "10"),
            ("budget.1.source", "CITY"),  # it stands there, and nothing was filled in beside it
            ("budget.1.cents", ""),
            ("budget.2.source", "BOND"),
            ("budget.2.cents", "0.5"),
        ]
    )
    assert command_of("propose_facility", ProposeFacility, sent)["budget"] == [
        {"source": "DISTRICT", "cents": 1000},
        {"source": "BOND", "cents": 50},
    ]
