"""What follows from a pairing in the world: talks, tasks begun, tasks handed on, people told."""

import re
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import pairwise
from typing import Any

import pytest

from domain.cases import Errand, Talk
from domain.envelope import SYSTEM, Happened
from domain.pairing.case import PAIRING
from domain.pairing.commands import (
    ApproveAdjustment,
    ApprovePairing,
    HandOverTask,
    ProposePairing,
    ReplaceParty,
    SubmitForApproval,
    WithdrawPairing,
)
from domain.pairing.coordination import neighbour, project_task
from domain.pairing.state import is_over
from domain.task.commands import RegisterTask, TakeOverTask
from domain.values import STREAM
from tests.domain.harness import Story
from tests.domain.pairing import stories as s
from tests.domain.world import (
    AUTHORITY,
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    DISPATCHER,
    HEALTH,
    HOUSING,
    HOUSING_COORDINATOR,
    ORGANIZATION,
    SHIPAI,
    SHIPAI_CENTER,
    on,
    sealed,
)

UNITS = tuple(f"unit/{unit}" for unit in s.PARTIES)


def talks(story: Story) -> tuple[Talk, ...]:
    return PAIRING.talks(story.stream, story.state)


def last_errands(story: Story) -> tuple[Errand, ...]:
    return PAIRING.errands(story.stream, story.state, story.facts[-1])


def told(story: Story) -> dict[str, str]:
    """Return who is told of the newest fact, and by which template."""
    notices = PAIRING.notices(story.stream, story.state, story.facts[-1])
    assert len({notice.key for notice in notices}) == len(notices)
    assert all(notice.key == f"{story.facts[-1].version}/{notice.to}" for notice in notices)
    return {notice.to: notice.template for notice in notices}


# Talks.


def test_signing_is_talked_about_while_negotiating() -> None:
    (talk,) = talks(s.signs(s.claimed(), HEALTH))
    assert (talk.name, talk.key) == ("signing", "signing/1")
    asked = next(step for step in talk.steps if step.name == "asked")
    assert [ask.to for ask in asked.asks] == [unit for unit in UNITS if unit != f"unit/{HEALTH}"]
    assert {ask.values["until"] for ask in asked.asks} == {
        on(5, 25, "17:00").astimezone(UTC).isoformat()
    }
    assert all(step.records is None for step in talk.steps)


def test_whoever_has_not_signed_is_reminded_every_day_until_the_limit() -> None:
    (talk,) = talks(s.claimed())
    instants = [step.at for step in talk.steps]
    assert [step.name for step in talk.steps[:3]] == ["asked", "reminded-1", "reminded-2"]
    assert {later - at for at, later in pairwise(instants)} == {timedelta(days=1)}
    assert instants[-1] < on(5, 25, "17:00")


def test_the_signing_talk_goes_on_until_it_has_submitted() -> None:
    (talk,) = talks(s.signed())
    (submitted,) = talk.steps
    assert (submitted.name, submitted.records) == ("submitted", {"kind": "submit_for_approval"})
    assert talks(s.pending()) == ()


def test_a_second_round_is_another_talk() -> None:
    again = s.countered().does(ProposePairing(), CENTER_COORDINATOR)
    (talk,) = talks(s.answers(again, CIVIL_AFFAIRS, HEALTH, SHIPAI))
    assert talk.key == "signing/2"


def test_a_review_is_one_talk_from_the_day_it_fell_due() -> None:
    """It freezes the figures first, asks both sides, and then who closes it."""
    (due,), (asked,) = talks(s.fell_due()), talks(s.under_review())
    assert due.key == asked.key == "review/1"
    assert [step.records for step in due.steps] == [{"kind": "open_review"}]
    assert [step.name for step in asked.steps] == ["asked", "reminded"]
    everybody = [UNITS[0], UNITS[3], UNITS[1], UNITS[2]]
    assert [[ask.to for ask in step.asks] for step in asked.steps] == [everybody, everybody]
    (scored,) = talks(s.scores(s.under_review(), 80, 80))
    (closing,) = scored.steps
    assert (closing.name, [ask.to for ask in closing.asks]) == ("closing", [f"unit/{ORGANIZATION}"])
    assert talks(s.reviewed(s.active(), 90)) == ()


