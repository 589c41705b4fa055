"""Tables for people: Chinese headings, widths that know wide characters, plain where piped."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import click

_PIPE_WIDTH = 240
_NEVER_FOLDED = frozenset({"number", "title", "due", "state_label"})

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
    "standing": (
        ("stream", "案卷"),
        ("state_label", "状态"),
        ("version", "版本"),
        ("next_clock", "下一时限"),
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
    chosen = [
        (key, heading)
        for key, heading in (columns or _COLUMNS[name])
        if not rows or any(key in row for row in rows)
    ]
    from rich.console import Console
    from rich.table import Table

    if not rows:
        click.echo("没有记录。 Nothing found.")
        return

    # A table that goes into a pipe or a file is not cut to a terminal's width.
    class Paper(Console):
        """A console that tells of a reader who has gone, and does not end the program itself."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Paper() if sys.stdout.isatty() else Paper(width=_PIPE_WIDTH)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for key, heading in chosen:
        # What people copy - numbers and names of cases - is folded, never cut.
        table.add_column(heading, overflow="fold", no_wrap=key in _NEVER_FOLDED)
    for row in rows:
        table.add_row(*[shown(row.get(key)) for key, _ in chosen])
    console.print(table)


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
