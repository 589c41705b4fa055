"""Tables for people: Chinese headings, widths that know wide characters, plain where piped."""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import click
from rich.cells import cell_len, chop_cells, set_cell_size

_PIPE_WIDTH = 240
"""A table that goes into a pipe or a file is not cut to a terminal's width."""

_NARROW = 130
_GAP = 2
_LEAST = 4
_NEVER_FOLDED = frozenset({"number", "due", "stream", "person"})

SHOWN_IN = timezone(timedelta(hours=8), "Asia/Shanghai")

_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "task": (
        ("number", "工单编号"),
        ("state_label", "状态"),
        ("category", "类别"),
        ("place", "区划"),
        ("main_unit", "主办单位"),
        ("due", "办理期限"),
        ("sla", "时限"),
        ("supervision", "督办"),
        ("stream", "案卷"),
    ),
    "pairing": (
        ("title", "结对"),
        ("state_label", "状态"),
        ("center", "党群服务中心"),
        ("lead", "牵头部门"),
        ("street", "街道"),
        ("term_end", "期满"),
        ("stream", "案卷"),
    ),
    "case": (
        ("title", "名称"),
        ("state_label", "状态"),
        ("service", "类别"),
        ("place", "区划"),
        ("holder", "在办单位"),
        ("clock", "下一时限"),
        ("next_due", "到期"),
        ("stream", "案卷"),
    ),
    "inbox": (
        ("title", "案件"),
        ("what", "待办"),
        ("role", "由谁"),
        ("unit", "单位"),
        ("due", "时限"),
        ("urgency", "紧急"),
        ("stream", "案卷"),
    ),
    "rate": (
        ("metric", "指标"),
        ("group", "分组"),
        ("numerator", "分子"),
        ("denominator", "分母"),
        ("percent", "比率"),
        ("excluded", "剔除"),
    ),
}


def shown(value: Any) -> str:
    """Return *value* as an office reads it: local minutes, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHOWN_IN).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, str) and len(value) > 18 and value.endswith("Z") and value[10] == "T":
        return shown(datetime.fromisoformat(value))
    if isinstance(value, Mapping):
        return " ".join(shown(part) for part in value.values())
    if isinstance(value, list | tuple):
        return "、".join(shown(part) for part in value)
    return str(value)


def print_table(
    name: str,
    rows: Sequence[Mapping[str, Any]],
    as_json: bool,
    columns: Sequence[tuple[str, str]] | None = None,
) -> None:
    """Print *rows* as a table, or as one JSON object a line."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(dict(row), ensure_ascii=False, default=_as_text))
        return
    if not rows:
        click.echo("没有记录。 Nothing found.")
        return
    filled = [
        (key, heading)
        for key, heading in (columns or _COLUMNS[name])
        if any(shown(row.get(key)) for row in rows)  # a column that says nothing takes no room
    ]
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((80, 24)).columns if terminal else _PIPE_WIDTH
    # The name of a case is as long as half a screen: on a narrow one it has a line of its own.
    beneath = width < _NARROW and len(filled) > 1 and any(key == "stream" for key, _ in filled)
    above = [(key, heading) for key, heading in filled if not (beneath and key == "stream")]
    cells = [[shown(row.get(key)) for key, _ in above] for row in rows]
    widths = _widths(above, cells, width)
    head = _lines([heading for _, heading in above], widths)
    for line in head:
        click.echo(click.style(line, bold=True) if terminal else line)
    for row, texts in zip(rows, cells, strict=True):
        for line in _lines(texts, widths):
            click.echo(line)
        if beneath:
            click.echo(f"  {shown(row.get('stream'))}")


def _widths(
    columns: Sequence[tuple[str, str]], cells: Sequence[Sequence[str]], room: int
) -> list[int]:
    """Return how wide each column is: as its widest cell, the widest folded until all fit.

    What people copy - numbers, names of cases - is never folded.
    """
    widths = [
        max(
            cell_len(line)
            for text in (heading, *(row[at] for row in cells))
            for line in text.split("\n")
        )
        for at, (_, heading) in enumerate(columns)
    ]
    foldable = [at for at, (key, _) in enumerate(columns) if key not in _NEVER_FOLDED]
    while sum(widths) + _GAP * (len(widths) - 1) > room:
        wide = [at for at in foldable if widths[at] > _LEAST]
        if not wide:
            break
        widths[max(wide, key=lambda at: widths[at])] -= 1
    return widths


def _lines(texts: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return a row of cells as lines of text, each cell folded to its width."""
    folded = [
        [part for line in text.split("\n") for part in (chop_cells(line, width) or [""])]
        for text, width in zip(texts, widths, strict=True)
    ]
    return [
        (" " * _GAP)
        .join(
            set_cell_size(parts[at] if at < len(parts) else "", width)
            for parts, width in zip(folded, widths, strict=True)
        )
        .rstrip()
        for at in range(max(map(len, folded)))
    ]


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