def test_a_hand_over_lists_what_no_successor_has_accepted() -> None:
    (talk,) = talks(s.leaving())
    assert (talk.name, talk.key) == ("hand_over", "hand_over/1")
    assert [(ask.values["task"], ask.to) for ask in talk.steps[0].asks] == [
        (s.RAMP.stream, f"unit/{HOUSING}"),
        (s.LIFT.stream, f"unit/{SHIPAI}"),
    ]
    take = HandOverTask(task=s.RAMP.stream, unit=HOUSING)
    (later,) = talks(s.leaving().does(take, HOUSING_COORDINATOR))
    assert [ask.values["task"] for ask in later.steps[0].asks] == [s.LIFT.stream]


@pytest.mark.parametrize("state", ["DRAFT", "PROPOSED", "ACTIVE", "ADJUSTING", "SUSPENDED"])
def test_other_states_need_no_talk(state: str) -> None:
    assert talks(s.EVERY_STATE[state]()) == ()
    assert talks(s.undrafted()) == ()


# Errands.


def test_approval_begins_a_task_for_each_claimed_item() -> None:
    screening, canteen = last_errands(s.active())
    assert screening.stream == project_task(s.PAIRING_ID, "P-1")
    assert screening.command == {
        "kind": "register_task",
        "source": "PROJECT",
        "category": "HEALTH",
        "place": "440106005",
        "matter": "P-1",
        "text": {"seal": "入户体检"},
        "pairing": s.PAIRING_ID,
        "ad_hoc": False,
        "privacy_notice": "none",
        "policy": "town",
        "project_item": "P-1",
    }
    assert canteen.command["project_item"] == "N-1"
    assert canteen.command_id != screening.command_id


def test_the_desk_can_register_what_the_errand_asks_for() -> None:
    """Once its text is sealed, the errand is a well-formed command of the task."""
    for errand in last_errands(s.active()):
        RegisterTask.model_validate({**errand.command, "text": sealed(errand.command_id)})


def test_task_ids_are_opaque_and_the_same_every_time() -> None:
    first, again = project_task(s.PAIRING_ID, "P-1"), project_task(s.PAIRING_ID, "P-1")
    assert first == again != project_task(s.PAIRING_ID, "P-2")
    assert STREAM.match(first)
    assert re.search(r"-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-", first)


def test_without_claims_no_task_is_begun() -> None:
    story = s.signs(s.negotiating(), *s.PARTIES).does(SubmitForApproval(), SYSTEM)
    assert last_errands(story.does(ApprovePairing(), AUTHORITY)) == ()


def test_a_replaced_partys_tasks_are_given_to_their_successors() -> None:
    replaced = (
        s.active()
        .under(s.with_tasks(s.RAMP))
        .does(
            ReplaceParty(
                party=CIVIL_AFFAIRS,
                by_unit=HOUSING,
                reason="机构改革",
                successors=(s.RAMP_TO_HOUSING,),
            ),
            DISPATCHER,
        )
    )
    assert last_errands(replaced) == ()
    (errand,) = last_errands(replaced.does(ApproveAdjustment(), AUTHORITY))
    assert errand.stream == s.RAMP.stream
    command = TakeOverTask.model_validate(errand.command)
    assert (command.successor, command.pairing) == (HOUSING, s.PAIRING_ID)


def test_an_accepted_hand_over_gives_the_task_to_its_successor() -> None:
    take = HandOverTask(task=s.RAMP.stream, unit=HOUSING)
    story = s.leaving().does(take, HOUSING_COORDINATOR)
    (errand,) = last_errands(story)
    assert TakeOverTask.model_validate(errand.command).successor == HOUSING
    later = replace(story.facts[-1], version=story.facts[-1].version + 1)
    (other,) = PAIRING.errands(story.stream, story.state, later)
    assert other.command_id != errand.command_id


