"""One full and one sparse example of every fact, made from the models themselves.

Full: every optional field is there and every claim true. Sparse: nothing optional, nothing true.
"""

import types
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from domain.calendar import CalendarDay, CalendarYear, Overlay
from domain.clocks import Deadline
from domain.community_figures import CommunityFigure, CommunityFigures, FigureValue
from domain.facility.commands import OperationMode, Operator
from domain.facility.facts import FacilityFact
from domain.finding.facts import FindingFact
from domain.finding.pack import Comparison
from domain.labelled import Label
from domain.oversight.facts import OversightFact
from domain.oversight.words import Count
from domain.pairing.commands import ListItem, ListKind, Successor
from domain.pairing.facts import Adjustment, PairingFact
from domain.policy import Policy
from domain.programme.commands import Criterion, Goal, GoalMeasure
from domain.programme.facts import DraftTerms, ProgrammeFact
from domain.provider.facts import ProviderFact
from domain.province.facts import CityFact
from domain.registry.facts import RegistryFact
from domain.sealed import Sealed
from domain.site.facts import SiteFact
from domain.task.facts import TaskFact
from domain.values import CASE_CATEGORIES
from tests.domain.world import (
    CIVIL_AFFAIRS,
    HEALTH,
    HOUSING,
    LONG_AGO,
    POLICY,
    SHIPAI,
    SHIPAI_CENTER,
    SHIPAI_PLACE,
    WUSHAN,
    WUSHAN_PLACE,
    on,
    sealed,
    task_id,
    uuid_of,
)

