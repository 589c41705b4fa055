"""What holds for any course of a case, not only for those somebody thought of."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.reading import Reader, open_reader
from audit.replay.as_of import Axis, as_of
from audit.replay.compare import compare
from audit.replay.explained import explained_dues
from audit.replay.figures import counted
from ledger.store import open_ledger
from tests.audit.replaying.rich import Chronicle
from tests.domain.world import POLICY
from tests.projections.walks import pairing_walk, task_walk

SEEDS = st.integers(1000, 10**6)
ANY_CASE = settings(max_examples=8)


@contextmanager
def told(seed: int) -> Iterator[Reader]:
    """A ledger of its own with the task and the pairing of *seed*."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        ledger = open_ledger(url)
        chronicle = Chronicle(ledger)
        chronicle.found_town()
        chronicle.tell_walks([task_walk(seed), pairing_walk(seed, 25)])
        ledger.close()
        with open_reader(url) as reader:
            yield reader


@ANY_CASE
@given(SEEDS)
def test_every_due_time_agrees_and_nothing_differs_under_its_own_pack(seed: int) -> None:
    with told(seed) as reader:
        for category in ("task", "pairing"):
            for stream in list(reader.streams(category)):
                for reasons in explained_dues(reader, stream).values():
                    assert all(reason.agrees for reason in reasons)
        assert not [one for one in compare(reader, POLICY) if one.differs]


@ANY_CASE
@given(SEEDS, st.floats(0, 1))
def test_what_is_told_as_it_happens_is_the_same_on_both_axes(seed: int, share: float) -> None:
    """And a figure up to a position counts nothing settled after it."""
    with told(seed) as reader:
        entry = reader.entry(int(reader.head() * share))
        assert entry is not None
        instant = entry.recorded_at
        recorded = as_of(reader, instant, default_policy=POLICY.id)
        occurred = as_of(reader, instant, Axis.OCCURRED, default_policy=POLICY.id)
        assert recorded.cases == occurred.cases
        assert recorded.units == occurred.units
        assert recorded.grants == occurred.grants
        assert not occurred.later
        assert not occurred.left_out
        until = recorded.position
        assert all(one.settled <= until for one in counted(reader, until))
