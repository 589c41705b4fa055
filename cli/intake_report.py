"""What a person is told of a table that was taken in: figures first, then everything to look at."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from cli.context import Speaking

_SHOWN = 20
"""Problems shown on a terminal; the others stand in the file of rows handed back."""

_KEPT = {
    "second-telephone": "第二个电话附在诉求内容后（密封） a second telephone, kept with the text",
    "matter-words": "问题事项的文字附在诉求内容后（密封） a matter's words, kept with the text",
}


Told = Mapping[str, Any]
"""What became of a table, as `Intake.as_json` and the API tell it."""


def tell_intake(told: Told, as_json: bool) -> None:
    """Say what became of a table, and end with status 1 where rows came back."""
    Speaking(as_json).say(told, "\n".join(intake_lines(told, _SHOWN)))
    if told["refused"]:
        raise click.exceptions.Exit(1)


def intake_lines(told: Told, shown: int) -> list[str]:
    """Return the lines of the report, at most *shown* of each sort; the file has the others."""
    tried = "试读，未登记任何内容：" if told["dry_run"] else ""
    would = "将登记" if told["dry_run"] else "登记"
    corrected = f"，更正 {told['corrected']} 行" if told["corrected"] else ""
    met = f"，达标不列入 {told['met']} 行" if told["met"] else ""
    figures = (
        f"{tried}{told['file']}：{would} {told['recorded']} 行，"
        f"此前已登记 {told['repeated']} 行{corrected}{met}，退回 {told['refused']} 行。"
    )
    back = told["bad_rows_file"]
    return [
        figures,
        *_some(_problems(told), shown, "其余见退回文件"),
        *_kept(told),
        *_unread(told["unread"], shown),
        *([f"退回的行在 {back}，改正后可直接再次导入。"] if back is not None else []),
    ]


def _problems(told: Told) -> list[str]:
    return [
        f"  {one['cell'] or one['row']}  {one['chinese']}（{one['rule']}）"
        for one in told["problems"]
    ]


def _kept(told: Told) -> Iterator[str]:
    kept = told["kept_with_text"]
    counts = Counter(one["what"] for one in kept)
    for what, count in sorted(counts.items()):
        places = [f"{one['place']}{one['row']}" for one in kept if one["what"] == what]
        more = "……" if len(places) > 5 else ""
        yield f"  第 {'、'.join(places[:5])}{more} 行（{count} 处）：{_KEPT[what]}"


def _unread(unread: Sequence[Told], shown: int) -> list[str]:
    if not unread:
        return []
    told = [
        f"  {_where(one)}{one['count']} 处  {one['chinese']}（{one['what']}）" for one in unread
    ]
    return ["以下内容未采用 Not read:", *_some(told, shown, "其余用 --json 查看")]


def _where(unread: Told) -> str:
    """Return which cells were not read, as the spreadsheet names them; "" for what has none."""
    if not unread["where"]:
        return ""
    sheet = f"{unread['sheet']}!" if unread["sheet"] else ""
    return f"{sheet}{unread['where']}  "


def _some(lines: list[str], shown: int, where: str) -> list[str]:
    left = len(lines) - shown
    return lines if left <= 0 else [*lines[:shown], f"  …… 还有 {left} 条，{where}。"]
