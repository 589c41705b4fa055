"""What is suggested for a need depends on the items alone, and every suggestion has a reason."""

import random

from hypothesis import given
from hypothesis import strategies as st

from domain.pairing.commands import ListItem
from domain.pairing.matching import SHOWN_MAX, Resource, matches, terms_in_common

TITLES = st.lists(
    st.sampled_from(["加装", "扶手", "食堂", "社工", "补助", "坡道", " ", "2 名"]),
    min_size=1,
    max_size=4,
).map("".join)
PLACES = st.sampled_from([None, "440106003", "440106003001", "440106003002"])


def items(prefix: str) -> st.SearchStrategy[list[ListItem]]:
    made = st.builds(
        ListItem,
        code=st.integers(1, 99).map(lambda number: f"{prefix}-{number}"),
        title=TITLES.map(lambda title: f"{title}项"),
        category=st.sampled_from(["ELDER", "HEALTH", "CHILD"]),
        place=PLACES,
    )
    return st.lists(made, max_size=8, unique_by=lambda one: one.code)


RESOURCES = items("R").map(lambda found: [Resource("440106-MZJ", one) for one in found])


@given(items("N"), RESOURCES, st.integers())
def test_matches_are_of_the_items_alone(
    needs: list[ListItem], resources: list[Resource], seed: int
) -> None:
    chance = random.Random(seed)
    other = (chance.sample(needs, len(needs)), chance.sample(resources, len(resources)))
    assert matches(*other) == matches(needs, resources) == matches(needs, resources)


@given(items("N"), RESOURCES)
def test_every_match_has_a_reason_that_holds(
    needs: list[ListItem], resources: list[Resource]
) -> None:
    by_code = {one.code: one for one in needs} | {one.item.code: one.item for one in resources}
    found = matches(needs, resources)
    for one in found:
        need, resource = by_code[one.need], by_code[one.resource]
        assert one.same_category or one.terms
        assert one.same_category == (need.category == resource.category)
        for term in one.terms:
            assert term in need.title.lower()
            assert term in resource.title.lower()
    for need in needs:
        assert sum(one.need == need.code for one in found) <= SHOWN_MAX


@given(items("N"), RESOURCES)
def test_a_need_with_a_resource_of_its_category_gets_one(
    needs: list[ListItem], resources: list[Resource]
) -> None:
    met = {one.need for one in matches(needs, resources) if one.same_category}
    offered = {one.item.category for one in resources}
    assert met == {need.code for need in needs if need.category in offered}


def test_of_the_same_category_the_one_with_more_in_common_comes_first() -> None:
    need = ListItem(code="N-1", title="加装扶手与坡道", category="ELDER", place="440106003001")
    offered = [
        Resource("440106-A", ListItem(code="R-1", title="专职社工", category="ELDER")),
        Resource("440106-A", ListItem(code="R-2", title="楼道扶手补助", category="ELDER")),
        Resource("440106-B", ListItem(code="R-3", title="加装扶手施工队", category="HEALTH")),
        Resource("440106-B", ListItem(code="R-4", title="家庭医生", category="HEALTH")),
    ]
    found = matches([need], offered)
    assert [one.resource for one in found] == ["R-2", "R-1", "R-3"]
    assert found[0].terms == ("扶手",)
    assert found[2].terms == ("加装扶手",)


def test_a_term_is_the_longest_run_that_both_titles_hold() -> None:
    assert terms_in_common("社区食堂晚餐", "老年食堂、晚餐补助") == ("晚餐", "食堂")
    assert terms_in_common("AED 急救", "aed设备") == ("aed",)
    assert terms_in_common("托育", "助餐") == ()
