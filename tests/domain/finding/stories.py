"""How a finding usually goes, as commands played through the decider, one step a function.

The check-up finds that the first community of Shipai lacks two elder care facilities. Its worker
records it on Monday 11 May; the street adopts it for civil affairs, which plans a facility and a
task; both begin, both end; the street verifies with another worker there.
"""

from dataclasses import replace
from functools import cache

from hypothesis import strategies as st
from pydantic import BaseModel

from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM
from domain.finding import commands as c
from domain.finding.case import FINDING as KIND
from domain.finding.pack import FindingLevel
from domain.linking import LinkStanding, NoteLinkedCase
from domain.pairing.coordination import project_task
from domain.rules import Neighbour, NeighbourFinding, Rules
from tests.domain.harness import Story, given
from tests.domain.laws import Row
from tests.domain.pairing import stories as pairings
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    COMMUNITY_WORKER,
    DISPATCHER,
    DISSOLVED,
    EVERYBODY,
    HEALTH,
    HOUSING,
    HOUSING_COORDINATOR,
    SECOND_DISPATCHER,
    SHIPAI,
    SHIPAI_PLACE,
    WUSHAN_PLACE,
    YEAR_2026,
    YEAR_2027,
    Town,
    on,
    rules_with,
    uuid_of,
)

__all__ = ["EVERYBODY", "EVERY_STATE", "IMAGINED", "KIND", "TABLE", "WORLDS"]

FINDING_ID = f"finding/{uuid_of('two elder care facilities')}"
OTHER_ID = f"finding/{uuid_of('the same once more')}"
CENTRE = f"facility/{uuid_of('the centre in the old depot')}"
TASK = pairings.RAMP.stream
TARGET_DATE = on(11, 30)

RECORD = c.RecordFinding(
    level=FindingLevel.COMMUNITY,
    place=SHIPAI_PLACE,
    indicator="ELDER_FACILITY",
    value=2,
    evidence="2026 年社区体检表第 3 行",
    found_at=on(5, 8),
    source=c.FindingSource.CHECKUP,
    ledger_row="THTJ-2026-0031",
)
ADOPT = c.AdoptFinding(lead=CIVIL_AFFAIRS, target_date=TARGET_DATE)
PLAN = c.PlanRemedy(measures="利用旧车间建一处综合体", cases=(CENTRE, TASK))
MEASURE = c.MeasureAgain(value=1, measured_at=on(5, 11), evidence="入户复核")
REPORT = c.ReportRemedied(value=0, evidence="验收单")
STRIKE = c.StrikeOff(value=0, evidence="现场照片", worker=str(COMMUNITY_WORKER.person))
REJECT = c.RejectRemedy(value=1, reason="二楼尚未开放")
REOPEN = c.ReopenFinding(value=1, reason="一处停止运营")


def facility(state: str = "APPROVED", *, is_open: bool = True) -> Neighbour:
    return Neighbour(CENTRE, state, is_open)


def alike(*, is_open: bool = True, place: str = SHIPAI_PLACE) -> NeighbourFinding:
    return NeighbourFinding(
        stream=OTHER_ID,
        state="OPEN" if is_open else "DISMISSED",
        is_open=is_open,
        place=place,
        indicator="ELDER_FACILITY",
        category="ELDER",
        level="COMMUNITY",
    )


CLAIMED = pairings.task("a claimed project", HEALTH)
ITEM = c.ProjectItem(pairing=pairings.PAIRING_ID, item="P-1")
ITEM_TASK = replace(CLAIMED, stream=project_task(ITEM.pairing, ITEM.item))
IN_TOWN = rules_with(
    town=Town(tasks=(pairings.RAMP, ITEM_TASK), others=(facility(), alike())),
)


def note(
    standing: LinkStanding, case: str = CENTRE, state: str = "BUILDING", version: int | None = None
) -> NoteLinkedCase:
    """Return what a case says; what it says further on it says later."""
    place = list(LinkStanding).index(standing) + 1
    return NoteLinkedCase(
        case=case, standing=standing, state=state, case_version=version or 10 * place
    )


@cache
def unrecorded() -> Story:
    return replace(given(case=KIND, rules=IN_TOWN), stream=FINDING_ID)


@cache
def recorded() -> Story:
    return unrecorded().does(RECORD, COMMUNITY_WORKER)


@cache
def adopted() -> Story:
    return recorded().after(hours=1).does(ADOPT, DISPATCHER)


@cache
def planned() -> Story:
    return adopted().after(hours=1).does(PLAN, CIVIL_COORDINATOR)


@cache
def in_remedy() -> Story:
    return planned().after(days=1).does(note(LinkStanding.BEGUN), SYSTEM)


@cache
def over() -> Story:
    """Both linked cases are over."""
    done = note(LinkStanding.DONE, state="OPEN")
    return in_remedy().does(done, SYSTEM).does(note(LinkStanding.DONE, TASK, "CLOSED"), SYSTEM)


@cache
def verifying() -> Story:
    return over().after(days=1).does(REPORT, CIVIL_COORDINATOR)


@cache
def struck_off() -> Story:
    return verifying().after(days=1).does(STRIKE, DISPATCHER)


