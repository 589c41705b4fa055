"""Every rule by which a province's record says no: its code, and its sentence in both languages.

Codes are published and only added to. `{words}` are filled with names of cities, numbers, months
and digests, which are public.
"""

from domain.refusals import refusing

REFUSAL_RULES: dict[str, tuple[str, str]] = {
    "city-once": (
        "{stream} 已是一个城市；请用新编号另行登记。",
        "{stream} is a city already; take a new number for another one.",
    ),
    "city-unknown": (
        "没有登记城市 {stream}；请先登记其公钥（jiedui province city add）。",
        "The province holds no city {stream}; add its key first (jiedui province city add).",
    ),
    "city-removed": (
        "{name}已移出，不再收取其报表；如需恢复，请另行登记。",
        "{name} was removed; nothing is taken of it. Add it anew to go on.",
    ),
    "city-name-held": (
        "已登记名为“{name}”的城市。",
        "A city called {name} is held already.",
    ),
    "city-key-held": (
        "该公钥或日志名称属于{name}；一部日志只属一个城市。",
        "This key or log is that of {name}; a log belongs to one city.",
    ),
    "city-key-of-log": (
        "公钥属于日志 {found}，应为 {expected} 的公钥。",
        "The key is of the log {found}; expected a key of {expected}.",
    ),
    "city-key-new": (
        "该公钥曾为{name}所用；更换应使用新公钥。",
        "The key was {name}'s before; replace it by a new one.",
    ),
    "statement-foreign-key": (
        "报表由{signer}的密钥签名，不是{name}现用的密钥，不予收取。",
        "The statement is signed with the key of {signer}, not with that of {name} in force.",
    ),
    "statement-old-key": (
        "报表由{name}已更换的旧密钥签名，不予收取。",
        "The statement is signed with a key that {name} has replaced; it is not taken.",
    ),
    "statement-unsigned": (
        "报表没有所登记城市密钥的有效签名（日志 {origin}）；请核对文件是否完整、公钥是否正确。",
        (
            "No key of a city held here validly signed the statement (log {origin}). Is the file "
            "whole, and the key right?"
        ),
    ),
    "city-of-log-unknown": (
        "没有登记日志 {origin} 的城市；请先登记其公钥（jiedui province city add）。",
        "No city with the log {origin} is held; add its key first (jiedui province city add).",
    ),
    "city-not-found": (
        "没有登记名为“{name}”的城市。",
        "No city called {name} is held.",
    ),
    "city-address": (
        "不能从该网址收取（{why}）；须为 https 公开域名，且在 JIEDUI_CITY_HOSTS 之列。",
        (
            "Nothing is pulled from this address ({why}): https, a public name, and among "
            "JIEDUI_CITY_HOSTS."
        ),
    ),
    "city-key-malformed": (
        "公钥有误：{found}",
        "The key cannot be used: {found}",
    ),
    "city-policy-malformed": (
        "见证规则有误：{found}",
        "The witness policy cannot be used: {found}",
    ),
    "statement-malformed": (
        "文件不是指标报表：{found}",
        "The file is no figure statement: {found}",
    ),
    "statement-unwitnessed": (
        "报表所附检查点未达到{name}的见证规则：{found}",
        "The checkpoint of the statement does not fulfil the witness policy of {name}: {found}",
    ),
    "two-statements": (
        "{name}的第 {number} 号报表已收取，内容不同；两份均已留存并告警。",
        "Statement {number} of {name} was taken and reads otherwise; both are kept, with an alarm.",
    ),
    "two-histories": (
        "{name}的检查点与所持的互相矛盾，同一部账本有两部历史；不予收取，两份均已留存并告警。",
        (
            "The checkpoint of {name} contradicts the one held: one log with two histories. It is "
            "not taken; both are kept, and an alarm stands."
        ),
    ),
    "series-broken": (
        "{name}的第 {number} 号报表不接续所持的第 {before} 号；不予收取，两份均已留存并告警。",
        (
            "Statement {number} of {name} does not continue statement {before} as held; it is not "
            "taken, both are kept, and an alarm stands."
        ),
    ),
    "statement-in-order": (
        "{name}的下一份应为第 {expected} 号，所收为第 {found} 号；请先收取之前的报表。",
        "The next statement of {name} is {expected}; found {found}. Take those before it first.",
    ),
    "checkpoint-goes-on": (
        "{name}的检查点只有 {size} 条，少于所持的 {before} 条。",
        "The checkpoint of {name} has {size} entries, fewer than the {before} held.",
    ),
    "statement-position": (
        "统计截至账本位置 {position}，超出所附检查点的 {size} 条。",
        "Counted up to position {position}, beyond the {size} entries of the checkpoint.",
    ),
    "stated-month-over": (
        "{month} 尚未结束，不收取该月报表。",
        "{month} is not over; no statement of it is taken.",
    ),
    "month-stated-twice": (
        "{name}的 {month} 报表为第 {expected} 号；再报须写明替换该号，所收写明替换 {found}。",
        (
            "{month} of {name} stands as statement {expected}; another one says that it replaces "
            "it. This one says: {found}."
        ),
    ),
    "nothing-to-withdraw": (
        "{name}的 {month} 现行报表为 {expected}，第 {found} 号不能撤回。",
        "{month} of {name} stands as statement {expected}; {found} cannot be withdrawn.",
    ),
    "figure-above-line": (
        "指标 {code} 的分子 {numerator} 大于分母 {denominator}。",
        "Figure {code}: numerator {numerator} is above denominator {denominator}.",
    ),
    "figure-once": (
        "指标 {code} 重复。",
        "Figure {code} is stated twice.",
    ),
    "statement-whole": (
        "报表应或报指标（有统计位置），或撤回一份报表（写明理由、不报指标），不能兼有或皆无。",
        "A statement holds figures and their position, or withdraws one for a reason; never both.",
    ),
    "alarm-unknown": (
        "{name}没有第 {alarm} 号未了结的告警。",
        "{name} has no open alarm {alarm}.",
    ),
}


refused = refusing(REFUSAL_RULES)
"""Return the refusal by one of these rules, filled with what was found."""
