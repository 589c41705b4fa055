"""What the demonstration came to: figures, ladder, three stories, and whether the record holds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from cli.context import Context
from demo.auditor import Step, audited
from demo.playing import Playing, Shown
from demo.province import taken_by_a_province
from services.intake import Intake
from wording.sentences import label

STORIES: tuple[tuple[str, ...], ...] = (
    ("returned_twice", "return_unanswered", "returned_once"),
    ("carried_until_review", "carried", "extended_twice"),
    ("done_again", "dissatisfied_again", "upheld"),
)
"""Three stories that are worth reading; of each line, the first that was shown."""

RATES = (
    "response_rate@1",
    "resolution_rate@1",
    "satisfaction_rate@1",
    "on_time_rate@1",
    "rating_coverage@1",
)


@dataclass(frozen=True)
class Told:
    """One case told in sentences: when, who, what."""

    title: str
    stream: str
    number: str
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Rated:
    """One rate with both its counts."""

    metric: str
    zh: str
    en: str
    numerator: int
    denominator: int
    percent: str | None
    excluded: int


@dataclass
class Summary:
    """Everything that is said at the end."""

    home: Path
    seconds: float
    commands: int
    facts: int
    intakes: list[Intake]
    shown: list[Shown]
    tasks: dict[str, int]
    pairings: dict[str, int]
    rates: list[Rated]
    ladder: dict[str, int]
    steps: dict[str, int]
    summoned: list[str]
    stories: list[Told]
    verdict: dict[str, Any]
    audit: list[Step]
    missing: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether everything was shown and the ledger is intact."""
        return not self.missing

    @property
    def played(self) -> int:
        """How many needs took some way to the state it was to reach."""
        return sum(len(one.streams) for one in self.shown if not one.name.startswith("pairing"))

    def as_json(self) -> dict[str, Any]:
        """Return the summary as one JSON object."""
        return {
            "outcome": "shown" if self.complete else "missing",
            "missing": self.missing,
            "home": str(self.home),
            "seconds": round(self.seconds, 1),
            "commands": self.commands,
            "facts": self.facts,
            "needs_played": self.played,
            "imports": [intake.as_json() for intake in self.intakes],
            "shown": [
                {"name": one.name, "en": one.en, "wanted": one.wanted, "reached": one.reached}
                for one in self.shown
            ],
            "tasks": self.tasks,
            "pairings": self.pairings,
            "rates": {
                one.metric: {
                    "numerator": one.numerator,
                    "denominator": one.denominator,
                    "excluded": one.excluded,
                    "percent": one.percent,
                }
                for one in self.rates
            },
            "supervision": {
                "open_tasks": self.ladder,
                "steps": self.steps,
                "summoned_units": self.summoned,
            },
            "histories": [
                {
                    "title": one.title,
                    "stream": one.stream,
                    "number": one.number,
                    "sentences": [" ".join(line) for line in one.lines],
                }
                for one in self.stories
            ],
            "audit": {
                **self.verdict,
                "steps": [
                    {"en": step.en, "expected": step.expected, "found": step.found}
                    for step in self.audit
                ],
            },
        }


