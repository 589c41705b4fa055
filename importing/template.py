"""An empty problem ledger (问题台账) to be filled in: headings we read, lists to choose from."""

import io
from collections.abc import Sequence

import xlsxwriter

from importing.needs import NEED_FIELDS
from importing.writing import guarded

ROWS = 2_000
"""How many rows below the headings offer their lists."""

_SOURCES = (
    "居民提出",
    "社区发现",
    "党群服务中心征集",
    "12345转办",
    "城市体检",
    "结对项目",
    "微心愿",
)
_REQUEST_TYPES = ("咨询", "求助", "建议", "投诉", "举报")
_CHANNELS = ("电话", "短信", "微信", "上门", "无需反馈")
_YES_OR_NO = ("是", "否")


def choices(categories: Sequence[str], streets: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what may be chosen in the columns that have a list, by field."""
    return {
        "source": _SOURCES,
        "category": tuple(categories),
        "request_type": _REQUEST_TYPES,
        "street": tuple(streets),
        "urgent": _YES_OR_NO,
        "safety": _YES_OR_NO,
        "answer_channel": _CHANNELS,
    }


def need_template(categories: Sequence[str], streets: Sequence[str]) -> bytes:
    """Return the workbook: headings, needed ones marked, and lists on a sheet out of sight."""
    content = io.BytesIO()
    lists = choices(categories, streets)
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        text = workbook.add_format({"num_format": "@"})
        head = workbook.add_format({"num_format": "@", "bold": True, "bg_color": "#F2F2F2"})
        sheet = workbook.add_worksheet("问题台账")
        kept = workbook.add_worksheet("选项")
        kept.hide()
        sheet.freeze_panes(1, 0)
        for at, field in enumerate(NEED_FIELDS):
            needed = "*" if field.needs_value else ""
            wide = 48 if field.name == "text" else 18
            sheet.set_column(at, at, wide, text)
            sheet.write_string(0, at, f"{field.headings[0]}{needed}", head)
            for row, choice in enumerate(lists.get(field.name, ())):
                kept.write_string(row, at, guarded(choice))
            if offered := lists.get(field.name):
                column = xlsxwriter.utility.xl_col_to_name(at)
                sheet.data_validation(
                    1,
                    at,
                    ROWS,
                    at,
                    {
                        "validate": "list",
                        "source": f"=选项!${column}$1:${column}${len(offered)}",
                        "error_type": "warning",
                        "error_title": "不在清单内",
                        "error_message": "请从下拉清单中选择。",
                    },
                )
    return content.getvalue()
