"""One sentence per fact of a pairing, as an office in Guangzhou would write it.

Kind of fact → Chinese, English, in the language of `wording/template.py`.
"""

from wording.labels import Both

PAIRING_SENTENCES: dict[str, Both] = {
    "pairing_drafted.v1": (
        (
            "草拟结对“{title}”：{center:unit}、{departments:units}、{street:unit}，"
            "牵头单位{lead:unit}，"
            "服务类别{categories:categories}，期限 {term_start:instant} 至 {term_end:instant}。"
        ),
        (
            "Pairing “{title}” drafted: {center:unit}, {departments:units}, {street:unit}; "
            "lead unit "
            "{lead:unit}; categories {categories:categories}; term {term_start:instant} to "
            "{term_end:instant}."
        ),
    ),
    "pairing_list_attached.v1": (
        "{unit:unit}提交{list:label.ListKind}，共 {items:count} 项：{items:titles}。",
        "{unit:unit} attached its {list:label.ListKind}, {items:count} in all: {items:titles}.",
    ),
    "pairing_proposed.v1": (
        "{proposer_unit:unit}提议结对（第 {round} 轮）。各方应答复：{answer_by:deadline}。",
        (
            "{proposer_unit:unit} proposed the pairing (round {round}). "
            "Answers due: {answer_by:deadline}."
        ),
    ),
    "proposal_accepted.v1": (
        (
            "{unit:unit}同意提议（第 {round} 轮）[{negotiating:if}，各方均已答复，进入协商]。"
            "[应签约：{sign_by:deadline}。]"
        ),
        (
            "{unit:unit} agreed to the proposal (round {round})[{negotiating:if}; all have "
            "answered, "
            "negotiation begins].[ Signing due: {sign_by:deadline}.]"
        ),
    ),
    "counter_proposed.v1": (
        (
            "{unit:unit}提出修改意见（第 {round} 轮）：{text}"
            "[{negotiating:if}；各方均已答复，进入协商]。[应签约：{sign_by:deadline}。]"
        ),
        (
            "{unit:unit} answered with other wishes (round {round}): {text}"
            "[{negotiating:if}; all have answered, negotiation begins]."
            "[ Signing due: {sign_by:deadline}.]"
        ),
    ),
    "proposal_lapsed.v1": (
        "{silent:units}逾期未答复，提议失效。应答复：{answer_by:deadline}。",
        (
            "{silent:units} did not answer in time; the proposal lapsed. "
            "Answers were due: {answer_by:deadline}."
        ),
    ),
    "project_claimed.v1": (
        "{unit:unit}认领项目 {item}。",
        "{unit:unit} claimed project item {item}.",
    ),
    "agreement_signed.v1": (
        "{unit:unit}签署共驻共建协议书[，确认条款：{terms:grounds}]。",
        "{unit:unit} signed the co-building agreement[, confirming the terms: {terms:grounds}].",
    ),
    "pairing_submitted.v1": (
        "各方签署完毕，提交审批。应审批：{approve_by:deadline}。",
        "All have signed; submitted for approval. Approval due: {approve_by:deadline}.",
    ),
    "pairing_approved.v1": (
        "批准结对，期限至 {term_end:instant}。首次考评：{review_at:deadline}。",
        "The pairing was approved until {term_end:instant}. First review: {review_at:deadline}.",
    ),
    "pairing_rejected.v1": (
        "不予批准，理由：{reason}。",
        "The pairing was not approved, reason: {reason}.",
    ),
    "pairing_adjustment_requested.v1": (
        (
            "申请调整：[{adjustment.what:is=PARTY}由{adjustment.new_unit:unit}"
            "替换{adjustment.old_unit:unit}]"
            "[{adjustment.what:is=LEAD}牵头单位由{adjustment.old_unit:unit}"
            "改为{adjustment.new_unit:unit}]"
            "[{adjustment.what:is=LIST}{adjustment.new_unit:unit}的]"
            "[{adjustment.what:is=LIST}{adjustment.list:label.ListKind}"
            "由 {adjustment.items_before:count} 项改为 {adjustment.items:count} 项]，"
            "理由：{adjustment.reason}[，在办任务接续：{adjustment.successors:successors}]。"
            "应审批：{approve_by:deadline}。"
        ),
        (
            "Adjustment requested: [{adjustment.what:is=PARTY}{adjustment.new_unit:unit} in "
            "place of "
            "{adjustment.old_unit:unit}][{adjustment.what:is=LEAD}lead unit "
            "{adjustment.new_unit:unit}"
            " instead of {adjustment.old_unit:unit}]"
            "[{adjustment.what:is=LIST}{adjustment.new_unit:unit}: ]"
            "[{adjustment.what:is=LIST}{adjustment.list:label.ListKind} of "
            "{adjustment.items:count} instead of {adjustment.items_before:count}], "
            "reason: {adjustment.reason}[, successors: {adjustment.successors:successors}]. "
            "Approval due: {approve_by:deadline}."
        ),
    ),
    "pairing_adjusted.v1": (
        (
            "批准调整：[{adjustment.what:is=PARTY}由{adjustment.new_unit:unit}"
            "替换{adjustment.old_unit:unit}]"
            "[{adjustment.what:is=LEAD}牵头单位由{adjustment.old_unit:unit}"
            "改为{adjustment.new_unit:unit}]"
            "[{adjustment.what:is=LIST}{adjustment.new_unit:unit}的]"
            "[{adjustment.what:is=LIST}{adjustment.list:label.ListKind}"
            "由 {adjustment.items_before:count} 项改为 {adjustment.items:count} 项]"
            "[，在办任务接续：{adjustment.successors:successors}]。"
        ),
        (
            "Adjusted: [{adjustment.what:is=PARTY}{adjustment.new_unit:unit} in place of "
            "{adjustment.old_unit:unit}][{adjustment.what:is=LEAD}lead unit "
            "{adjustment.new_unit:unit}"
            " instead of {adjustment.old_unit:unit}]"
            "[{adjustment.what:is=LIST}{adjustment.new_unit:unit}: ]"
            "[{adjustment.what:is=LIST}{adjustment.list:label.ListKind} of "
            "{adjustment.items:count} instead of {adjustment.items_before:count}]"
            "[, successors: {adjustment.successors:successors}]."
        ),
    ),
    "adjustment_refused.v1": (
        "不同意调整，理由：{reason}。",
        "The adjustment was refused, reason: {reason}.",
    ),
    "pairing_suspended.v1": (
        "暂停结对至 {until:instant}，在办任务时限照常计算，理由：{reason}。",
        (
            "The pairing is suspended until {until:instant}; the clocks of its tasks go on, "
            "reason: {reason}."
        ),
    ),
    "pairing_resumed.v1": (
        "[{lapsed:if}暂停期满，]恢复结对。",
        "[{lapsed:if}The suspension ended; ]the pairing was resumed.",
    ),
    "review_fell_due.v1": (
        "考评到期（{due:instant}），冻结数据、启动考评。",
        "The review fell due ({due:instant}); figures are frozen and the review begins.",
    ),
    "review_opened.v1": (
        (
            "启动第 {number} 次考评，数据截至日志位置 {figures.position}：任务 {figures.tasks} 件，"
            "结案 {figures.closed} 件，按期 {figures.on_time} 件，"
            "响应 {figures.contacted_on_time}/{figures.contact_due}，"
            "解决 {figures.resolved}/{figures.resolution_answers}，"
            "满意 {figures.satisfied}/{figures.rated}"
            "[；承诺兑现：{commitments:tallies}]。应打分：{score_by:deadline}。"
        ),
        (
            "Review no. {number} opened on figures frozen at log position {figures.position}: "
            "{figures.tasks} tasks, {figures.closed} closed, {figures.on_time} on time, response "
            "{figures.contacted_on_time}/{figures.contact_due}, resolution "
            "{figures.resolved}/{figures.resolution_answers}, satisfaction "
            "{figures.satisfied}/{figures.rated}[; arrived of what was promised: "
            "{commitments:tallies}]. Scores due: {score_by:deadline}."
        ),
    ),
    "review_score_given.v1": (
        (
            "第 {number} 次考评，{unit:unit}给{side:label.ReviewSide}打 {score} 分[，评语："
            "{comment}]。"
        ),
        (
            "Review no. {number}: {unit:unit} gave {side:label.ReviewSide} {score} points"
            "[, comment: {comment}]."
        ),
    ),
    "review_scored.v1": (
        (
            "第 {number} 次考评[{passed:if}合格][{passed:unless}不合格]：中心和街道 "
            "{center_and_street} 分，职能部门 {departments} 分[，居民评价 {residents} 分]，"
            "连续不合格 {fails_in_a_row} 次[，评语：{comment}][{terminating:if}，进入退出程序]。"
            "[下次考评：{review_at:deadline}。][应完成移交：{hand_over_by:deadline}。]"
        ),
        (
            "Review no. {number} [{passed:if}passed][{passed:unless}failed]: centre and street "
            "{center_and_street}, departments {departments}[, residents {residents}], "
            "{fails_in_a_row} fails in a row[, comment: {comment}]"
            "[{terminating:if}; the pairing is being wound up]."
            "[ Next review: {review_at:deadline}.][ Hand-over due: {hand_over_by:deadline}.]"
        ),
    ),
    "pairing_renewed.v1": (
        "续约至 {term_end:instant}（原至 {term_end_before:instant}）。",
        "Renewed until {term_end:instant} (before: {term_end_before:instant}).",
    ),
    "exit_requested.v1": (
        (
            "{unit:unit}申请退出，理由：{reason}[，在办任务接续：{successors:successors}]"
            "[，尚欠：{owed:owed}]。"
            "应完成移交：{hand_over_by:deadline}。"
        ),
        (
            "{unit:unit} asked to leave, reason: {reason}[, successors: {successors:successors}]"
            "[, still owed: {owed:owed}]. "
            "Hand-over due: {hand_over_by:deadline}."
        ),
    ),
    "task_handed_over.v1": (
        "{task:case}移交{unit:unit}接续办理。",
        "{task:case} was handed over to {unit:unit}.",
    ),
    "pairing_ended.v1": (
        "结对终止，无遗留在办任务[；未兑现的承诺：{owed:owed}]。",
        "The pairing ended; no open task is left without an owner[; never delivered: {owed:owed}].",
    ),
    "pairing_expired.v1": (
        (
            "结对期满（{term_end:instant}）未续约：在办任务继续办理，不再受理新任务"
            "[；未兑现的承诺：{owed:owed}]。"
        ),
        (
            "The term ended unrenewed ({term_end:instant}): open tasks go on, new ones are refused"
            "[; never delivered: {owed:owed}]."
        ),
    ),
    "pairing_withdrawn.v1": (
        "撤回结对[，理由：{reason}]。",
        "The pairing was withdrawn[, reason: {reason}].",
    ),
    "pairing_limit_missed.v1": (
        "{clock:clock}逾期，应于 {due:instant} 前完成。",
        "The limit for {clock:clock} passed; it was due {due:instant}.",
    ),
    "pairing_deadline_recalculated.v1": (
        (
            "日历公布后重新计算{clock:clock}时限：{due:deadline}，原为 {due_before.due:instant}"
            "[{due_before.provisional:if}（暂定）]。"
        ),
        (
            "The limit for {clock:clock} was computed again under the published calendar: "
            "{due:deadline}, before: {due_before.due:instant}"
            "[{due_before.provisional:if} (provisional)]."
        ),
    ),
}
