"""The rows of an office's tables: one for a task, one for a fact, in the office's words.

Seals stay shut: a sealed text is 〔已密封〕, a resident is a pseudonym of this export. Instants are
shown as clocks in China show them, to the second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from audit.exports.choosing import Step, Told
from audit.exports.labels import kind_label
from audit.exports.pseudonyms import Pseudonyms
from domain.envelope import By
from domain.pairing.state import Drafted
from domain.people import Role
from domain.rules import Rules
from domain.task.state import AssistStatus, Closed, Known, KnownTask, Merged, sla_region
from ledger.entry import Entry
from wording.labels import label
from wording.names import KnownNames
from wording.sentences import CHINA, Language, clock_label, sentence

Cell = str | int | datetime | None
"""A text, a whole number, or a moment as a clock in China shows it, without its zone."""


@dataclass(frozen=True)
class Column:
    """One column of a sheet: its heading, and its width in half-width characters."""

    heading: str
    width: int


TASK_COLUMNS = (
    Column("工单编号", 24),
    Column("状态", 12),
    Column("类别", 12),
    Column("诉求类型", 10),
    Column("来源", 18),
    Column("区划代码", 14),
    Column("地点", 22),
    Column("紧急程度", 10),
    Column("主办单位", 22),
    Column("主办单位代码", 16),
    Column("协办单位", 26),
    Column("登记时间", 19),
    Column("派单时间", 19),
    Column("办理期限", 19),
    Column("时限状态", 10),
    Column("督办", 10),
    Column("延期", 10),
    Column("返工次数", 9),
    Column("办结方式", 12),
    Column("最低评价", 16),
    Column("个人信息", 10),
    Column("诉求人（化名）", 34),
    Column("所属结对", 30),
    Column("政策包", 14),
    Column("最近记录时间", 19),
    Column("案卷", 42),
)

FLOW_COLUMNS = (
    Column("案件", 26),
    Column("序号", 7),
    Column("环节", 14),
    Column("记录时间", 19),
    Column("发生时间", 19),
    Column("单位", 22),
    Column("角色", 18),
    Column("人员", 18),
    Column("内容", 90),
    Column("账本位置", 10),
    Column("案卷", 42),
)


class ExportNames(KnownNames):
    """Names for one export: residents under its pseudonyms, cases by number or title."""

    def __init__(
        self, rules: Rules, pseudonyms: Pseudonyms, number_of: Callable[[str], str | None]
    ) -> None:
        super().__init__(rules, None, number_of)
        self._pseudonyms = pseudonyms

    def person(self, reference: str, language: Language) -> str:
        """Return 居民 with the first digits of the pseudonym, or a staff member as ever."""
        if not reference.startswith("subject/"):
            return super().person(reference, language)
        word = "居民" if language == "zh" else "resident"
        return f"{word} {self.resident(reference)[:8]}"

    def resident(self, subject: str) -> str:
        """Return the whole pseudonym of a resident, without the word before it."""
        return self._pseudonyms.resident(subject).partition("/")[2]

    def within(self, text: str) -> str:
        """Return *text* with every resident's id in it replaced."""
        return self._pseudonyms.within(text)


def case_name(told_first: Entry) -> str:
    """Return what a case is called: its work-order number, or the pairing's title."""
    fact = told_first.fact
    return str(fact.get("number") or fact.get("title") or told_first.stream)


def task_row(told: Told, names: ExportNames) -> list[Cell]:
    """Return the row of one task as its last fact left it; *told* is of a task."""
    task = told.state
    assert isinstance(task, Known)
    return _task_row(task, told, names)  # type: ignore[arg-type] # every Known is a KnownTask


def _task_row(task: KnownTask, told: Told, names: ExportNames) -> list[Cell]:
    body = task.body
    need, holding, sla = body.need, body.holding, body.sla
    assists = [one.unit for one in body.assists if one.status is not AssistStatus.RELEASED]
    grade = min((one.grade for one in body.feedback.ratings), default=None)
    merged = f"（{names.case(task.master, 'zh')}）" if isinstance(task, Merged) else ""
    return [
        case_name(told.steps[0].entry),
        label(task.name, "zh") + merged,
        names.category(need.category, "zh"),
        label(need.request_type, "zh"),
        label(need.source, "zh"),
        need.place,
        names.place(need.place, "zh"),
        label("URGENT" if body.is_urgent else "NORMAL", "zh", among="Urgency"),
        None if holding.main is None else names.unit(holding.main, "zh"),
        holding.main,
        "、".join(names.unit(unit, "zh") for unit in assists) or None,
        local(need.registered_at),
        local(holding.dispatched_at),
        local(None if sla.due is None else sla.due.due),
        label(sla_region(task), "zh"),
        label(body.supervision, "zh"),
        label(body.extension.status, "zh"),
        body.handling.reworks,
        label(task.resolution, "zh") if isinstance(task, Closed) else None,
        None if grade is None else label(str(grade), "zh", among="Grade"),
        label(_privacy(task), "zh", among="Privacy"),
        "、".join(names.resident(party) for party in need.parties) or None,
        None if need.pairing is None else names.case(need.pairing, "zh"),
        need.policy_id,
        local(told.steps[-1].entry.recorded_at),
        told.stream,
    ]


def flow_row(told: Told, step: Step, names: ExportNames) -> list[Cell]:
    """Return the row of one fact of a case: when, who, and the sentence that tells it."""
    entry = step.entry
    return [
        case_name(told.steps[0].entry),
        entry.version,
        kind_label(entry.kind),
        local(entry.recorded_at),
        local(entry.occurred_at),
        None if entry.by.unit is None else names.unit(entry.by.unit, "zh"),
        _role(entry.by),
        _people(entry.by, names),
        names.within(sentence(entry.kind, entry.fact, names, "zh")),
        entry.position,
        entry.stream,
    ]


def state_of(told: Told) -> str:
    """Return the label of the state a case is left in."""
    match told.state:
        case Known() as task:
            return label(task.name, "zh")
        case Drafted() as pairing:
            from domain.pairing.state import STATE_TYPES

            return label(STATE_TYPES[type(pairing)], "zh")
        case _:
            return ""


def main_unit_of(told: Told, names: ExportNames) -> str | None:
    """Return the name of the unit a task is with, None while it is with none."""
    task = told.state
    if not isinstance(task, Known) or task.body.holding.main is None:
        return None
    return names.unit(task.body.holding.main, "zh")


def local(moment: datetime | None) -> datetime | None:
    """Return *moment* as clocks in China show it, without zone and below the second."""
    if moment is None:
        return None
    return moment.astimezone(CHINA).replace(tzinfo=None, microsecond=0)


def _role(by: By) -> str:
    role = label(by.role, "zh")
    if by.role is Role.SYSTEM and by.clock is not None:
        return f"{role}（{clock_label(by.clock)}时钟）"
    return role


def _people(by: By, names: ExportNames) -> str | None:
    if by.person is None:
        return None
    told = names.person(by.person, "zh")
    if by.on_behalf_of is None:
        return told
    return f"{told}（代{names.person(by.on_behalf_of, 'zh')}）"


def _privacy(task: KnownTask) -> str:
    if task.body.privacy.erased:
        return "ERASED"
    return "RESTRICTED" if task.body.privacy.restricted else "NORMAL"
