"""What people read of a finding, and of a case that a finding leans on; Chinese, then English."""

from wording.words import Words

FINDING_WORDS = Words(
    category="finding",
    sentences={
        "finding_recorded.v1": (
            (
                "登记问题：{place:place}（{level:label.FindingLevel}）{indicator_label.zh}"
                "实测 {value} {measured_in.zh}，目标{comparison:label.Comparison} {target} "
                "{measured_in.zh}；来源：{source:label.FindingSource}[，台账编号 {ledger_row}]，"
                "发现于 {found_at:instant}，佐证：{evidence}[；{note}]。"
                "应认领：{adopt_by:deadline}。"
            ),
            (
                "Finding recorded: {indicator_label.en} at {place:place} "
                "({level:label.FindingLevel}) "
                "measured {value} {measured_in.en}, target {comparison:label.Comparison} {target} "
                "{measured_in.en}; source: {source:label.FindingSource}"
                "[, ledger number {ledger_row}], "
                "found {found_at:instant}, evidence: {evidence}[; {note}]. "
                "To be adopted: {adopt_by:deadline}."
            ),
        ),
        "finding_adopted.v1": (
            (
                "认领问题：由{lead:unit}牵头，{target_date:instant} 前完成整改"
                "[（原牵头单位{lead_before:unit}][，原期限 {target_date_before:instant}）]"
                "[，理由：{reason}]。应制定计划：{plan_by:deadline}。"
            ),
            (
                "Finding adopted: {lead:unit} leads, to be remedied by {target_date:instant}"
                "[ (led before by {lead_before:unit}][, due before {target_date_before:instant})]"
                "[, reason: {reason}]. Plan due: {plan_by:deadline}."
            ),
        ),
        "remedy_planned.v1": (
            "制定整改计划：{measures}[；依托{cases:references}]。",
            "Remedy planned: {measures}[; it leans on {cases:references}].",
        ),
        "remedy_started.v1": (
            "开始整改[：{case:case}已启动]。",
            "The remedy began[ with {case:case}].",
        ),
        "linked_case_noted.v1": (
            (
                "所依托的{case:case}{standing:label.LinkStanding}"
                "[（此前{standing_before:label.LinkStanding}）]。"
            ),
            (
                "{case:case}, which the finding leans on, is {standing:label.LinkStanding}"
                "[ (before: {standing_before:label.LinkStanding})]."
            ),
        ),
        "value_measured.v1": (
            (
                "动态更新：{measured_at:instant} 实测值由 {value_before} 变为 {value}，"
                "佐证：{evidence}。"
                "应再次测量：{refresh_by:deadline}。"
            ),
            (
                "Measured again at {measured_at:instant}: {value_before} → {value}, evidence: "
                "{evidence}. To be measured again: {refresh_by:deadline}."
            ),
        ),
        "remedy_reported.v1": (
            (
                "报告整改完成：实测值由 {value_before} 变为 {value}，佐证：{evidence}"
                "[；{open_cases:references}尚未办结][，理由：{reason}]。应核验：{verify_by:deadline}。"
            ),
            (
                "Reported remedied: {value_before} → {value}, evidence: {evidence}"
                "[; {open_cases:references} still open][, reason: {reason}]. "
                "Verification due: {verify_by:deadline}."
            ),
        ),
        "finding_struck_off.v1": (
            (
                "核验销号：现场实测 {value}（报告值 {value_before}），佐证：{evidence}，"
                "在场社区工作者：{worker:person}。可重新列入至：{reopen_by:deadline}。"
            ),
            (
                "Struck off: measured {value} on the spot (reported {value_before}), evidence: "
                "{evidence}, community worker there: {worker:person}. "
                "It can be reopened until: {reopen_by:deadline}."
            ),
        ),
        "remedy_rejected.v1": (
            "核验未通过，退回整改：现场实测 {value}（报告值 {value_before}），理由：{reason}。",
            "Sent back: measured {value} on the spot (reported {value_before}), reason: {reason}.",
        ),
        "finding_reopened.v1": (
            (
                "重新列入台账（第 {round} 轮）：实测值由 {value_before} 变为 {value}，"
                "理由：{reason}。"
                "应认领：{adopt_by:deadline}。"
            ),
            (
                "Reopened (round {round}): {value_before} → {value}, reason: {reason}. "
                "To be adopted: {adopt_by:deadline}."
            ),
        ),
        "finding_dismissed.v1": (
            "不予列入台账，事由：{ground:ground}，理由：{reason}。",
            "Left out of the ledger on the ground {ground:ground}, reason: {reason}.",
        ),
        "finding_merged.v1": (
            "并入{master:case}。",
            "Merged into {master:case}.",
        ),
        "finding_limit_missed.v1": (
            "{clock:clock}逾期，应于 {due:instant} 前完成。",
            "The limit for {clock:clock} was missed; it was due {due:instant}.",
        ),
        "reopening_lapsed.v1": (
            "销号观察期于 {due:instant} 届满，台账条目归档。",
            "The time for reopening ended {due:instant}; the entry is closed for good.",
        ),
        "finding_deadline_recalculated.v1": (
            "{clock:clock}的期限按新公布的日历重算：{due:deadline}（原：{due_before:deadline}）。",
            (
                "The limit for {clock:clock} was counted again under the calendar published since: "
                "{due:deadline} (before: {due_before:deadline})."
            ),
        ),
        "finding_linked.v1": (
            "{finding:case}的整改依托本案卷。",
            "{finding:case} leans on this case.",
        ),
    },
    commands={
        "record_finding": ("登记问题", "Record a finding"),
        "adopt_finding": ("认领问题", "Adopt the finding"),
        "plan_remedy": ("制定整改计划", "Plan the remedy"),
        "start_remedy": ("开始整改", "Start the remedy"),
        "measure_again": ("动态更新", "Measure again"),
        "report_remedied": ("报告整改完成", "Report it remedied"),
        "strike_off": ("核验销号", "Strike off"),
        "reject_remedy": ("退回整改", "Send the remedy back"),
        "reopen_finding": ("重新列入台账", "Reopen the finding"),
        "dismiss_finding": ("不予列入", "Dismiss the finding"),
        "merge_finding": ("并入其他问题", "Merge the finding"),
        "note_linked_case": ("记录依托案卷进展", "Note a linked case"),
        "link_finding": ("记录依托本案的问题", "Note a finding that leans on this"),
    },
    fields={
        "level": ("层级", "level"),
        "indicator": ("指标", "indicator"),
        "value": ("实测值", "value"),
        "master": ("并入的问题", "merged into"),
        "target": ("目标值", "target"),
        "found_at": ("发现时间", "found at"),
        "target_date": ("整改期限", "target date"),
        "measures": ("整改措施", "measures"),
        "cases": ("依托的案卷", "cases it leans on"),
        "measured_at": ("测量时间", "measured at"),
        "worker": ("在场社区工作者", "community worker there"),
        "finding": ("台账问题", "finding"),
        "case": ("案卷", "case"),
        "standing": ("进展", "standing"),
        "case_version": ("案卷版本", "version of the case"),
        "state": ("状态", "state"),
    },
    notices={
        "finding_recorded": (
            "{place:place}新登记问题{case:case}，请于 {due:instant} 前认领。",
            "{case:case} was recorded at {place:place}; please adopt it by {due:instant}.",
        ),
        "finding_adopted": (
            "{case:case}由贵单位牵头整改，请于 {due:instant} 前制定计划，{until:instant} 前完成。",
            "Your unit leads {case:case}: plan by {due:instant}, remedy by {until:instant}.",
        ),
        "remedy_reported": (
            "{case:case}已报告整改完成，请于 {due:instant} 前现场核验。",
            "{case:case} was reported remedied; please verify it on the spot by {due:instant}.",
        ),
        "remedy_rejected": (
            "{case:case}核验未通过，已退回整改，理由请登录查看。",
            "{case:case} was sent back after verification; please sign in to read why.",
        ),
        "finding_struck_off": ("{case:case}已核验销号。", "{case:case} was struck off."),
        "finding_reopened": (
            "{case:case}重新列入台账（第 {round} 轮），请于 {due:instant} 前认领。",
            "{case:case} was reopened (round {round}); please adopt it by {due:instant}.",
        ),
        "finding_left_out": (
            "{case:case}不再列入台账，理由请登录查看。",
            "{case:case} does not stay in the ledger; please sign in to read why.",
        ),
        "finding_limit_missed": (
            "{case:case}的{clock:clock}逾期，应于 {due:instant} 前完成，请尽快处理。",
            "The limit for {clock:clock} of {case:case} passed at {due:instant}; please act.",
        ),
    },
    steps={
        "OPEN": ("adopt_finding", "plan_remedy", "merge_finding", "dismiss_finding"),
        "PLANNED": ("start_remedy", "measure_again"),
        "IN_REMEDY": ("report_remedied", "measure_again"),
        "VERIFYING": ("strike_off", "reject_remedy"),
        "STRUCK_OFF": ("reopen_finding",),
    },
)
"""Everything people read of findings."""