BY_FIELD: dict[str, Any] = {
    "identity": "0a1b2c3d" * 8,
    "link": "01995f3a-0000-7000-8000-000000000002",
    "session": "01995f3a-0000-7000-8000-000000000001",
    "center": SHIPAI_CENTER,
    "street": SHIPAI,
    "main_before": HEALTH,
    "suggested_unit": HEALTH,
    "old_unit": HEALTH,
    "parent": SHIPAI,
    "place": SHIPAI_PLACE,
    "division": "440106005",
    "category": "MEAL",
    "category_before": "ELDER",
    "ground": "EMERGENCY",
    "route": "119",
    "number": 2,
    "text": "把助餐点设在一楼",
    "receiver": "天河区政务数据局",
    "url": "https://portal.example.org/hook",
    "kinds": ("task_dispatched.v1", "result_submitted.v1"),
    "reason": "原单位已调整",
    "legal_basis": "《广东省12345热线管理办法》第十条",
    "basis": "本人申请删除",
    "comment": "配合有力",
    "title": "石牌街道助餐结对",
    "name": "石牌街道办事处",
    "code": SHIPAI,
    "line": "civil_affairs",
    "label": "ramp-after",
    "media_type": "image/jpeg",
    "month": "2026-10",
    "since": "2026-10",
    "root": "ef" * 32,
    "other_root": "ef" * 32,
    "proof": ("ef" * 32,),
    "note": "…",
    "known": "…",
    "shown": "…",
    "meaning": "满意的评价 ÷ 全部评价",
    "url_before": "https://old.example.org/log",
    "witnesses": "quorum none",
    "package_hash": "ab" * 32,
    "signature": "c2lnbmF0dXJl",
    "clock": "first_contact",
    "cause": "BUDGET",
    "item": "MEAL-1",
    "terms": ("GOALS", "EXIT"),
    "categories": ("MEAL", "ELDER"),
    "notice": f"{task_id('the ramp')}/3/unit/{CIVIL_AFFAIRS}",
    "to": f"unit/{CIVIL_AFFAIRS}",
    "template": "task_dispatched",
    "channel": "log",
    "detail": "smtp-451",
    "privacy_notice": "2026-1",
    "policy": "town",
    "calendar": "CN-2026@0123456789ab",
    "limit": "5wd",
    "matter": "meal-point",
    "project_item": "MEAL-1",
    "ledger_row": "TJ-2026-018",
    "duplicate": task_id("the other ramp"),
    "task": task_id("the ramp"),
    "master": task_id("the ramp"),
    "version": "town@0123456789ab",
    "version_before": "town@ba9876543210",
    "cost_cents": 128050,
    "about": (task_id("the ramp"), f"unit/{CIVIL_AFFAIRS}", "figure/satisfaction", "month/2026-10"),
    "counts": (Count(name="entries", number=42), Count(name="faults", number=0)),
    "case": task_id("the ramp"),
    "digest": "cd" * 32,
    "workflow": f"{task_id('the ramp')}/feedback_round/1",
    "run": uuid_of("a run"),
    "run_before": uuid_of("the run before"),
    "holder": f"subject/{uuid_of('a resident')}",
    "field": "phone",
    "origin": "pairing.example.org/log",
    "suite": "SHA-256+Ed25519",
    "key": "pairing.example.org/log+0a1b2c3d+AQab",
    "key_before": "pairing.example.org/log+3d2c1b0a+AQcd",
    "witness": "archive.example.org",
    "status": 409,
    "owner": "街道办事处",
    "owner_before": "区机关事务管理局",
    "source_row": "TH-S-012",
    "functions": ("ELDER", "MEAL"),
    "functions_planned": ("ELDER", "MEAL", "HEALTH"),
    "function": "MEAL",
    "source": "DISTRICT",
    "cents": 12805000,
    "voucher": "P-2026-011",
    "document": "穗天发改〔2026〕12号",
    "milestone": "DESIGN",
    "next_milestone": "WORKS",
    "without_care": "社区已有养老机构",
    "hand_over": "档案和钥匙已移交",
    "hours": "周一至周日 8:00—20:00",
    "price_list": "午餐 15 元",
    "report_by": 10,
    "arrangement": "转介到相邻社区",
    "criterion": "NEED_URGENCY",
    "statement": "三处空置用房可用，居民议事会已同意",
    "community": SHIPAI_PLACE,
    "communities": (SHIPAI_PLACE, WUSHAN_PLACE),
    "passed_over": (WUSHAN_PLACE,),
    "divisions": ("440103", "440111"),
    "streets": (SHIPAI, WUSHAN),
    "zh": "未达标配建的养老服务设施数量",
    "en": "elder care facilities missing",
    "indicator": "ELDER_FACILITY",
    "evidence": "2026 年社区体检表第 3 行",
    "measures": "利用存量用房建设综合体",
    "finding": f"finding/{uuid_of('a finding')}",
    "cases": (task_id("the ramp"),),
    "open_cases": (task_id("the ramp"),),
    "state": "BUILDING",
    "credit_code": "91440106MADEUP001W",
    "head_code": "91440106MADEUP009M",
    "team_number": "TH-0001",
    "agent": f"subject/{uuid_of('an agent')}",
    "areas": ("440106005",),
    "per": "份",
    "name_before": "石牌街道助餐中心",
    "categories_before": ("MEAL",),
    "lacking": "食品经营许可证副本",
    "lead": CIVIL_AFFAIRS,
    "licence": "FOOD",
    "licence_number": "JY14401060001234",
    "grade": "B",
    "grade_before": "C",
    "found": "留样不全",
    "needs": ("N-1",),
    "site": f"site/{uuid_of('a site')}",
}
_RUN_BY_ITSELF = Operator(
    functions=("ELDER", "MEAL"), mode=OperationMode.SELF, unit=SHIPAI_CENTER, term_end=on(12, 31)
)
_RUN_BY_A_CHAIN = Operator(
    functions=("MEAL",),
    mode=OperationMode.CHAIN,
    provider=f"provider/{uuid_of('a chain')}",
    term_end=on(12, 31),
)
_CRITERIA = (
    Criterion(criterion="NEED_URGENCY", weight=60),
    Criterion(criterion="LASTING_OPERATION", weight=40),
)
_A_DRAFT = DraftTerms(
    title="完整社区试点",
    quota=2,
    apply_from=on(5, 11),
    apply_until=on(6, 1),
    build_until=on(11, 30),
    criteria=_CRITERIA,
    goals=(
        Goal(
            figure=CommunityFigure.FUNCTIONS_OPEN,
            measure=GoalMeasure.NUMBER,
            comparison=Comparison.AT_LEAST,
            target=4,
        ),
    ),
)
COUNTED = CommunityFigures(
    community=SHIPAI_PLACE,
    position=412,
    figures=(
        FigureValue(figure=CommunityFigure.TASKS_CLOSED, numerator=18, denominator=20),
        FigureValue(figure=CommunityFigure.FUNCTIONS_OPEN, numerator=4, denominator=5),
    ),
)
BY_FACT: dict[tuple[str, str], Any] = {
    ("statement_taken.v1", "figures"): (),
    ("unmasking_granted.v1", "to"): f"person/{uuid_of('an auditor')}",
    ("finding_recorded.v1", "measured_in"): Label(zh="个", en="facilities"),
    ("finding_merged.v1", "master"): f"finding/{uuid_of('the other finding')}",
    ("finding_dismissed.v1", "ground"): "DOUBLE_COUNTED",
    ("finding_limit_missed.v1", "clock"): "remedy_target",
    ("finding_deadline_recalculated.v1", "clock"): "remedy_plan",
    ("field_unmasked.v1", "item"): uuid_of("an item"),
    ("acceptance_refused.v1", "items"): ("AREA", "FIRE"),
    ("operator_entrusted.v1", "operator"): _RUN_BY_ITSELF,
    ("operator_changed.v1", "operator"): _RUN_BY_A_CHAIN,
    ("operator_changed.v1", "operators_before"): (_RUN_BY_ITSELF,),
    ("function_taken_over.v1", "operator"): _RUN_BY_A_CHAIN,
    ("programme_drafted.v1", "lead"): HOUSING,
    ("programme_drafted.v1", "title"): "完整社区试点",
    ("programme_drafted.v1", "criteria"): _CRITERIA,
    ("programme_revised.v1", "terms"): _A_DRAFT,
    ("programme_revised.v1", "terms_before"): _A_DRAFT.model_copy(update={"quota": 3}),
    ("community_applied.v1", "baseline"): COUNTED,
    ("programme_progress_recorded.v1", "communities"): (COUNTED,),
    ("community_assessed.v1", "figures"): COUNTED,
    (
        "witness_policy_adopted.v1",
        "policy",
    ): "log pairing.example.org/log+0a1b2c3d+AQab\nquorum none",
}
"""Where one word of a field means different things in different facts."""

