"""What each field of a command is called on a form, by its stored name; Chinese, then English."""

from wording.kinds import WORDS_OF_KINDS, all_words
from wording.labels import Both

FIELDS: dict[str, Both] = {
    **all_words("fields"),
    "ad_hoc": ("临时事项（不属结对）", "ad hoc"),
    "address": ("住址", "address"),
    "answer_channel": ("回访方式", "how to answer"),
    "assist": ("协办单位", "assisting units"),
    "assists_explained": ("未完成协办的说明", "assists explained"),
    "basis": ("依据", "basis"),
    "by_unit": ("改由单位", "by which unit"),
    "call": ("来自拆单", "call"),
    "categories": ("服务类别", "categories"),
    "category": ("服务类别", "category"),
    "cause": ("原因", "cause"),
    "center": ("党群服务中心", "centre"),
    "channel": ("联系方式", "channel"),
    "colour": ("牌别", "colour"),
    "code": ("单位编码", "unit code"),
    "comment": ("评语", "comment"),
    "contacted": ("承办单位联系过居民", "the unit had been in touch"),
    "cost_cents": ("费用（分）", "cost in cents"),
    "departments": ("职能部门", "departments"),
    "division": ("区划代码", "division code"),
    "document": ("文件", "file"),
    "due": ("完成时间", "due"),
    "duplicate": ("重复件", "duplicate"),
    "duty_class": ("履职类别", "duty class"),
    "evidence": ("佐证", "evidence"),
    "explanation": ("说明", "explanation"),
    "grade": ("满意度", "grade"),
    "ground": ("事由", "ground"),
    "identity": ("统一身份认证标识", "single sign-on identity"),
    "internal_note": ("内部说明", "internal note"),
    "item": ("项目", "item"),
    "items": ("项目", "items"),
    "label": ("名称", "label"),
    "lead": ("牵头部门", "lead"),
    "ledger_row": ("台账编号", "ledger number"),
    "legal_basis": ("法律或文件依据", "legal basis"),
    "line": ("职能线", "line of duty"),
    "limit": ("时限", "limit"),
    "link": ("链接", "link"),
    "list": ("清单", "list"),
    "main": ("主办单位", "main unit"),
    "master": ("并入的任务", "master"),
    "matter": ("问题事项", "matter"),
    "media_type": ("文件类型", "kind of file"),
    "name": ("姓名", "name"),
    "new_facts": ("新的事实", "new facts"),
    "note": ("说明", "note"),
    "number": ("第几项", "number"),
    "on_site": ("现场核查", "on site"),
    "pairing": ("所属结对", "pairing"),
    "part": ("拆出任务", "part"),
    "party": ("原成员单位", "party"),
    "person": ("人员", "person"),
    "parent": ("上级单位", "parent unit"),
    "phone": ("电话", "telephone"),
    "physical_works": ("现场实施事项", "physical works"),
    "place": ("地点", "place"),
    "plan": ("后续安排", "plan"),
    "policy": ("政策包", "policy pack"),
    "privacy_notice": ("告知书版本", "privacy notice"),
    "project_item": ("项目条目", "project item"),
    "public_reply": ("答复居民", "reply to the resident"),
    "reached": ("是否接通", "reached"),
    "reason": ("理由", "reason"),
    "request": ("请求内容", "request"),
    "request_type": ("诉求类型", "kind of request"),
    "requester": ("诉求人", "requester"),
    "resident_informed": ("已告知居民", "the resident was told"),
    "resident_told": ("已告知居民", "the resident was told"),
    "resolved": ("是否解决", "resolved"),
    "result": ("联系结果", "result"),
    "review_at": ("复核时间", "review"),
    "round": ("轮次", "round"),
    "role": ("角色", "role"),
    "route": ("去向", "route"),
    "safety": ("涉及人身安全", "personal safety"),
    "score": ("得分", "score"),
    "side": ("评分一方", "side"),
    "signature": ("签名", "signature"),
    "since": ("自何时起", "from"),
    "source": ("来源", "source"),
    "stage_report": ("作为阶段报告", "stage report"),
    "staff_number": ("工号", "staff number"),
    "street": ("街道", "street"),
    "subject": ("居民", "resident"),
    "subjects": ("居民", "residents"),
    "successors": ("任务接手单位", "successors"),
    "suggested": ("建议的单位", "units suggested"),
    "successor": ("继任", "successor"),
    "suggested_unit": ("建议承办单位", "suggested unit"),
    "task": ("任务", "task"),
    "term_end": ("期满", "end of term"),
    "term_start": ("开始", "start of term"),
    "terms": ("协议条款", "terms"),
    "text": ("诉求内容", "what was said"),
    "title": ("名称", "title"),
    "told_channel": ("告知方式", "how they were told"),
    "unit_kind": ("单位类别", "kind of unit"),
    "until": ("至何时止", "until"),
    "unit": ("单位", "unit"),
    "urgency": ("紧急程度", "urgency"),
    "urgent": ("紧急", "urgent"),
    "verified_on_site": ("已实地核查", "verified on the spot"),
    "within": ("到场时限", "arrive within"),
}
_OF_KINDS = {
    f"{words.category}.{name}": both
    for words in WORDS_OF_KINDS
    for name, both in words.fields.items()
}


_IN_A_COMMAND: dict[tuple[str, str], Both] = {
    ("assign_staff", "person"): ("承办人员", "member of staff"),
    ("declare_conflict", "person"): ("回避人员", "who steps aside"),
    ("invite_assist", "due"): ("反馈时间", "answer by"),
    ("invite_assist", "unit"): ("协办单位", "assisting unit"),
    ("request_extension", "limit"): ("延长", "how much longer"),
    ("triage_task", "grade"): ("办理分级", "handling grade"),
}
"""Command and field → what it is called there, where that is more than it is called elsewhere."""


def field_label(name: str, language: str = "zh", *, of: str = "", command: str = "") -> str:
    """Return what the field *name* is called: in *command*, or among commands *of* a kind of case.

    One nobody named is shown by its own name.
    """
    both = _IN_A_COMMAND.get((command, name)) or _OF_KINDS.get(f"{of}.{name}") or FIELDS.get(name)
    return name if both is None else both[language == "en"]


EVIDENCE: dict[str, tuple[str, str]] = {
    "before": ("办理前", "before"),
    "after": ("办理后", "after"),
    "on_the_way": ("办理过程", "while it was done"),
    "paper": ("书面材料", "a paper"),
    "other": ("其他", "other"),
}
"""What a document shows, as pages offer it; other doors may have named it otherwise."""
