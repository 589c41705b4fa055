"""The texts of notices: what units, staff and residents are told, Chinese and English.

Template → Chinese, English, in the language of `wording/template.py`. `{case}` is always
there; the other values are those the sender names. Never personal data: a letter may be read by
whoever opens it.
"""

from wording.kinds import all_words
from wording.labels import Both

ANY_NOTICE: Both = (
    "{case:case}有新进展，请登录查看。",
    "There is news of {case:case}; please sign in and have a look.",
)
"""What is said for a template this version does not know."""

PAIRING_NOTICES: dict[str, Both] = {
    "pairing_proposed": (
        "贵单位收到{case:case}的结对提议（第 {round} 轮），请于 {due:instant} 前答复。",
        "Your unit is proposed {case:case} (round {round}); please answer by {due:instant}.",
    ),
    "proposal_answered": (
        "{unit:unit}已答复{case:case}的提议：{answer:label.ProposalAnswer}。",
        "{unit:unit} has answered the proposal of {case:case}: {answer:label.ProposalAnswer}.",
    ),
    "proposal_lapsed": (
        "{case:case}的提议已失效：{units:codes}逾期未答复。",
        "The proposal of {case:case} lapsed: {units:codes} did not answer in time.",
    ),
    "pairing_approved": (
        "{case:case}已获批准，期限至 {term_end:instant}。",
        "{case:case} was approved until {term_end:instant}.",
    ),
    "pairing_rejected": (
        "{case:case}未获批准，理由请登录查看。",
        "{case:case} was not approved; please sign in to read the reason.",
    ),
    "adjustment_requested": (
        "{case:case}申请调整：{what:label.AdjustmentWhat}，等待审批。",
        (
            "An adjustment of {case:case} was requested and awaits approval: "
            "{what:label.AdjustmentWhat}."
        ),
    ),
    "pairing_adjusted": (
        "{case:case}已调整：{what:label.AdjustmentWhat}。",
        "{case:case} was adjusted: {what:label.AdjustmentWhat}.",
    ),
    "adjustment_refused": (
        "{case:case}的调整申请未获同意，理由请登录查看。",
        "The adjustment of {case:case} was refused; please sign in to read the reason.",
    ),
    "pairing_suspended": (
        "{case:case}暂停至 {until:instant}，在办任务时限照常计算。",
        "{case:case} is suspended until {until:instant}; the clocks of its tasks go on.",
    ),
    "pairing_resumed": ("{case:case}已恢复。", "{case:case} was resumed."),
    "review_opened": (
        "{case:case}第 {number} 次考评已启动，请于 {due:instant} 前打分。",
        "Review no. {number} of {case:case} is open; please score by {due:instant}.",
    ),
    "review_scored": (
        "{case:case}第 {number} 次考评结果：{result:label.ReviewResult}。",
        "Review no. {number} of {case:case}: {result:label.ReviewResult}.",
    ),
    "pairing_renewed": (
        "{case:case}已续约至 {term_end:instant}。",
        "{case:case} was renewed until {term_end:instant}.",
    ),
    "exit_requested": (
        "{unit:unit}申请退出{case:case}，请于 {due:instant} 前完成在办任务移交。",
        (
            "{unit:unit} asked to leave {case:case}; open tasks are to be handed over by "
            "{due:instant}."
        ),
    ),
    "pairing_ended": ("{case:case}已终止。", "{case:case} has ended."),
    "pairing_expired": (
        "{case:case}于 {term_end:instant} 期满，在办任务继续办理，不再受理新任务。",
        "{case:case} expired at {term_end:instant}; open tasks go on, new ones are refused.",
    ),
    "pairing_withdrawn": (
        "{case:case}的提议已撤回。",
        "The proposal of {case:case} was withdrawn.",
    ),
    "pairing_limit_missed": (
        "{case:case}的{clock:clock}逾期，应于 {due:instant} 前完成，请尽快处理。",
        "The limit for {clock:clock} of {case:case} passed at {due:instant}; please act.",
    ),
}

