"""Every rule by which the registry says no: its code, and its sentence in both languages.

Codes are published and only added to. `{words}` are filled with codes, dates and counts, never
with a person's name or number.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    "division-covered": (
        "单位 {unit} 的辖区 {division} 不包含 {place}，请由辖区内的名册管理员办理。",
        "Unit {unit} covers {division}, which does not include {place}; ask a registrar who does.",
    ),
    "already-registered": (
        "{stream} 已在名册中，请改用变更命令。",
        "{stream} is in the registry already; change it instead.",
    ),
    "not-registered": (
        "名册中没有 {stream}，请先登记。",
        "The registry has no {stream}; register it first.",
    ),
    "nothing-changes": (
        "所填内容与现有登记相同，没有变更。",
        "What was given is what the registry holds already; nothing would change.",
    ),
    "unit-closed": (
        "单位 {unit} 已于 {until} 终止，不能再变更。",
        "Unit {unit} ended at {until}; it can no longer be changed.",
    ),
    "unit-still-paired": (
        "单位 {unit} 还是 {found} 个未结结对的成员；请先在结对中更换成员，或先终结结对。",
        "Unit {unit} is a party of {found} open pairings; replace it there or end them first.",
    ),
    "unit-still-needed": (
        "单位 {unit} 手上还有 {found} 件未结任务；请指明承接单位（successor）。",
        "Unit {unit} handles {found} open tasks; name the unit that succeeds it (successor).",
    ),
    "successor-of-its-kind": (
        "{found} 不能承接 {unit}：承接单位应是同类的另一个单位，且届时仍然存在。",
        "{found} cannot succeed {unit}: a successor is another unit of its kind that goes on.",
    ),
    "place-left-alone": (
        "变更后 {place} 将没有调度员，那里还有 {found} 件未结任务；请先授予他人，或指明承接单位。",
        "No dispatcher is left for {place} with {found} open tasks; grant the role or name one.",
    ),
    "successor-holds-role": (
        "承接人应是在单位 {unit} 现任 {role} 的另一人；请先授予该角色。",
        "Whoever goes on is another person who holds {role} at {unit}; grant it to them first.",
    ),
    "validity-runs-forward": (
        "有效期应晚于起始时间 {since} 结束，所填为 {until}。",
        "Validity must end after it begins at {since}; found {until}.",
    ),
    "sealed-under-own-key": (
        "姓名和电话应以 {expected} 自己的密钥加密，所填为 {found} 的密钥。",
        "Name and number are sealed under {expected}'s own key; found the key of {found}.",
    ),
    "role-not-grantable": (
        "角色 {role} 不能授予人员。",
        "Role {role} is never granted to a person.",
    ),
    "own-role": (
        "不能给自己授予角色，请由另一位名册管理员办理。",
        "Nobody grants a role to themselves; ask another registrar.",
    ),
    "role-already-held": (
        "该人员在单位 {unit} 的 {role} 角色在此期间已经有效。",
        "The person holds role {role} at unit {unit} in that time already.",
    ),
    "roles-kept-apart": (
        "角色 {role} 不能与同期的 {other} 由一人兼任（三员分立）。",
        "Role {role} must not be held together with {other}; different people hold them.",
    ),
    "role-not-granted": (
        "该人员在单位 {unit} 没有有效的 {role} 角色，无从收回。",
        "The person holds no role {role} at unit {unit}; there is nothing to revoke.",
    ),
    "session-begun": (
        "该会话已经开始。",
        "The session has begun already.",
    ),
    "session-over": (
        "该会话不存在或已经结束。",
        "There is no such session, or it is over.",
    ),
    "registry-begun": (
        "名册已经启用；此后由名册管理员办理。",
        "The registry has been begun; from now on a registrar acts.",
    ),
    "account-key-of-another": (
        "密钥名称为 {found}，应为本人编号 {expected}。",
        "The key is named {found}; it must be the person's own: {expected}.",
    ),
    "account-key-known": (
        "这把密钥已经登记。",
        "This key is on record already.",
    ),
    "account-key-unknown": (
        "此人没有这把有效的密钥。",
        "The person has no such key in force.",
    ),
    "identity-bound": (
        "该统一身份认证标识已绑定人员；一个标识只能绑定一人，请先解除原绑定。",
        "This identity is bound to a person already; unbind it there first.",
    ),
    "identity-not-bound": (
        "此人没有绑定这个统一身份认证标识。",
        "This identity is not bound to the person.",
    ),
    "last-registrar-key": (
        "这是最后一位名册管理员的最后一把密钥；请先为另一位名册管理员登记密钥。",
        "No registrar would have a key any more; give another registrar one first.",
    ),
    "stream-named-otherwise": (
        "政策包 {policy} 应发布在 policy/{policy}，所填为 {stream}。",
        "Pack {policy} is published on policy/{policy}; found {stream}.",
    ),
    "already-published": (
        "内容相同的版本 {version} 已经发布。",
        "Version {version} with this very content is published already.",
    ),
    "reason-needed": (
        "{what} 已发布过；更正须写明理由。",
        "{what} is published already; a revision needs its reason.",
    ),
    "calendar-contradicts": (
        "日历 {calendar} 中有互相矛盾的日期：{days}。请更正后再发布。",
        "Calendar {calendar} would contradict itself about {days}; correct it first.",
    ),
    "erasure-ones-own": (
        "删除个人信息由本人凭自己的链接提出；当面提出的，由个人信息保护负责人直接办理。",
        "Residents ask for themselves, by a link of theirs; asked in person, the officer acts.",
    ),
    "erasure-requested": (
        "您已提出删除，最迟 {until} 答复，请等候。",
        "You have asked already; you are answered by {until}.",
    ),
    "erasure-not-requested": (
        "此人没有等待答复的删除申请。",
        "No request to erase waits for an answer here.",
    ),
    "already-erased": (
        "该居民的密钥已经销毁。",
        "This resident's key is destroyed already.",
    ),
    "already-delivered": (
        "该通知已经送达。",
        "This notice has been delivered already.",
    ),
    "attempts-in-order": (
        "下一次送达应为第 {expected} 次，所填为第 {found} 次。",
        "The next attempt is number {expected}; found {found}.",
    ),
    "same-notice": (
        "此流记录的是另一通知或另一收件人。",
        "This stream tells of another notice or another recipient.",
    ),
    "subject-still-needed": (
        "该居民仍有未结任务 {found} 件，办结后方可删除。",
        "This resident still has {found} open tasks; the data are erased once they are over.",
    ),
}


refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
