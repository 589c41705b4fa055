"""月报: the rates of one month with both their counts, over all, by street and by unit."""

from dataclasses import dataclass

from documents.paper import Bar, Block, Body, Chart, Heading, Paper, Stand, Table, day

_BARS = 20


@dataclass(frozen=True)
class Figure:
    """One rate: what it is called, its two counts, how many were left out, and its share."""

    metric: str
    name: str
    numerator: int
    denominator: int
    excluded: int
    percent: str | None
    definition: str

    @property
    def told(self) -> str:
        """The rate with its counts: 80.0%（12/15）."""
        if not self.denominator:
            return "—"
        return f"{self.percent}（{self.numerator}/{self.denominator}）"

    @property
    def permille(self) -> int:
        """The rate in thousandths, for a bar."""
        return self.numerator * 1000 // self.denominator if self.denominator else 0


@dataclass(frozen=True)
class Group:
    """The rates of one street or unit, by metric."""

    name: str
    figures: dict[str, Figure]

    def told(self, metric: str) -> str:
        """Return a rate with its counts below, for a cell."""
        figure = self.figures.get(metric)
        if figure is None or not figure.denominator:
            return "—"
        return f"{figure.percent}\n{figure.numerator}/{figure.denominator}"


@dataclass(frozen=True)
class MonthlyReport:
    """What a monthly report says; *columns* are the metrics told by group, the first also drawn."""

    organ: str
    year: int
    month: int
    about: str
    ended: bool
    figures: tuple[Figure, ...]
    columns: tuple[tuple[str, str], ...]
    streets: tuple[Group, ...]
    units: tuple[Group, ...]
    stand: Stand


def monthly_paper(report: MonthlyReport) -> Paper:
    """Return the report as a paper."""
    counted = tuple(one for one in report.figures if one.denominator)
    until = "" if report.ended else f"（本月未结束，截至{day(report.stand.at)}）"
    blocks: list[Block] = [
        Body(
            f"现将{report.about}{report.year}年{report.month}月结对帮扶任务办理情况报告如下{until}。"
        ),
        Heading("一、总体情况"),
    ]
    if counted:
        blocks += [
            Table(
                ("指标", "比率", "分子", "分母", "剔除"),
                tuple(
                    (
                        one.name,
                        one.percent or "—",
                        str(one.numerator),
                        str(one.denominator),
                        str(one.excluded),
                    )
                    for one in report.figures
                ),
                (8, 4, 3, 3, 3),
                frozenset({1, 2, 3, 4}),
            ),
            Chart(
                "各项比率",
                tuple(Bar(one.name, one.permille, one.told) for one in counted),
            ),
        ]
    else:
        blocks.append(Body("本月没有可计的事实。"))
    for title, what, groups in (
        ("二、各街道情况", "街道", report.streets),
        ("三、各单位情况", "单位", report.units),
    ):
        blocks += [Heading(title), *_by_group(report, what, groups)]
    blocks += [
        Heading("四、指标口径"),
        Table(
            ("指标", "分子 ÷ 分母"),
            tuple((f"{one.name}\n{one.metric}", one.definition) for one in report.figures),
            (8, 15),
        ),
        Body("特此报告。"),
    ]
    return Paper(
        organ=report.organ,
        title=f"结对帮扶工作月报（{report.year}年{report.month}月）",
        number=f"统计范围：{report.about}",
        to="",
        blocks=tuple(blocks),
        closing=(report.organ, report.stand.at),
        stand=report.stand,
    )


def _by_group(report: MonthlyReport, what: str, groups: tuple[Group, ...]) -> tuple[Block, ...]:
    if not groups:
        return (Body("本月没有可计的事实。"),)
    table = Table(
        (what, *(called for _, called in report.columns)),
        tuple(
            (group.name, *(group.told(metric) for metric, _ in report.columns)) for group in groups
        ),
        (8, *(6 for _ in report.columns)),
        frozenset(range(1, len(report.columns) + 1)),
    )
    return (table, *_chart(report, what, groups))


def _chart(report: MonthlyReport, what: str, groups: tuple[Group, ...]) -> tuple[Block, ...]:
    """Return the first rate as a chart that fits a page: of those with the most to count."""
    metric, name = report.columns[0]
    counted = [
        (one.name, one.figures[metric])
        for one in groups
        if metric in one.figures and one.figures[metric].denominator
    ]
    if not counted:
        return ()
    most = sorted(counted, key=lambda one: -one[1].denominator)[:_BARS]
    only = f"（件数最多的{_BARS}个）" if len(counted) > _BARS else ""
    bars = tuple(Bar(called, one.permille, one.told) for called, one in most)
    return (Chart(f"各{what}{name}{only}", bars),)
