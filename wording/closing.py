"""One sentence per fact of a support task from its review to the archive, and of supervision.

Kind of fact → Chinese, English, in the language of `wording/template.py`.
"""

from wording.labels import Both

CLOSING_SENTENCES: dict[str, Both] = {
    "result_approved.v1": (
        (
            "办理结果审核通过[{verified_on_site:if}，已实地核查]。应回访：{callback_by:deadline}。"
            "评价截止：{rating_until:deadline}。"
        ),
        (
            "The result was approved[{verified_on_site:if}, verified on site]. "
            "Callback due: {callback_by:deadline}. Rating open until: {rating_until:deadline}."
        ),
    ),
    "rework_ordered.v1": (
        (
            "因{cause:label.ReworkCause}，责成第 {round} 轮重办，理由：{reason:sealed}。"
            "办理时限：{due:deadline}[，原为 {due_before.due:instant}]。"
        ),
        (
            "Rework round {round} ordered because of {cause:label.ReworkCause}, reason: "
            "{reason:sealed}. Handling due: {due:deadline}[, before: {due_before.due:instant}]."
        ),
    ),
    "callback_recorded.v1": (
        (
            "第 {attempt} 次回访[{subject:person}]：[{reached:if}已接通][{reached:unless}未接通]"
            "[{contacted:is=True}，承办单位联系过][{contacted:is=False}，承办单位未联系]"
            "[{resolved:is=True}，已解决][{resolved:is=False}，未解决][，评价{grade:label.Grade}]"
            "[，记录：{note:sealed}]。任务转为{then:label.TaskState}"
            "[，结论：{resolution:label.Resolution}][，下次应回访：{next_callback_by:deadline}]"
            "[，{archive_at.due:instant} 归档]。"
        ),
        (
            "Callback no. {attempt}[ to {subject:person}]: [{reached:if}reached]"
            "[{reached:unless}not reached][{contacted:is=True}, the unit had been in touch]"
            "[{contacted:is=False}, the unit had not been in touch][{resolved:is=True}, resolved]"
            "[{resolved:is=False}, not resolved][, {grade:label.Grade}][, note: {note:sealed}]. "
            "The task is now {then:label.TaskState}[, outcome: {resolution:label.Resolution}]"
            "[, next callback due: {next_callback_by:deadline}]"
            "[, to be archived at {archive_at.due:instant}]."
        ),
    ),
    "task_rated.v1": (
        (
            "{subject:person}第 {round} 轮评价：{grade:label.Grade}"
            "[（原为{grade_before:label.Grade}）]"
            "[{contacted:is=True}，承办单位联系过][{contacted:is=False}，承办单位未联系]"
            "[{resolved:is=True}，已解决][{resolved:is=False}，未解决][，意见：{text:sealed}]。"
            "任务转为{then:label.TaskState}[，结论：{resolution:label.Resolution}]"
            "[，{archive_at.due:instant} 归档]。[{link:if}已发给居民查询链接。]"
        ),
        (
            "{subject:person} rated round {round}: {grade:label.Grade}"
            "[ (before: {grade_before:label.Grade})][{contacted:is=True}, the unit had been "
            "in touch]"
            "[{contacted:is=False}, the unit had not been in touch][{resolved:is=True}, resolved]"
            "[{resolved:is=False}, not resolved][, text: {text:sealed}]. "
            "The task is now {then:label.TaskState}[, outcome: {resolution:label.Resolution}]"
            "[, to be archived at {archive_at.due:instant}]."
            "[{link:if} They were handed a link to follow it.]"
        ),
    ),
    "rating_defaulted.v1": (
        (
            "第 {round} 轮评价期满，[{subjects:people}]未评价，[{value:is=NONE}不计入满意率]"
            "[{value:is=SATISFIED}按政策默认满意]，结论：{resolution:label.Resolution}。"
            "{archive_at.due:instant} 归档。"
        ),
        (
            "The rating window of round {round} passed in silence[ ({subjects:people})]: "
            "[{value:is=NONE}unrated, left out of the satisfaction rate]"
            "[{value:is=SATISFIED}taken as satisfied by default of the policy pack], outcome: "
            "{resolution:label.Resolution}. To be archived at {archive_at.due:instant}."
        ),
    ),
    "rating_link_issued.v1": (
        "向{subject:person}发放评价链接（第 {round} 轮），{until:instant} 前有效，限用一次。",
        "{subject:person} was handed a link to rate, good once until {until:instant} ({round}).",
    ),
    "feedback_asked.v1": (
        "邀请居民评价（第 {round} 轮，{channel:label.AnswerChannel}）。",
        "The resident was asked for feedback (round {round}, {channel:label.AnswerChannel}).",
    ),
    "feedback_reminded.v1": (
        "提醒居民评价（第 {round} 轮）。",
        "The resident was reminded of the feedback (round {round}).",
    ),
    "callback_listed.v1": (
        "居民未回应，列入回访名单（第 {round} 轮）。",
        "No answer came; the task is on the callback list (round {round}).",
    ),
    "result_upheld.v1": (
        (
            "维持办理结果，依据：{legal_basis}，已向居民说明：{explanation:sealed}，解释办结。"
            "{archive_at.due:instant} 归档。"
        ),
        (
            "The result was upheld, legal basis: {legal_basis}, explained to the resident: "
            "{explanation:sealed}; closed with explanation. "
            "To be archived at {archive_at.due:instant}."
        ),
    ),
    "task_reopened.v1": (
        (
            "居民提出新情况，重新办理（第 {round} 轮）：{new_facts:sealed}。"
            "{queue_at.due:instant} 转入派单。"
        ),
        (
            "Reopened on new facts (round {round}): {new_facts:sealed}. "
            "Goes to dispatch at {queue_at.due:instant}."
        ),
    ),
    "score_appeal_filed.v1": (
        "申请剔除考核，理由：{ground:ground}，证据：{evidence:sealed}。",
        "A score appeal was filed, ground: {ground:ground}, evidence: {evidence:sealed}.",
    ),
    "score_excluded.v1": (
        "同意剔除，本任务不计入考核，依据：{ground:ground}，理由：{reason:sealed}。",
        "The task is left out of the score, ground: {ground:ground}, reason: {reason:sealed}.",
    ),
    "score_upheld.v1": (
        "不同意剔除，本任务计入考核，理由：{reason:sealed}。",
        "The task stays in the score, reason: {reason:sealed}.",
    ),
    "task_cancelled.v1": (
        "诉求撤回，任务撤销[，理由：{reason:sealed}]。{archive_at.due:instant} 归档。",
        (
            "The request was withdrawn and the task cancelled[, reason: {reason:sealed}]. "
            "To be archived at {archive_at.due:instant}."
        ),
    ),
    "termination_requested.v1": (
        "申请终止办理，依据：{ground:ground}，理由：{reason:sealed}。",
        "Termination requested, ground: {ground:ground}, reason: {reason:sealed}.",
    ),
    "termination_refused.v1": (
        "不同意终止办理，理由：{reason:sealed}。",
        "Termination refused, reason: {reason:sealed}.",
    ),
    "task_terminated.v1": (
        "终止办理，依据：{ground:ground}。{archive_at.due:instant} 归档。",
        (
            "Handling was terminated, ground: {ground:ground}. "
            "To be archived at {archive_at.due:instant}."
        ),
    ),
    "task_archived.v1": (
        "归档[，卷宗摘要 {package_hash}]。",
        "Archived[, package hash {package_hash}].",
    ),
    "supervision_raised.v1": (
        (
            "督办：{level_before:label.SupervisionLevel} → {level:label.SupervisionLevel}"
            "[，对象{unit:unit}]，原因：{cause:cause}[，理由：{reason:sealed}][，办理到期 "
            "{due:instant}]。"
        ),
        (
            "Supervision: {level_before:label.SupervisionLevel} → "
            "{level:label.SupervisionLevel}[, against {unit:unit}], cause: {cause:cause}"
            "[, reason: {reason:sealed}][, handling due {due:instant}]."
        ),
    ),
    "task_overdue.v1": (
        "[{unit:unit}]办理超期。办理时限：{due:deadline}。",
        "Handling is overdue[ at {unit:unit}]. Handling was due: {due:deadline}.",
    ),
    "limit_missed.v1": (
        "[{unit:unit}]{clock:clock}逾期，应于 {due:instant} 前完成。",
        "The limit for {clock:clock} passed[ at {unit:unit}]; it was due {due:instant}.",
    ),
    "task_recalled.v1": (
        (
            "收回改派：{unit:unit}（{held_since:instant} 起承办）已无人可办，"
            "理由：{reason:sealed}。"
            "应派单：{dispatch_by:deadline}。"
        ),
        (
            "Taken back from {unit:unit} (since {held_since:instant}), where nobody was left to "
            "act, reason: {reason:sealed}. Dispatch due: {dispatch_by:deadline}."
        ),
    ),
    "task_taken_over.v1": (
        (
            "由{main:unit}接续主办[（原主办单位{main_before:unit}][，{held_since:instant} 起承办]"
            "[{main_before:if}）][，属{pairing:case}]。"
        ),
        (
            "{main:unit} took over as main unit[ (before: {main_before:unit}]"
            "[, since {held_since:instant}][{main_before:if})][, under {pairing:case}]."
        ),
    ),
    "deadline_recalculated.v1": (
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
    "data_restricted.v1": (
        "限制处理个人信息，仅作存储，依据：{basis}。",
        "Personal data restricted to storage, basis: {basis}.",
    ),
    "subject_key_destroyed.v1": (
        "销毁{subject:person}的密钥，其个人信息不可恢复，依据：{basis}。",
        (
            "The key of {subject:person} was destroyed; their personal data cannot be recovered, "
            "basis: {basis}."
        ),
    ),
}
