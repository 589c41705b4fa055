"""Every rule by which a programme says no: its code, and its sentence in both languages.

Codes are published and only added to. `{words}` are filled with codes, dates and counts, never
with a person's name or number.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    # The draft.
    "weights-sum": (
        "各项评分标准的权重之和应为 100，所填合计为 {found}。",
        "The weights of the criteria sum to 100; found {found}.",
    ),
    "codes-once": (
        "同一编号只能出现一次，重复：{found}。",
        "A code stands once in a list; found twice: {found}.",
    ),
    "programme-dates": (
        "时间应依次为：申报开始、申报截止、建设期满，且申报截止晚于现在；所填为 {found}。",
        "Applications begin, then end, later than now, then building ends; found {found}.",
    ),
    "quota-max": (
        "试点名额最多 {most} 个，所填为 {found} 个。",
        "A programme has {most} communities at most; found {found}.",
    ),
    "share-target": (
        "目标 {goal} 按占比衡量，应为 0 至 100，所填为 {found}。",
        "Goal {goal} is a share: its target lies between 0 and 100; found {found}.",
    ),
    "draft-changes": (
        "方案没有变化；请填写要修改的内容。",
        "Nothing of the draft would change; give what is different.",
    ),
    "drafter-does-not-approve": (
        "方案由您草拟，应由另一位审批人决定。",
        "You drafted this programme; another authority must decide.",
    ),
    "programme-authority": (
        "应由辖区包含 {place} 的组织（社会工作）部门决定；单位 {unit} 不是。",
        "An organisation department whose division holds {place} decides; {unit} is none.",
    ),
    # The call.
    "window-open": (
        "申报时间为 {since} 至 {until}，现在不能申报。",
        "Applications are taken from {since} until {until}, not now.",
    ),
    "nobody-to-call": (
        "{place} 范围内没有现行的街道办事处，无从申报。",
        "There is no street office in force within {place}, nobody could apply.",
    ),
    "community-of-street": (
        "{found} 应为被征集街道辖区内的社区（12 位区划代码）。",
        "{found} must be a community (12 digits) in the division of a street that was called.",
    ),
    "applied-once": (
        "社区 {community} 已经申报。",
        "The community {community} has applied already.",
    ),
    # The panel and its scores.
    "panel-size": (
        "对每个街道，评审人员至少有 {least} 名不属于该街道；对 {street} 仅有 {found} 名。",
        "For every street {least} reviewers or more are of another; for {street} it is {found}.",
    ),
    "reviewer-once": (
        "评审人员重复：{found}。",
        "A reviewer is named twice: {found}.",
    ),
    "reviewer-in-service": (
        "评审人员 {found} 在单位 {unit} 没有可以评审的现行角色。",
        "The reviewer {found} holds no role in force at {unit} that may review.",
    ),
    "reviewer-has-scored": (
        "评审人员 {found} 已经评分，不得调出；更换评审人员不得改变已有评分。",
        "The reviewer {found} has scored and stays: a new panel changes no score.",
    ),
    "panel-change-reason": (
        "更换评审人员应说明理由。",
        "A change of the panel gives its reason.",
    ),
    "reviewer-named": (
        "您不是本次评选的评审人员。",
        "You are no member of this panel.",
    ),
    "reviewer-of-street": (
        "不得评审本街道的申报：您在 {street} 辖区内的单位 {unit} 任职。",
        "Nobody scores their own street's application: you serve at {unit}, in {street}.",
    ),
    "application-known": (
        "没有社区 {community} 的申报。",
        "The community {community} did not apply.",
    ),
    "application-scored-once": (
        "您已为社区 {community} 评分。",
        "You have scored the community {community} already.",
    ),
    "application-left-to-score": (
        "您能评的申报都已评分，请等待评选。",
        "You have scored every application you may; the selection comes next.",
    ),
    "every-criterion": (
        "应逐项评分，每项一次；应有：{expected}，所填：{found}。",
        "Every criterion is scored once; expected {expected}, found {found}.",
    ),
    "panel-unchanged-after-selection": (
        "评选结果已定，不能再评分或更换评审人员。",
        "The selection is made; scores and panel stay as they are.",
    ),
    # The selection.
    "scores-enough": (
        "每项申报至少须有 {least} 名评审人员评分，尚不足：{missing}。",
        "Every application needs {least} reviewers' scores; lacking: {missing}.",
    ),
    "quota": (
        "名额为 {most} 个，所选 {found} 个。",
        "The quota is {most}; found {found}.",
    ),
    "selected-once": (
        "社区重复入选：{found}。",
        "A community is selected twice: {found}.",
    ),
    "out-of-order-reason": (
        "社区 {community} 排第 {rank} 位，先于它的 {passed} 未入选；应说明理由。",
        "{community} ranks {rank} and {passed}, which rank higher, are not taken; give the reason.",
    ),
    "selection-made-once": (
        "评选结果已定。",
        "The selection is made already.",
    ),
    "selection-first": (
        "尚未确定评选结果，不能公布。",
        "There is no selection to publish yet.",
    ),
    # Assessing, extending, ending.
    "next-wave": (
        "推广范围应填区县或城市（6 位区划代码）；所填：{found}。",
        "The next wave is made of districts or cities (codes of 6 digits); found {found}.",
    ),
    "pilot-known": (
        "社区 {community} 不是本批试点。",
        "{community} is no pilot of this programme.",
    ),
    "assessed-once": (
        "社区 {community} 已经评估。",
        "The community {community} is assessed already.",
    ),
    "pilot-left-to-assess": (
        "各试点社区都已评估，可以推广或结束本次试点。",
        "Every pilot is assessed; the programme may be extended or ended.",
    ),
    "all-assessed": (
        "尚有试点未评估：{missing}。",
        "These pilots are not assessed yet: {missing}.",
    ),
}

refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
