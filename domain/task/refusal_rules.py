"""Every rule by which a support task says no: a stable code and one sentence in two languages.

Codes are stored nowhere but are published for ever: screens, scripts and tests name them. A
sentence has two places, *expected* and *found*; only codes, numbers and instants stand in them.
`docs/refusals.md` is printed from `RULES`. Two rules of `domain/rules.py` (`policy-unknown`,
`unit-unknown`) may also answer a command.
"""

from dataclasses import dataclass

from domain.refusals import CommandRefused


@dataclass(frozen=True)
class Rule:
    """A rule that can refuse: calling it gives the refusal to raise."""

    code: str
    chinese: str
    english: str

    def __call__(self, expected: object = "", found: object = "") -> CommandRefused:
        """Return the refusal, saying what was *expected* and what was *found*."""
        return CommandRefused(
            self.code,
            self.chinese.format(expected=expected, found=found),
            self.english.format(expected=expected, found=found),
        )


# Who speaks, and when.

NOT_IN_THIS_STATE = Rule(
    "not-in-this-state",
    "该操作须在 {expected} 状态办理，任务现为 {found}。",
    "This may be done in {expected} only; the task is {found}.",
)
ROLE_PERMITTED = Rule(
    "role-permitted",
    "该操作由 {expected} 办理，{found} 无此权限。",
    "This is done by {expected}; {found} may not do it.",
)
ROLE_HELD = Rule(
    "role-held",
    "名册中该人员此刻不具有所称的岗位：{found}。",
    "The registry does not know this person in the role claimed at this moment: {found}.",
)
SYSTEM_ONLY = Rule(
    "system-only",
    "该操作只由系统自动执行，来者是 {found}。",
    "Only the system itself does this; it was asked by {found}.",
)
PARTY_ONLY = Rule(
    "party-only",
    "只有本任务的居民当事人可以办理，来者是 {found}。",
    "Only a resident who is a party of this task may do this; it was asked by {found}.",
)
REQUESTER_ONLY = Rule(
    "requester-only",
    "只有诉求人本人或登记人可以撤回，来者是 {found}。",
    "Only the requester or the person who registered it withdraws a task; {found} asked.",
)
OWN_PLACE = Rule(
    "own-place",
    "任务地点 {expected} 不在贵单位辖区 {found} 内，请由属地单位办理。",
    "The place {expected} lies outside your unit's division {found}; its own unit must act.",
)
POLICY_IN_FORCE = Rule(
    "policy-in-force",
    "所选政策包适用于 {expected}，不适用于 {found}；请选用当地的政策包。",
    "The policy pack is in force in {expected}, not at {found}; name one of that place.",
)
EVIDENCE_KIND = Rule(
    "evidence-kind",
    "佐证材料应为照片、录音录像或办公文档（{expected}），所填为 {found}。",
    "Evidence is a photograph, a recording or an office document ({expected}); found {found}.",
)
EVIDENCE_LIMIT = Rule(
    "evidence-limit",
    "本轮办理的佐证材料最多 {expected} 份，已有 {found} 份；请合并后上传，或写入办理进展。",
    "A round of handling holds at most {expected} pieces of evidence, there are {found}; hand in "
    "several as one, or write it in the progress.",
)
NOBODY_DISPATCHES = Rule(
    "nobody-dispatches",
    "{found} 没有（长期有效的）街道调度员，登记后将无人研判；请核对地点，或由名册管理员授予角色，"
    "或在政策包中指定兜底单位（fallback）。",
    "No dispatcher is in force (without an end) for {found}, so nobody would triage it; check the "
    "place, have the role granted, or name a fallback unit in the policy pack.",
)
SOMETHING_CORRECTED = Rule(
    "something-corrected",
    "没有填写要更正的内容。",
    "Nothing was given that should be put right.",
)
TRIAGE_JUDGED = Rule(
    "triage-judged",
    "任务已研判，{found} 以研判为准，不再更正登记。",
    "The task was triaged; {found} now stand as judged and are not corrected any more.",
)
REQUESTER_STANDS = Rule(
    "requester-stands",
    "诉求人已在案，不能换成 {found}；请另行登记。",
    "The task has its requester and is not given {found}; register another task.",
)
SPLIT_BY_CALL = Rule(
    "split-by-call",
    "拆出的事项由系统按拆单登记，且不再拆分；来者是 {found}。",
    "A part is registered by the split of its call, and is not split again; found {found}.",
)
PART_NEW = Rule(
    "part-new",
    "拆出的任务须用新的任务编号，{found} 已被使用。",
    "A part is a task with a new id; {found} is taken.",
)
UNIT_STILL_STAFFED = Rule(
    "unit-still-staffed",
    "单位 {expected} 仍有人可办（{found}），不能收回改派。",
    "Somebody is left to act for {expected} ({found}); the task is not taken back.",
)
UNIT_ENDING = Rule(
    "unit-ending",
    "单位 {found} 将于 {expected} 终止且无承接单位，不能派单给它。",
    "Unit {found} ends at {expected} without a successor; nothing is sent to it.",
)
REASON_FOR_OTHER_CHOICE = Rule(
    "reason-for-other-choice",
    "首选建议单位是 {expected}，派往 {found} 须说明理由。",
    "The first suggestion is {expected}; sending the task to {found} takes a reason.",
)
ADDRESSEE_ONLY = Rule(
    "addressee-only",
    "只有主办单位 {expected} 可以办理，来者是 {found}。",
    "Only the main unit {expected} may do this; it was asked by {found}.",
)
ASSIGNED_STAFF_ONLY = Rule(
    "assigned-staff-only",
    "只有指定的承办人员可以办理，请先由主办单位改派。",
    "Only the member of staff assigned may do this; have the main unit assign you first.",
)
CONFLICT_OF_INTEREST = Rule(
    "conflict-of-interest",
    "该人员（{found}）已申明回避，不得参与本任务。",
    "This person ({found}) has a declared conflict of interest and takes no part in the task.",
)
OWN_UNIT = Rule(
    "own-unit",
    "只能为本人或本单位 {expected} 的人员申明回避。",
    "A conflict is declared for oneself, or by the coordinator of the person's unit {expected}.",
)
APPROVER_NOT_PROPOSER = Rule(
    "approver-not-proposer",
    "提出人（{found}）不得审批自己的申请，请由他人审批。",
    "The person who proposed this ({found}) may not decide on it; somebody else must.",
)
REVIEWER_NOT_DOER = Rule(
    "reviewer-not-doer",
    "办理人员或办理单位 {expected} 不得审核自己的结果，来者是 {found}。",
    "Whoever handled the task, person or unit {expected}, does not judge it; {found} asked.",
)
OCCURRED_OUT_OF_RANGE = Rule(
    "occurred-out-of-range",
    "发生时间须在 {expected} 之间，所填为 {found}。",
    "What happened must have happened within {expected}; {found} was told.",
)