@cache
def closed_for_good() -> Story:
    return struck_off().rings("reopening")


@cache
def reopened() -> Story:
    return struck_off().after(days=30).does(REOPEN, COMMUNITY_WORKER)


DISMISS = c.DismissFinding(ground="DOUBLE_COUNTED", reason="与另一条重复")
MERGE = c.MergeFinding(master=OTHER_ID)


@cache
def dismissed() -> Story:
    return recorded().does(DISMISS, HOUSING_COORDINATOR)


@cache
def merged() -> Story:
    return recorded().does(MERGE, DISPATCHER)


EVERY_STATE = {
    "OPEN": recorded,
    "PLANNED": planned,
    "IN_REMEDY": in_remedy,
    "VERIFYING": verifying,
    "STRUCK_OFF": struck_off,
    "DISMISSED": dismissed,
    "MERGED": merged,
}
"""Every state with a story that is in it."""

NEAR = (COMMUNITY_WORKER, DISPATCHER, SECOND_DISPATCHER, HOUSING_COORDINATOR)
ABOVE = (DISPATCHER, SECOND_DISPATCHER, HOUSING_COORDINATOR)

TABLE: dict[str, Row] = {
    "record": (unrecorded, RECORD, NEAR),
    "adopt": (recorded, ADOPT, ABOVE),
    "plan": (adopted, PLAN, (CIVIL_COORDINATOR,)),
    "start": (planned, c.StartRemedy(), (CIVIL_COORDINATOR,)),
    "measure again": (in_remedy, MEASURE, (*NEAR, CIVIL_COORDINATOR)),
    "report": (over, REPORT, (CIVIL_COORDINATOR,)),
    "strike off": (verifying, STRIKE, ABOVE),
    "reject": (verifying, REJECT, ABOVE),
    "reopen": (struck_off, REOPEN, NEAR),
    "dismiss": (recorded, DISMISS, (HOUSING_COORDINATOR,)),
    "merge": (recorded, MERGE, (DISPATCHER, SECOND_DISPATCHER)),
    "note": (planned, note(LinkStanding.BEGUN), (SYSTEM,)),
    "ring": (recorded, RingClock(name="adoption", due=on(5, 25, "17:00")), (SYSTEM,)),
    "recompute": (recorded, RecomputeDeadlines(), (SYSTEM,)),
}

_values = st.integers(0, 3)
_texts = st.sampled_from(["理由", "现场核实", "打 13800138000", "证 44010619900307123X"])
_instants = st.sampled_from([on(1, 1), on(5, 8), on(5, 12), on(8, 1), on(6, 1, year=2029)])
_cases = st.sampled_from([CENTRE, TASK, ITEM_TASK.stream, OTHER_ID, pairings.PAIRING_ID])
IMAGINED: st.SearchStrategy[BaseModel] = st.one_of(
    st.builds(
        c.RecordFinding,
        level=st.sampled_from(FindingLevel),
        place=st.sampled_from([SHIPAI_PLACE, WUSHAN_PLACE, "440106005", "440106"]),
        indicator=st.sampled_from(["ELDER_FACILITY", "PARKING", "PARK_COVERAGE", "BEDS", "MOON"]),
        value=_values,
        target=st.none() | _values,
        evidence=_texts,
        found_at=_instants,
        source=st.sampled_from(c.FindingSource),
        policy=st.sampled_from([None, "town", "nowhere"]),
    ),
    st.builds(
        c.AdoptFinding,
        lead=st.sampled_from([CIVIL_AFFAIRS, HEALTH, HOUSING, SHIPAI, DISSOLVED, "NO-SUCH"]),
        target_date=_instants,
        reason=st.none() | _texts,
    ),
    st.builds(
        c.PlanRemedy,
        measures=_texts,
        cases=st.lists(_cases, max_size=3).map(tuple),
        items=st.sampled_from([(), (ITEM,), (ITEM, ITEM)]),
    ),
    st.just(c.StartRemedy()),
    st.builds(c.MeasureAgain, value=_values, measured_at=_instants, evidence=_texts),
    st.builds(c.ReportRemedied, value=_values, evidence=_texts, reason=st.none() | _texts),
    st.builds(
        c.StrikeOff,
        value=_values,
        evidence=_texts,
        worker=st.sampled_from([str(COMMUNITY_WORKER.person), str(DISPATCHER.person)]),
    ),
    st.builds(c.RejectRemedy, value=_values, reason=_texts),
    st.builds(c.ReopenFinding, value=_values, reason=_texts),
    st.builds(c.DismissFinding, ground=st.sampled_from(["DOUBLE_COUNTED", "MOON"]), reason=_texts),
    st.builds(c.MergeFinding, master=st.sampled_from([OTHER_ID, FINDING_ID])),
    st.builds(note, st.sampled_from(LinkStanding), _cases),
    st.builds(RingClock, name=st.sampled_from(["adoption", "refresh", "reopening"]), due=_instants),
    st.just(RecomputeDeadlines()),
)
WORLDS: tuple[Rules, ...] = (
    IN_TOWN,
    rules_with(years=(YEAR_2026, YEAR_2027)),
    rules_with(town=Town(others=(facility("OPEN"), alike(is_open=False)))),
)
