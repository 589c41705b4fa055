"""What people read for each code: states, regions, closed lists, clocks; Chinese, then English.

Every value of every enumeration has its label here; `tests/domain/test_wording.py` holds that.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal

from domain.facility.labels import FACILITY_CLOCKS, FACILITY_LISTS
from domain.finding.labels import FINDING_CLOCKS, FINDING_LISTS
from domain.oversight.labels import COUNT_LABELS, OVERSIGHT_LISTS
from domain.pairing.commands import ListKind
from domain.pairing.facts import PairingState
from domain.pairing.labels import COMMITMENT_LISTS
from domain.people import ROLE_LABELS, Channel, Known, Role
from domain.programme.labels import PROGRAMME_CLOCKS, PROGRAMME_LISTS
from domain.provider.labels import PROVIDER_CLOCKS, PROVIDER_LISTS
from domain.province.labels import PROVINCE_LISTS
from domain.registry.commands import Outcome, SessionEnd, SignInMethod
from domain.site.labels import SITE_LISTS
from domain.task.commands import (
    AnswerChannel,
    CardColour,
    ContactResult,
    DutyClass,
    RequestType,
    Source,
    Urgency,
)
from domain.task.facts import Resolution, SupervisionLevel, TaskState
from domain.task.state import AssistStatus, ExtensionStatus, SlaRegion
from domain.units import UnitKind

Language = Literal["zh", "en"]
Both = tuple[str, str]
"""A text in Chinese and in English."""

_NUMBERED = re.compile(r"_\d+$")

TASK_STATES: dict[TaskState, Both] = {
    TaskState.REGISTERED: ("已登记", "registered"),
    TaskState.TRIAGED: ("已研判", "triaged"),
    TaskState.PENDING_DISPATCH: ("待派单", "awaiting dispatch"),
    TaskState.DISPATCHED: ("待签收", "awaiting sign-in"),
    TaskState.RETURN_REVIEW: ("退单审核", "return under review"),
    TaskState.ADJUDICATION: ("争议裁定", "in adjudication"),
    TaskState.ACCEPTED: ("已签收", "signed in"),
    TaskState.IN_PROGRESS: ("办理中", "in progress"),
    TaskState.CARRIED: ("挂账", "carried on the books"),
    TaskState.RESULT_REVIEW: ("办结待审", "result under review"),
    TaskState.CALLBACK: ("待回访", "awaiting callback"),
    TaskState.RATING: ("待评价", "awaiting rating"),
    TaskState.DISSATISFIED: ("不满意研判", "dissatisfied, under review"),
    TaskState.CLOSED: ("已结案", "closed"),
    TaskState.NOT_ADMITTED: ("不予受理", "not admitted"),
    TaskState.DIVERTED: ("已转出", "diverted"),
    TaskState.MERGED: ("已并件", "merged"),
    TaskState.CANCELLED: ("已撤销", "cancelled"),
    TaskState.TERMINATED: ("终止办理", "terminated"),
    TaskState.ARCHIVED: ("已归档", "archived"),
}

PAIRING_STATES: dict[PairingState, Both] = {
    PairingState.DRAFT: ("草拟", "draft"),
    PairingState.PROPOSED: ("已提议", "proposed"),
    PairingState.NEGOTIATING: ("协商中", "in negotiation"),
    PairingState.PENDING_APPROVAL: ("待审批", "awaiting approval"),
    PairingState.ACTIVE: ("结对中", "active"),
    PairingState.ADJUSTING: ("调整中", "being adjusted"),
    PairingState.SUSPENDED: ("暂停", "suspended"),
    PairingState.UNDER_REVIEW: ("考评中", "under review"),
    PairingState.TERMINATING: ("退出中", "being wound up"),
    PairingState.ENDED: ("已终止", "ended"),
    PairingState.EXPIRED: ("已到期", "expired"),
    PairingState.REJECTED: ("未批准", "not approved"),
    PairingState.WITHDRAWN: ("已撤回", "withdrawn"),
}

SUPERVISION_LEVELS: dict[SupervisionLevel, Both] = {
    SupervisionLevel.NONE: ("未督办", "none"),
    SupervisionLevel.REMINDED: ("催办", "reminded"),
    SupervisionLevel.YELLOW: ("黄牌", "yellow card"),
    SupervisionLevel.RED: ("红牌", "red card"),
    SupervisionLevel.LISTED: ("挂牌督办", "listed supervision"),
    SupervisionLevel.SUMMONED: ("约谈", "summoned"),
}

RESOLUTIONS: dict[Resolution, Both] = {
    Resolution.RESOLVED: ("已解决", "resolved"),
    Resolution.UNRESOLVED: ("未解决", "unresolved"),
    Resolution.EXPLAINED: ("解释办结", "closed with explanation"),
    Resolution.UNRATED: ("未评价", "unrated"),
}


SLA_REGIONS: dict[SlaRegion, Both] = {
    SlaRegion.NONE: ("未计时", "no limit running"),
    SlaRegion.ON_TRACK: ("正常", "on track"),
    SlaRegion.WARNING: ("预警", "warning"),
    SlaRegion.OVERDUE: ("超期", "overdue"),
    SlaRegion.PAUSED: ("暂停计时", "paused"),
}

_LISTS: dict[type[StrEnum], Mapping[Any, Both]] = {
    SignInMethod: {
        SignInMethod.PASSWORD: ("密码", "password"),
        SignInMethod.ACCOUNT_KEY: ("账户密钥", "account key"),
        SignInMethod.SINGLE_SIGN_ON: ("统一身份认证", "single sign-on"),
    },
    SessionEnd: {
        SessionEnd.SIGNED_OUT: ("本人退出", "signed out"),
        SessionEnd.EXPIRED: ("超时", "expired"),
        SessionEnd.REVOKED: ("被收回", "revoked"),
        SessionEnd.SINGLE_SIGN_ON: ("统一身份认证通知退出", "signed out at the single sign-on"),
    },
    TaskState: TASK_STATES,
    PairingState: PAIRING_STATES,
    SupervisionLevel: SUPERVISION_LEVELS,
    Resolution: RESOLUTIONS,
    SlaRegion: SLA_REGIONS,
    ExtensionStatus: {
        ExtensionStatus.NONE: ("未申请", "none"),
        ExtensionStatus.REQUESTED: ("待审核", "requested"),
        ExtensionStatus.GRANTED: ("已延期", "granted"),
        ExtensionStatus.REFUSED: ("未同意", "refused"),
    },
    AssistStatus: {
        AssistStatus.OPEN: ("协办中", "open"),
        AssistStatus.LATE: ("逾期", "late"),
        AssistStatus.DONE: ("已完成", "done"),
        AssistStatus.EXPLAINED: ("已说明", "explained"),
        AssistStatus.RELEASED: ("已解除", "released"),
    },
    Role: ROLE_LABELS,
    RequestType: {
        RequestType.CONSULT: ("咨询", "enquiry"),
        RequestType.HELP: ("求助", "request for help"),
        RequestType.SUGGESTION: ("建议", "suggestion"),
        RequestType.COMPLAINT: ("投诉", "complaint"),
        RequestType.REPORT: ("举报", "report of wrongdoing"),
    },
    Source: {
        Source.RESIDENT: ("居民提出", "raised by a resident"),
        Source.COMMUNITY: ("社区发现", "found by the community"),
        Source.CENTER: ("党群服务中心征集", "collected by the Party service centre"),
        Source.HOTLINE: ("12345 热线转来", "passed on by the 12345 hotline"),
        Source.URBAN_CHECKUP: ("城市体检发现", "found by the urban check-up"),
        Source.PROJECT: ("结对项目", "from a pairing project"),
        Source.MICRO_WISH: ("微心愿", "a micro-wish"),
    },
    Urgency: {
        Urgency.NORMAL: ("一般", "normal"),
        Urgency.URGENT: ("紧急", "urgent"),
    },
    DutyClass: {
        DutyClass.BASIC: ("基本履职事项", "basic duty of the street"),
        DutyClass.COOPERATE: ("配合履职事项", "cooperative duty of the street"),
        DutyClass.UPPER_RECALLED: ("上级部门收回事项", "duty taken back by upper departments"),
    },
    AnswerChannel: {
        AnswerChannel.PHONE: ("电话", "telephone"),
        AnswerChannel.SMS: ("短信", "text message"),
        AnswerChannel.LINK: ("链接", "link"),
        AnswerChannel.VISIT: ("上门", "visit"),
        AnswerChannel.NONE: ("未留联系方式", "no channel left"),
    },
    ContactResult: {
        ContactResult.REACHED: ("已联系上", "reached"),
        ContactResult.NO_ANSWER: ("无人接听", "no answer"),
        ContactResult.WRONG_NUMBER: ("号码有误", "wrong number"),
        ContactResult.REFUSED: ("对方拒绝沟通", "declined to talk"),
    },
    CardColour: {
        CardColour.YELLOW: ("黄牌", "yellow"),
        CardColour.RED: ("红牌", "red"),
    },
    ListKind: {
        ListKind.NEED: ("需求清单", "needs list"),
        ListKind.RESOURCE: ("资源清单", "resource list"),
        ListKind.PROJECT: ("项目清单", "project list"),
    },
    UnitKind: {
        UnitKind.PARTY_SERVICE_CENTER: ("党群服务中心", "Party service centre"),
        UnitKind.DEPARTMENT: ("职能部门", "functional department"),
        UnitKind.STREET_OFFICE: ("街道办事处", "street office"),
        UnitKind.COMMUNITY: ("社区", "community"),
        UnitKind.RESIDENTS_COMMITTEE: ("居民委员会", "residents' committee"),
        UnitKind.ORGANIZATION_DEPT: ("组织（社会工作）部门", "organisation department"),
        UnitKind.HOTLINE: ("热线", "hotline"),
        UnitKind.SUPERVISION_OFFICE: ("督办机构", "supervision office"),
    },
    Channel: {
        Channel.CONSOLE: ("控制台", "console"),
        Channel.API: ("接口", "API"),
        Channel.CLI: ("命令行", "command line"),
        Channel.IMPORT: ("导入", "import"),
        Channel.LINK: ("链接", "link"),
        Channel.SYSTEM: ("系统", "system"),
    },
    Known: {
        Known.SESSION: ("已登录", "signed in"),
        Known.KEY: ("凭密钥", "proved by key"),
        Known.LINK: ("凭链接", "by a link issued to them"),
        Known.PUBLIC_CODE: ("凭社区码", "by a community code"),
        Known.LOCAL_OPERATOR: ("本机操作员代填", "named by the local operator"),
    },
    Outcome: {
        Outcome.DELIVERED: ("已送达", "delivered"),
        Outcome.FAILED: ("未送达", "not delivered"),
        Outcome.SKIPPED: ("未发送", "skipped"),
    },
    **OVERSIGHT_LISTS,
    **SITE_LISTS,
    **FACILITY_LISTS,
    **COMMITMENT_LISTS,
    **FINDING_LISTS,
    **PROVINCE_LISTS,
    **PROGRAMME_LISTS,
    **PROVIDER_LISTS,
}

_WORDS: dict[str, dict[str, Both]] = {
    "CaseKind": {
        "task": ("任务", "task"),
        "pairing": ("结对", "pairing"),
        "finding": ("体检问题", "finding"),
        "site": ("存量资源", "site"),
        "facility": ("嵌入式服务设施", "facility"),
        "provider": ("服务机构", "provider"),
        "programme": ("试点", "programme"),
        "city": ("城市", "city"),
    },
    "Count": COUNT_LABELS,
    "Grade": {
        "5": ("非常满意（5 分）", "very satisfied (5)"),
        "4": ("满意（4 分）", "satisfied (4)"),
        "3": ("基本满意（3 分）", "fairly satisfied (3)"),
        "2": ("不满意（2 分）", "dissatisfied (2)"),
        "1": ("非常不满意（1 分）", "very dissatisfied (1)"),
    },
    "Clock": {
        "triage": ("研判", "triage"),
        "queue": ("转入派单", "queueing"),
        "dispatch": ("派单", "dispatch"),
        "sign_in": ("签收", "sign-in"),
        "due": ("办理", "handling"),
        "return_review": ("退单审核", "the review of the return"),
        "adjudication": ("争议裁定", "adjudication"),
        "first_contact": ("首次联系", "the first contact"),
        "stage_report": ("阶段报告", "the stage report"),
        "assist": ("协办", "assistance"),
        "whistle": ("到场", "arrival"),
        "arrival": ("到场", "arrival"),
        "extension_review": ("延期审核", "the review of the extension"),
        "carry_review": ("挂账复核", "the review of the carried task"),
        "result_review": ("办结审核", "the review of the result"),
        "callback": ("回访", "the callback"),
        "rating": ("评价", "the rating"),
        "archive": ("归档", "archiving"),
        "answer": ("答复提议", "the answer to the proposal"),
        "signing": ("签约", "signing"),
        "approval": ("审批", "approval"),
        "review": ("考评", "the review"),
        "review_scores": ("考评打分", "the scores of the review"),
        "resume": ("恢复", "resumption"),
        "hand_over": ("移交", "the hand-over"),
        "term_end": ("结对期满", "the end of the term"),
        **FACILITY_CLOCKS,
        "commitment": ("兑现承诺", "delivering what was promised"),
        "commitment.remind_before": ("承诺到期提醒", "the reminder before a promise is due"),
        "erasure_answer": ("答复删除申请", "the answer to the request to erase"),
        "erasure_answer.remind_before": (
            "答复删除申请到期提醒",
            "the reminder before the answer to the request to erase is due",
        ),
        **FINDING_CLOCKS,
        **PROGRAMME_CLOCKS,
        **PROVIDER_CLOCKS,
    },
    "DisputeCause": {
        "ESCALATED": ("调度员提请裁定", "escalated by the dispatcher"),
        "SECOND_RETURN": ("再次申请退单", "a second return"),
        "REVIEW_LAPSED": ("退单审核逾期", "the review of the return lapsed"),
    },
    "ReworkCause": {
        "REVIEW": ("审核未通过", "the review"),
        "DISSATISFIED": ("居民不满意", "the resident's dissatisfaction"),
    },
    "CarryKey": {
        "SUPERVISOR": ("督办", "supervisor"),
        "ADJUDICATOR": ("裁定", "adjudicator"),
    },
    "ReviewSide": {
        "CENTER_AND_STREET": ("中心和街道", "centre and street"),
        "DEPARTMENTS": ("职能部门", "departments"),
    },
    "Privacy": {
        "NORMAL": ("正常", "normal"),
        "RESTRICTED": ("限制处理", "restricted"),
        "ERASED": ("已销毁", "erased"),
    },
    "ToDo": {
        "triage": ("研判", "triage"),
        "dispatch": ("派单", "dispatch"),
        "sign_in": ("签收", "sign in"),
        "return_review": ("审核退单", "review the return"),
        "adjudicate": ("裁定争议", "decide the dispute"),
        "assign_staff": ("指定承办人", "assign staff"),
        "first_contact": ("联系居民", "contact the resident"),
        "stage_report": ("提交阶段报告", "report on the stage"),
        "handle": ("办理", "handle"),
        "sign_result": ("签发办理结果", "sign the result"),
        "carry_review": ("复核挂账", "review the carried task"),
        "result_review": ("审核办理结果", "review the result"),
        "callback": ("回访", "call back"),
        "judge_dissatisfaction": ("研判不满意件", "judge the dissatisfaction"),
        "assist": ("协办", "assist"),
        "arrive": ("到场报到", "arrive"),
        "extension_review": ("审核延期", "review the extension"),
        "carry_key": ("审批挂账", "turn a key for carrying"),
        "termination_review": ("审批终止办理", "review the termination"),
        "score_review": ("审核剔除申请", "review the score appeal"),
        "propose": ("提议结对", "propose the pairing"),
        "answer_proposal": ("答复提议", "answer the proposal"),
        "sign": ("签署协议", "sign the agreement"),
        "approve_pairing": ("审批结对", "approve the pairing"),
        "approve_adjustment": ("审批调整", "approve the adjustment"),
        "open_review": ("启动考评", "open the review"),
        "give_score": ("考评打分", "score the other side"),
        "close_review": ("审定考评", "close the review"),
        "complete_exit": ("完成退出", "complete the exit"),
        "hand_over": ("移交任务", "hand tasks over"),
        "deliver_commitment": ("兑现承诺", "deliver what was promised"),
        "confirm_delivery": ("确认兑现", "confirm the delivery"),
        "settle_delivery": ("裁定兑现异议", "settle the dispute about a delivery"),
        "answer_revision": ("答复变更承诺申请", "answer the wish to revise a promise"),
        "answer_erasure": ("答复删除个人信息申请", "answer the request to erase"),
    },
    "SupervisionCause": {
        "remind_unit": ("督办员催办", "reminded by the supervisor"),
        "raise_card": ("督办员出牌", "card raised by the supervisor"),
        "list_task": ("督办员挂牌", "listed by the supervisor"),
        "summon_unit": ("督办员约谈", "summoned by the supervisor"),
        "sign_in": ("逾期未签收", "not signed in in time"),
        "due": ("办理超期", "handling overdue"),
        "reds": ("红牌累计", "red cards added up"),
        "dissatisfied": ("再次不满意", "dissatisfied again"),
    },
    "ProposalAnswer": {
        "ACCEPTED": ("同意", "agreed"),
        "COUNTERED": ("提出修改意见", "other wishes"),
    },
    "AdjustmentWhat": {
        "PARTY": ("更换结对单位", "another party"),
        "LEAD": ("更换牵头单位", "another lead unit"),
        "LIST": ("修订清单", "a revised list"),
    },
    "ReviewResult": {
        "PASSED": ("合格", "passed"),
        "FAILED": ("不合格", "failed"),
    },
}

LABELS: dict[str, dict[str, Both]] = {
    **{
        kind.__name__: {str(value): both for value, both in labels.items()}
        for kind, labels in _LISTS.items()
    },
    **_WORDS,
}
"""Every closed list by name, with the label of each of its values."""

ENUMERATIONS: tuple[type[StrEnum], ...] = tuple(_LISTS)
"""The enumerations that must be labelled completely."""


def label(of: StrEnum | str, language: Language = "zh", *, among: str | None = None) -> str:
    """Return the label of *of*, a value of an enumeration or a code out of the list *among*.

    A code without a label is shown as it stands: it may come from a newer policy pack.
    """
    name = among or type(of).__name__
    both = LABELS.get(name, {}).get(str(of))
    return str(of) if both is None else both[language == "en"]


def state_label(category: str, state: str, language: Language = "zh") -> str:
    """Return what a main state of the kind of case *category* is called."""
    return label(state, language, among=f"{category.capitalize()}State")


def clock_label(name: str, language: Language = "zh") -> str:
    """Return what the clock *name* watches; `assist/2` is the second of its kind."""
    known = LABELS["Clock"]
    stem, _, number = name.partition("/")
    number, _, of = number.partition(".")
    both = (
        known.get(f"{stem}.{_NUMBERED.sub('', of)}")
        or known.get(_NUMBERED.sub("", stem))
        or known.get(stem.partition(".")[0])
    )
    if both is None:
        return name
    if not number:
        return both[language == "en"]
    return f"{both[0]}（第 {number} 项）" if language == "zh" else f"{both[1]} {number}"