# Admission.

PAIRING_ACTIVE = Rule(
    "pairing-active",
    "新任务须属于结对中的结对关系，或注明为临时任务；所填结对状态为 {found}。",
    "A new task belongs to an active pairing or is called ad hoc; the pairing named is {found}.",
)
REQUESTER_NAMED = Rule(
    "requester-named",
    "填写 {found} 时须指明诉求人。",
    "A {found} needs the requester it belongs to.",
)
CODE_OF_THE_PLACE = Rule(
    "code-of-the-place",
    "社区码只受理本地诉求：社区码 {expected}，诉求地点 {found}。",
    "A community's code takes needs of that place only: code {expected}, place {found}.",
)
CODE_FOR_RESIDENTS = Rule(
    "code-for-residents",
    "社区码只供居民登记自己的诉求，来源应为居民提出，且不指定结对；现为 {found}。",
    "A community's code is for residents' own needs, in no pairing; the source is {found}.",
)
CODE_REGISTERS = Rule(
    "code-registers",
    "社区码（{found}）只能登记诉求；查进度、催办、申诉请用登记时发给您的查询链接。",
    "A community's code ({found}) only registers; everything else takes the link handed out then.",
)
FOLLOWING_LINK = Rule(
    "following-link",
    "查询链接已失效，或不是发给您查询本案的：{found}。",
    "The link does not stand, or was not handed to you for this task: {found}.",
)
REQUESTER_SELF = Rule(
    "requester-self",
    "居民只能为本人登记，来者是 {found}。",
    "A resident registers a need of their own only; it was asked by {found}.",
)
PROJECT_ONLY = Rule(
    "project-only",
    "系统只登记结对项目产生的任务，来源是 {found}。",
    "The system registers only tasks out of a pairing's project item; the source is {found}.",
)
CATEGORY_KNOWN = Rule(
    "category-known",
    "政策包 {expected} 没有事项分类 {found}。",
    "The policy pack {expected} has no category {found}.",
)
GRADE_KNOWN = Rule(
    "grade-known",
    "政策包 {expected} 没有分级 {found}。",
    "The policy pack {expected} has no grade {found}.",
)
GROUND_KNOWN = Rule(
    "ground-known",
    "理由须为 {expected} 之一，所填为 {found}。",
    "The ground must be one of {expected}; {found} was given.",
)
ROUTE_KNOWN = Rule(
    "route-known",
    "转出去向须为 {expected} 之一，所填为 {found}。",
    "The route must be one of {expected}; {found} was given.",
)
PLACE_KNOWN = Rule(
    "place-known",
    "名册中没有管辖 {found} 的街道或区单位。",
    "The registry has no unit in force whose division covers {found}.",
)
RESIDENT_TOLD = Rule(
    "resident-told",
    "须先告知居民；所报为 {found}。",
    "The resident has to be told first; it was reported: {found}.",
)
MASTER_OPEN = Rule(
    "master-open",
    "主件须为未办结的任务，所填为 {found}。",
    "The master must be an open task; the one named is {found}.",
)
MASTER_OTHER = Rule(
    "master-other",
    "任务 {found} 不能并入自身。",
    "A task is not merged into itself: {found}.",
)
SAME_MATTER = Rule(
    "same-matter",
    "并件须地点、分类、事项相同：本件 {expected}，主件 {found}。",
    "Merged tasks share place, category and matter: this one {expected}, the master {found}.",
)
SAFETY_NOT_WITHDRAWN = Rule(
    "safety-not-withdrawn",
    "涉及安全的事项不得撤回：{found}。",
    "A safety matter cannot be withdrawn: {found}.",
)
SHARED_TASK = Rule(
    "shared-task",
    "另有 {found} 位居民为同一事项的当事人，任务须继续办理。",
    "{found} other residents are parties of the same matter; the task goes on for them.",
)