NEVER_EMPTY = frozenset(
    (
        *("departments", "disputing", "items", "silent", "categories"),
        *("budget", "budget_before", "checklist", "users_go", "operators_before", "places"),
        *("departments", "disputing", "items", "silent", "categories", "criteria", "goals"),
        *("streets", "reviewers", "ranking", "selected", "figures", "divisions", "scores"),
        *("due_soon", "missed", "verdicts", "areas", "categories_before"),
    )
)
ADJUSTMENTS = {
    True: Adjustment(
        what="PARTY",
        reason="机构改革",
        old_unit=HEALTH,
        new_unit=CIVIL_AFFAIRS,
        successors=(Successor(task=task_id("the ramp"), unit=CIVIL_AFFAIRS),),
    ),
    False: Adjustment(
        what="LIST",
        reason="需求变化",
        new_unit=SHIPAI,
        list=ListKind.NEED,
        items=(ListItem(code="N-1", title="社区长者饭堂", category="MEAL"),),
        items_before=(),
    ),
}
"""An adjustment changes exactly one of three things, so that its examples are written out."""
DEADLINE = Deadline(
    due=on(10, 12, "17:00"),
    counted_from=on(9, 24, "09:12"),
    limit="10wd",
    count_from="next_day",
    calendar="CN-2026@0123456789ab",
    policy="town@0123456789ab",
    provisional=True,
)
YEAR = CalendarYear(
    year=2026,
    papers=("国办发明电〔2025〕7号",),
    days=(CalendarDay(name="元旦", date=on(1, 1).date(), isOffDay=True),),
)
OVERLAY = Overlay(
    division="440106",
    name="考试日",
    days=(CalendarDay(name="考试", date=on(6, 8).date(), isOffDay=True),),
    since=on(1, 1).date(),
)