def summary_of(
    context: Context,
    playing: Playing,
    intakes: Sequence[Intake],
    seconds: float,
    policy_file: Path,
    statement: Path | None,
) -> Summary:
    """Read the boards, the stories and the audit of what was played; everything stands still."""
    from audit.verify.verifying import verify
    from projections.service_definitions import DEFINITIONS

    boards = context.boards()
    try:
        ladder = boards.supervision.ladder()
        steps = Counter(step.level for step in boards.supervision.steps(limit=100_000))
        summoned = sorted(
            {
                step.unit
                for step in boards.supervision.steps(limit=100_000)
                if step.level == "SUMMONED" and step.unit is not None
            }
        )
        rates = [
            Rated(
                rate.metric,
                DEFINITIONS[rate.metric].zh,
                DEFINITIONS[rate.metric].en,
                rate.numerator,
                rate.denominator,
                rate.percent,
                rate.excluded,
            )
            for rate in boards.levels.rates()
            if rate.metric in RATES
        ]
        tasks, pairings = boards.tasks.counts(), boards.pairings.counts()
    finally:
        boards.close()
    verdict = verify(context.settings.ledger_url)
    stories = stories_of(context, playing)
    proved = stories[0].stream if stories else None
    summary = Summary(
        home=context.settings.home,
        seconds=seconds,
        commands=playing.stage.commands,
        facts=context.books.ledger.head() + 1,
        intakes=list(intakes),
        shown=list(playing.shown.values()),
        tasks=tasks,
        pairings=pairings,
        rates=rates,
        ladder=ladder,
        steps={level: steps.get(level, 0) for level in ladder if level != "NONE"},
        summoned=[playing.stage.cast.name(unit) for unit in summoned],
        stories=stories,
        verdict={
            "intact": verdict.intact,
            "entries": verdict.entries,
            "streams": verdict.streams,
            "root": verdict.root,
            "faults": [
                {"position": fault.position, "rule": fault.rule, "found": fault.found}
                for fault in verdict.faults[:20]
            ],
        },
        audit=[
            *audited(context.settings.home.absolute(), policy_file.absolute(), playing, proved),
            *taken_by_a_province(context, statement, policy_file),
        ],
    )
    summary.missing = missing_of(summary, intact=verdict.intact)
    return summary


def stories_of(context: Context, playing: Playing) -> list[Told]:
    """Return three cases in sentences."""
    from cli.histories import story

    told = []
    for names in STORIES:
        shown = next(
            (one for name in names if (one := playing.shown.get(name)) and one.streams), None
        )
        if shown is None:
            continue
        stream = shown.streams[0]
        registered = playing.stage.log.of(stream, "task_registered.v1")
        lines = tuple(
            (line.recorded, line.who, line.sentence) for line in story(context, stream)["zh"]
        )
        number = str(registered[0].fact.get("number", "")) if registered else ""
        told.append(Told(f"{shown.zh} {shown.en}", stream, number, lines))
    return told


def missing_of(summary: Summary, *, intact: bool) -> list[str]:
    """Return what was meant to be shown and was not, each with its reason."""
    missing = [
        f"{one.name}: {one.reached}/{one.wanted} {'; '.join(one.missing[:2])}".strip()
        for one in summary.shown
        if not one.complete
    ]
    if len(summary.stories) < len(STORIES):
        missing.append(f"histories: {len(summary.stories)}/{len(STORIES)}")
    missing += [f"{rate.metric}: nothing counted" for rate in summary.rates if not rate.denominator]
    missing += [f"supervision {level}: 0" for level, count in summary.steps.items() if not count]
    refused = [row for intake in summary.intakes for row in intake.refused]
    if not refused:
        missing.append("bad rows: none handed back")
    if not intact:
        missing.append("audit verify: the ledger is not intact")
    missing += [
        f"{step.en}: expected {step.expected}, found {step.found}"
        for step in summary.audit
        if not step.as_expected
    ]
    return missing


# -- for people --------------------------------------------------------------------------------


def print_summary(summary: Summary) -> None:
    """Say the summary in plain lines."""
    for lines in (
        _head(summary),
        _shown(summary),
        _figures(summary),
        _told(summary),
        _end(summary),
    ):
        for line in lines:
            click.echo(line)


def _head(summary: Summary) -> list[str]:
    lines = [
        "",
        "══ 天河区结对帮扶演示 · The Tianhe demonstration ══",
        f"用时 {summary.seconds:.0f} 秒，命令 {summary.commands:,} 条，账本 {summary.facts:,} 条。",
        "",
        "── 导入 Imported ──",
    ]
    for intake in summary.intakes:
        lines.append(f"{intake.file}：登记 {intake.recorded}，退回 {len(intake.refused)}。")
        lines += [
            f"  {problem.cell or row.row.number}  {problem.chinese}（{problem.rule}）"
            for row in intake.refused
            for problem in row.problems[:1]
        ]
        if intake.bad_rows_file:
            lines.append(f"  退回的行在 {intake.bad_rows_file}。 Bad rows are handed back there.")
    return lines