# Dispatch, return, dispute.

DUTY_LIST = Rule(
    "duty-list",
    "按履职事项清单，{expected} 类事项不得以 {found} 为主办单位。",
    "By the duty list a matter of class {expected} may not have a {found} as its main unit.",
)
COMMUNITY_PROTECTED = Rule(
    "community-protected",
    "居委会、社区不得作为主办单位。",
    "A residents' committee or community is never the main unit.",
)
HANDLING_UNIT = Rule(
    "handling-unit",
    "{found} 类单位不承办任务，主办单位须为 {expected}。",
    "A {found} handles no task; the main unit must be {expected}.",
)
ASSIST_OTHER_UNIT = Rule(
    "assist-other-unit",
    "协办单位不得是主办单位，也不得重复：{found}。",
    "An assisting unit is not the main unit and is named once: {found}.",
)
RETURN_WINDOW = Rule(
    "return-window",
    "退单须在 {expected} 前提出，现为 {found}。",
    "A return is asked for until {expected}; it is now {found}.",
)
RETURN_ONCE = Rule(
    "return-once",
    "每个单位最多退单 {expected} 次，已退 {found} 次。",
    "A unit returns a task {expected} times at most; it has done so {found} times.",
)
DESIGNATION_FINAL = Rule(
    "designation-final",
    "裁定指定的承办单位 {found} 不得退单。",
    "The unit {found}, designated by adjudication, may not return the task.",
)
ADJUDICATOR_NEUTRAL = Rule(
    "adjudicator-neutral",
    "争议单位的人员不得裁定：{found}。",
    "Nobody of a disputing unit decides the dispute: {found}.",
)

