"""One sentence per fact of the registry: units, people, policy packs, calendars, receipts.

Kind of fact → Chinese, English, in the language of `wording/template.py`.
"""

from wording.labels import Both

REGISTRY_SENTENCES: dict[str, Both] = {
    "unit_registered.v1": (
        (
            "登记单位{unit.name}（{unit.code}），{unit.kind:label.UnitKind}，区划 {unit.division}"
            "[，业务条线 {unit.line:ground}][，上级{unit.parent:unit}]，自 {unit.since:instant} 起"
            "[，至 {unit.until:instant}]。"
        ),
        (
            "Unit {unit.name} ({unit.code}) registered, {unit.kind:label.UnitKind}, division "
            "{unit.division}[, line {unit.line:ground}][, under {unit.parent:unit}], from "
            "{unit.since:instant}[ until {unit.until:instant}]."
        ),
    ),
    "unit_changed.v1": (
        (
            "变更单位{unit.name}（{unit.code}，原名{unit_before.name}），"
            "{unit.kind:label.UnitKind}，区划 {unit.division}（原 {unit_before.division}）"
            "[，业务条线 {unit.line:ground}][，上级{unit.parent:unit}]，理由：{reason}。"
        ),
        (
            "Unit {unit.name} ({unit.code}, before: {unit_before.name}) changed, "
            "{unit.kind:label.UnitKind}, division {unit.division} (before: {unit_before.division})"
            "[, line {unit.line:ground}][, under {unit.parent:unit}], reason: {reason}."
        ),
    ),
    "unit_closed.v1": (
        (
            "单位自 {until:instant} 起撤销[（原定 {until_before:instant}）]"
            "[，由{successor:unit}承接]，理由：{reason}。"
        ),
        (
            "The unit is closed from {until:instant}[ (before: {until_before:instant})]"
            "[, succeeded by {successor:unit}], reason: {reason}."
        ),
    ),
    "person_registered.v1": (
        "登记工作人员 {name:sealed}[，电话 {phone:sealed}]。",
        "Member of staff {name:sealed} registered[, telephone {phone:sealed}].",
    ),
    "person_changed.v1": (
        "更正工作人员信息[：姓名 {name:sealed}][，电话 {phone:sealed}]，理由：{reason}。",
        (
            "Member of staff corrected[: name {name:sealed}][, telephone {phone:sealed}], "
            "reason: {reason}."
        ),
    ),
    "role_granted.v1": (
        (
            "授予{grant.unit:unit}{grant.role:label.Role}，自 {grant.since:instant} 起"
            "[，至 {grant.until:instant}]。"
        ),
        (
            "Role {grant.role:label.Role} at {grant.unit:unit} granted from {grant.since:instant}"
            "[ until {grant.until:instant}]."
        ),
    ),
    "role_revoked.v1": (
        (
            "撤销{unit:unit}{role:label.Role}，自 {until:instant} 起[，由{successor:person}接手]，"
            "理由：{reason}。"
        ),
        (
            "Role {role:label.Role} at {unit:unit} revoked from {until:instant}"
            "[, {successor:person} goes on], reason: {reason}."
        ),
    ),
    "password_set.v1": ("设置了登录密码。", "A password was set."),
    "identity_bound.v1": (
        "绑定统一身份认证标识（摘要 {identity}）。",
        "A single sign-on identity was bound (digest {identity}).",
    ),
    "identity_unbound.v1": (
        "解除统一身份认证绑定（摘要 {identity}），理由：{reason}。",
        "A single sign-on identity was unbound (digest {identity}), reason: {reason}.",
    ),
    "session_begun.v1": (
        (
            "[以{method:label.SignInMethod}]登录，身份：{unit:unit} · {role:label.Role}"
            "（会话 {session}）。"
        ),
        (
            "Signed in[ by {method:label.SignInMethod}] as {role:label.Role} at {unit:unit} "
            "(session {session})."
        ),
    ),
    "session_ended.v1": (
        "会话 {session} 结束：{cause:label.SessionEnd}。",
        "Session {session} ended: {cause:label.SessionEnd}.",
    ),
    "account_key_added.v1": (
        "登记账户密钥 {key}，此后可凭此证明是本人。",
        "Account key {key} taken: from now on it proves who acts.",
    ),
    "account_key_withdrawn.v1": (
        "停用账户密钥 {key}，理由：{reason}。",
        "Account key {key} withdrawn, reason: {reason}.",
    ),
    "policy_published.v1": (
        "发布政策包“{policy.label.zh}”，版本 {version}[（原版本 {version_before}）]。",
        (
            "Policy pack “{policy.label.en}” published, version {version}[ (before: "
            "{version_before})]."
        ),
    ),
    "calendar_year_published.v1": (
        (
            "发布 {year.year} 年工作日历（第 {revision} 版），列明 {year.days:count} 天"
            "[，依据 {year.papers:list}][，理由：{reason}]。"
        ),
        (
            "Working calendar of {year.year} published (revision {revision}), naming "
            "{year.days:count} days[, after {year.papers:list}][, reason: {reason}]."
        ),
    ),
    "calendar_overlay_published.v1": (
        (
            "发布区划 {overlay.division} 地方日历“{overlay.name}”（第 {revision} 版），"
            "列明 {overlay.days:count} 天[，依据 {overlay.papers:list}][，理由：{reason}]。"
        ),
        (
            "Local calendar “{overlay.name}” of division {overlay.division} published (revision "
            "{revision}), naming {overlay.days:count} days[, after {overlay.papers:list}]"
            "[, reason: {reason}]."
        ),
    ),
    "erasure_requested.v1": (
        "本人申请删除个人信息（{case:case}），答复期限：{answer:deadline}。",
        "The resident asked for erasure ({case:case}); to be answered: {answer:deadline}.",
    ),
    "erasure_answer_due_soon.v1": (
        "删除申请即将到期：应于 {due:instant} 前答复，尚未答复。",
        "The answer to the request to erase is due soon, {due:instant}; none was given yet.",
    ),
    "erasure_answer_overdue.v1": (
        "删除申请逾期未答复：应于 {due:instant} 前答复。",
        "The request to erase was not answered in time; the answer was due {due:instant}.",
    ),
    "erasure_deadline_recalculated.v1": (
        (
            "日历公布后重新计算{clock:clock}时限：{due:deadline}，原为 {due_before.due:instant}"
            "[{due_before.provisional:if}（暂定）]。"
        ),
        (
            "Limit for {clock:clock} counted again after the calendar was published: "
            "{due:deadline}, before {due_before.due:instant}[{due_before.provisional:if} "
            "(provisional)]."
        ),
    ),
    "erasure_refused.v1": (
        "答复：不予删除个人信息，理由：{reason}。",
        "Answered: the erasure was refused, reason: {reason}.",
    ),
    "subject_erased.v1": (
        "居民个人信息密钥已销毁，不可恢复，依据：{basis}。",
        "The key of the resident's personal data was destroyed for ever, basis: {basis}.",
    ),
    "notice_delivered.v1": (
        "通知已送达{to:recipient}（{channel}，模板 {template}，第 {attempt} 次）[：{detail}]。",
        (
            "Notice delivered to {to:recipient} ({channel}, template {template}, attempt {attempt})"
            "[: {detail}]."
        ),
    ),
    "notice_failed.v1": (
        (
            "通知{outcome:label.Outcome}，对象{to:recipient}"
            "（{channel}，模板 {template}，第 {attempt} 次）[：{detail}]。"
        ),
        (
            "Notice {outcome:label.Outcome}, for {to:recipient} ({channel}, template {template}, "
            "attempt {attempt})[: {detail}]."
        ),
    ),
}
