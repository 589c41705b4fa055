"""Every rule that can refuse, with its sentence: for the reference, and whoever asks by code."""

from collections.abc import Mapping

from domain.facility.refusal_rules import REFUSAL_RULES as OF_FACILITIES
from domain.finding.refusal_rules import REFUSAL_RULES as OF_FINDINGS
from domain.gate import GATE_RULES
from domain.guards import GUARD_RULES
from domain.oversight.refusal_rules import REFUSAL_RULES as OF_OVERSIGHT
from domain.pairing.refusal_rules import REFUSAL_RULES as OF_PAIRINGS
from domain.programme.refusal_rules import REFUSAL_RULES as OF_PROGRAMMES
from domain.provider.refusal_rules import REFUSAL_RULES as OF_PROVIDERS
from domain.province.refusal_rules import REFUSAL_RULES as OF_PROVINCES
from domain.registry.refusal_rules import REFUSAL_RULES as OF_THE_REGISTRY
from domain.site.refusal_rules import REFUSAL_RULES as OF_SITES
from domain.task.refusal_rules import RULES as OF_TASKS
from wording.labels import Both

BEFORE_DECIDING: dict[str, Both] = {
    "order-malformed": (
        "请求读不成一条命令：不是合法的 JSON，或缺少案卷、编号、来者。",
        "It cannot be read as a command: no JSON, or without case, id or giver.",
    ),
    "stream-unknown": (
        "案卷编号应形如 task/<UUID>、pairing/<UUID>、unit/<编码>。",
        "A case is named task/<uuid>, pairing/<uuid>, unit/<code> and the like.",
    ),
    "command-unknown": ("该类案卷没有这样的命令。", "This kind of case knows no such command."),
    "command-malformed": (
        "命令的字段不合要求，见说明所列各字段。",
        "Fields of the command are not of their form; the sentence names them.",
    ),
    "command-too-large": ("命令过大。", "The command is too large."),
    "fact-too-large": ("命令产生的事实过大，请拆分。", "A fact would be too large; split it."),
    "text-as-written": (
        "密封字段应填写原文，由系统密封。",
        "Sealed fields are handed in as text; sealing is done here.",
    ),
    "command-conflict": (
        "该命令编号已用于内容不同的命令；请换一个新编号，或按原内容重试。",
        "The command id was used for another command; take a new id, or repeat the first one.",
    ),
    "case-moved-on": (
        "案卷已有新进展，与您看到的不同；请重新查看后再提交。",
        "The case moved on since you looked; look again, then submit.",
    ),
    "occurred-out-of-range": ("发生时间不能晚于现在。", "What happened cannot lie in the future."),
    "subject-erased": (
        "该当事人的个人信息已依法删除，不能再写入。",
        "This person's data were erased; nothing can be written for them any more.",
    ),
}
"""What the desk refuses before any decider is asked."""

CATALOGUE: tuple[tuple[str, Mapping[str, Both]], ...] = (
    ("Support task 帮扶任务", {code: (one.chinese, one.english) for code, one in OF_TASKS.items()}),
    ("Every kind of case 各类案卷", GATE_RULES),
    ("Most kinds of case 多数案卷", GUARD_RULES),
    ("Before deciding 受理之前", BEFORE_DECIDING),
    ("Pairing 结对", OF_PAIRINGS),
    ("Finding 台账问题", OF_FINDINGS),
    ("Site 存量资源", OF_SITES),
    ("Facility 嵌入式服务设施", OF_FACILITIES),
    ("Programme 试点", OF_PROGRAMMES),
    ("Provider 服务机构", OF_PROVIDERS),
    ("Registry 名册", OF_THE_REGISTRY),
    ("Oversight 审计与见证", OF_OVERSIGHT),
    ("City of a province 省级所管城市", OF_PROVINCES),
)
"""All rules by where they are decided."""


def sentence_of(rule: str) -> Both | None:
    """Return the sentence of *rule* in both languages, blanks and all; None for no such rule."""
    return next((rules[rule] for _, rules in CATALOGUE if rule in rules), None)