# Handling.

STAFF_OF_UNIT = Rule(
    "staff-of-unit",
    "承办人员须为主办单位 {expected} 的在岗承办人员。",
    "The staff assigned must hold the role of staff at the main unit {expected}.",
)
ASSIGNED_ALREADY = Rule(
    "assigned-already",
    "该人员已是 {found} 的承办人员。",
    "This person is the staff assigned at {found} already.",
)
CONFLICT_ONCE = Rule(
    "conflict-once",
    "该人员的回避已于本任务申明（{found}）。",
    "This person's conflict of interest has been declared already ({found}).",
)
DATA_RESTRICTED = Rule(
    "data-restricted",
    "本任务的个人信息已停止使用，不得 {found}。",
    "This task's personal data may only be stored; no {found} any more.",
)
DEADLINE_AHEAD = Rule(
    "deadline-ahead",
    "期限须在 {expected} 之后，所填为 {found}。",
    "A deadline must lie after {expected}; {found} was given.",
)
ASSIST_BEFORE_DUE = Rule(
    "assist-before-due",
    "协办期限最迟为 {expected}，所填为 {found}。",
    "An assisting unit must be done by {expected}; {found} was given.",
)
ASSIST_OPEN = Rule(
    "assist-open",
    "没有待提交的第 {found} 号协办。",
    "There is no assist number {found} waiting to be handed in.",
)
ASSIST_OF_UNIT = Rule(
    "assist-of-unit",
    "只有协办单位 {expected} 可以提交，来者是 {found}。",
    "Only the assisting unit {expected} hands this in; it was asked by {found}.",
)
DEPARTMENT_CALLED = Rule(
    "department-called",
    "吹哨只召集职能部门，每个部门一次：{found}。",
    "A whistle calls departments, each once: {found}.",
)
ARRIVAL_WINDOW = Rule(
    "arrival-window",
    "报到时限须大于零且不超过 {expected}，所填为 {found}。",
    "The arrival window is more than nothing and at most {expected}; {found} was given.",
)
WHISTLE_CALLED = Rule(
    "whistle-called",
    "第 {expected} 号吹哨没有等待 {found} 报到。",
    "Whistle number {expected} is not waiting for {found}.",
)

# More time.

EXTENSION_IN_TIME = Rule(
    "extension-in-time",
    "延期须在 {expected} 前申请，现为 {found}。",
    "More time is asked for until {expected}; it is now {found}.",
)
EXTENSION_LIMIT = Rule(
    "extension-limit",
    "延期须大于零，且不超过原时限 {expected}，所填为 {found}。",
    "More time is more than nothing and at most {expected}; {found} was asked for.",
)
EXTENSION_TIMES = Rule(
    "extension-times",
    "最多申请延期 {expected} 次，已申请 {found} 次。",
    "More time is asked for {expected} times at most; it has been {found} times.",
)
EXTENSION_PENDING = Rule(
    "extension-pending",
    "第 {found} 次延期申请尚待审批。",
    "Request number {found} for more time is still waiting for its answer.",
)
EXTENSION_ASKED = Rule(
    "extension-asked",
    "没有待审的延期申请，现为 {found}。",
    "No request for more time is waiting; it stands at {found}.",
)
FIRST_EXTENSION = Rule(
    "first-extension",
    "第一次延期由 {expected} 审批，来者是 {found}。",
    "The first extension is decided by {expected}; it was answered by {found}.",
)
SECOND_EXTENSION = Rule(
    "second-extension",
    "再次延期由 {expected} 审批，来者是 {found}。",
    "A second extension is decided by {expected}; it was answered by {found}.",
)
CARRY_PROPOSED = Rule(
    "carry-proposed",
    "没有待审的挂账申请，任务为 {found}。",
    "Nothing has been proposed to be carried; the task is {found}.",
)
CARRY_PENDING = Rule(
    "carry-pending",
    "已有一项挂账申请待审，台账行 {found}。",
    "A proposal to carry the task is waiting already, ledger row {found}.",
)
CARRY_REVIEW = Rule(
    "carry-review",
    "挂账复核日须在 {expected} 之间，所填为 {found}。",
    "A carried task is reviewed within {expected}; {found} was given.",
)
TWO_KEYS = Rule(
    "two-keys",
    "挂账须督办员与裁定人两人各批一次；已批 {found}，不得由同一人或同一岗位再批。",
    "Carrying takes two people, supervisor and adjudicator; {found} has turned a key already.",
)

