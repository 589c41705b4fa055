"""Every rule by which a pairing says no: its code, and its sentence in both languages.

Codes are published and only added to. `{words}` are filled with codes, dates and counts, never
with a person's name or number.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    # Who may speak, and when.
    "not-in-this-state": (
        "结对现为“{found}”，此操作适用于：{expected}。",
        "The pairing is {found} now; this can be done while it is {expected}.",
    ),
    "party-only": (
        "只有结对各方可以执行此操作；单位 {unit} 不是结对一方。",
        "Only a party of the pairing may do this; unit {unit} is none.",
    ),
    "party-role": (
        "单位 {unit} 应由 {expected} 代表，所用角色为 {found}。",
        "Unit {unit} is spoken for by its {expected}; found {found}.",
    ),
    "own-unit-only": (
        "只能代表本单位 {own} 办理，不能代表 {unit}。",
        "You act for your own unit {own} only, not for {unit}.",
    ),
    "proposer-only": (
        "只有提议方 {proposer} 可以执行此操作，您的单位为 {unit}。",
        "Only the proposer {proposer} may do this; your unit is {unit}.",
    ),
    "authority-kind": (
        "审批应由组织部门或社会工作部门作出；单位 {unit} 是 {kind}。",
        "Approval belongs to an organisation department; unit {unit} is a {kind}.",
    ),
    "authority-covers-street": (
        "审批单位 {unit} 的辖区不包含街道 {street}。",
        "The division of authority {unit} does not include street {street}.",
    ),
    "approver-not-proposer": (
        "您参与过提出、签署或评分，须由另一位审批人决定。",
        "You proposed, signed or scored this; another authority must decide.",
    ),
    "term-over": (
        "结对期限已于 {term_end} 届满。",
        "The term of the pairing ended at {term_end}.",
    ),
    # Drafting and the three lists.
    "parties-differ": (
        "结对各方应互不相同，重复的单位：{units}。",
        "The parties of a pairing differ from each other; named twice: {units}.",
    ),
    "policy-in-force": (
        "所选政策包适用于 {divisions}，不适用于 {place}；请选用当地的政策包。",
        "The policy pack is in force in {divisions}, not at {place}; name one of that place.",
    ),
    "party-kind": (
        "单位 {unit} 应为 {expected}，名册登记为 {found}。",
        "Unit {unit} must be a {expected}; the registry has it as a {found}.",
    ),
    "lead-is-department": (
        "牵头单位应是参加结对的职能部门之一：{departments}；所填为 {found}。",
        "The lead is one of the departments {departments}; found {found}.",
    ),
    "lead-differs": (
        "{unit} 已是牵头单位。",
        "{unit} is the lead already.",
    ),
    "category-known": (
        "政策包 {policy} 没有服务类别：{found}。",
        "Policy pack {policy} has no category {found}.",
    ),
    "categories-once": (
        "服务类别重复：{found}。",
        "A category is named twice: {found}.",
    ),
    "term-runs-forward": (
        "结对期限应在 {since} 之后届满，所填为 {until}。",
        "The term must end after {since}; found {until}.",
    ),
    "term-max": (
        "结对期限最长 {limit}，最晚至 {latest}；所填为 {found}。",
        "A term lasts {limit} at most, until {latest} at the latest; found {found}.",
    ),
    "already-paired": (
        "相同三方在类别 {categories} 上已有进行中的结对 {pairing}。",
        "The same three are paired for {categories} already, in {pairing}.",
    ),
    "items-once": (
        "清单项目编号在结对内不得重复：{found}。",
        "An item's code stands once in a pairing; found twice: {found}.",
    ),
    "place-in-street": (
        "清单项目 {item} 的地点 {place} 不在街道辖区 {street} 内。",
        "The place {place} of item {item} lies outside the street {street}.",
    ),
    "need-list-first": (
        "提议之前应先附上需求清单。",
        "A need list is attached before the pairing is proposed.",
    ),
    # Answering, claiming, signing, approving.
    "proposer-has-spoken": (
        "提议方无须答复自己的提议。",
        "The proposer does not answer its own proposal.",
    ),
    "answered-already": (
        "{unit} 本轮（第 {round} 轮）已经答复。",
        "{unit} has answered in round {round} already.",
    ),
    "limit-passed": (
        "答复期限 {due} 已过。",
        "The limit for answers, {due}, has passed.",
    ),
    "no-counter-proposal": (
        "本轮没有修改意见，无须重新提议或更换清单；请签约或撤回。",
        "Nobody countered in this round; sign or withdraw instead of proposing again.",
    ),
    "signing-has-begun": (
        "已有单位签署（{units}），内容不能再改。",
        "{units} signed already; what was signed stays as it is.",
    ),
    "item-known": (
        "需求清单和项目清单中没有项目 {item}。",
        "Neither the need list nor the project list has an item {item}.",
    ),
    "item-unclaimed": (
        "项目 {item} 已由 {unit} 认领。",
        "Item {item} is claimed by {unit} already.",
    ),
    "line-covers-category": (
        "{unit} 的业务条线 {line} 不牵头也不配合类别 {category}（应为 {expected}）。",
        "The line {line} of {unit} neither leads nor cooperates in {category} ({expected} do).",
    ),
    "signed-already": (
        "{unit} 已经签署。",
        "{unit} has signed already.",
    ),
    "terms-missing": (
        "应确认的必备条款尚缺：{missing}。",
        "Mandatory terms are not confirmed: {missing}.",
    ),
    "signature-shape": (
        "电子签名为空或含控制字符。",
        "The e-signature is blank or holds control characters.",
    ),
    "all-signed": (
        "尚有单位未签署：{units}。",
        "These have not signed yet: {units}.",
    ),
    # Adjusting, suspending, renewing.
    "same-kind-of-party": (
        "{unit} 是 {found}，只能由同类单位（{expected}）接替。",
        "{unit} is a {found}; a party is replaced by one of its own kind, {expected}.",
    ),
    "successors-named": (
        "下列在办任务还没有接续单位：{tasks}。",
        "These open tasks have no named successor: {tasks}.",
    ),
    "successors-once": (
        "接续方案中任务重复：{tasks}。",
        "A task stands twice in the plan: {tasks}.",
    ),
    "successor-is-another": (
        "任务 {task} 不能由退出的单位 {unit} 接续。",
        "Task {task} cannot stay with {unit}, which leaves.",
    ),
    "task-of-pairing": (
        "{task} 不是本结对的在办任务。",
        "{task} is no open task of this pairing.",
    ),
    "nothing-changes": (
        "修订前后的清单相同。",
        "The list is the same as before.",
    ),
    "suspension-max": (
        "暂停应在 {since} 与 {latest} 之间结束，所填为 {found}。",
        "A suspension ends between {since} and {latest}; found {found}.",
    ),
    "review-passed": (
        "本期考评尚未通过，不能续约。",
        "No review of this term has been passed, so the pairing cannot be renewed.",
    ),
    "renewal-window": (
        "续约最早可于 {earliest} 办理（到期前 {limit} 内）。",
        "Renewal opens at {earliest}, {limit} before the term ends.",
    ),
    # Reviewing.
    "review-not-due": (
        "考评尚未到期，只有审批人可以提前发起。",
        "The review is not due; only the Party authority may open one early.",
    ),
    "never-scores-itself": (
        "{unit} 属于 {own}，只能代表该方评分，不能填写 {found}。",
        "{unit} is of side {own} and gives that side's score, not that of {found}.",
    ),
    "scored-already": (
        "{unit} 本次考评已评分。",
        "{unit} has given its score in this review already.",
    ),
    "both-sides-scored": (
        "双考核尚缺：{sides}。",
        "The double assessment lacks the score of {sides}.",
    ),
    # What was promised.
    "resources-only": (
        "条目 {item} 不在资源清单，不能作为承诺；承诺只写在资源清单。",
        "Item {item} is no resource: only items of a resource list are promised.",
    ),
    "commitment-for-needs": (
        "条目 {item} 所对应的需求 {needs} 不在需求清单，请先提交需求清单。",
        "Item {item} answers needs {needs} that are in no need list; attach that list first.",
    ),
    "policy-has-document": (
        "条目 {item}：政策承诺须填写文件号，其他承诺不填。",
        "Item {item}: a policy names its document's number, nothing else does.",
    ),
    "commitment-in-term": (
        "条目 {item} 的兑现期限应在结对期限 {term_start} 至 {term_end} 之内。",
        "Item {item} is due within the term, {term_start} to {term_end}.",
    ),
    "commitment-kept": (
        "条目 {item} 是已批准的承诺，不能随清单修订；请用“变更承诺”，经对方同意后变更。",
        "Item {item} was promised and approved: ask to revise the commitment instead.",
    ),
    "commitments-none": (
        "本结对的资源清单没有承诺。",
        "Nothing is promised in the resource lists of this pairing.",
    ),
    "deliveries-none": (
        "本结对尚无兑现记录。",
        "Nothing was delivered in this pairing yet.",
    ),
    "item-is-commitment": (
        "条目 {item} 不是本结对的承诺。",
        "Item {item} is no commitment of this pairing.",
    ),
    "delivery-within-commitment": (
        "条目 {item} 尚可兑现 {left}，本次填报超出承诺；超出部分请先变更承诺。",
        "Of item {item} only {left} is left to deliver; revise the commitment for more.",
    ),
    "delivered-by-now": (
        "兑现时间 {found} 不能晚于现在。",
        "It was delivered at {found}, which lies ahead.",
    ),
    "receiver-only": (
        "应由接收方 {expected} 办理，您的单位为 {found}。",
        "This is for the receiver {expected}; your unit is {found}.",
    ),
    "delivery-known": (
        "没有第 {number} 笔兑现记录。",
        "There is no delivery no. {number}.",
    ),
    "delivery-in-state": (
        "第 {number} 笔兑现现为 {found}，不能这样办理。",
        "Delivery no. {number} is {found} now; this cannot be done with it.",
    ),
    "settled-within-delivery": (
        "裁定数量 {found} 不能超过填报数量 {told}。",
        "No more counts than was told: {told}; found {found}.",
    ),
    "revision-below-delivered": (
        "条目 {item} 已兑现或待确认 {taken}，变更后不能低于此数。",
        "Of item {item} {taken} was delivered already; it cannot become less than that.",
    ),
    "revised-due-ahead": (
        "变更后的期限 {found} 应晚于现在。",
        "The new due instant {found} must lie ahead.",
    ),
    "revision-asked": (
        "条目 {item} 没有待答复的变更申请。",
        "Nobody asks to revise item {item}.",
    ),
    # Leaving.
    "successor-only": (
        "任务 {task} 应由接续单位 {expected} 接收，所填为 {found}。",
        "Task {task} is accepted by its successor {expected}; found {found}.",
    ),
    "handed-over-already": (
        "任务 {task} 已由 {unit} 接收。",
        "Task {task} was accepted by {unit} already.",
    ),
    "tasks-without-owner": (
        "尚有 {count} 件在办任务未移交：{tasks}。",
        "{count} open tasks are not handed over yet: {tasks}.",
    ),
}


refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