def test_a_change_of_lead_moves_no_task() -> None:
    assert last_errands(s.adjusting().does(ApproveAdjustment(), AUTHORITY)) == ()


# Notices.


def test_the_other_parties_are_told_of_a_proposal_and_the_proposer_of_answers() -> None:
    assert told(s.proposed()) == dict.fromkeys(UNITS[1:], "pairing_proposed")
    answered = s.answers(s.proposed(), HEALTH)
    assert told(answered) == {f"unit/{SHIPAI_CENTER}": "proposal_answered"}


@pytest.mark.parametrize(
    ("story", "template"),
    [
        (s.active, "pairing_approved"),
        (s.suspended, "pairing_suspended"),
        (s.under_review, "review_opened"),
        (s.passed, "review_scored"),
        (lambda: s.proposed().rings("answer"), "proposal_lapsed"),
        (lambda: s.active().rings("term_end"), "pairing_expired"),
    ],
)
def test_everyone_is_told_how_the_pairing_goes(story: Any, template: str) -> None:
    assert told(story()) == dict.fromkeys(UNITS, template)


def test_the_others_and_the_authority_are_told_of_an_exit() -> None:
    everyone = dict.fromkeys((*UNITS, f"unit/{ORGANIZATION}"), "exit_requested")
    assert told(s.leaving()) == everyone


def test_the_authority_is_told_of_an_adjustment_it_is_to_approve() -> None:
    assert told(s.adjusting())[f"unit/{ORGANIZATION}"] == "adjustment_requested"


def test_a_withdrawn_draft_concerns_nobody_else() -> None:
    assert told(s.draft().does(WithdrawPairing(), CENTER_COORDINATOR)) == {}
    withdrawn = s.proposed().does(WithdrawPairing(), CENTER_COORDINATOR)
    assert set(told(withdrawn).values()) == {"pairing_withdrawn"}
    assert told(s.draft()) == {}


def test_a_new_party_is_told_that_it_joined() -> None:
    reform = ReplaceParty(party=CIVIL_AFFAIRS, by_unit=HOUSING, reason="机构改革")
    story = s.active().does(reform, DISPATCHER).does(ApproveAdjustment(), AUTHORITY)
    assert {f"unit/{CIVIL_AFFAIRS}", f"unit/{HOUSING}"} <= set(told(story))


def test_notices_hold_only_codes_and_instants() -> None:
    """Titles and reasons stay in the ledger; what is sent carries codes, numbers, references."""
    words = re.compile(r"^[A-Za-z0-9_.,:/ -]+$")
    for make in (*s.EVERY_STATE.values(), s.passed, s.countered):
        story = make()
        state = PAIRING.initial
        for happened in story.facts:
            state = PAIRING.evolve(state, happened)
            for notice in PAIRING.notices(story.stream, state, happened):
                assert all(words.match(value) for value in notice.values.values())


def test_nothing_follows_from_a_fact_out_of_the_blue() -> None:
    happened: Happened[Any] = s.draft().facts[0]
    assert PAIRING.notices(s.PAIRING_ID, PAIRING.initial, happened) == ()


# What other cases may know.


@pytest.mark.parametrize("state", list(s.EVERY_STATE))
def test_other_cases_know_state_parties_and_categories(state: str) -> None:
    known = neighbour(s.PAIRING_ID, s.EVERY_STATE[state]().state)
    assert (known.state, known.is_open) == (state, True)
    assert known.parties == s.PARTIES
    assert known.categories == ("ELDER", "HEALTH")
    assert known.policy_id == "town"


def test_a_pairing_that_is_over_or_was_never_drafted_is_not_open() -> None:
    expired = s.active().rings("term_end").state
    assert not neighbour(s.PAIRING_ID, expired).is_open
    assert not neighbour(s.PAIRING_ID, PAIRING.initial).is_open
    assert is_over(expired)
    assert not is_over(PAIRING.initial)