PRIVACY_NOTICES: dict[str, Both] = {
    "erasure_requested": (
        "{case:case}的居民申请删除个人信息，请于 {due:instant} 前答复。",
        "The resident of {case:case} asks to be erased; please answer by {due:instant}.",
    ),
    "erasure_answer_due_soon": (
        "{case:case}居民的删除个人信息申请尚未答复，期限 {due:instant}，请及时答复。",
        (
            "The request to erase the resident of {case:case} is not answered yet; it is due "
            "{due:instant}."
        ),
    ),
    "erasure_answer_overdue": (
        "{case:case}居民的删除个人信息申请逾期未答复，应于 {due:instant} 前答复，请立即答复。",
        (
            "The request to erase the resident of {case:case} was to be answered by {due:instant}; "
            "please answer at once."
        ),
    ),
}

TALK_NOTICES: dict[str, Both] = {
    "signature_asked": (
        "请贵单位于 {until:instant} 前签署{case:case}的共驻共建协议书。",
        "Please sign the co-building agreement of {case:case} by {until:instant}.",
    ),
    "signature_reminded": (
        "提醒：{case:case}的共驻共建协议书尚待贵单位签署，截止 {until:instant}。",
        (
            "Reminder: the co-building agreement of {case:case} still awaits your signature, due "
            "{until:instant}."
        ),
    ),
    "score_asked": (
        "请贵单位为{case:case}本次考评的对方打分。",
        "Please score the other side in the review of {case:case}.",
    ),
    "score_reminded": (
        "提醒：{case:case}本次考评尚待贵单位打分。",
        "Reminder: the review of {case:case} still awaits your score.",
    ),
    "review_to_close": (
        "{case:case}本次考评双方均已打分，请审定。",
        "Both sides have scored in the review of {case:case}; please close it.",
    ),
    "hand_over_asked": (
        "{case:case}退出，请贵单位接续办理{task:case}并确认。",
        "{case:case} is being wound up; please take {task:case} over and confirm.",
    ),
    "hand_over_reminded": (
        "提醒：{case:case}退出，{task:case}尚待贵单位确认接续。",
        "Reminder: {case:case} is being wound up and {task:case} still awaits your confirmation.",
    ),
    "whistle_called": (
        (
            "吹哨（第 {number} 次）：请贵单位于 {until:instant} 前到{place:place}现场报到，"
            "任务{case:case}。"
        ),
        "Whistle no. {number}: please arrive at {place:place} by {until:instant} for {case:case}.",
    ),
    "whistle_reminded": (
        (
            "提醒：吹哨（第 {number} 次），贵单位尚未到{place:place}报到，截止 {until:instant}，"
            "任务{case:case}。"
        ),
        (
            "Reminder: whistle no. {number}, you are still awaited at {place:place} until "
            "{until:instant} for {case:case}."
        ),
    ),
    "feedback_asked": (
        (
            "您反映的事项（{case:case}）已办理，请评价：是否联系过您、是否解决、是否满意（1 至 5 "
            "分）。"
        ),
        (
            "Your request ({case:case}) has been dealt with. Please tell us: were you contacted, "
            "is "
            "it resolved, how satisfied are you (1 to 5)?"
        ),
    ),
    "feedback_reminded": (
        "您反映的事项（{case:case}）尚待您评价，期满未评价将记为“未评价”。",
        (
            "Your request ({case:case}) still awaits your rating; without one it is recorded as "
            "unrated."
        ),
    ),
}

