"""Every rule by which oversight says no: its code, and its sentence in both languages.

Codes are published and only added to. `{words}` are filled with codes, dates and counts, never
with a person's name or number.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    "recorded-once": (
        "{stream} 已有记录；每次审计、每次导出各用一个新编号。",
        "{stream} holds a record already; each audit and each export takes a new number.",
    ),
    "export-by-person": (
        "导出须由本人办理并证明身份；系统只记录备份。",
        "Exports are made by a person who proves who they are; the system notes only backups.",
    ),
    "unmasking-once": (
        "{stream} 已有授权；请用新编号另行授权。",
        "{stream} holds a grant already; take a new number for a new one.",
    ),
    "unmasking-unknown": (
        "没有启封授权 {stream}，请先由个人信息保护负责人授权。",
        "There is no unmasking {stream}; have the data protection officer grant one first.",
    ),
    "own-unmasking": (
        "不能授权自己启封，请授权给其他人员。",
        "Nobody grants an unmasking to themselves; grant it to another person.",
    ),
    "grantee-role": (
        "被授权人应持有下列角色之一：{may}。",
        "The grantee must hold one of these roles: {may}.",
    ),
    "case-known": (
        "没有案卷 {case}，无从授权。",
        "There is no case {case} to grant an unmasking for.",
    ),
    "unmasking-time": (
        "授权截止时间应晚于现在且不超过 {hours} 小时（{latest} 以前），所填为 {until}。",
        "A grant ends after now and within {hours} hours (by {latest}); found {until}.",
    ),
    "grantee-only": (
        "只有被授权人本人可以启封。",
        "Only the person the unmasking was granted to may use it.",
    ),
    "granted-case-only": (
        "该授权只限案卷 {expected}，所填为 {found}。",
        "This unmasking is for case {expected}; found {found}.",
    ),
    "unmasking-over": (
        "启封授权已于 {until} 到期或提前终止，请重新申请。",
        "The unmasking ended at {until}; ask for a new one.",
    ),
    "grantee-or-officer": (
        "只有被授权人或个人信息保护负责人可以终止授权。",
        "Only the grantee or the data protection officer may end an unmasking.",
    ),
    "stream-named-otherwise": (
        "{stream} 应按案卷 {case} 命名。",
        "{stream} must be named after the case {case}.",
    ),
    "workflow-of-case": (
        "流程 {workflow} 不属于案卷 {case}。",
        "Workflow {workflow} does not belong to the case {case}.",
    ),
    "sealed-otherwise": (
        "流程运行 {run} 已按摘要 {expected} 封存，所填为 {found}。",
        "Run {run} was sealed under digest {expected}; found {found}. Record a discrepancy.",
    ),
    "key-introduced": (
        "日志 {origin} 已有签名密钥 {key}，更换请用轮换命令。",
        "The log {origin} has the signing key {key}; rotate it to replace it.",
    ),
    "key-unknown": (
        "日志 {origin} 尚无签名密钥，请先启用。",
        "The log {origin} has no signing key yet; introduce one first.",
    ),
    "key-used-before": (
        "密钥 {key} 曾为日志 {origin} 所用，轮换应使用新密钥。",
        "The key {key} has signed {origin} before; rotate to a fresh one.",
    ),
    "month-over": (
        "{month} 尚未结束，月度指标报表应在次月发布。",
        "{month} is not over; a month's figures are stated once it has ended.",
    ),
    "position-covered": (
        "统计截至账本位置 {position}，超出所附检查点的 {size} 条。",
        "Counted up to position {position}, beyond the {size} entries of the checkpoint.",
    ),
    "month-stated": (
        (
            "{month} 现行有效的指标报表为第 {expected} 号，所填被替换的为第 {found} 号；"
            "更改须写明替换哪一号。"
        ),
        (
            "The statement of {month} that stands is {expected}; named as replaced: {found}. Say "
            "which one the new statement replaces."
        ),
    ),
    "replaced-for-a-reason": (
        "替换已发布的指标报表须写明理由；首次发布不填理由。",
        "Replacing a statement takes a reason; a first statement takes none.",
    ),
    "statement-next": (
        "下一份指标报表应为第 {expected} 号，所填为第 {found} 号；请重试。",
        "The next statement is number {expected}; found {found}. Try again.",
    ),
    "statement-goes-on": (
        "检查点只有 {size} 条，少于上一份报表的 {before} 条。",
        "The checkpoint has {size} entries, fewer than the {before} of the statement before.",
    ),
    "statement-unknown": (
        "没有第 {number} 号指标报表。",
        "There is no statement {number}.",
    ),
    "statement-stands": (
        "{month} 现行有效的指标报表为第 {expected} 号，第 {found} 号不能撤回。",
        "The statement of {month} that stands is {expected}; {found} cannot be withdrawn.",
    ),
    "webhook-once": (
        "{stream} 已是一项订阅；请用新编号另行订阅。",
        "{stream} is a subscription already; take a new number for a new one.",
    ),
    "webhook-unknown": (
        "没有推送订阅 {stream}。",
        "There is no webhook subscription {stream}.",
    ),
    "webhook-over": (
        "推送订阅 {stream} 已终止；如需恢复，请另行订阅。",
        "The webhook subscription {stream} has ended; subscribe anew to go on.",
    ),
    "webhook-kinds": (
        "只能订阅任务和结对的记录；不认识的种类：{found}。",
        "Only facts of tasks and pairings can be subscribed to; unknown kinds: {found}.",
    ),
    "webhook-both-secrets": (
        "新旧密钥并用不得超过 {days} 天，所填截止时间为 {until}。",
        "Both secrets sign for at most {days} days; found {until}.",
    ),
    "webhook-end-cause": (
        "由人终止须写明理由，缘由为“按要求终止”；其他缘由只由系统记录。",
        "A person ends a subscription on request and says why; other causes are the system's.",
    ),
}


refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