def fact_models() -> Iterator[type[BaseModel]]:
    """Yield every fact there is, in the order of the fact files."""
    families: tuple[Any, ...] = (
        TaskFact,
        PairingFact,
        FindingFact,
        CityFact,
        SiteFact,
        FacilityFact,
        ProgrammeFact,
        ProviderFact,
        RegistryFact,
        OversightFact,
    )
    for union in families:
        inner = get_args(union)[0] if get_origin(union) is Annotated else union
        yield from get_args(inner)


def kind_of(model: type[BaseModel]) -> str:
    return str(model.model_fields["kind"].default)


def example(model: type[BaseModel], *, full: bool) -> dict[str, Any]:
    """Return the fields of a *model* as an entry has them: JSON, without the kind."""
    return made(model, full=full).model_dump(mode="json", exclude={"kind"})


def made(model: type[BaseModel], *, full: bool) -> BaseModel:
    if model is Adjustment:
        return ADJUSTMENTS[full]
    values = {}
    for name, field in model.model_fields.items():
        if name == "kind" and get_origin(field.annotation) is Literal:
            continue
        stored_as = str(model.model_fields["kind"].default) if "kind" in model.model_fields else ""
        if (stored_as, name) in BY_FACT:
            values[name] = BY_FACT[stored_as, name]
            continue
        values[name] = _value(name, field.annotation, field.metadata, full=full)
    return model.model_validate(values)


def _value(name: str, kind: Any, metadata: list[Any], *, full: bool) -> Any:
    origin: Any = get_origin(kind)
    if origin is Annotated:
        return _value(name, get_args(kind)[0], [*get_args(kind)[1:]], full=full)
    if origin is Union or isinstance(kind, types.UnionType):
        if not full:
            return None
        inner = next(one for one in get_args(kind) if one is not type(None))
        return _value(name, inner, metadata, full=full)
    if origin is Literal:
        return get_args(kind)[0 if full else -1]
    if origin is tuple:
        if name in BY_FIELD:
            return BY_FIELD[name]
        item = get_args(kind)[0]
        # Lists that a fact may leave empty are empty in the sparse example.
        needed = name in NEVER_EMPTY
        return (_value(name, item, [], full=full),) if full or needed else ()
    if isinstance(kind, type):
        return _of_type(name, kind, metadata, full=full)
    raise TypeError(f"no example for {name}: {kind}")


def _of_type(name: str, kind: type, metadata: list[Any], *, full: bool) -> Any:
    fixed: dict[type, Any] = {
        Deadline: DEADLINE if full else DEADLINE.model_copy(update={"provisional": False}),
        Sealed: sealed(),
        Policy: POLICY,
        CalendarYear: YEAR,
        Overlay: OVERLAY,
    }
    if kind in fixed:
        return fixed[kind]
    if issubclass(kind, Enum):
        members = list(kind)
        return members[-1 if full else 0]
    if issubclass(kind, BaseModel):
        return made(kind, full=full)
    if kind is bool:
        return full
    if kind is int:
        return BY_FIELD[name] if isinstance(BY_FIELD.get(name), int) else 3
    if issubclass(kind, datetime):
        return LONG_AGO if name.endswith(("since", "before")) else on(11, 22, "09:30")
    patterns = [str(getattr(one, "pattern", "")) for one in metadata]
    patterns += [
        str(getattr(inner, "pattern", ""))
        for one in metadata
        for inner in getattr(one, "metadata", [])
    ]
    for stem in ("task", "pairing", "person", "subject", *CASE_CATEGORIES):
        if any(pattern.startswith(f"^{stem}/") for pattern in patterns):
            return BY_FIELD.get(name) or f"{stem}/{uuid_of(name)}"
    if any("[A-Z0-9-]{1,31}" in pattern and "(" not in pattern for pattern in patterns):
        return BY_FIELD.get(name, CIVIL_AFFAIRS)
    if name == "number":
        return "DQ440106202611220001K" if full else ""
    return BY_FIELD[name]