TASK_NOTICES: dict[str, Both] = {
    "task_dispatched": (
        (
            "[{urgent:if}【紧急】]{case:case}派给贵单位主办，请于 {sign_in_by:instant} 前签收、"
            "{due:instant} 前办结。"
        ),
        (
            "[{urgent:if}URGENT: ]{case:case} was sent to your unit; please sign in by "
            "{sign_in_by:instant} and finish by {due:instant}."
        ),
    ),
    "unit_designated": (
        "{case:case}经裁定由{main:unit}主办，贵单位不再承办。",
        "{case:case} was adjudicated to {main:unit}; your unit no longer handles it.",
    ),
    "assist_invited": (
        "请贵单位协办{case:case}（第 {number} 项），{due:instant} 前反馈。",
        "Please assist with {case:case} (no. {number}) by {due:instant}.",
    ),
    "assist_overdue": (
        "贵单位协办{case:case}（第 {number} 项）已逾期，应于 {due:instant} 前反馈，请尽快提交。",
        "Your assistance with {case:case} (no. {number}) was due {due:instant}; please hand it in.",
    ),
    "limit_missed": (
        "{case:case}的{clock:clock}逾期，应于 {due:instant} 前完成，请尽快办理。",
        "The limit for {clock:clock} of {case:case} passed at {due:instant}; please act.",
    ),
    "assist_submitted": (
        "{case:case}的协办结果（第 {number} 项）已提交。",
        "The assistance with {case:case} (no. {number}) was handed in.",
    ),
    "sign_in_overdue": (
        "{case:case}逾期未签收，已视同签收并计入考核，请立即办理。",
        (
            "{case:case} was not signed in for in time and counts as signed in, against your unit; "
            "please handle it now."
        ),
    ),
    "return_requested": (
        "主办单位申请退回{case:case}，请审核。",
        "The main unit asks to return {case:case}; please decide.",
    ),
    "return_approved": (
        "{case:case}的退单申请已同意，贵单位不再承办。",
        "The return of {case:case} was approved; your unit no longer handles it.",
    ),
    "return_refused": (
        "{case:case}的退单申请未同意，请继续办理。",
        "The return of {case:case} was refused; please go on with it.",
    ),
    "dispute_opened": (
        (
            "{case:case}提请争议裁定（{cause:label.DisputeCause}）"
            "[，请于 {adjudicate_by:instant} 前裁定]。"
        ),
        (
            "{case:case} goes to adjudication ({cause:label.DisputeCause})"
            "[; please decide by {adjudicate_by:instant}]."
        ),
    ),
    "whistle_blown": (
        (
            "吹哨（第 {number} 次）：请贵单位于 {arrive_by:instant} 前到{place:place}现场报到，"
            "处理{case:case}。"
        ),
        (
            "Whistle no. {number}: please arrive at {place:place} by {arrive_by:instant} for "
            "{case:case}."
        ),
    ),
    "unit_reminded": (
        "催办：{case:case}，原因：{cause:cause}，请抓紧办理。",
        "Reminder: {case:case}, cause: {cause:cause}; please press on.",
    ),
    "card_raised": (
        "{case:case}出示{level:label.SupervisionLevel}[，对象{unit:unit}][，原因：{cause:cause}]。",
        (
            "{level:label.SupervisionLevel} for {case:case}[, against {unit:unit}]"
            "[, cause: {cause:cause}]."
        ),
    ),
    "task_listed": (
        "{case:case}列为挂牌督办[，对象{unit:unit}][，原因：{cause:cause}]。",
        "{case:case} is under listed supervision[, against {unit:unit}][, cause: {cause:cause}].",
    ),
    "unit_summoned": (
        "因{case:case}，贵单位负责人被约谈，原因：{cause:cause}。",
        "The head of your unit is summoned because of {case:case}, cause: {cause:cause}.",
    ),
    "extension_requested": (
        "{case:case}申请延期[（第 {number} 次）]，请审核。",
        "More time is asked for {case:case}[ (no. {number})]; please decide.",
    ),
    "extension_granted": (
        "{case:case}已同意延期[（第 {number} 次）]，新的办理时限为 {due:instant}。",
        "{case:case} was given more time[ (no. {number})]; it is now due {due:instant}.",
    ),
    "extension_refused": (
        "{case:case}的第 {number} 次延期申请未同意，请按原时限办理。",
        "Extension no. {number} of {case:case} was refused; the due time stands.",
    ),
    "carry_proposed": (
        "{case:case}提请挂账，原因：{cause:ground}，请审批。",
        "Carrying {case:case} on the books is proposed, cause: {cause:ground}; please decide.",
    ),
    "carry_refused": (
        "{case:case}的挂账申请未同意，请继续办理。",
        "Carrying {case:case} was refused; please go on with it.",
    ),
    "task_carried": (
        "{case:case}因客观原因挂账[，{review_at:instant} 前复核]，具备条件后继续办理。",
        (
            "{case:case} is carried on the books for an objective cause[, to be reviewed by "
            "{review_at:instant}]; it will be taken up again."
        ),
    ),
    "task_reactivated": (
        "{case:case}恢复办理[，办理时限为 {due:instant}]。",
        "{case:case} was taken up again[; it is due {due:instant}].",
    ),
    "result_submitted": (
        "{case:case}已提交办理结果，请审核。",
        "The result of {case:case} was submitted; please review it.",
    ),
    "rework_ordered": (
        "{case:case}须重办（第 {round} 轮），请于 {due:instant} 前办结。",
        "{case:case} is to be done again (round {round}), due {due:instant}.",
    ),
    "termination_requested": (
        "{case:case}申请终止办理，依据：{ground:ground}，请审批。",
        "Termination of {case:case} is asked for, ground: {ground:ground}; please decide.",
    ),
    "termination_refused": (
        "{case:case}的终止办理申请未同意，请继续办理。",
        "Termination of {case:case} was refused; please go on with it.",
    ),
    "task_terminated": (
        "{case:case}终止办理[，依据：{ground:ground}]。",
        "Handling of {case:case} was terminated[, ground: {ground:ground}].",
    ),
    "score_excluded": (
        "{case:case}的剔除申请已同意，不计入考核。",
        "{case:case} is left out of the score.",
    ),
    "score_upheld": (
        "{case:case}的剔除申请未同意，计入考核。",
        "{case:case} stays in the score.",
    ),
    "task_cancelled": (
        "{case:case}已由诉求人撤回，停止办理。",
        "{case:case} was withdrawn by its requester; please stop.",
    ),
    "duplicate_attached": (
        (
            "{case:case}又并入一件{duplicate:case}，现有 {waiting} 位居民等候"
            "[{urgent:if}，其中有紧急事项]。"
        ),
        (
            "{duplicate:case} joined {case:case}: {waiting} residents are waiting now"
            "[{urgent:if}, one of them urgently]."
        ),
    ),
    "task_urged": (
        "{case:case}被第 {number} 次催单（{source:label.Source}），请尽快办理并回复。",
        "{case:case} was urged for the {number}th time ({source:label.Source}); please act.",
    ),
    "urgency_raised": (
        (
            "{case:case}并入更紧急的事项[，请于 {triage_by:instant} 前重新研判]"
            "[，办理期限提前至 {due:instant}]。"
        ),
        (
            "A more urgent matter joined {case:case}[; please triage it again by "
            "{triage_by:instant}][; it is now due {due:instant}]."
        ),
    ),
    "registration_corrected": (
        "{case:case}的登记内容已更正，请重新查看。",
        "What was taken down of {case:case} was corrected; please read it again.",
    ),
    "task_recalled": (
        "{case:case}因贵单位无人可办，已收回另派。",
        "{case:case} was taken back, as nobody was left in your unit to act.",
    ),
    "matter_split_off": (
        "您反映的多个事项已分别登记办理（{case:case}），可一并查看、分别评价。",
        "The matters you told us of are handled one by one ({case:case}); rate each of them.",
    ),
    "task_taken_over": (
        "{case:case}由{main:unit}接续主办。",
        "{main:unit} has taken {case:case} over.",
    ),
    "task_reopened": (
        "{case:case}因居民提出新情况重新办理，请派单。",
        "{case:case} was reopened on new facts; please dispatch it.",
    ),
    "callback_listed": (
        "{case:case}第 {round} 轮评价未获回应，请电话回访。",
        "Nobody answered round {round} of {case:case}; please call back.",
    ),
    "task_not_admitted": (
        "您反映的事项（{case:case}）不予受理，依据：{ground:ground}。",
        "Your request ({case:case}) was not admitted, ground: {ground:ground}.",
    ),
    "task_diverted": (
        "您反映的事项（{case:case}）已转由{route:ground}办理。",
        "Your request ({case:case}) was passed on to {route:ground}.",
    ),
    "task_merged": (
        "{case:case}[与{master:case}为同一事项，]已并案办理，办理情况将一并告知。",
        (
            "{case:case} was merged[ into {master:case}, the same matter]; you will be told of it "
            "together."
        ),
    ),
    "task_accepted": (
        "您反映的事项（{case:case}）已由{unit:unit}承办。",
        "Your request ({case:case}) is now handled by {unit:unit}.",
    ),
    "task_closed": (
        (
            "您反映的事项（{case:case}）已结案[：{resolution:label.Resolution}]。如有新情况，"
            "可提出申诉。"
        ),
        (
            "Your request ({case:case}) was closed[: {resolution:label.Resolution}]. "
            "With new facts you may appeal."
        ),
    ),
}

NOTICE_TEXTS: dict[str, Both] = {
    **TASK_NOTICES,
    **PAIRING_NOTICES,
    **PRIVACY_NOTICES,
    **TALK_NOTICES,
    **all_words("notices"),
}
"""Every template with its text."""
