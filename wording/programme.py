"""What people read of a programme, as an office in Guangzhou would write it."""

from wording.programme_values import PROGRAMME_VALUES
from wording.words import Words

PROGRAMME_WORDS = Words(
    category="programme",
    values=PROGRAMME_VALUES,
    sentences={
        "programme_drafted.v1": (
            (
                "{lead:unit}草拟{level:label.ProgrammeLevel}试点“{title}”：范围{place:place}，"
                "名额 {quota} 个社区，申报 {apply_from:instant} 至 {apply_until:instant}，"
                "建设至 {build_until:instant}；评分标准 {criteria:weights}；"
                "目标：{goals:goals}。应审定：{decide_by:deadline}。"
            ),
            (
                "{lead:unit} drafted the {level:label.ProgrammeLevel} programme “{title}”: "
                "{place:place}, {quota} communities, applications {apply_from:instant} to "
                "{apply_until:instant}, building until {build_until:instant}; criteria "
                "{criteria:weights}; goals: {goals:goals}. Decision due: {decide_by:deadline}."
            ),
        ),
        "programme_revised.v1": (
            (
                "修改试点方案：“{terms.title}”，名额 {terms.quota} 个社区，申报 "
                "{terms.apply_from:instant} 至 {terms.apply_until:instant}，"
                "建设至 {terms.build_until:instant}；评分标准 {terms.criteria:weights}；"
                "目标：{terms.goals:goals}。原为：“{terms_before.title}”，名额 "
                "{terms_before.quota} 个社区，申报 {terms_before.apply_from:instant} 至 "
                "{terms_before.apply_until:instant}，建设至 {terms_before.build_until:instant}；"
                "评分标准 {terms_before.criteria:weights}；目标：{terms_before.goals:goals}。"
                "理由：{reason}。应审定：{decide_by:deadline}。"
            ),
            (
                "The draft was revised: “{terms.title}”, {terms.quota} communities, applications "
                "{terms.apply_from:instant} to {terms.apply_until:instant}, building until "
                "{terms.build_until:instant}; criteria {terms.criteria:weights}; goals: "
                "{terms.goals:goals}. Before: “{terms_before.title}”, {terms_before.quota} "
                "communities, applications {terms_before.apply_from:instant} to "
                "{terms_before.apply_until:instant}, building until "
                "{terms_before.build_until:instant}; criteria {terms_before.criteria:weights}; "
                "goals: {terms_before.goals:goals}. Reason: {reason}. Decision due: "
                "{decide_by:deadline}."
            ),
        ),
        "programme_call_opened.v1": (
            "{authority:unit}审定方案，向 {streets:count} 个街道征集申报：{streets:units}。",
            (
                "{authority:unit} approved the draft and called on {streets:count} street "
                "offices: {streets:units}."
            ),
        ),
        "community_applied.v1": (
            (
                "{street:unit}为{community:place}申报：{statement}。"
                "基线（截至日志位置 {baseline.position}）：{baseline.figures:figures}。"
            ),
            (
                "{street:unit} applied for {community:place}: {statement}. Baseline (at log "
                "position {baseline.position}): {baseline.figures:figures}."
            ),
        ),
        "community_withdrawn.v1": (
            "{street:unit}撤回{community:place}的申报，理由：{reason}。",
            "{street:unit} withdrew the application for {community:place}, reason: {reason}.",
        ),
        "programme_call_closed.v1": (
            (
                "申报截止（{apply_until:instant}），共 {communities:count} 个社区申报"
                "[：{communities:places}]。应评定：{select_by:deadline}。"
            ),
            (
                "Applications ended ({apply_until:instant}); {communities:count} communities "
                "applied[: {communities:places}]. Selection due: {select_by:deadline}."
            ),
        ),
        "reviewers_named.v1": (
            (
                "确定评审人员 {reviewers:count} 名：{reviewers:reviewers}"
                "[（原为：{reviewers_before:reviewers}）][，理由：{reason}]。"
            ),
            (
                "Panel of {reviewers:count} named: {reviewers:reviewers}"
                "[ (before: {reviewers_before:reviewers})][, reason: {reason}]."
            ),
        ),
        "application_scored.v1": (
            (
                "{unit:unit}为{community:place}评分：{scores:points}，加权 {weighted:hundredths} 分"
                "[，评语：{comment}]。"
            ),
            (
                "{unit:unit} scored {community:place}: {scores:points}, weighted "
                "{weighted:hundredths} of 100[, comment: {comment}]."
            ),
        ),
        "communities_selected.v1": (
            (
                "在 {ranking:count} 项申报中选定 {selected:count} 个社区：{selected:chosen}。"
                "应公布：{publish_by:deadline}。"
            ),
            (
                "{selected:count} of {ranking:count} applications selected: {selected:chosen}. "
                "Publication due: {publish_by:deadline}."
            ),
        ),
        "selection_published.v1": (
            (
                "公布评选结果，{communities:count} 个社区开始建设：{communities:places}。"
                "首次季度进展：{progress_at:deadline}。"
            ),
            (
                "The selection was published; {communities:count} communities begin: "
                "{communities:places}. First quarter's progress: {progress_at:deadline}."
            ),
        ),
        "programme_progress_recorded.v1": (
            (
                "第 {number} 季度进展，{communities:count} 个社区数据已冻结："
                "{communities:counted}。"
                "下一季度：{progress_at:deadline}。"
            ),
            (
                "Progress of quarter {number}, figures of {communities:count} communities "
                "frozen: {communities:counted}. Next quarter: {progress_at:deadline}."
            ),
        ),
        "assessment_begun.v1": (
            "[{reason:if}提前][{reason:unless}建设期满，]开始评估[，理由：{reason}]。应完成：{assess_by:deadline}。",
            (
                "The assessment began[{reason:unless}, the time of building being over]"
                "[ early, reason: {reason}]. Due: {assess_by:deadline}."
            ),
        ),
        "community_assessed.v1": (
            (
                "评估{community:place}：{verdicts:count} 项目标达成 {goals_met} 项，"
                "{verdicts:verdicts}（截至日志位置 {figures.position}）[，说明：{comment}]。"
            ),
            (
                "{community:place} assessed: {goals_met} of {verdicts:count} goals met, "
                "{verdicts:verdicts} (at log position {figures.position})[, note: {comment}]."
            ),
        ),
        "programme_extended.v1": (
            "推广至下一批：{divisions:places}，理由：{reason}。",
            "Extended to the next wave: {divisions:places}, reason: {reason}.",
        ),
        "programme_ended.v1": (
            "试点结束（原为{state_before:label.ProgrammeState}），理由：{reason}。",
            "The programme ended (it was {state_before:label.ProgrammeState}), reason: {reason}.",
        ),
        "programme_limit_missed.v1": (
            "{clock:clock}逾期，应于 {due:instant} 前完成。",
            "The limit for {clock:clock} passed; it was due {due:instant}.",
        ),
        "programme_deadline_recalculated.v1": (
            (
                "日历公布后重新计算{clock:clock}时限：{due:deadline}，"
                "原为 {due_before.due:instant}[{due_before.provisional:if}（暂定）]。"
            ),
            (
                "The limit for {clock:clock} was computed again under the published calendar: "
                "{due:deadline}, before: {due_before.due:instant}"
                "[{due_before.provisional:if} (provisional)]."
            ),
        ),
    },
    commands={
        "draft_programme": ("草拟试点方案", "Draft a programme"),
        "revise_programme": ("修改试点方案", "Revise the draft"),
        "open_call": ("审定方案并征集申报", "Approve and call for applications"),
        "apply_community": ("申报社区", "Apply for a community"),
        "withdraw_community": ("撤回申报", "Withdraw an application"),
        "name_reviewers": ("确定评审人员", "Name the panel"),
        "score_application": ("为申报评分", "Score an application"),
        "select_communities": ("选定试点社区", "Select communities"),
        "publish_selection": ("公布评选结果", "Publish the selection"),
        "begin_assessment": ("提前开始评估", "Begin the assessment early"),
        "assess_community": ("评估社区", "Assess a community"),
        "extend_programme": ("推广至下一批", "Extend to the next wave"),
        "end_programme": ("结束试点", "End the programme"),
    },
    fields={
        "apply_from": ("申报开始", "applications from"),
        "apply_until": ("申报截止", "applications until"),
        "build_until": ("建设期至", "building until"),
        "community": ("社区", "community"),
        "comparison": ("比较", "comparison"),
        "criteria": ("评分标准", "criteria"),
        "criterion": ("评分标准", "criterion"),
        "divisions": ("推广范围", "next wave"),
        "figure": ("指标", "figure"),
        "goals": ("目标", "goals"),
        "level": ("级别", "level"),
        "measure": ("衡量", "measured as"),
        "points": ("分数（0–100）", "points (0–100)"),
        "quota": ("名额（社区数）", "quota (communities)"),
        "reviewers": ("评审人员", "reviewers"),
        "scores": ("评分", "scores"),
        "selected": ("入选社区", "selected"),
        "statement": ("申报说明", "statement"),
        "target": ("目标值", "target"),
        "weight": ("权重（%，合计 100）", "weight (%, 100 in all)"),
    },
    steps={
        "DRAFT": ("open_call", "revise_programme", "end_programme"),
        "CALLING": ("apply_community", "name_reviewers", "withdraw_community"),
        "SELECTING": (
            "score_application",
            "select_communities",
            "publish_selection",
            "name_reviewers",
            "withdraw_community",
        ),
        "RUNNING": ("begin_assessment",),
        "ASSESSING": ("assess_community", "extend_programme", "end_programme"),
    },
    notices={
        "call_asked": (
            "{case:case}征集申报，请于 {until:instant} 前申报本街道社区。",
            "{case:case} calls for applications; please apply by {until:instant}.",
        ),
        "call_reminded": (
            "提醒：{case:case}申报将于 {until:instant} 截止，贵街道尚未申报。",
            "Reminder: {case:case} takes applications until {until:instant}; yours is missing.",
        ),
        "scoring_asked": (
            "您是{case:case}的评审人员，请于 {until:instant} 前逐项评分。",
            "You review {case:case}; please score its applications by {until:instant}.",
        ),
        "scoring_reminded": (
            "提醒：{case:case}尚有申报待您评分，请于 {until:instant} 前完成。",
            "Reminder: applications of {case:case} await your scores by {until:instant}.",
        ),
        "selection_to_close": (
            "{case:case}评分已齐，请确定入选社区。",
            "All scores of {case:case} are in; please make the selection.",
        ),
        "programme_call_opened": (
            "{case:case}方案已审定，开始征集申报。",
            "The draft of {case:case} was approved; applications are called for.",
        ),
        "community_applied": (
            "{street:unit}已为{community:place}申报{case:case}。",
            "{street:unit} has applied for {community:place} in {case:case}.",
        ),
        "community_withdrawn": (
            "{street:unit}已撤回{community:place}在{case:case}中的申报。",
            "{street:unit} has withdrawn the application for {community:place} in {case:case}.",
        ),
        "programme_call_closed": (
            "{case:case}申报截止，共 {number} 个社区；请确定评审人员，于 {due:instant} 前评定。",
            (
                "Applications of {case:case} ended, {number} in all; please name the panel and "
                "select by {due:instant}."
            ),
        ),
        "communities_selected": (
            "{case:case}已选定 {number} 个社区，请于 {due:instant} 前公布。",
            "{number} communities are selected in {case:case}; please publish by {due:instant}.",
        ),
        "selection_published": (
            "{case:case}公布评选结果，{number} 个社区入选，请登录查看。",
            "The selection of {case:case} is published, {number} communities; please sign in.",
        ),
        "programme_progress_recorded": (
            "{case:case}第 {number} 季度进展数据已冻结，请登录查看。",
            "The figures of quarter {number} of {case:case} are frozen; please sign in.",
        ),
        "assessment_begun": (
            "{case:case}开始评估，应于 {due:instant} 前完成。",
            "The assessment of {case:case} began; it is due {due:instant}.",
        ),
        "community_assessed": (
            "{case:case}：{community:place}评估完成，{goals} 项目标达成 {met} 项。",
            "{case:case}: {community:place} is assessed, {met} of {goals} goals met.",
        ),
        "programme_extended": (
            "{case:case}推广至下一批，请登录查看。",
            "{case:case} is extended to the next wave; please sign in.",
        ),
        "programme_ended": (
            "{case:case}已结束，理由请登录查看。",
            "{case:case} has ended; please sign in to read the reason.",
        ),
        "programme_limit_missed": (
            "{case:case}：{clock:clock}逾期，应于 {due:instant} 前完成。",
            "{case:case}: the limit for {clock:clock} passed; it was due {due:instant}.",
        ),
    },
)
