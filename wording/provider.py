"""Everything people read of providers, as an office in Guangzhou would write it.

Kind of fact → Chinese, English, in the language of `wording/template.py`.
"""

from wording.words import Words

PROVIDER_WORDS = Words(
    category="provider",
    sentences={
        "admission_applied.v1": (
            (
                "{name}（{provider_kind:label.ProviderKind}[，{credit_code}][，队伍编号 "
                "{team_number}]）"
                "申请准入[，总部 {head_code}]：类别{categories:categories}，区域{areas:places}，"
                "证照 {licences:count} 件，价目 {prices:count} 项[（{unit:unit}代为申请）]"
                "[，经办人 {agent:agent}][，联系方式：{contact:sealed}]。应初审："
                "{look_by:deadline}。"
            ),
            (
                "{name} ({provider_kind:label.ProviderKind}[, {credit_code}][, team "
                "{team_number}]) "
                "applied to be admitted[, head {head_code}]: categories "
                "{categories:categories}, areas "
                "{areas:places}, {licences:count} licences, {prices:count} prices[, applied for by "
                "{unit:unit}][, agent {agent:agent}][, contact: {contact:sealed}]. "
                "First look due: {look_by:deadline}."
            ),
        ),
        "agent_named.v1": (
            "登记经办人 {agent:agent}[，此前有：{agents_before:agents}]。",
            "Agent {agent:agent} now speaks for the provider[, beside {agents_before:agents}].",
        ),
        "correction_asked.v1": (
            "一次性告知补正：{lacking}。应补正：{correct_by:deadline}。",
            "Correction asked, all at once: {lacking}. Due: {correct_by:deadline}.",
        ),
        "application_corrected.v1": (
            (
                "申请人已补正：证照由 {licences_before:count} 件变为 {licences:count} 件，"
                "价目由 {prices_before:count} 项变为 {prices:count} 项。应初审："
                "{look_by:deadline}。"
            ),
            (
                "The application was corrected: {licences:count} licences (before: "
                "{licences_before:count}), {prices:count} prices (before: {prices_before:count}). "
                "First look due: {look_by:deadline}."
            ),
        ),
        "application_taken_up.v1": (
            (
                "{lead:unit}受理申请，各部门同时核验：{items:to_verify}。应答复："
                "{answer_by:deadline}。"
            ),
            (
                "{lead:unit} took the application up; the departments verify at the same time: "
                "{items:to_verify}. Answers due: {answer_by:deadline}."
            ),
        ),
        "item_verified.v1": (
            (
                "{unit:unit}核验{item:to_verify_one}：[{met:if}符合][{met:unless}不符合]"
                "[{met_before:if}（此前为符合）]，依据：{evidence}。"
            ),
            (
                "{unit:unit} verified {item:to_verify_one}: [{met:if}met][{met:unless}not met]"
                "[{met_before:if} (before: met)], on this evidence: {evidence}."
            ),
        ),
        "provider_admitted.v1": (
            (
                "{lead:unit}准入：类别{categories:categories}，区域{areas:places}，"
                "有效期至 {valid_until:instant}[，到期前 {notice_days:numbers} 天提醒]。"
                "首次评级：{rate_at:instant}。"
            ),
            (
                "{lead:unit} admitted the provider for {categories:categories} in "
                "{areas:places} until "
                "{valid_until:instant}[; told {notice_days:numbers} days before]. "
                "First rating: {rate_at:instant}."
            ),
        ),
        "provider_refused.v1": (
            "不予准入（{ground:ground}），理由：{reason}。",
            "The provider was not admitted ({ground:ground}), reason: {reason}.",
        ),
        "provider_change_reported.v1": (
            (
                "报告变更：名称 {name}（此前 {name_before}），价目 {prices:count} 项（此前 "
                "{prices_before:count} 项），证照 {licences:count} 件（此前 "
                "{licences_before:count} 件），"
                "类别{categories:categories}（此前{categories_before:categories}）"
                "[。须核验：{items:to_verify}][。应核验：{verify_by:deadline}]。"
            ),
            (
                "A change was reported: name {name} (before: {name_before}), {prices:count} prices "
                "(before: {prices_before:count}), {licences:count} licences (before: "
                "{licences_before:count}), categories {categories:categories} (before: "
                "{categories_before:categories})[. To be verified: {items:to_verify}]"
                "[. Due: {verify_by:deadline}]."
            ),
        ),
        "provider_change_verified.v1": (
            (
                "{unit:unit}核验变更项目{item:to_verify_one}：[{met:if}符合][{met:unless}不符合]，"
                "依据：{evidence}[{in_effect:if}，变更生效][{dropped:if}，变更不予采纳]。"
            ),
            (
                "{unit:unit} verified {item:to_verify_one} of the change: [{met:if}met]"
                "[{met:unless}not met], on this evidence: {evidence}"
                "[{in_effect:if}; the change is in effect][{dropped:if}; the change was dropped]."
            ),
        ),
        "admission_renewed.v1": (
            "准入有效期由 {valid_until_before:instant} 延至 {valid_until:instant}。",
            "The admission was renewed from {valid_until_before:instant} to {valid_until:instant}.",
        ),
        "validity_end_announced.v1": (
            (
                "{clock:clock}：[{licence:ground} {licence_number} ]将于 {ends_at:instant} 到期"
                "（还有 {days} 天）。"
            ),
            (
                "{clock:clock}: [{licence:ground} {licence_number} ]ends on {ends_at:instant}, "
                "in {days} days."
            ),
        ),
        "licence_ended.v1": (
            "{licence:ground} {licence_number} 已于 {ended_at:instant} 到期。",
            "{licence:ground} {licence_number} ended on {ended_at:instant}.",
        ),
        "provider_lapsed.v1": (
            "准入失效（{cause:label.LapseCause}），自 {ended_at:instant} 起。",
            "The admission lapsed ({cause:label.LapseCause}) on {ended_at:instant}.",
        ),
        "period_rated.v1": (
            (
                "{period_start:instant} 至 {period_end:instant} 评级："
                "[{grade}][{grade:unless}不定级]"
                "[（上期 {grade_before}）]。办结任务 {figures.tasks} 件，其中按期 "
                "{figures.on_time} 件；"
                "评价 {figures.rated} 份，其中满意 {figures.satisfied} 份；投诉认定 "
                "{figures.complaints_judged} 件，其中属实 {figures.complaints_upheld} 件；检查 "
                "{figures.inspections} 次，其中合格 {figures.inspections_passed} 次；服务时长 "
                "{figures.minutes} 分钟（日志位置 {figures.position}）。下次评级："
                "{rate_at:instant}。"
            ),
            (
                "Rated for {period_start:instant} to {period_end:instant}: [{grade}]"
                "[{grade:unless}no grade][ (before: {grade_before})]. Tasks closed "
                "{figures.tasks}, on "
                "time {figures.on_time}; ratings {figures.rated}, satisfied {figures.satisfied}; "
                "complaints judged {figures.complaints_judged}, upheld "
                "{figures.complaints_upheld}; "
                "inspections {figures.inspections}, passed {figures.inspections_passed}; "
                "service time "
                "{figures.minutes} minutes (log position {figures.position}). Next: "
                "{rate_at:instant}."
            ),
        ),
        "provider_inspected.v1": (
            "{unit:unit}检查：[{passed:if}合格][{passed:unless}不合格]，情况：{found}。",
            (
                "{unit:unit} inspected the provider: [{passed:if}passed][{passed:unless}failed]; "
                "found: {found}."
            ),
        ),
        "complaint_judged.v1": (
            "就{task:case}认定投诉[{upheld:if}属实][{upheld:unless}不属实]，理由：{reason}。",
            (
                "The complaint about {task:case} was [{upheld:if}upheld][{upheld:unless}not "
                "upheld], "
                "reason: {reason}."
            ),
        ),
        "service_hours_recorded.v1": (
            (
                "记录服务时长：{people} 人，每人 {minutes} 分钟，{category:category}，"
                "{place:place}，"
                "{served_at:instant}[，对应{task:case}]。"
            ),
            (
                "Service time recorded: {people} people, {minutes} minutes each, "
                "{category:category}, "
                "{place:place}, {served_at:instant}[, for {task:case}]."
            ),
        ),
        "provider_warned.v1": (
            (
                "{unit:unit}第 {number} 次警告（{ground:ground}），理由：{reason}。"
                "应整改：{rectify_by:deadline}。"
            ),
            (
                "{unit:unit} gave warning no. {number} ({ground:ground}), reason: {reason}. "
                "Rectification due: {rectify_by:deadline}."
            ),
        ),
        "rectification_submitted.v1": (
            "就第 {number} 次警告提交整改：{text:sealed}。应确认：{confirm_by:deadline}。",
            (
                "Rectification of warning no. {number} was submitted: {text:sealed}. "
                "Confirmation due: {confirm_by:deadline}."
            ),
        ),
        "rectification_confirmed.v1": (
            "确认第 {number} 次警告整改到位，依据：{evidence}。",
            (
                "The rectification of warning no. {number} was confirmed, on this evidence: "
                "{evidence}."
            ),
        ),
        "rectification_refused.v1": (
            "第 {number} 次警告整改未到位，理由：{reason}。应整改：{rectify_by:deadline}。",
            (
                "The rectification of warning no. {number} was refused, reason: {reason}. "
                "Rectification due: {rectify_by:deadline}."
            ),
        ),
        "provider_suspended.v1": (
            (
                "{unit:unit}暂停其服务至 {until:instant}（{ground:ground}）[，理由：{reason}]"
                "[。先行暂停，应补写理由：{reasons_by:deadline}]。"
            ),
            (
                "{unit:unit} suspended the provider until {until:instant} ({ground:ground})"
                "[, reason: {reason}][. Suspended at once; reasons due: {reasons_by:deadline}]."
            ),
        ),
        "suspension_reasoned.v1": (
            "补写暂停理由：{reason}。",
            "The reasons of the suspension: {reason}.",
        ),
        "provider_restored.v1": (
            "恢复服务（{then:label.ProviderState}），理由：{reason}。",
            "The provider was restored ({then:label.ProviderState}), reason: {reason}.",
        ),
        "provider_exit_requested.v1": (
            "申请退出[，接续方案：{plan:plan}]。应移交：{hand_over_by:deadline}。",
            (
                "The provider asked to leave[; successors: {plan:plan}]. "
                "Hand-over due: {hand_over_by:deadline}."
            ),
        ),
        "exit_order_given.v1": (
            (
                "{unit:unit}拟责令退出（{ground:ground}），理由：{reason}[，接续方案："
                "{plan:plan}]。"
                "应复核：{countersign_by:deadline}。"
            ),
            (
                "{unit:unit} ordered the provider to leave ({ground:ground}), reason: {reason}"
                "[; successors: {plan:plan}]. Second key due: {countersign_by:deadline}."
            ),
        ),
        "exit_ordered.v1": (
            (
                "{unit:unit}复核同意，责令退出（{ground:ground}）[，接续方案：{plan:plan}]。"
                "应移交：{hand_over_by:deadline}。"
            ),
            (
                "{unit:unit} turned the second key: the provider must leave ({ground:ground})"
                "[; successors: {plan:plan}]. Hand-over due: {hand_over_by:deadline}."
            ),
        ),
        "exit_order_dropped.v1": (
            "复核不同意责令退出（{ground:ground}），理由：{reason}。",
            "The order to leave ({ground:ground}) was dropped, reason: {reason}.",
        ),
        "exit_plan_revised.v1": (
            "调整接续方案[：{plan:plan}][（此前：{plan_before:plan}）]，理由：{reason}。",
            (
                "The successors were revised[: {plan:plan}][ (before: {plan_before:plan})], "
                "reason: {reason}."
            ),
        ),
        "service_handed_over.v1": (
            "{successor:case}接收{case:case}[的{function:category}]。",
            "{successor:case} accepted {case:case}[ ({function:category})].",
        ),
        "provider_exited.v1": (
            "退出完成[{ordered:if}（责令退出）][，{barred_until:instant} 前不得再次申请]。",
            (
                "The exit is complete[{ordered:if} (ordered)]"
                "[; no new application before {barred_until:instant}]."
            ),
        ),
        "bar_ended.v1": (
            "禁入期满（{barred_until:instant}），可再次申请。",
            "The bar ended on {barred_until:instant}; the body may apply again.",
        ),
        "measure_appealed.v1": (
            "对{measure:label.Measure}提出申诉：{text:sealed}。应裁定：{decide_by:deadline}。",
            (
                "Appeal against the {measure:label.Measure}: {text:sealed}. "
                "Decision due: {decide_by:deadline}."
            ),
        ),
        "measure_upheld.v1": (
            "维持{measure:label.Measure}，理由：{reason}[。应整改：{rectify_by:deadline}]。",
            (
                "The {measure:label.Measure} was upheld, reason: {reason}"
                "[. Rectification due: {rectify_by:deadline}]."
            ),
        ),
        "measure_lifted.v1": (
            "撤销{measure:label.Measure}，理由：{reason}。",
            "The {measure:label.Measure} was lifted, reason: {reason}.",
        ),
        "provider_limit_missed.v1": (
            "{clock:clock}逾期：应于 {due:instant} 前完成。",
            "The limit for {clock:clock} passed at {due:instant}.",
        ),
        "provider_deadline_recalculated.v1": (
            "{clock:clock}时限重新计算：{due:deadline}（此前：{due_before:deadline}）。",
            (
                "The limit for {clock:clock} was computed again: {due:deadline} (before: "
                "{due_before:deadline})."
            ),
        ),
    },
    commands={
        "apply_for_admission": ("申请准入", "Apply for admission"),
        "name_agent": ("登记经办人", "Name an agent"),
        "ask_correction": ("一次性告知补正", "Ask for corrections"),
        "correct_application": ("补正申请", "Correct the application"),
        "take_up_application": ("受理并启动核验", "Take up and verify"),
        "verify_item": ("填写核验结论", "Verify an item"),
        "admit_provider": ("准入", "Admit"),
        "refuse_provider": ("不予准入", "Refuse admission"),
        "report_change": ("报告变更", "Report a change"),
        "renew_admission": ("延续准入", "Renew the admission"),
        "inspect_provider": ("记录检查", "Record an inspection"),
        "judge_complaint": ("认定投诉", "Judge a complaint"),
        "record_service_hours": ("记录服务时长", "Record service hours"),
        "warn_provider": ("警告", "Warn"),
        "submit_rectification": ("提交整改", "Submit the rectification"),
        "confirm_rectification": ("确认整改到位", "Confirm the rectification"),
        "refuse_rectification": ("整改未到位", "Refuse the rectification"),
        "suspend_provider": ("暂停服务", "Suspend"),
        "give_suspension_reasons": ("补写暂停理由", "Give the reasons"),
        "restore_provider": ("恢复服务", "Restore"),
        "request_provider_exit": ("申请退出", "Ask to leave"),
        "order_exit": ("责令退出", "Order to leave"),
        "countersign_exit": ("复核同意退出", "Countersign the exit"),
        "drop_exit_order": ("复核不同意退出", "Drop the order"),
        "revise_exit_plan": ("调整接续方案", "Revise the successors"),
        "accept_service": ("接收服务", "Accept the service"),
        "complete_provider_exit": ("完成退出", "Complete the exit"),
        "appeal_measure": ("申诉", "Appeal"),
        "uphold_measure": ("维持措施", "Uphold"),
        "lift_measure": ("撤销措施", "Lift"),
    },
    fields={
        "agent": ("经办人", "agent"),
        "areas": ("服务区域", "areas"),
        "contact": ("联系人及电话", "contact person and telephone"),
        "credit_code": ("统一社会信用代码", "unified social credit code"),
        "found": ("检查情况", "what was found"),
        "function": ("功能", "function"),
        "head_code": ("总部的统一社会信用代码", "credit code of the head"),
        "lacking": ("须补正的内容", "what is lacking"),
        "licence": ("证照", "licence"),
        "licences": ("证照", "licences"),
        "met": ("是否符合", "met"),
        "minutes": ("每人服务分钟数", "minutes each"),
        "name": ("机构名称", "name of the body"),
        "number": ("证照编号", "number of the licence"),
        "passed": ("是否合格", "passed"),
        "people": ("服务人数", "people"),
        "plan": ("接续方案", "successors"),
        "prices": ("价目", "prices"),
        "provider": ("服务机构", "provider"),
        "provider_before": ("原服务机构", "provider before"),
        "provider_kind": ("机构类型", "kind of provider"),
        "served": ("接收的案卷", "what is accepted"),
        "successor": ("接续机构", "successor"),
        "text": ("内容", "words"),
        "served_at": ("服务时间", "served at"),
        "team_number": ("志愿服务队伍编号", "number of the volunteer team"),
        "per": ("计价单位", "per"),
        "upheld": ("是否属实", "upheld"),
        "valid_until": ("有效期至", "valid until"),
    },
    notices={
        "verification_asked": (
            "请贵单位于 {until:instant} 前填写{case:case}的核验结论。",
            "Please verify your items of {case:case} by {until:instant}.",
        ),
        "verification_reminded": (
            "提醒：{case:case}的核验结论尚缺，请于 {until:instant} 前填写。",
            "Reminder: your verdict on {case:case} is missing; please give it by {until:instant}.",
        ),
        "verification_complete": (
            "{case:case}的核验结论已齐，请作出准入决定。",
            "All verdicts on {case:case} are in; please decide on the admission.",
        ),
        "service_to_accept": (
            (
                "{case:case}退出中：请协调{successor:case}于 {until:instant} 前接收{served:case}"
                "[（{function:category}）]。"
            ),
            (
                "{case:case} is leaving: please see that {successor:case} accepts {served:case}"
                "[ ({function:category})] by {until:instant}."
            ),
        ),
        "service_to_accept_reminded": (
            (
                "提醒：{case:case}的{served:case}[（{function:category}）"
                "]尚未由{successor:case}接收，"
                "期限 {until:instant}。"
            ),
            (
                "Reminder: {served:case}[ ({function:category})] of {case:case} was not "
                "accepted by "
                "{successor:case} yet; due {until:instant}."
            ),
        ),
        "provider_refused": (
            "{case:case}不予准入（{ground:ground}），理由请登录查看。",
            "{case:case} was not admitted ({ground:ground}); please sign in to read why.",
        ),
        "provider_admitted": (
            "{case:case}已准入，有效期至 {until:instant}。",
            "{case:case} was admitted until {until:instant}.",
        ),
        "provider_change_to_verify": (
            "{case:case}报告变更，请于 {due:instant} 前核验。",
            "{case:case} reported a change; please verify it by {due:instant}.",
        ),
        "provider_validity_ending": (
            (
                "{case:case}的[{licence:ground}][{licence:unless}准入]将于 {until:instant} 到期，"
                "请及时办理。"
            ),
            (
                "The [{licence:ground}][{licence:unless}admission] of {case:case} ends on "
                "{until:instant}; please see to it."
            ),
        ),
        "provider_licence_ended": (
            "{case:case}的{licence:ground}已到期，请核实其能否继续服务。",
            "The {licence:ground} of {case:case} ended; please see whether it may go on serving.",
        ),
        "provider_lapsed": (
            "{case:case}准入已失效（{cause:label.LapseCause}），在办服务请另行安排。",
            (
                "The admission of {case:case} lapsed ({cause:label.LapseCause}); "
                "please find others for what it serves."
            ),
        ),
        "provider_rated": (
            "{case:case}本期评级：{grade}。",
            "{case:case} was graded {grade} for the quarter.",
        ),
        "provider_warned": (
            "{case:case}被警告（{ground:ground}），应于 {due:instant} 前整改。",
            "{case:case} was warned ({ground:ground}) and must rectify by {due:instant}.",
        ),
        "rectification_to_confirm": (
            "{case:case}已提交整改，请警告人以外的人员于 {due:instant} 前确认。",
            (
                "{case:case} says it has rectified; somebody other than who warned please "
                "confirm by "
                "{due:instant}."
            ),
        ),
        "provider_suspended": (
            "{case:case}暂停服务至 {until:instant}（{ground:ground}）。",
            "{case:case} is suspended until {until:instant} ({ground:ground}).",
        ),
        "provider_restored": ("{case:case}已恢复服务。", "{case:case} was restored."),
        "provider_leaving": (
            "{case:case}退出中，应于 {due:instant} 前完成移交。",
            "{case:case} is leaving; hand-over is due by {due:instant}.",
        ),
        "exit_order_dropped": (
            "责令{case:case}退出的决定未获复核同意，理由请登录查看。",
            "The order for {case:case} to leave was dropped; please sign in to read why.",
        ),
        "provider_exited": ("{case:case}已完成退出。", "The exit of {case:case} is complete."),
        "measure_upheld": (
            "{case:case}的申诉已裁定：维持{measure:label.Measure}。",
            "The appeal of {case:case} was decided: the {measure:label.Measure} was upheld.",
        ),
        "measure_lifted": (
            "{case:case}的申诉已裁定：撤销{measure:label.Measure}。",
            "The appeal of {case:case} was decided: the {measure:label.Measure} was lifted.",
        ),
        "provider_limit_missed": (
            "{case:case}的{clock:clock}逾期，应于 {due:instant} 前完成，请尽快处理。",
            "The limit for {clock:clock} of {case:case} passed at {due:instant}; please act.",
        ),
    },
    steps={
        "APPLIED": ("take_up_application", "ask_correction"),
        "VERIFYING": ("verify_item", "admit_provider", "refuse_provider"),
        "ADMITTED": ("inspect_provider", "warn_provider", "renew_admission"),
        "WARNED": ("submit_rectification", "uphold_measure", "lift_measure"),
        "RECTIFYING": ("confirm_rectification", "refuse_rectification"),
        "SUSPENDED": ("give_suspension_reasons", "restore_provider"),
        "EXITING": ("accept_service", "complete_provider_exit", "revise_exit_plan"),
    },
)
"""Everything people read of providers."""
