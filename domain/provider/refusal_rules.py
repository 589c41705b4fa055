"""Every rule by which a provider's case says no, beside those of `domain/guards.py`.

Codes are published and only added to. `{words}` are filled with codes, dates and counts, never
with a person's name or number.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    # Applying.
    "number-of-body": (
        "请填写统一社会信用代码；尚无代码的志愿服务队伍填写队伍编号，二者只填其一。",
        (
            "Give the unified social credit code; a volunteer team without one gives its"
            " team number, never both."
        ),
    ),
    "credit-code-checks": (
        "统一社会信用代码 {found} 的校验码不符（GB 32100-2015），末位应为 {expected}，请核对。",
        "The check character of credit code {found} is wrong (GB 32100-2015): expected {expected}.",
    ),
    "case-of-body": (
        "该机构的案卷编号应为 {expected}（由其代码确定），所填为 {found}。",
        "The case of this body is {expected} (it follows from its code); found {found}.",
    ),
    "application-open": (
        "该机构已有一件申请或准入在办（现为“{found}”），不能重复申请。",
        "This body has an application or admission already; it is {found} now.",
    ),
    "barred-until": (
        "该机构被责令退出，{until} 前不得再次申请。",
        "This body was ordered to leave and may not apply before {until}.",
    ),
    "head-barred": (
        "其总部 {head} 被责令退出，{until} 前其分支不得申请。",
        "Its head {head} was ordered to leave; no branch may apply before {until}.",
    ),
    "head-of-chain": (
        "连锁分支须填写总部的统一社会信用代码（不同于本机构代码），其他机构不填。",
        "A chain branch names its head by another credit code; nobody else does.",
    ),
    "licence-in-force": (
        "证照 {licence} {number} 已于 {ended} 到期，请换证后再报。",
        "Licence {licence} {number} ended on {ended}; renew it first.",
    ),
    "pack-in-force": (
        "政策包 {policy} 不适用于 {area}。",
        "The policy pack {policy} is not in force at {area}.",
    ),
    "listed-once": (
        "“{found}”重复填写，每项只填一次。",
        "{found} is listed twice; list each once.",
    ),
    # Verifying and admitting.
    "lead-of-category": (
        "此申请由所申请类别的牵头部门办理：{expected}；您的单位为 {unit}。",
        (
            "The department that leads a category applied for does this: {expected}; you act for"
            " {unit}."
        ),
    ),
    "competent-unit": (
        "名册中没有可核验“{item}”的部门（条线：{line}）管辖全部申请区域，请先登记单位。",
        "The registry has no unit for item {item} (line {line}) that serves all areas applied for.",
    ),
    "correction-once": (
        "补正要求须一次性告知，本申请已告知过。",
        "What is lacking is asked once and all at once; it was asked already.",
    ),
    "correction-asked": (
        "现在没有待补正的要求。",
        "No correction is being waited for.",
    ),
    "correction-awaited": (
        "正在等待申请人补正（至 {until}），补正或逾期后再办理。",
        "The applicant has until {until} to correct the application.",
    ),
    "refused-after-look": (
        "不予准入须在核验后作出，或在申请人逾期未补正后作出。",
        "Admission is refused after verification, or once a correction was not made in time.",
    ),
    "items-met": (
        "尚有核验项目未通过或未答复：{items}。",
        "Items are not met, or not answered yet: {items}.",
    ),
    "within-application": (
        "准入范围不得超出申请范围：{found} 未申请。",
        "An admission goes no further than the application: {found} was not applied for.",
    ),
    "licences-needed": (
        "类别 {category} 须有有效证照 {licence}。",
        "Category {category} takes a licence {licence} in force.",
    ),
    "validity-in-range": (
        "有效期 {found} 应在 {earliest} 之后、{latest} 之前。",
        "The validity, {found}, must end after {earliest} and by {latest}.",
    ),
    "validity-over": (
        "准入已于 {until} 到期。",
        "The admission ended on {until}.",
    ),
    # Changes and the link.
    "agent-only": (
        "只有该机构的经办人可以办理。",
        "Only an agent of this provider may do this.",
    ),
    "agent-new": (
        "该经办人已经登记。",
        "This agent is named already.",
    ),
    "change-something": (
        "所报内容与现状相同，没有变更。",
        "What is reported is as it was; nothing changes.",
    ),
    "change-pending": (
        "已有一项变更在核验，办结后再报。",
        "A change is being verified; wait for its end.",
    ),
    "change-reported": (
        "没有待核验的变更。",
        "No change waits to be verified.",
    ),
    # Looking after.
    "supervising-unit": (
        "此操作由牵头部门 {lead} 或监管部门办理；您的单位为 {unit}。",
        "The lead {lead} or a supervising department does this; your unit is {unit}.",
    ),
    "complaint-once": (
        "任务 {task} 的投诉已经认定过。",
        "The complaint of task {task} was judged already.",
    ),
    "served-by-it": (
        "任务 {task} 不是由该机构服务的。",
        "Task {task} is not served by this provider.",
    ),
    "admitted-for": (
        "该机构在 {place} 未获准入类别 {category}。",
        "The provider is not admitted for {category} at {place}.",
    ),
    "served-by-now": (
        "服务时间 {found} 应在准入之后、现在之前。",
        "The time of service, {found}, must lie after the admission and before now.",
    ),
    "reason-needed": (
        "此情形须同时写明理由；只有 {grounds} 可以先行暂停。",
        "Give the reason now; only {grounds} may be acted on before it is written down.",
    ),
    "suspension-in-range": (
        "暂停期限 {found} 应在现在之后、{latest} 之前。",
        "The suspension, until {found}, must end after now and by {latest}.",
    ),
    "reasons-owed": (
        "没有待补写的暂停理由。",
        "No reasons are owed for the suspension.",
    ),
    # Leaving.
    "order-pending": (
        "已有一份退出决定等待复核。",
        "An order to leave waits for its second key already.",
    ),
    "no-order": (
        "没有等待复核的退出决定。",
        "No order to leave waits for a second key.",
    ),
    "ground-on-record": (
        "退出理由“{ground}”须有记录：应有 {expected}，现有 {found}。",
        "Ground {ground} must be on record: expected {expected}, found {found}.",
    ),
    "successor-for-each": (
        "退出方案须为每项在办服务指定接续机构，缺 {count} 项：{missing}。",
        "The plan names a successor for everything served; {count} lack one: {missing}.",
    ),
    "served-now": (
        "{found} 不是该机构正在提供的服务，或重复填写。",
        "{found} is nothing the provider serves now, or is listed twice.",
    ),
    "successor-admitted": (
        "接续机构 {successor} 在 {place} 未获准入类别 {category}，或就是退出机构本身。",
        "Successor {successor} is not admitted for {category} at {place}, or is the one leaving.",
    ),
    "successor-speaks": (
        "须由接续机构 {successor} 的经办人或其牵头部门接收。",
        "The agent of successor {successor}, or its lead department, accepts this.",
    ),
    "nothing-to-accept": (
        "没有待接收的 {found}。",
        "Nothing is left to accept: {found}.",
    ),
    "nothing-left": (
        "尚有 {count} 项服务未由接续机构接收：{left}。",
        "{count} services have no successor yet: {left}.",
    ),
    "appeal-open": (
        "申诉尚未裁定，裁定后再办理。",
        "An appeal is open; wait until it is decided.",
    ),
    "appeal-once": (
        "对同一措施只能申诉一次。",
        "A measure is appealed against once.",
    ),
    "no-appeal": (
        "没有待裁定的申诉。",
        "No appeal waits to be decided.",
    ),
    "ordered-only": (
        "该机构是自行申请退出，没有可申诉的决定。",
        "The provider asked to leave itself; there is no order to appeal against.",
    ),
}

refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""

STANDING_RULES = frozenset(
    {
        "application-open",
        "barred-until",
        "lead-of-category",
        "correction-once",
        "correction-asked",
        "correction-awaited",
        "refused-after-look",
        "items-met",
        "validity-over",
        "agent-only",
        "change-pending",
        "change-reported",
        "supervising-unit",
        "reasons-owed",
        "order-pending",
        "no-order",
        "nothing-left",
        "appeal-open",
        "appeal-once",
        "no-appeal",
        "ordered-only",
    }
)
"""The rules that speak of who asks and when, whatever is filled in beside."""
