"""What a person is told of a table that was taken in: figures first, then everything to look at."""

from collections import Counter
from collections.abc import Iterator

import click

from cli.context import Speaking
from importing.tables import Unread
from services.intake import Intake

_SHOWN = 20
"""Problems shown on a terminal; the others stand in the file of rows handed back."""

_KEPT = {
    "second-telephone": "第二个电话附在诉求内容后（密封） a second telephone, kept with the text",
    "matter-words": "问题事项的文字附在诉求内容后（密封） a matter's words, kept with the text",
}


def intake_lines(intake: Intake, shown: int) -> list[str]:
    """Return the lines of the report, at most *shown* of each sort; the file has the others."""
    tried = "试读，未登记任何内容：" if intake.dry else ""
    would = "将登记" if intake.dry else "登记"
    corrected = f"，更正 {intake.corrected} 行" if intake.corrected else ""
    met = f"，达标不列入 {intake.met} 行" if intake.met else ""
    figures = (
        f"{tried}{intake.file}：{would} {intake.recorded} 行，此前已登记 {intake.repeated} 行"
        f"{corrected}{met}，退回 {len(intake.refused)} 行。"
    )
    return [
        figures,
        *_some(_problems(intake), shown, "其余见退回文件"),
        *_kept(intake),
        *_unread(intake.unread, shown),
        *(
            [f"退回的行在 {intake.bad_rows_file}，改正后可直接再次导入。"]
            if intake.bad_rows_file is not None
            else []
        ),
    ]


def tell_intake(intake: Intake, as_json: bool) -> None:
    """Say what became of a table, and end with status 1 where rows came back."""
    Speaking(as_json).say(intake.as_json(), "\n".join(intake_lines(intake, _SHOWN)))
    if intake.refused:
        raise click.exceptions.Exit(1)


def _problems(intake: Intake) -> list[str]:
    return [
        f"  {problem.cell or row.row.number}  {problem.chinese}（{problem.rule}）"
        for row in intake.refused
        for problem in row.problems
    ]


def _kept(intake: Intake) -> Iterator[str]:
    counts = Counter(what for _, what in intake.kept)
    for what, count in sorted(counts.items()):
        places = [f"{row.place}{row.number}" for row, one in intake.kept if one == what]
        more = "……" if len(places) > 5 else ""
        yield f"  第 {'、'.join(places[:5])}{more} 行（{count} 处）：{_KEPT[what]}"


def _unread(unread: tuple[Unread, ...], shown: int) -> list[str]:
    if not unread:
        return []
    told = [
        f"  {f'{one.sheet}!' if one.sheet and one.where else ''}{one.where}"
        f"{'  ' if one.where else ''}{one.count} 处  {one.chinese}（{one.what}）"
        for one in unread
    ]
    return ["以下内容未采用 Not read:", *_some(told, shown, "其余用 --json 查看")]


def _some(lines: list[str], shown: int, where: str) -> list[str]:
    left = len(lines) - shown
    return lines if left <= 0 else [*lines[:shown], f"  …… 还有 {left} 条，{where}。"]
