"""One sentence per fact of a support task in hand, as an office in Guangzhou would write it.

From registration to the result; `wording_closing.py` goes on from there. Kind of fact → Chinese,
English, in the language of `wording/template.py`.
"""

from wording.labels import Both

HANDLING_SENTENCES: dict[str, Both] = {
    "task_registered.v1": (
        (
            "登记帮扶任务[，工单编号 {number}]：{category:category}，"
            "{request_type:label.RequestType}，"
            "来源为{source:label.Source}，地点{place:place}[{urgent:if}，注明紧急]"
            "[{safety:if}，涉及人身安全][{ad_hoc:if}，临时事项][，属{pairing:case}]"
            "[，对应项目 {project_item}][，对应问题台账 {ledger_row}]。"
            "内容：{text:sealed}。[{link:if}已发给居民查询链接。]应研判：{triage_by:deadline}。"
        ),
        (
            "Support task registered[, number {number}]: {category:category}, "
            "{request_type:label.RequestType}, {source:label.Source}, at {place:place}"
            "[{urgent:if}, marked urgent][{safety:if}, concerning personal safety]"
            "[{ad_hoc:if}, ad hoc][, under {pairing:case}][, for project item {project_item}]"
            "[, for issue ledger row {ledger_row}]. Text: {text:sealed}. "
            "[{link:if}The resident was handed a link to follow it. ]"
            "Triage due: {triage_by:deadline}."
        ),
    ),
    "registration_corrected.v1": (
        (
            "更正登记[：来源改为{source:label.Source}][；类别改为{category:category}]"
            "[；类型改为{request_type:label.RequestType}][；地点改为{place:place}]"
            "[；问题事项改为 {matter}][；回访方式改为{answer_channel:label.AnswerChannel}]"
            "[{urgent:is=True}；注明紧急][{urgent:is=False}；不再注明紧急]"
            "[{safety:is=True}；涉及人身安全][{safety:is=False}；不涉及人身安全]"
            "[；诉求人 {requester:person}][；姓名：{name:sealed}][；电话：{phone:sealed}]"
            "[；住址：{address:sealed}][；内容：{text:sealed}]。理由：{reason}。"
            "[应研判：{triage_by:deadline}。]"
        ),
        (
            "Registration corrected[: source {source:label.Source}]"
            "[; category {category:category}][; {request_type:label.RequestType}]"
            "[; at {place:place}][; matter {matter}]"
            "[; answer by {answer_channel:label.AnswerChannel}]"
            "[{urgent:is=True}; marked urgent][{urgent:is=False}; not urgent any more]"
            "[{safety:is=True}; concerning personal safety][{safety:is=False}; not about safety]"
            "[; requester {requester:person}]"
            "[; name: {name:sealed}][; telephone: {phone:sealed}][; address: {address:sealed}]"
            "[; text: {text:sealed}]. Reason: {reason}.[ Triage due: {triage_by:deadline}.]"
        ),
    ),
    "matter_split_off.v1": (
        "拆单：{category:category}事项[（{urgent:if}紧急）]另立{part:case}。内容：{text:sealed}。",
        (
            "Split: a matter of {category:category}[ ({urgent:if}urgent)] became {part:case}. "
            "Text: {text:sealed}."
        ),
    ),
    "task_urged.v1": (
        "第 {number} 次催单（{source:label.Source}）[：{note:sealed}]。",
        "Urged for the {number}th time ({source:label.Source})[: {note:sealed}].",
    ),
    "urgency_raised.v1": (
        (
            "并入的{duplicate:case}更为紧急[，重新研判，应研判：{triage_by:deadline}]"
            "[，办理时限提前：{due:deadline}][（原 {due_before.due:instant}）]。"
        ),
        (
            "{duplicate:case}, which joined, is more urgent[; triaged again, triage due: "
            "{triage_by:deadline}][; handling due earlier: {due:deadline}]"
            "[ (before: {due_before.due:instant})]."
        ),
    ),
    "task_triaged.v1": (
        (
            "研判：{urgency:label.Urgency}，{duty_class:label.DutyClass}，归入{category:category}"
            "（登记时为{category_before:category}），{request_type:label.RequestType}，"
            "地点{place:place}，办理时限 {limit:limit}[{physical_works:if}，属现场实施事项，"
            "须实地核查]。"
            "{queue_at.due:instant} 转入派单。"
        ),
        (
            "Triaged: {urgency:label.Urgency}, {duty_class:label.DutyClass}, category "
            "{category:category} (registered as {category_before:category}), "
            "{request_type:label.RequestType}, at {place:place}, handling limit {limit:limit}"
            "[{physical_works:if}, physical works to be verified on site]. "
            "Goes to dispatch at {queue_at.due:instant}."
        ),
    ),
    "task_not_admitted.v1": (
        (
            "不予受理，依据：{ground:ground}，已告知居民（{told_channel:label.AnswerChannel}）"
            "[，说明：{explanation:sealed}]。{archive_at.due:instant} 归档。"
        ),
        (
            "Not admitted, ground: {ground:ground}; the resident was told "
            "({told_channel:label.AnswerChannel})[, explanation: {explanation:sealed}]. "
            "To be archived at {archive_at.due:instant}."
        ),
    ),
    "task_diverted.v1": (
        "转出至{route:ground}办理。{archive_at.due:instant} 归档。",
        "Diverted to {route:ground}. To be archived at {archive_at.due:instant}.",
    ),
    "task_merged.v1": (
        "与{master:case}为同一事项，并入该任务办理[，诉求人 {subjects:people} 随并，仍可评价]。",
        (
            "Merged into {master:case}, the same matter[; {subjects:people} remain parties and may "
            "rate]."
        ),
    ),
    "duplicate_attached.v1": (
        "并入重复件{duplicate:case}[，增加诉求人 {subjects:people}]。",
        "The duplicate {duplicate:case} was attached[; {subjects:people} became parties].",
    ),
    "task_queued.v1": (
        "转入待派单。应派单：{dispatch_by:deadline}。",
        "Queued for dispatch. Dispatch due: {dispatch_by:deadline}.",
    ),
    "task_dispatched.v1": (
        (
            "派单：{main:unit}主办[，{assist:units}协办][（原主办单位{main_before:unit}）]"
            "[，按建议第 {suggested.chosen} 位派出]"
            "[{suggested:if}{suggested.chosen:unless}，未按建议]"
            "[，理由：{reason:sealed}][，派单意见：{note:sealed}]。应签收：{sign_in_by:deadline}。办理时限：{due:deadline}"
            "[，原为 {due_before.due:instant}]。"
        ),
        (
            "Dispatched: main unit {main:unit}[, assisting {assist:units}]"
            "[ (main unit before: {main_before:unit})][, suggestion {suggested.chosen} taken]"
            "[{suggested:if}{suggested.chosen:unless}, none of the suggestions]"
            "[, reason: {reason:sealed}][, note: {note:sealed}]. "
            "Sign-in due: {sign_in_by:deadline}. Handling due: {due:deadline}"
            "[, before: {due_before.due:instant}]."
        ),
    ),
    "task_accepted.v1": ("{unit:unit}签收。", "{unit:unit} signed in."),
    "sign_in_overdue.v1": (
        "{unit:unit}逾期未签收。应签收：{sign_in_by:deadline}。",
        "{unit:unit} did not sign in in time. Sign-in was due: {sign_in_by:deadline}.",
    ),
    "task_auto_accepted.v1": (
        "逾期未签收，视同{unit:unit}已签收，计入该单位考核。",
        "Taken as signed in by {unit:unit}, which did not sign in in time; counted against it.",
    ),
    "return_requested.v1": (
        (
            "{unit:unit}申请退单，依据：{legal_basis}，理由：{reason:sealed}"
            "[，建议改派{suggested_unit:unit}]。应审核：{review_by:deadline}。"
        ),
        (
            "{unit:unit} asked to return the task, legal basis: {legal_basis}, reason: "
            "{reason:sealed}"
            "[, suggesting {suggested_unit:unit}]. Review due: {review_by:deadline}."
        ),
    ),
    "return_approved.v1": (
        (
            "同意{unit:unit}退单（{held_since:instant} 起由该单位承办）[，意见：{note:sealed}]。"
            "应重新派单：{dispatch_by:deadline}。"
        ),
        (
            "The return by {unit:unit} was approved (it held the task since {held_since:instant})"
            "[, note: {note:sealed}]. New dispatch due: {dispatch_by:deadline}."
        ),
    ),
    "return_refused.v1": (
        "不同意{unit:unit}退单，由该单位继续办理，理由：{reason:sealed}。",
        "The return by {unit:unit} was refused; the unit goes on, reason: {reason:sealed}.",
    ),
    "dispute_opened.v1": (
        (
            "提请争议裁定：{cause:label.DisputeCause}，承办单位{unit:unit}，"
            "争议各方{disputing:units}"
            "[，理由：{reason:sealed}]。应裁定：{adjudicate_by:deadline}。"
        ),
        (
            "A dispute was opened: {cause:label.DisputeCause}, handling unit {unit:unit}, "
            "disputing units {disputing:units}[, reason: {reason:sealed}]. "
            "Adjudication due: {adjudicate_by:deadline}."
        ),
    ),
    "unit_designated.v1": (
        (
            "裁定：指定{main:unit}主办[，{assist:units}协办][（原主办单位{main_before:unit}）]，"
            "不得再退单，理由：{reason:sealed}。应签收：{sign_in_by:deadline}。办理时限："
            "{due:deadline}"
            "[，原为 {due_before.due:instant}]。"
        ),
        (
            "Designated: main unit {main:unit}[, assisting {assist:units}]"
            "[ (main unit before: {main_before:unit})], no further return, reason: "
            "{reason:sealed}. "
            "Sign-in due: {sign_in_by:deadline}. Handling due: {due:deadline}"
            "[, before: {due_before.due:instant}]."
        ),
    ),
    "staff_assigned.v1": (
        (
            "{unit:unit}指定{person:person}承办[（原承办人{person_before:person}）]。"
            "[应首次联系居民：{first_contact_by:deadline}。][应阶段报告："
            "{stage_report_by:deadline}。]"
        ),
        (
            "{unit:unit} assigned {person:person}[ (before: {person_before:person})]."
            "[ First contact due: {first_contact_by:deadline}.]"
            "[ Stage report due: {stage_report_by:deadline}.]"
        ),
    ),
    "provider_named.v1": (
        (
            "服务机构[{provider_before:if}由{provider_before:case}]"
            "[{provider:if}[{provider_before:if}变更]为{provider:case}]"
            "[{provider:unless}撤销][，理由：{reason}]。"
        ),
        (
            "[{provider:case} serves the task][{provider:unless}No provider serves the task any "
            "more][ (before: {provider_before:case})][, reason: {reason}]."
        ),
    ),
    "conflict_declared.v1": (
        "{person:person}与本事项有利害关系，须回避。",
        "{person:person} has a conflict of interest in this matter and stands aside.",
    ),
    "resident_contacted.v1": (
        (
            "联系居民：{result:label.ContactResult}，[{within_limit:if}在时限内]"
            "[{within_limit:unless}未在时限内][，记录：{note:sealed}]。"
        ),
        (
            "The resident was contacted: {result:label.ContactResult}, [{within_limit:if}"
            "within the "
            "limit][{within_limit:unless}not within the limit][, note: {note:sealed}]."
        ),
    ),
    "progress_logged.v1": (
        (
            "[{stage_report:if}阶段报告][{stage_report:unless}办理进展]：{note:sealed}。"
            "[下次应阶段报告：{next_stage_report_by:deadline}。]"
        ),
        (
            "[{stage_report:if}Stage report][{stage_report:unless}Progress]: {note:sealed}."
            "[ Next stage report due: {next_stage_report_by:deadline}.]"
        ),
    ),
    "evidence_attached.v1": (
        "上传[{on_site:if}现场]佐证材料：{label:evidence}（{media_type:media}）。",
        (
            "[{on_site:if}On-site evidence][{on_site:unless}Evidence] attached: {label:evidence} "
            "({media_type:media})."
        ),
    ),
    "assist_invited.v1": (
        "邀请{unit:unit}协办（第 {number} 项），{due:instant} 前反馈[，事项：{request:sealed}]。",
        (
            "{unit:unit} was invited to assist (no. {number}), by {due:instant}"
            "[, request: {request:sealed}]."
        ),
    ),
    "assist_submitted.v1": (
        "{unit:unit}[{late:if}逾期]提交协办结果（第 {number} 项）：{note:sealed}。",
        "{unit:unit} handed in its assistance (no. {number})[{late:if}, late]: {note:sealed}.",
    ),
    "assist_overdue.v1": (
        "{unit:unit}协办（第 {number} 项）逾期，应于 {due:instant} 前反馈。",
        "{unit:unit} is overdue with its assistance (no. {number}), due {due:instant}.",
    ),
    "whistle_blown.v1": (
        (
            "吹哨（第 {number} 次），事由：{ground:ground}，召集{departments:units}"
            "到{place:place}。"
            "应到场：{arrive_by:deadline}。"
        ),
        (
            "The whistle was blown (no. {number}), ground: {ground:ground}, calling "
            "{departments:units} to {place:place}. Arrival due: {arrive_by:deadline}."
        ),
    ),
    "department_arrived.v1": (
        "{unit:unit}[{late:if}逾时]报到（第 {number} 次吹哨）。",
        "{unit:unit} arrived[{late:if} late] (whistle no. {number}).",
    ),
    "department_absent.v1": (
        "{unit:unit}未按时报到（第 {number} 次吹哨）。",
        "{unit:unit} did not arrive in time (whistle no. {number}).",
    ),
    "extension_requested.v1": (
        (
            "第 {number} 次申请延期 {limit:limit}，理由：{reason:sealed}。应审核："
            "{review_by:deadline}。"
        ),
        (
            "Extension no. {number} of {limit:limit} requested, reason: {reason:sealed}. "
            "Review due: {review_by:deadline}."
        ),
    ),
    "extension_granted.v1": (
        (
            "同意第 {number} 次延期[，意见：{note:sealed}]。"
            "办理时限：{due:deadline}，原为 {due_before.due:instant}。"
        ),
        (
            "Extension no. {number} granted[, note: {note:sealed}]. "
            "Handling due: {due:deadline}, before: {due_before.due:instant}."
        ),
    ),
    "extension_refused.v1": (
        (
            "[{lapsed:if}第 {number} 次延期申请逾期未审核，视为不同意]"
            "[{lapsed:unless}不同意第 {number} 次延期][，理由：{reason:sealed}]。"
        ),
        (
            "[{lapsed:if}Extension no. {number} was not answered in time and counts as refused]"
            "[{lapsed:unless}Extension no. {number} refused][, reason: {reason:sealed}]."
        ),
    ),
    "carry_proposed.v1": (
        (
            "提请挂账，原因：{cause:ground}，问题台账 {ledger_row}，理由：{reason:sealed}，"
            "计划：{plan:sealed}，{review_at:instant} 复核。"
        ),
        (
            "Carrying on the books proposed, cause: {cause:ground}, issue ledger row {ledger_row}, "
            "reason: {reason:sealed}, plan: {plan:sealed}, to be reviewed at {review_at:instant}."
        ),
    ),
    "carry_approved.v1": (
        "{key:label.CarryKey}同意挂账（两项同意之一）。",
        "The {key:label.CarryKey} agreed to carry the task (one of two keys).",
    ),
    "carry_refused.v1": (
        "不同意挂账，继续办理，理由：{reason:sealed}。",
        "Carrying was refused; handling goes on, reason: {reason:sealed}.",
    ),
    "task_carried.v1": (
        (
            "挂账，原因：{cause:ground}，问题台账 {ledger_row}，{review_at:instant} 复核；"
            "办理时限暂停计算（原到期 {paused_due.due:instant}）。"
        ),
        (
            "Carried on the books, cause: {cause:ground}, issue ledger row {ledger_row}, to be "
            "reviewed at {review_at:instant}; the handling limit is paused "
            "(it was due {paused_due.due:instant})."
        ),
    ),
    "task_reactivated.v1": (
        (
            "[{review_lapsed:if}挂账复核到期，]恢复办理（{paused_since:instant} 起暂停）"
            "[，意见：{note:sealed}]。办理时限：{due:deadline}，原为 {due_before.due:instant}。"
        ),
        (
            "[{review_lapsed:if}The review of the carried task fell due; ]handling goes on (paused "
            "since {paused_since:instant})[, note: {note:sealed}]. "
            "Handling due: {due:deadline}, before: {due_before.due:instant}."
        ),
    ),
    "result_drafted.v1": (
        (
            "拟稿办理结果：[{resolved:if}已解决][{resolved:unless}未解决]，"
            "公开答复：{public_reply:sealed}[，内部说明：{internal_note:sealed}]，"
            "费用 {cost_cents:money}[，已说明的协办项：{assists_explained:numbers}]。"
        ),
        (
            "Result drafted: [{resolved:if}resolved][{resolved:unless}not resolved], "
            "public reply: {public_reply:sealed}[, internal note: {internal_note:sealed}], "
            "cost {cost_cents:money}[, assistance explained: {assists_explained:numbers}]."
        ),
    ),
    "result_submitted.v1": (
        (
            "提交办理结果：[{resolved:if}已解决][{resolved:unless}未解决]，"
            "[{on_time:if}按期][{on_time:unless}超期]办结，公开答复：{public_reply:sealed}"
            "[，内部说明：{internal_note:sealed}]，费用 {cost_cents:money}"
            "[，已说明的协办项：{assists_explained:numbers}][，拟稿人{drafted_by:person}]。"
            "应审核：{review_by:deadline}。"
        ),
        (
            "Result submitted: [{resolved:if}resolved][{resolved:unless}not resolved], "
            "[{on_time:if}on time][{on_time:unless}overdue], public reply: {public_reply:sealed}"
            "[, internal note: {internal_note:sealed}], cost {cost_cents:money}"
            "[, assistance explained: {assists_explained:numbers}][, drafted by "
            "{drafted_by:person}]. "
            "Review due: {review_by:deadline}."
        ),
    ),
}
