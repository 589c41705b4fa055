"""No clock rings unheard: each tells somebody, or stands among those that need not."""

from dataclasses import replace

import pytest

from docs.hearing import BY_ITSELF, SILENT, Hearing, hearings
from docs.probing import pairing_stories
from domain.finding.clocks import CLOCK_NAMES as OF_FINDINGS
from domain.pairing.clocks import CLOCK_NAMES as OF_PAIRINGS
from domain.provider.clocks import CLOCK_NAMES as OF_PROVIDERS
from wording.labels import LABELS


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Hearing]:
    return hearings()


def test_every_clock_tells_somebody_when_it_rings_or_is_known_to_be_silent(
    found: dict[tuple[str, str], Hearing],
) -> None:
    """A new clock that tells nobody is noticed here: let its fact tell, or say why it need not."""
    assert {key for key, one in found.items() if not one.rung} == set(SILENT)


def test_every_clock_waits_in_a_list_or_goes_on_by_itself(
    found: dict[tuple[str, str], Hearing],
) -> None:
    reminders = {key for key in found if "." in key[1]}
    nowhere = {key for key, one in found.items() if not one.waits}
    assert nowhere - reminders - set(SILENT) <= BY_ITSELF
    assert nowhere >= BY_ITSELF, "what waits somewhere need not be excused"


def test_every_clock_there_is_was_looked_at(found: dict[tuple[str, str], Hearing]) -> None:
    names = {name for _, name in found}
    told = {"pairing": OF_PAIRINGS, "finding": OF_FINDINGS, "provider": OF_PROVIDERS}
    for category, clocks in told.items():
        assert {name for kind, name in found if kind == category} == set(clocks)
    limits_of_packs = {"whistle"}  # a limit's name only; its clock is `arrival`
    assert set(LABELS["Clock"]) - limits_of_packs <= names


def test_what_is_promised_and_asked_of_the_officer_is_told_ahead(
    found: dict[tuple[str, str], Hearing],
) -> None:
    for key in (("pairing", "commitment"), ("subject", "erasure_answer"), ("task", "due")):
        assert found[key].ahead, key


def test_a_clock_whose_fact_tells_nobody_is_noticed() -> None:
    story = next(story for story in pairing_stories() if "signing" in story.clocks())
    assert hearings([story])["pairing", "signing"].rung
    mute = replace(story, case=replace(story.case, notices=lambda *_: ()))
    assert not hearings([mute])["pairing", "signing"].rung
