"""What people read of a facility (嵌入式服务设施), as an office in Guangzhou would write it."""

from wording.words import Words

FACILITY_WORDS = Words(
    category="facility",
    sentences={
        "facility_proposed.v1": (
            (
                "提出{facility_kind:label.FacilityKind}“{title}”：{place:place}，"
                "功能{functions:categories}，{floor_area} 平方米，选用{site:case}"
                "（{site_kind:label.SiteKind}），牵头单位{lead:unit}，属地{street:unit}，"
                "计划 {open_by:instant} 前开业，资金：{budget:budget}"
                "[，回应问题 {findings:references}][，未设养老、托育的理由：{without_care}]。"
                "应决定：{decide_by:deadline}。"
            ),
            (
                "{facility_kind:label.FacilityKind} “{title}” proposed: {place:place}, functions "
                "{functions:categories}, {floor_area} m², on {site:case} "
                "({site_kind:label.SiteKind}), lead {lead:unit}, street {street:unit}, to open by "
                "{open_by:instant}, funds: {budget:budget}[, answering {findings:references}]"
                "[, why without care: {without_care}]. Decision due: {decide_by:deadline}."
            ),
        ),
        "facility_site_changed.v1": (
            (
                "改用{site:case}（{site_kind:label.SiteKind}），原为{site_before:case}"
                "（{site_kind_before:label.SiteKind}）；{floor_area} 平方米，原为 "
                "{floor_area_before} 平方米；计划 {open_by:instant} 前开业，原为 "
                "{open_by_before:instant}。理由：{reason}。应重新决定：{decide_by:deadline}。"
            ),
            (
                "Now on {site:case} ({site_kind:label.SiteKind}), before: {site_before:case} "
                "({site_kind_before:label.SiteKind}); {floor_area} m², before: "
                "{floor_area_before} m²; to open by {open_by:instant}, before: "
                "{open_by_before:instant}. Reason: {reason}. Decision due anew: "
                "{decide_by:deadline}."
            ),
        ),
        "facility_approved.v1": (
            "批准立项[，文号：{document}]。首个节点“{milestone:ground}”：{milestone_by:deadline}。",
            (
                "Approved[, document: {document}]. First milestone, “{milestone:ground}”: "
                "{milestone_by:deadline}."
            ),
        ),
        "facility_dropped.v1": (
            "决定不再建设，退还{site:case}，理由：{reason}。",
            "It will not be built; {site:case} is given back; reason: {reason}.",
        ),
        "budget_revised.v1": (
            "调整资金：{budget:budget}（原：{budget_before:budget}），理由：{reason}。",
            "Budget revised: {budget:budget} (before: {budget_before:budget}), reason: {reason}.",
        ),
        "spending_recorded.v1": (
            "支出{source:ground} {cents:money}，付款时间 {paid_at:instant}，凭证 {voucher}。",
            ("Spent {cents:money} of {source:ground}, paid {paid_at:instant}, voucher {voucher}."),
        ),
        "spending_reversed.v1": (
            "冲销凭证 {voucher}：{source:ground} {cents:money}，理由：{reason}。",
            "Voucher {voucher} taken back: {cents:money} of {source:ground}, reason: {reason}.",
        ),
        "milestone_recorded.v1": (
            (
                "[{first:if}进场建设。]完成节点“{milestone:ground}”：计划 {planned:instant}，"
                "实际 {actual:instant}，佐证：{evidence}。"
                "[下一节点“{next_milestone:ground}”，][{next_milestone:unless}应报告竣工，]"
                "{next_by:deadline}。"
            ),
            (
                "[{first:if}Building has begun. ]Milestone “{milestone:ground}” reached: planned "
                "{planned:instant}, actual {actual:instant}, shown by: {evidence}. "
                "[Next milestone, “{next_milestone:ground}”: ]"
                "[{next_milestone:unless}Completion to be reported: ]{next_by:deadline}."
            ),
        ),
        "completion_reported.v1": (
            "报告竣工，佐证：{evidence}。应验收：{accept_by:deadline}。",
            "Completion reported, shown by: {evidence}. Acceptance due: {accept_by:deadline}.",
        ),
        "acceptance_key_given.v1": (
            (
                "{key:label.KeyHolder}（{unit:unit}）签署验收：{floor_area} 平方米"
                "[{below_advised:if}（低于导则建议面积）]，功能{functions:categories}，"
                "{checklist:checked}[，未设养老、托育的理由：{without_care}]；待另一方签署。"
            ),
            (
                "The {key:label.KeyHolder} ({unit:unit}) accepts: {floor_area} m²"
                "[{below_advised:if} (less than the guideline advises)], functions "
                "{functions:categories}, {checklist:checked}"
                "[, why without care: {without_care}]; the other key is awaited."
            ),
        ),
        "facility_accepted.v1": (
            (
                "{key:label.KeyHolder}（{unit:unit}）签署，验收合格：{floor_area} 平方米"
                "（计划 {floor_area_planned}）[{below_advised:if}，低于导则建议面积]，"
                "功能{functions:categories}（计划{functions_planned:categories}），"
                "{checklist:checked}[，未设养老、托育的理由：{without_care}]。"
                "应开业：{open_by:deadline}。"
            ),
            (
                "The {key:label.KeyHolder} ({unit:unit}) accepts too; the facility is accepted: "
                "{floor_area} m² (planned {floor_area_planned})"
                "[{below_advised:if}, less than the guideline advises], functions "
                "{functions:categories} (planned {functions_planned:categories}), "
                "{checklist:checked}[, why without care: {without_care}]. "
                "Opening due: {open_by:deadline}."
            ),
        ),
        "acceptance_refused.v1": (
            (
                "{unit:unit}不予验收：{items:grounds}不合格，理由：{reason}。"
                "应整改完成：{complete_by:deadline}。"
            ),
            (
                "{unit:unit} refused acceptance: {items:grounds} not met, reason: {reason}. "
                "To be put right: {complete_by:deadline}."
            ),
        ),
        "operator_entrusted.v1": (
            (
                "第 {number} 次委托运营：[{operator.provider:case}][{operator.unit:unit}]，"
                "{operator.mode:label.OperationMode}，功能{operator.functions:categories}，"
                "至 {operator.term_end:instant}，{notice_at:instant} 提醒。"
            ),
            (
                "Entrustment no. {number}: [{operator.provider:case}][{operator.unit:unit}], "
                "{operator.mode:label.OperationMode}, functions {operator.functions:categories}, "
                "until {operator.term_end:instant}, notice at {notice_at:instant}."
            ),
        ),
        "operator_changed.v1": (
            (
                "更换运营方（第 {number} 次委托）：[{operator.provider:case}]"
                "[{operator.unit:unit}]，{operator.mode:label.OperationMode}，"
                "功能{operator.functions:categories}，至 {operator.term_end:instant}，"
                "{notice_at:instant} 提醒；原运营方：{operators_before:operators}；"
                "交接：{hand_over}；理由：{reason}。"
            ),
            (
                "Operator changed (entrustment no. {number}): [{operator.provider:case}]"
                "[{operator.unit:unit}], {operator.mode:label.OperationMode}, functions "
                "{operator.functions:categories}, until {operator.term_end:instant}, notice at "
                "{notice_at:instant}; before: {operators_before:operators}; "
                "hand-over: {hand_over}; reason: {reason}."
            ),
        ),
        "function_taken_over.v1": (
            (
                "{provider_before:case}退出，[{operator.provider:case}]接续运营"
                "{operator.functions:categories}（第 {number} 次委托，"
                "{operator.mode:label.OperationMode}，至 {operator.term_end:instant}，"
                "{notice_at:instant} 提醒）。"
            ),
            (
                "{provider_before:case} leaves; [{operator.provider:case}] takes over "
                "{operator.functions:categories} (entrustment no. {number}, "
                "{operator.mode:label.OperationMode}, until {operator.term_end:instant}, "
                "notice at {notice_at:instant})."
            ),
        ),
        "operator_term_ending.v1": (
            (
                "第 {number} 次委托（{functions:categories}）将于 {term_end:instant} 期满，"
                "请及早续约或另行委托。"
            ),
            (
                "Entrustment no. {number} ({functions:categories}) ends {term_end:instant}; "
                "renew it or find another operator in time."
            ),
        ),
        "operator_term_ended.v1": (
            ("第 {number} 次委托已于 {term_end:instant} 期满，{functions:categories}暂无运营方。"),
            (
                "Entrustment no. {number} ended {term_end:instant}; nobody runs "
                "{functions:categories} now."
            ),
        ),
        "opening_submitted.v1": (
            "运营方提交开业材料：开放时间 {hours}；收费 {price_list}；名额 {places:capacity}。",
            (
                "The operators hand in the opening: hours {hours}; prices {price_list}; "
                "places {places:capacity}."
            ),
        ),
        "facility_opened.v1": (
            (
                "设施开业：开放时间 {hours}；收费 {price_list}；名额 {places:capacity}；"
                "自 {month} 起按月填报使用情况，次月 {report_by} 日前报送。"
            ),
            (
                "The facility is open: hours {hours}; prices {price_list}; places "
                "{places:capacity}; use is reported monthly from {month}, by day {report_by} of "
                "the next month."
            ),
        ),
        "use_reported.v1": (
            (
                "填报 {month} {function:category}使用情况：{visits} 人次[（原 {visits_before}）]，"
                "{people} 人[（原 {people_before}）]，停业 {days_closed} 天"
                "[（原 {days_closed_before}）][，理由：{reason}]。"
            ),
            (
                "Use of {function:category} in {month}: {visits} visits"
                "[ (before {visits_before})], {people} people[ (before {people_before})], "
                "{days_closed} days closed[ (before {days_closed_before})][, reason: {reason}]."
            ),
        ),
        "facility_suspended.v1": (
            "停业整顿：{ground:ground}，{reason}。应整改：{rectify_by:deadline}。",
            "Suspended: {ground:ground}, {reason}. To be put right: {rectify_by:deadline}.",
        ),
        "facility_resumed.v1": (
            (
                "经 {inspected_at:instant} 检查合格，恢复营业，佐证：{evidence}；"
                "自 {month} 起按月填报使用情况。"
            ),
            (
                "Open again after the inspection of {inspected_at:instant}, shown by: {evidence}; "
                "use is reported monthly from {month}."
            ),
        ),
        "facility_closed.v1": (
            "关闭设施，退还{site:case}，理由：{reason}；使用者去向：{users_go:users_go}。",
            (
                "The facility is closed; {site:case} is given back; reason: {reason}; its users "
                "go: {users_go:users_go}."
            ),
        ),
        "facility_limit_missed.v1": (
            "{clock:clock}逾期[（{month}）]，应于 {due:instant} 前完成。",
            "The limit for {clock:clock}[ ({month})] passed; it was due {due:instant}.",
        ),
        "facility_deadline_recalculated.v1": (
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
    },
    commands={
        "propose_facility": ("提出设施", "Propose a facility"),
        "approve_facility": ("批准立项", "Approve the facility"),
        "change_site": ("更换选址", "Change the site"),
        "drop_facility": ("不再建设", "Drop the facility"),
        "revise_budget": ("调整资金", "Revise the budget"),
        "record_spending": ("登记支出", "Record spending"),
        "reverse_spending": ("冲销支出", "Take spending back"),
        "record_milestone": ("登记建设节点", "Record a milestone"),
        "report_completed": ("报告竣工", "Report completion"),
        "accept_facility": ("签署验收", "Accept the facility"),
        "refuse_acceptance": ("不予验收", "Refuse acceptance"),
        "entrust_operator": ("委托运营", "Entrust an operator"),
        "change_operator": ("更换运营方", "Change the operator"),
        "take_over_function": ("接续运营", "Take over a function"),
        "submit_opening": ("提交开业材料", "Hand in the opening"),
        "open_facility": ("开业", "Open the facility"),
        "report_use": ("填报使用情况", "Report use"),
        "suspend_facility": ("停业整顿", "Suspend the facility"),
        "resume_facility": ("恢复营业", "Open again"),
        "close_facility": ("关闭设施", "Close the facility"),
    },
    fields={
        "facility_kind": ("设施类型", "kind of facility"),
        "functions": ("功能", "functions"),
        "function": ("功能", "function"),
        "site": ("存量空间", "site"),
        "open_by": ("计划开业时间", "to open by"),
        "budget": ("资金安排", "budget"),
        "findings": ("回应的问题", "findings answered"),
        "finding": ("问题", "finding"),
        "without_care": ("未设养老、托育的理由", "why without care"),
        "cents": ("金额（分）", "sum in cents"),
        "paid_at": ("付款时间", "paid"),
        "voucher": ("凭证号", "voucher"),
        "milestone": ("建设节点", "milestone"),
        "planned": ("计划时间", "planned"),
        "actual": ("实际时间", "actual"),
        "checklist": ("验收清单", "checklist"),
        "met": ("合格", "met"),
        "operator": ("运营方", "operator"),
        "document": ("批准文号", "number of the approval"),
        "mode": ("运营方式", "mode"),
        "provider": ("服务机构", "provider"),
        "provider_before": ("原服务机构", "provider before"),
        "hand_over": ("交接安排", "hand-over"),
        "hours": ("开放时间", "hours"),
        "price_list": ("收费标准", "price list"),
        "places": ("名额", "places"),
        "month": ("月份", "month"),
        "visits": ("人次", "visits"),
        "people": ("服务人数", "people"),
        "days_closed": ("停业天数", "days closed"),
        "inspected_at": ("检查时间", "inspected"),
        "users_go": ("使用者去向", "where users go"),
        "arrangement": ("安排", "arrangement"),
    },
    notices={
        "facility_proposed": (
            "{case:case}已提出，待决定，限期 {due:instant}。",
            "{case:case} is proposed; the decision is due {due:instant}.",
        ),
        "facility_site_changed": (
            "{case:case}更换了选址，请于 {due:instant} 前重新决定。",
            "{case:case} stands on another site now; it is to be decided anew by {due:instant}.",
        ),
        "facility_approved": (
            "{case:case}已批准立项，首个节点限期 {due:instant}。",
            "{case:case} is approved; its first milestone is due {due:instant}.",
        ),
        "facility_dropped": (
            "{case:case}不再建设，理由请登录查看。",
            "{case:case} will not be built; please sign in to read the reason.",
        ),
        "facility_completed": (
            "{case:case}已报告竣工，请于 {due:instant} 前验收。",
            "{case:case} is completed; please accept it by {due:instant}.",
        ),
        "facility_second_key": (
            "{case:case}已有一方签署验收，请贵单位签署。",
            "One key of acceptance of {case:case} was turned; yours is awaited.",
        ),
        "facility_accepted": (
            "{case:case}验收合格，请于 {due:instant} 前开业。",
            "{case:case} is accepted; it is to open by {due:instant}.",
        ),
        "facility_acceptance_refused": (
            "{case:case}未通过验收，请于 {due:instant} 前整改完成。",
            "Acceptance of {case:case} was refused; put it right by {due:instant}.",
        ),
        "facility_opening_submitted": (
            "{case:case}的运营方已提交开业材料，请审核。",
            "The operators of {case:case} handed in the opening; please look at it.",
        ),
        "facility_opened": ("{case:case}已开业。", "{case:case} is open."),
        "operator_term_ending": (
            "{case:case}有运营方将于 {due:instant} 期满，请及早安排。",
            "An operator's term at {case:case} ends {due:instant}; please see to it in time.",
        ),
        "operator_term_ended": (
            "{case:case}有功能的运营方已于 {due:instant} 期满，暂无运营方。",
            "An operator's term at {case:case} ended {due:instant}; nobody runs its functions.",
        ),
        "function_taken_over": (
            "{case:case}有功能由新的服务机构接续运营。",
            "Another provider took over a function of {case:case}.",
        ),
        "facility_suspended": (
            "{case:case}停业整顿，限期 {due:instant}。",
            "{case:case} is suspended; it is to be put right by {due:instant}.",
        ),
        "facility_resumed": ("{case:case}已恢复营业。", "{case:case} is open again."),
        "facility_closed": (
            "{case:case}已关闭，使用者去向请登录查看。",
            "{case:case} is closed; please sign in to read where its users go.",
        ),
        "facility_limit_missed": (
            "{case:case}的{clock:clock}已逾期（{due:instant}）。",
            "The limit for {clock:clock} of {case:case} passed ({due:instant}).",
        ),
    },
    steps={
        "PROPOSED": ("approve_facility", "change_site", "drop_facility"),
        "APPROVED": ("record_milestone", "record_spending", "change_site"),
        "BUILDING": ("record_milestone", "report_completed", "record_spending"),
        "ACCEPTING": ("accept_facility", "refuse_acceptance"),
        "READY": ("entrust_operator", "submit_opening", "open_facility"),
        "OPEN": ("report_use", "change_operator", "suspend_facility"),
        "SUSPENDED": ("resume_facility", "close_facility"),
    },
)
