"""One sentence per fact of oversight: audits, exports, unmaskings, clerks' histories, the log.

Kind of fact → Chinese, English, in the language of `wording/template.py`.
"""

from wording.labels import Both

OVERSIGHT_SENTENCES: dict[str, Both] = {
    "audit_performed.v1": (
        (
            "审计操作：{act:label.AuditAct}[，对象：{about:references}]，"
            "看到账本位置 {head}，结果：{outcome:label.AuditOutcome}"
            "[（{counts:counts}）][，事由：{reason}]。"
        ),
        (
            "Act of audit: {act:label.AuditAct}[, about {about:references}], up to position "
            "{head}, outcome: {outcome:label.AuditOutcome}[ ({counts:counts})]"
            "[, reason: {reason}]."
        ),
    ),
    "export_made.v1": (
        (
            "导出{format:label.ExportFormat}[，对象：{about:references}]，截至账本位置 {head}，"
            "{rows} 行、{bytes} 字节，摘要 {digest}，内含启封原文 {openings} 项。"
        ),
        (
            "Export made: {format:label.ExportFormat}[, about {about:references}], up to position "
            "{head}, {rows} rows, {bytes} bytes, digest {digest}, with {openings} sealed texts "
            "opened."
        ),
    ),
    "unmasking_granted.v1": (
        "授权{to:person}启封密封内容，限{case:case}，至 {until:instant} 止，理由：{reason}。",
        (
            "Unmasking of {case:case} granted to {to:person} until {until:instant}, "
            "reason: {reason}."
        ),
    ),
    "field_unmasked.v1": (
        "启封{case:case}的字段 {field}（密封项 {item}，密钥归属 {holder:holder}）。",
        "Field {field} of {case:case} was opened (item {item}, key of {holder:holder}).",
    ),
    "unmasking_ended.v1": (
        "启封授权提前终止，理由：{reason}。",
        "The unmasking was ended early, reason: {reason}.",
    ),
    "workflow_history_sealed.v1": (
        (
            "封存{case:case}的流程历史：流程 {workflow}，运行 {run}，"
            "{status:label.HistoryStatus}，{events} 个事件、{bytes} 字节，摘要 {digest}。"
        ),
        (
            "Workflow history of {case:case} sealed: workflow {workflow}, run {run}, "
            "{status:label.HistoryStatus}, {events} events, {bytes} bytes, digest {digest}."
        ),
    ),
    "workflow_rebuilt.v1": (
        "由账本重建{case:case}的流程：新运行 {run}[，原运行 {run_before}]，理由：{reason}。",
        (
            "The workflow of {case:case} was begun again from the ledger as run {run}"
            "[, before: {run_before}], reason: {reason}."
        ),
    ),
    "workflow_discrepancy_found.v1": (
        ("对账发现{case:case}不符：{ground:label.DiscrepancyGround}[，运行 {run}][（{detail}）]。"),
        (
            "Reconciliation of {case:case} found: {ground:label.DiscrepancyGround}"
            "[, run {run}][ ({detail})]."
        ),
    ),
    "signing_key_introduced.v1": (
        "公开日志 {origin} 启用签名密钥 {key}（{suite}）。",
        "The log {origin} is signed with key {key} ({suite}) from here on.",
    ),
    "signing_key_rotated.v1": (
        ("公开日志 {origin} 的签名密钥由 {key_before} 更换为 {key}（{suite}），理由：{reason}。"),
        (
            "The signing key of the log {origin} was rotated from {key_before} to {key} ({suite}), "
            "reason: {reason}."
        ),
    ),
    "witness_policy_adopted.v1": (
        "采用见证规则：{policy:lines}。",
        "Witness policy adopted: {policy:lines}.",
    ),
    "witness_alarm_raised.v1": (
        ("见证告警：{witness}，{ground:label.AlarmGround}，检查点 {size}[，应答状态 {status}]。"),
        (
            "Witness alarm: {witness}, {ground:label.AlarmGround}, checkpoint {size}"
            "[, answered with status {status}]."
        ),
    ),
    "witness_alarm_cleared.v1": (
        "见证恢复：{witness} 已见证检查点 {size}。",
        "The alarm is over: {witness} has cosigned checkpoint {size}.",
    ),
    "figures_published.v1": (
        (
            "发布 {month} 指标报表（第 {number} 号），统计截至账本位置 {position}，"
            "所附检查点 {size} 条["
            "，替换第 {replaces} 号，理由：{reason}]，摘要 {digest}。"
        ),
        (
            "Figures of {month} published as statement {number}, counted up to position {position} "
            "under the checkpoint of {size} entries"
            "[, in place of statement {replaces}, reason: {reason}], digest {digest}."
        ),
    ),
    "figures_withdrawn.v1": (
        (
            "撤回 {month} 指标报表（第 {withdraws} 号），撤回声明为第 {number} 号，理由：{reason}，"
            "摘要 {digest}。"
        ),
        (
            "Figures of {month} (statement {withdraws}) withdrawn by statement {number}, "
            "reason: {reason}, digest {digest}."
        ),
    ),
    "webhook_subscribed.v1": (
        (
            "推送订阅：{receiver}自账本位置 {after} 之后，在 {url} 接收下列记录的引用："
            "{kinds:list}。"
        ),
        (
            "Webhook subscribed: {receiver} is told at {url}, by reference, of these facts after "
            "position {after}: {kinds:list}."
        ),
    ),
    "webhook_secret_rotated.v1": (
        "推送订阅更换签名密钥，旧密钥并用至 {old_until:instant}。",
        "The webhook's secret was rotated; the old one signs beside it until {old_until:instant}.",
    ),
    "webhook_ended.v1": (
        "推送订阅终止：{cause:label.WebhookEnd}[，理由：{reason}]。",
        "The webhook subscription has ended: {cause:label.WebhookEnd}[, reason: {reason}].",
    ),
}
