"""Whom to dispatch to is suggested by facts alone, with its reasons."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.task.suggesting import SHOWN_MAX, Candidate, Reason, order

PLAIN = Candidate("440106-A", False, False, False, False, 0, 0, 0)
CANDIDATES = st.lists(
    st.builds(
        Candidate,
        unit=st.from_regex(r"440106-[A-Z]{3}", fullmatch=True),
        leads=st.booleans(),
        cooperates=st.booleans(),
        paired=st.booleans(),
        had_before=st.booleans(),
        open_tasks=st.integers(0, 50),
        done=st.integers(0, 50),
        on_time=st.integers(0, 50),
        refusal=st.sampled_from(["", "refused"]),
    ),
    unique_by=lambda one: one.unit,
    max_size=9,
)


@given(CANDIDATES, st.randoms())
def test_the_order_is_of_the_candidates_alone(found: list[Candidate], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert order(shuffled) == order(found)
    assert len(order(found)) == min(len(found), SHOWN_MAX)


@given(CANDIDATES)
def test_one_that_would_be_refused_never_stands_before_one_that_would_not(
    found: list[Candidate],
) -> None:
    refused = [bool(one.refusal) for one, _ in order(found)]
    assert refused == sorted(refused)


def test_who_leads_comes_first_then_who_knows_it_then_who_keeps_time() -> None:
    leads = replace(PLAIN, unit="440106-L", leads=True, open_tasks=40)
    knows = replace(PLAIN, unit="440106-K", had_before=True)
    party = replace(PLAIN, unit="440106-P", paired=True)
    prompt = replace(PLAIN, unit="440106-T", done=10, on_time=10)
    late = replace(PLAIN, unit="440106-Z", done=10, on_time=5)
    assert [one.unit for one, _ in order([late, prompt, party, knows, leads])] == [
        "440106-L",
        "440106-K",
        "440106-P",
        "440106-T",
        "440106-Z",
    ]


def test_nobody_is_judged_by_fewer_than_five_tasks() -> None:
    new = replace(PLAIN, unit="440106-N", done=4, on_time=0)
    ((_, reasons),) = order([new])
    assert reasons == (Reason("open_tasks", (0,)),)
    old = replace(PLAIN, unit="440106-O", done=5, on_time=4, leads=True)
    ((_, reasons),) = order([old])
    assert reasons == (Reason("leads"), Reason("on_time", (5, 80)), Reason("open_tasks", (0,)))