# Result and review.

DRAFT_PRESENT = Rule(
    "draft-present",
    "没有可签发的办理结果草稿，请填写结果或先拟稿；现为 {found}。",
    "There is no draft to sign in {found}; write the result or have it drafted first.",
)
RESULT_COMPLETE = Rule(
    "result-complete",
    "办理结果须同时填写是否解决和公开答复；缺 {found}。",
    "A result says whether it is resolved and what the resident is answered; {found} is missing.",
)
SIGNER_NOT_DRAFTER = Rule(
    "signer-not-drafter",
    "拟稿人（{found}）不得签发自己的草稿。",
    "The person who drafted a result ({found}) does not sign it.",
)
CONTACT_RECORDED = Rule(
    "contact-recorded",
    "提交结果前须联系到居民，或至少尝试 {expected} 次；已尝试 {found} 次。",
    "Before a result the resident is reached, or tried {expected} times; it was tried {found}.",
)
EVIDENCE_PRESENT = Rule(
    "evidence-present",
    "提交结果前须附办理凭证，现有 {found} 份。",
    "A result needs evidence attached; there are {found} pieces.",
)
ASSISTS_DONE = Rule(
    "assists-done",
    "第 {found} 号协办未完成，须完成或说明。",
    "Assist {found} is neither done nor explained.",
)
VERIFIED_ON_SITE = Rule(
    "verified-on-site",
    "工程类事项须现场核查后审核通过；所报核查为 {found}。",
    "Physical works are verified on site before approval; verified: {found}.",
)
TERMINATION_PENDING = Rule(
    "termination-pending",
    "已有一项终止申请待审，理由 {found}。",
    "A request to end handling is waiting already, on the ground {found}.",
)
TERMINATION_ASKED = Rule(
    "termination-asked",
    "没有待审的终止申请，任务为 {found}。",
    "Nobody has asked to end handling; the task is {found}.",
)

# Feedback, closing, appeal.

