"""The closed lists and short types that facts of oversight are made of; values are stored for ever.

Verifier keys, witness policies and names of the public log have signs an ordinary `Code` has not
(`+ / =`), so each has a form of its own here. What the forms mean is said by C2SP `signed-note`,
`tlog-checkpoint` and `tlog-policy`; whether a key verifies is not asked here.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic import StringConstraints as Text

from domain.values import CASE, UNIT_CODE, UUID, Code, Frozen


class AuditAct(StrEnum):
    """What an auditor did."""

    VERIFY = "VERIFY"  # 核验账本
    CHECK = "CHECK"  # 核验导出件、证明
    AS_OF = "AS_OF"  # 按时点查询
    HISTORY = "HISTORY"  # 查阅案卷全程
    COMPARE = "COMPARE"  # 按另一政策比较
    RECONCILE = "RECONCILE"  # 对账
    REPLAY_WORKFLOWS = "REPLAY_WORKFLOWS"  # 重放流程历史
    FIGURE = "FIGURE"  # 复算指标
    PROVE = "PROVE"  # 出具证明
    SUBJECT = "SUBJECT"  # 查询当事人的案卷与密钥状况


class AuditOutcome(StrEnum):
    """How an act of audit ended."""

    DONE = "DONE"  # 已完成，无须判断
    CLEAN = "CLEAN"  # 未发现问题
    FAULTS_FOUND = "FAULTS_FOUND"  # 发现问题
    NOT_COMPLETED = "NOT_COMPLETED"  # 未能完成


class ExportFormat(StrEnum):
    """In which form something was handed out."""

    JSONL = "JSONL"
    OCEL_JSON = "OCEL_JSON"
    OCEL_XML = "OCEL_XML"
    OCEL_SQLITE = "OCEL_SQLITE"
    XES = "XES"
    XLSX = "XLSX"
    BUNDLE = "BUNDLE"  # 证据包
    CASE_FILE = "CASE_FILE"  # 单案证明
    PROOF = "PROOF"  # 单条证明
    HISTORIES = "HISTORIES"  # 流程历史
    BACKUP = "BACKUP"  # 备份


class HistoryStatus(StrEnum):
    """How a run of a clerk or a conversation ended, as Temporal names it."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"


class DiscrepancyGround(StrEnum):
    """What ledger, boards, the running clerk and Temporal's history disagree about."""

    MISSING = "MISSING"  # 案卷未结，流程不存在
    TERMINATED = "TERMINATED"  # 流程被终止
    RESET = "RESET"  # 流程被重置
    CLOSED_EARLY = "CLOSED_EARLY"  # 案卷未结，流程已结束
    LEFT_OPEN = "LEFT_OPEN"  # 案卷已结，流程仍在运行
    BEHIND = "BEHIND"  # 流程落后于账本
    AHEAD = "AHEAD"  # 流程超前于账本
    BOARD_DIFFERS = "BOARD_DIFFERS"  # 看板与账本不符
    COMMAND_UNRECORDED = "COMMAND_UNRECORDED"  # 流程已答复的命令，账本没有记录
    HISTORY_ALTERED = "HISTORY_ALTERED"  # 流程历史与封存时不符
    HISTORY_MISSING = "HISTORY_MISSING"  # 应封存的流程历史不存在
    REPLAY_DIFFERS = "REPLAY_DIFFERS"  # 现行程序重放结果不符


class AlarmGround(StrEnum):
    """Why a witness of the log raises concern."""

    REFUSED = "REFUSED"  # 见证方拒签
    LAGGING = "LAGGING"  # 见证落后
    UNREACHABLE = "UNREACHABLE"  # 见证方无法连接
    INVALID_COSIGNATURE = "INVALID_COSIGNATURE"  # 见证签名无效
    INCONSISTENT = "INCONSISTENT"  # 见证方所见与本账本不一致


class WebhookEnd(StrEnum):
    """Why a webhook subscription ended."""

    REQUESTED = "REQUESTED"  # 名册管理员终止
    UNREACHABLE = "UNREACHABLE"  # 连续多日无法送达
    GONE = "GONE"  # 接收方答复不再接收


Reference = Annotated[
    str,
    Text(
        pattern=(
            rf"^({CASE}|(person|subject|notice|audit|unmasking|workflow|webhook|city)/{UUID}"
            rf"|unit/{UNIT_CODE}"
            r"|(policy|calendar|figure|log|division|format)/[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}"
            r"|(entry|checkpoint)/(0|[1-9][0-9]{0,15})"
            r"|month/[0-9]{4}-(0[1-9]|1[0-2])"
            r"|(recorded|occurred)/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z)$"
        )
    ),
]
"""What an act was about, by reference only: a case, a unit, an entry, a figure, an instant.

Cases and registry streams stand by their names; beside them `entry/<position>`,
`checkpoint/<size>`, `figure/<name>`, `month/2026-10`, `division/440106`,
`recorded/<instant>` and `occurred/<instant>` (RFC 3339 in UTC)."""

About = Annotated[tuple[Reference, ...], Field(max_length=200)]
"""Up to 200 references; of more, the counts tell how many there were."""

_CLERKED = rf"(?:{CASE}|subject/{UUID})"

ClerkedId = Annotated[str, Text(pattern=rf"^{_CLERKED}$")]
"""The stream a clerk stands by: a case people work on, or a resident who asked to be erased."""

WorkflowId = Annotated[
    str, Text(pattern=rf"^{_CLERKED}(/[A-Za-z0-9][A-Za-z0-9_./:-]*)?$", max_length=200)
]
"""A workflow's id: the case's clerk, or one of its conversations (`<case>/feedback_round/1`)."""

RunId = Annotated[str, Text(pattern=rf"^{UUID}$")]
"""One run of a workflow, as Temporal numbers it."""

Digest = Annotated[str, Text(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a file's bytes, in hexadecimal."""

HolderId = Annotated[str, Text(pattern=rf"^({CASE}|(subject|person)/{UUID})$")]
"""Under whose key a text is sealed."""

ItemId = Annotated[str, Text(pattern=rf"^{UUID}$")]
"""A sealed text's place in the vault."""

Position = Annotated[int, Field(ge=-1, le=2**53 - 1)]
"""A position of the log, from 0; -1 stands before the first entry."""

Amount = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many there were."""

HttpStatus = Annotated[int, Field(ge=100, le=599)]
"""What a witness answered with, as HTTP numbers it."""

LogOrigin = Annotated[str, Text(pattern=r"^[^\s+—]{1,200}$")]
"""A log's origin as its checkpoints begin with it, such as `pairing.example.org/log`."""

SuiteName = Annotated[str, Text(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]{2,63}$")]
"""A hash and signature suite by name, such as `SHA-256+Ed25519`."""

WitnessName = Annotated[str, Text(pattern=r"^[^\s+]{1,200}$")]
"""A witness's key name: printable, without blanks and plus signs."""

WebhookUrl = Annotated[
    str,
    Text(
        pattern=r"^https?://[a-z0-9.:\[\]-]{1,253}(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?$",
        max_length=500,
    ),
]
"""Where facts are told of: no user, no query and no fragment, which is where secrets stand."""

WebhookKinds = Annotated[tuple[Code, ...], Field(min_length=1, max_length=200)]
"""The kinds of fact a subscription is for, such as `task_dispatched.v1`."""

PolicyText = Annotated[str, Text(min_length=1, max_length=20_000)]
"""A witness policy, as its file stands (C2SP `tlog-policy`)."""


class Count(Frozen):
    """One figure of an act: how many of what."""

    name: Code
    number: Amount
