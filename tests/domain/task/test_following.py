"""A resident registers by a community's code, and follows the task by a link of their own."""

import pytest

from domain.envelope import By
from domain.people import Known as KnownBy
from domain.task.commands import (
    AppealClosure,
    IssueRatingLink,
    RateTask,
    RegisterTask,
    RestrictData,
    Source,
    UrgeTask,
    WithdrawTask,
)
from domain.task.facts import RatingLinkIssued, TaskRated, TaskRegistered, TaskReopened, TaskUrged
from tests.domain.harness import Story, given
from tests.domain.task.stories import callback, closed, register
from tests.domain.world import (
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    DPO,
    GRANDMA,
    NEIGHBOUR,
    SHIPAI_PLACE,
    WUSHAN_PLACE,
    sealed,
)

LINK = "0192f3a0-0000-7000-8000-00000000b001"
RATING_LINK = "0192f3a0-0000-7000-8000-00000000b002"
URGE = UrgeTask(source=Source.RESIDENT)


def by_code(code: str = SHIPAI_PLACE, whose: By = GRANDMA) -> By:
    return whose.model_copy(update={"known": KnownBy.PUBLIC_CODE, "session": code})


def by_link(link: str = LINK, whose: By = GRANDMA) -> By:
    return whose.model_copy(update={"known": KnownBy.LINK, "session": link})


def registered_by_code() -> Story:
    return given().does(register(link=LINK), by_code())


def test_a_resident_registers_by_the_code_of_their_community() -> None:
    given().when(register(link=LINK), by_code()).then(
        TaskRegistered, requester=GRANDMA.person, link=LINK
    )


@pytest.mark.parametrize(
    ("command", "code", "rule"),
    [
        (register(), WUSHAN_PLACE, "code-of-the-place"),
        (register(), "", "code-of-the-place"),
        (register(source=Source.HOTLINE), SHIPAI_PLACE, "code-for-residents"),
        (register(requester=NEIGHBOUR.person), SHIPAI_PLACE, "requester-self"),
    ],
)
def test_a_code_takes_ones_own_needs_of_its_place(
    command: RegisterTask, code: str, rule: str
) -> None:
    given().when(command, by_code(code)).then_refused(rule)


def test_a_code_does_nothing_but_register() -> None:
    """It hangs where everybody passes: whoever reads it is nobody in particular."""
    registered_by_code().when(URGE, by_code()).then_refused("code-registers")
    registered_by_code().when(WithdrawTask(), by_code()).then_refused("code-registers")
    callback().when(RateTask(grade=5), by_code()).then_refused("code-registers")


def test_a_link_belongs_to_somebody() -> None:
    nobody = register(requester=None, link=LINK)
    given().when(nobody, by_code()).then_refused("requester-self")
    given().when(nobody, CENTER_COORDINATOR).then_refused("requester-named")


def test_whoever_holds_the_link_urges_and_withdraws() -> None:
    registered_by_code().when(URGE, by_link()).then(TaskUrged, number=1)
    withdrawn = registered_by_code().does(WithdrawTask(), by_link())
    withdrawn.when(URGE, by_link()).then_refused("not-in-this-state")


@pytest.mark.parametrize("who", [by_link(RATING_LINK), by_link(whose=NEIGHBOUR)])
def test_another_link_or_anothers_does_nothing(who: By) -> None:
    refused = registered_by_code().when(URGE, who)
    refused.then_refused("party-only" if who.person == NEIGHBOUR.person else "following-link")


def test_a_link_to_rate_is_not_one_to_follow_by() -> None:
    """What was handed over by a clerk is good for one rating; the clerk has seen it."""
    issued = callback().does(IssueRatingLink(link=RATING_LINK), CALLBACK_AGENT)
    issued.when(URGE, by_link(RATING_LINK)).then_refused("following-link")


def test_whoever_rates_by_a_link_follows_by_a_new_one() -> None:
    issued = callback().does(IssueRatingLink(link=RATING_LINK), CALLBACK_AGENT)
    rating = RateTask(grade=4, link=LINK)
    issued.when(rating, by_link(RATING_LINK)).then(TaskRated, grade=4, link=LINK)
    rated = issued.does(rating, by_link(RATING_LINK))
    rated.when(AppealClosure(new_facts=sealed("it broke")), by_link()).then(TaskReopened, round=2)
    rated.when(AppealClosure(new_facts=sealed("it broke")), by_link(RATING_LINK)).then_refused(
        "following-link"
    )


def test_whoever_follows_takes_a_link_to_rate_for_themselves_only() -> None:
    issued = callback().does(IssueRatingLink(link=RATING_LINK), CALLBACK_AGENT)
    rated = issued.does(RateTask(grade=1, link=LINK), by_link(RATING_LINK))
    other = IssueRatingLink(link=f"{LINK[:-1]}9", subject=str(NEIGHBOUR.person))
    rated.when(other, by_link()).then(RatingLinkIssued, subject=GRANDMA.person)
    closed().when(other, GRANDMA).then_refused("not-in-this-state")


def test_a_following_link_rates_nothing_by_itself() -> None:
    issued = callback().does(IssueRatingLink(link=RATING_LINK), CALLBACK_AGENT)
    rated = issued.does(RateTask(grade=1, link=LINK), by_link(RATING_LINK))
    rated.when(RateTask(grade=5), by_link()).then_refused("link-stands")


def test_restricted_data_close_the_link() -> None:
    restricted = registered_by_code().does(RestrictData(basis="本人申请"), DPO)
    restricted.when(URGE, by_link()).then_refused("following-link")