CALLBACK_OTHER_UNIT = Rule(
    "callback-other-unit",
    "回访单位不得是办理单位 {expected}。",
    "The handling unit {expected} does not call back about its own work.",
)
CALLBACK_OTHER_DAY = Rule(
    "callback-other-day",
    "{expected} 次回访须分布在不同的日子，今天已有 {found} 次，请改日再试。",
    "The {expected} attempts fall on different days; there were {found} today, try another day.",
)
REACHED_TO_ANSWER = Rule(
    "reached-to-answer",
    "未接通的回访不能有回答：{found}。",
    "An attempt that reached nobody has no answers: {found}.",
)
RATING_WINDOW = Rule(
    "rating-window",
    "评价截止时间为 {expected}，现为 {found}。",
    "Ratings are taken until {expected}; it is now {found}.",
)
LINK_STANDS = Rule(
    "link-stands",
    "评价链接已使用、已失效，或不是为本轮评价发出的：{found}。",
    "The link was used, has expired, or was not issued for this round: {found}.",
)
RATING_ONLY_UP = Rule(
    "rating-only-up",
    "每轮评价一次，评价期内只能调高：原为 {expected}，现为 {found}。",
    "One rating a round, and it may only be raised: it was {expected}, {found} was given.",
)
FEEDBACK_ROUND = Rule(
    "feedback-round",
    "当前为第 {expected} 轮评价，所指为第 {found} 轮。",
    "This is feedback round {expected}; round {found} was meant.",
)
REWORK_ROUNDS = Rule(
    "rework-rounds",
    "重办最多 {expected} 轮，已办 {found} 轮；请维持结果或挂牌督办。",
    "Rework is ordered {expected} times at most and was {found} times; uphold or list the task.",
)
CLOSURE_APPEAL_WINDOW = Rule(
    "closure-appeal-window",
    "对结案的申诉须在 {expected} 前提出，现为 {found}。",
    "A closure is appealed until {expected}; it is now {found}.",
)
SCORE_APPEAL_WINDOW = Rule(
    "score-appeal-window",
    "考核申诉须在 {expected} 前提出，现为 {found}。",
    "A score is appealed until {expected}; it is now {found}.",
)
SCORE_APPEAL_ONCE = Rule(
    "score-appeal-once",
    "本次结案已提出过考核申诉，现为 {found}。",
    "The score of this closure has been appealed already; it stands at {found}.",
)
SCORE_APPEAL_ASKED = Rule(
    "score-appeal-asked",
    "没有待审的考核申诉，现为 {found}。",
    "No score appeal is waiting; the score stands at {found}.",
)
SCORE_APPEAL_OPEN = Rule(
    "score-appeal-open",
    "考核申诉（{found}）未决，任务暂不归档。",
    "A score appeal ({found}) is open; the task is not archived before it is decided.",
)
DECIDER_NOT_FILER = Rule(
    "decider-not-filer",
    "申诉人及其单位 {expected} 不得审理自己的考核申诉，来者是 {found}。",
    "Whoever filed a score appeal, person or unit {expected}, does not decide it; {found} asked.",
)
ARCHIVE_QUIET = Rule(
    "archive-quiet",
    "任务在 {expected} 之前不归档，现为 {found}。",
    "The task is not archived before {expected}; it is now {found}.",
)

# Supervision and privacy.

LEVEL_NOT_LOWER = Rule(
    "level-not-lower",
    "督办等级只升不降：现为 {expected}，所提为 {found}。",
    "Supervision only climbs: it stands at {expected}, {found} was asked for.",
)
UNIT_TO_SUPERVISE = Rule(
    "unit-to-supervise",
    "任务尚无主办单位，无从执行 {found}。",
    "The task has no main unit yet that {found} could go to.",
)
PROVIDER_ANOTHER = Rule(
    "provider-another",
    "服务机构没有变化：{found}。",
    "The provider that serves the task is {found} already.",
)
PROVIDER_ADMITTED = Rule(
    "provider-admitted",
    "服务机构 {found} 在任务所在地未获准入该类别：{expected}。",
    "Provider {found} may not be given work of this kind here: {expected}.",
)
RESTRICTED_ONCE = Rule(
    "restricted-once",
    "本任务的个人信息已限制使用（{found}）。",
    "This task's personal data are restricted already ({found}).",
)
ERASED_ONCE = Rule(
    "erased-once",
    "该居民的密钥已销毁：{found}。",
    "This resident's key has been destroyed already: {found}.",
)
SUBJECT_STILL_NEEDED = Rule(
    "subject-still-needed",
    "该居民仍有未结任务 {found} 件，办结后方可删除。",
    "This resident still has {found} open tasks; the data are erased once they are over.",
)
SUBJECT_OF_TASK = Rule(
    "subject-of-task",
    "该居民不是本任务的当事人：{found}。",
    "This resident is not a party of this task: {found}.",
)

RULES: dict[str, Rule] = {
    rule.code: rule for rule in tuple(globals().values()) if isinstance(rule, Rule)
}
"""Every rule of this room by its code, in the order of the story."""
