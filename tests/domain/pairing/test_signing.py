"""Every party signs the same content, and the digest tells any change of it."""

from dataclasses import replace

from domain.pairing.commands import AttachList, ClaimProject, ListItem, ListKind
from domain.pairing.signing import Signature, agreement_digest, read_signature
from domain.pairing.state import Agreement, Drafted
from tests.domain.harness import Story
from tests.domain.pairing.stories import (
    PARTIES,
    TERM_END,
    TERMS,
    claimed,
    draft,
    negotiating,
    signs,
)
from tests.domain.world import (
    CENTER_COORDINATOR,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    HEALTH,
    SHIPAI_CENTER,
)


def agreed(story: Story) -> Agreement:
    assert isinstance(story.state, Drafted)
    return story.state.agreement


def test_all_parties_sign_one_content_though_claims_go_on_between_them() -> None:
    signed = signs(negotiating(), SHIPAI_CENTER)
    claims = ClaimProject(item="N-1", unit=CIVIL_AFFAIRS)
    whole = signs(signed.does(claims, CIVIL_COORDINATOR), *PARTIES[1:])
    assert agreement_digest(agreed(whole), TERMS) == agreement_digest(agreed(signed), TERMS)


def test_whatever_else_changes_changes_the_digest() -> None:
    made = agreed(claimed())
    digest = agreement_digest(made, TERMS)
    item = ListItem(code="N-1", title="社区长者饭堂", category="HEALTH")
    one = replace(made.lists[0], items=(item,))
    others = (
        replace(made, title="另一份结对"),
        replace(made, lead=HEALTH),
        replace(made, departments=tuple(reversed(made.departments))),
        replace(made, term_end=TERM_END.replace(year=2027)),
        replace(made, round=2),
        replace(made, lists=(one, *made.lists[1:])),
    )
    found = {agreement_digest(other, TERMS) for other in others}
    found.add(agreement_digest(made, TERMS[:-1]))
    assert len(found) == len(others) + 1
    assert digest not in found


def test_the_digest_does_not_depend_on_the_order_in_which_lists_came() -> None:
    needs = AttachList(
        list=ListKind.NEED,
        unit=SHIPAI_CENTER,
        items=(ListItem(code="N-1", title="饭堂", category="ELDER"),),
    )
    offers = AttachList(
        list=ListKind.RESOURCE,
        unit=CIVIL_AFFAIRS,
        items=(ListItem(code="R-1", title="社工", category="ELDER"),),
    )
    one = draft().does(needs, CENTER_COORDINATOR).does(offers, CIVIL_COORDINATOR)
    other = draft().does(offers, CIVIL_COORDINATOR).does(needs, CENTER_COORDINATOR)
    assert agreement_digest(agreed(one), TERMS) == agreement_digest(agreed(other), TERMS)


def test_a_signature_is_read_as_it_was_written_and_any_other_is_not() -> None:
    for given in (Signature("a" * 64), Signature("a" * 64, "b" * 64)):
        assert read_signature(given.text()) == given
    assert read_signature("eyJhbGciOiJTTTIifQ..c2lnbmF0dXJl") is None
    assert read_signature(Signature("a" * 64).text() + "\n") is None
