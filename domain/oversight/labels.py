"""What people read for the closed lists of oversight: Chinese, then English."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from domain.oversight.words import (
    AlarmGround,
    AuditAct,
    AuditOutcome,
    DiscrepancyGround,
    ExportFormat,
    HistoryStatus,
    WebhookEnd,
)

OVERSIGHT_LISTS: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    AuditAct: {
        AuditAct.VERIFY: ("核验账本", "verification of the ledger"),
        AuditAct.CHECK: ("核验导出件", "check of an export or proof"),
        AuditAct.AS_OF: ("按时点查询", "look at an instant of the past"),
        AuditAct.HISTORY: ("查阅案卷全程", "reading of a case's history"),
        AuditAct.COMPARE: ("按另一政策比较", "comparison under another policy pack"),
        AuditAct.RECONCILE: ("对账", "reconciliation"),
        AuditAct.REPLAY_WORKFLOWS: ("重放流程历史", "replay of workflow histories"),
        AuditAct.FIGURE: ("复算指标", "recomputation of a figure"),
        AuditAct.PROVE: ("出具证明", "proof"),
        AuditAct.SUBJECT: ("查询当事人资料状况", "look at what is held on a resident"),
    },
    AuditOutcome: {
        AuditOutcome.DONE: ("已完成", "done"),
        AuditOutcome.CLEAN: ("未发现问题", "nothing found amiss"),
        AuditOutcome.FAULTS_FOUND: ("发现问题", "faults found"),
        AuditOutcome.NOT_COMPLETED: ("未能完成", "not completed"),
    },
    ExportFormat: {
        ExportFormat.JSONL: ("账本原文（JSONL）", "the ledger's own bytes (JSONL)"),
        ExportFormat.OCEL_JSON: ("OCEL 2.0 事件日志（JSON）", "OCEL 2.0 event log (JSON)"),
        ExportFormat.OCEL_XML: ("OCEL 2.0 事件日志（XML）", "OCEL 2.0 event log (XML)"),
        ExportFormat.OCEL_SQLITE: ("OCEL 2.0 事件日志（SQLite）", "OCEL 2.0 event log (SQLite)"),
        ExportFormat.XES: ("XES 事件日志", "XES event log"),
        ExportFormat.XLSX: ("Excel 工作簿", "Excel workbook"),
        ExportFormat.BUNDLE: ("证据包", "evidence bundle"),
        ExportFormat.CASE_FILE: ("案卷证明文件", "case file"),
        ExportFormat.PROOF: ("单条记录证明", "proof of one entry"),
        ExportFormat.HISTORIES: ("流程历史", "workflow histories"),
        ExportFormat.BACKUP: ("备份", "backup"),
    },
    HistoryStatus: {
        HistoryStatus.COMPLETED: ("正常结束", "completed"),
        HistoryStatus.FAILED: ("失败", "failed"),
        HistoryStatus.CANCELED: ("已取消", "cancelled"),
        HistoryStatus.TERMINATED: ("被终止", "terminated"),
        HistoryStatus.CONTINUED_AS_NEW: ("转入新一次运行", "continued as a new run"),
        HistoryStatus.TIMED_OUT: ("超时", "timed out"),
    },
    DiscrepancyGround: {
        DiscrepancyGround.MISSING: (
            "案卷未结而流程不存在",
            "the case is open and has no workflow",
        ),
        DiscrepancyGround.TERMINATED: ("流程被终止", "the workflow was terminated"),
        DiscrepancyGround.RESET: ("流程被重置", "the workflow was reset"),
        DiscrepancyGround.CLOSED_EARLY: (
            "案卷未结而流程已结束",
            "the case is open and its workflow has ended",
        ),
        DiscrepancyGround.LEFT_OPEN: (
            "案卷已结而流程仍在运行",
            "the case is over and its workflow still runs",
        ),
        DiscrepancyGround.BEHIND: ("流程落后于账本", "the workflow is behind the ledger"),
        DiscrepancyGround.AHEAD: ("流程超前于账本", "the workflow is ahead of the ledger"),
        DiscrepancyGround.BOARD_DIFFERS: ("看板与账本不符", "a board differs from the ledger"),
        DiscrepancyGround.COMMAND_UNRECORDED: (
            "流程已答复的命令账本没有记录",
            "a command the workflow answered is not in the ledger",
        ),
        DiscrepancyGround.HISTORY_ALTERED: (
            "流程历史与封存时不符",
            "the workflow's history is not what was sealed",
        ),
        DiscrepancyGround.HISTORY_MISSING: (
            "应封存的流程历史不存在",
            "a workflow history that should have been sealed is missing",
        ),
        DiscrepancyGround.REPLAY_DIFFERS: (
            "按现行程序重放结果不符",
            "replay under the present program differs",
        ),
    },
    AlarmGround: {
        AlarmGround.REFUSED: ("拒绝见证", "it refused to cosign"),
        AlarmGround.LAGGING: ("见证落后", "it lags behind"),
        AlarmGround.UNREACHABLE: ("无法连接", "it cannot be reached"),
        AlarmGround.INVALID_COSIGNATURE: ("见证签名无效", "its cosignature is not valid"),
        AlarmGround.INCONSISTENT: (
            "见证方所见与本账本不一致",
            "it has seen another history of this log",
        ),
    },
    WebhookEnd: {
        WebhookEnd.REQUESTED: ("按要求终止", "ended on request"),
        WebhookEnd.UNREACHABLE: ("连续多日无法送达", "not reachable for days"),
        WebhookEnd.GONE: ("接收方已停用", "the receiver takes no more"),
    },
}
"""Every closed list of oversight with the label of each of its values."""

COUNT_LABELS: dict[str, tuple[str, str]] = {
    "about": ("对象", "objects"),
    "cases": ("案卷", "cases"),
    "checkpoints": ("检查点", "checkpoints"),
    "cosignatures": ("见证签名", "cosignatures"),
    "denominator": ("分母", "denominator"),
    "differences": ("差异", "differences"),
    "discrepancies": ("不符", "discrepancies"),
    "entries": ("记录", "entries"),
    "erased": ("已删除", "erased"),
    "excluded": ("剔除", "excluded"),
    "faults": ("问题", "faults"),
    "figures": ("指标", "figures"),
    "histories": ("流程历史", "histories"),
    "numerator": ("分子", "numerator"),
    "opened": ("启封", "opened"),
    "streams": ("案卷与名册", "streams"),
    "tasks": ("任务", "tasks"),
}
"""What the usual counts of an act are called; another count is shown by its own name."""
