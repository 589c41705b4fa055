"""Every rule by which a facility says no beside the common guards, in both languages.

Codes are published and only added to. `{words}` are filled with codes, dates, areas and sums.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    # The proposal.
    "facility-in-community": (
        "设施应落在社区（12 位区划代码）；所填为 {found}。",
        "A facility lies in a community (a division code of 12 digits); found {found}.",
    ),
    "street-of-place": (
        "名册中没有管辖 {place} 的街道办事处，请先登记。",
        "The registry has no street office for {place}; register it first.",
    ),
    "function-known": (
        "政策包 {policy} 没有服务类别 {found}；功能应从服务类别中选取。",
        "Policy pack {policy} has no category {found}; functions are categories of the pack.",
    ),
    "functions-once": (
        "功能 {found} 重复填写，每项只填一次。",
        "The function {found} is named twice; name each once.",
    ),
    "lead-of-function": (
        "牵头单位 {unit} 应是所选功能的业务牵头部门。",
        "The lead {unit} must be a department that leads one of the functions.",
    ),
    "site-free": (
        "存量空间 {site} 现为“{state}”，不能选用；请另选可用的空间。",
        "The site {site} is {state}; choose one that is available.",
    ),
    "site-near": (
        "存量空间位于社区 {found}，设施位于社区 {place}；两者应在同一社区。",
        "The site lies in community {found}, the facility in {place}; they must be the same.",
    ),
    "area-within-site": (
        "设施面积 {area} 平方米超过存量空间的 {available} 平方米。",
        "The facility's {area} m² are more than the {available} m² of the site.",
    ),
    "open-by-later": (
        "计划开业时间 {found} 应晚于 {earliest}（现在，且空间已可用）。",
        "The facility opens by {found}; that must be after {earliest}, when the site is there.",
    ),
    "funding-source": (
        "资金来源 {found} 不在政策包目录内或重复；可填：{expected}。",
        "The funding source {found} is not in the pack's list, or named twice: {expected}.",
    ),
    "finding-open": (
        "没有在账的问题 {found}；请填写尚未销号的问题编号。",
        "There is no open finding {found}; name findings that are open.",
    ),
    # The guideline of complexes.
    "complex-area": (
        "社区服务综合体的建筑面积应不少于 {expected} 平方米（{source}）；实为 {found} 平方米。",
        "A complex has at least {expected} m² ({source}); found {found} m².",
    ),
    "complex-functions": (
        "社区服务综合体应不少于 {expected} 项功能（{source}）；实为 {found} 项。",
        "A complex has at least {expected} functions ({source}); found {found}.",
    ),
    "complex-core": (
        "社区服务综合体应具备 {core} 中的至少 {expected} 项（{source}）；实有 {found} 项。",
        "A complex has at least {expected} of {core} ({source}); found {found}.",
    ),
    "complex-care": (
        "社区服务综合体应具备 {care} 之一；确无条件的，请填写理由（{source}）。",
        "A complex has one of {care}, or says why not ({source}).",
    ),
    # The decision.
    "deciding-unit": (
        "应由组织（社会工作）部门或发展改革部门决定，且辖区包含 {place}；您的单位为 {unit}。",
        "The Party authority or the development department of {place} decides; yours is {unit}.",
    ),
    "site-not-reserved": (
        "存量空间 {site} 没有为本设施预留（现由 {holder} 占用）；不能立项。",
        "The site {site} is not reserved for this facility (held by {holder}); it cannot go ahead.",
    ),
    # Money.
    "budget-changed": (
        "资金安排没有变化。",
        "The budget would not change.",
    ),
    "spending-within-budget": (
        "资金来源 {source} 安排 {planned} 分，已支出 {spent} 分，不能再支出 {found} 分。",
        "{source} has {planned} cents planned and {spent} spent; {found} more is too much.",
    ),
    "budget-below-spent": (
        "资金来源 {source} 已支出 {spent} 分，安排不能低于此数；所填为 {found} 分。",
        "{spent} cents of {source} are spent; the budget cannot be {found}.",
    ),
    "voucher-once": (
        "凭证 {voucher} 已经登记过。",
        "The voucher {voucher} was recorded before.",
    ),
    "voucher-known": (
        "没有可冲销的凭证 {voucher}。",
        "There is no voucher {voucher} to take back.",
    ),
    # Building.
    "milestone-order": (
        "应先完成节点 {expected}；所填为 {found}。",
        "The next milestone is {expected}; found {found}.",
    ),
    "milestones-reached": (
        "各节点均已完成，请报告竣工。",
        "Every milestone is reached; report completion.",
    ),
    "milestones-first": (
        "尚有节点 {expected} 未完成，不能报告竣工。",
        "The milestone {expected} is not reached; completion cannot be reported.",
    ),
    "instant-in-order": (
        "所填时间 {found} 应在 {earliest} 至 {latest} 之间。",
        "The time given, {found}, must lie between {earliest} and {latest}.",
    ),
    # Acceptance.
    "checklist-whole": (
        "验收清单应逐项填写且每项一次：{expected}；缺少或重复：{found}。",
        "The checklist takes each item once: {expected}; wanting or twice: {found}.",
    ),
    "checklist-met": (
        "验收清单中 {found} 不合格，应不予验收、退回整改。",
        "{found} of the checklist is not met; refuse acceptance instead.",
    ),
    "key-once": (
        "{key}已经签署验收，另一方尚未签署。",
        "The key of the {key} was turned; the other one is awaited.",
    ),
    "keys-agree": (
        "与先签署一方不一致：先签 {expected}，现填 {found}；请核实后一致签署，或不予验收。",
        "The first key says {expected}, this one {found}; agree first, or refuse acceptance.",
    ),
    # Operating.
    "operator-named": (
        "自营应填写运营单位，委托和连锁运营应填写服务机构，二者只填其一。",
        "Name the unit that runs it itself, or else the provider; one of the two.",
    ),
    "operator-admitted": (
        "服务机构 {provider} 未获准在 {place} 提供 {functions}，或资格不在有效期内。",
        "Provider {provider} is not admitted for {functions} at {place}, or no longer.",
    ),
    "chain-is-branch": (
        "连锁运营应由连锁机构分支承担；服务机构 {provider} 的类别为 {found}。",
        "A chain is run by a branch of it; provider {provider} is a {found}.",
    ),
    "function-of-facility": (
        "设施没有功能 {found}；现有：{expected}。",
        "The facility has no function {found}; it has {expected}.",
    ),
    "function-run": (
        "功能 {found} 已有运营方 {operator}；更换请用“更换运营方”。",
        "{found} is run by {operator}; change the operator instead.",
    ),
    "function-not-run": (
        "功能 {found} 尚无运营方；请先委托。",
        "Nobody runs {found}; entrust it first.",
    ),
    "operator-differs": (
        "功能 {found} 的运营方就是 {operator}，没有变化。",
        "{found} is run by {operator} already.",
    ),
    "term-later": (
        "运营期限 {found} 应晚于现在。",
        "The operator's term ends {found}; that must be later than now.",
    ),
    "operator-only": (
        "应由运营方办理：{expected}。",
        "This is for an operator to do: {expected}.",
    ),
    "places-whole": (
        "各项功能的名额应逐项填写且每项一次：{expected}；缺少或重复：{found}。",
        "Places are given once for each function: {expected}; wanting or twice: {found}.",
    ),
    "every-function-run": (
        "以下功能还没有运营方，不能开业：{found}。",
        "Nobody runs {found}; the facility cannot open.",
    ),
    "opening-first": (
        "运营方尚未提交开放时间、收费标准和名额。",
        "The operators have not handed in hours, prices and places yet.",
    ),
    "month-reported": (
        "只能填报 {earliest} 至 {latest} 的使用情况；所填为 {found}。",
        "Use is reported for {earliest} to {latest}; found {found}.",
    ),
    "use-plausible": (
        "人数（{people}）不能多于人次（{visits}），停业天数（{days_closed}）不能多于当月天数。",
        "{people} people cannot be more than {visits} visits, nor {days_closed} days the month.",
    ),
    "use-changed": (
        "{month} 的 {function} 已按此数填报。",
        "{function} was reported so for {month} before.",
    ),
    "use-reason": (
        "{month} 的 {function} 已填报；更改须写明理由。",
        "{function} was reported for {month}; a change takes a reason.",
    ),
    # The end.
    "users-go": (
        "应逐项说明每项功能的使用者去向：{expected}；缺少或重复：{found}。",
        "Say once for each function where its users go: {expected}; wanting or twice: {found}.",
    ),
    "tasks-handed-over": (
        "服务机构 {provider} 在本设施尚有在办任务 {tasks}；请先办结或移交。",
        "Provider {provider} still serves {tasks} here; have them done or handed over first.",
    ),
    "users-go-there": (
        "设施 {facility} 不是运营中的、具备功能 {function} 的另一设施。",
        "{facility} is not another open facility with the function {function}.",
    ),
    "users-go-somewhere": (
        "功能 {function} 的使用者去向应填写接收设施或安排，二者只填其一。",
        "For {function} name a facility that takes its users, or an arrangement; one of the two.",
    ),
}

refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