def _shown(summary: Summary) -> list[str]:
    lines = ["", "── 演示的各种情形 What was shown ──"]
    for one in summary.shown:
        mark = "✓" if one.complete else "✗"
        lines.append(f"{mark} {one.reached:>3}/{one.wanted:<3} {one.zh} · {one.en}")
        lines += [f"      {reason}" for reason in one.missing]
    return lines


def _figures(summary: Summary) -> list[str]:
    lines = ["", "── 任务状态 Tasks by state ──"]
    lines += [_counted(state, count, "TaskState") for state, count in summary.tasks.items()]
    lines += ["", "── 结对状态 Pairings by state ──"]
    lines += [_counted(state, count, "PairingState") for state, count in summary.pairings.items()]
    lines += ["", "── 服务水平 Service levels ──"]
    lines += [
        f"{one.zh} {one.en}：{one.numerator}/{one.denominator} = {one.percent or '—'}"
        + (f"（另有 {one.excluded} 件不计入 excluded）" if one.excluded else "")
        for one in summary.rates
    ]
    lines += [
        "",
        "── 督办阶梯 Supervision ladder ──",
        "等级：在办任务 / 累计次数 · open now / raised",
    ]
    lines += [
        f"{_label(level, 'SupervisionLevel')}：{summary.ladder[level]} / {count}"
        for level, count in summary.steps.items()
    ]
    if summary.summoned:
        lines.append(f"约谈单位 Summoned：{'、'.join(summary.summoned)}")
    return lines


def _told(summary: Summary) -> list[str]:
    lines: list[str] = []
    for one in summary.stories:
        lines += ["", f"── {one.title} {one.number} ──"]
        for recorded, who, sentence in one.lines:
            lines += [f"{recorded}  {who}", f"      {sentence}"]
    return lines


def _end(summary: Summary) -> list[str]:
    verdict = summary.verdict
    lines = ["", "── 核验 audit verify ──"]
    if verdict["intact"]:
        lines.append(
            f"账本完好：{verdict['entries']:,} 条，{verdict['streams']:,} 个案卷，"
            f"默克尔根 {verdict['root']}"
        )
    else:
        lines.append("账本不完好。 The ledger is not intact.")
    lines += ["", "── 审计员：两家见证、证明、离线核验 The auditor ──"]
    lines += [
        f"{'✓' if step.as_expected else '✗'} {step.zh} · {step.en}：{_found(step)}"
        for step in summary.audit
    ]
    lines.append("")
    if summary.missing:
        lines.append("未能演示 Missing:")
        lines += [f"  {one}" for one in summary.missing]
    else:
        lines.append("全部情形均已演示。 Everything that was meant to be shown was shown.")
    home = summary.home
    lines += [
        "",
        "接着看 To look at it afterwards:",
        f"  JIEDUI_HOME={home} JIEDUI_POLICY=demo jiedui task list",
        *(
            f"  JIEDUI_HOME={home} JIEDUI_POLICY=demo jiedui task history {one.number}"
            for one in summary.stories[:1]
        ),
        (
            f"  JIEDUI_HOME={home} JIEDUI_POLICY=demo jiedui audit verify "
            f"--policy {home}/witness-policy.txt"
        ),
        f"  JIEDUI_HOME={home} JIEDUI_POLICY=demo jiedui account list    # 密钥在 {home}/accounts/",
        f"  JIEDUI_HOME={home} jiedui up    # 工作台，演示账号见登录页 the console, with accounts",
    ]
    return lines


def _found(step: Step) -> str:
    told = {"intact": "完好", "not-intact": "不完好", "made": "已生成", "true": "属实"}
    return f"{told.get(step.found, '')} {step.found}".strip()


def _counted(code: str, count: int, among: str) -> str:
    return f"{_label(code, among)}：{count}"


def _label(code: str, among: str) -> str:
    return f"{label(code, 'zh', among=among)} {label(code, 'en', among=among)}"
