"""One sentence per fact of a city as a province holds it, and what its commands are called."""

from wording.labels import Both
from wording.words import Words

_SENTENCES: dict[str, Both] = {
    "city_added.v1": (
        (
            "登记城市{name}：公开日志 {origin}，公钥 {key}，自 {since} 起应报指标报表"
            "[，日志网址 {url}][，附见证规则{witnesses:if}]。"
        ),
        (
            "City {name} added: log {origin}, key {key}, statements expected from {since} on"
            "[, served at {url}][, with a witness policy{witnesses:if}]."
        ),
    ),
    "city_key_replaced.v1": (
        "城市公钥由 {key_before} 更换为 {key}，理由：{reason}。",
        "The city's key was replaced: {key_before} by {key}, reason: {reason}.",
    ),
    "city_address_changed.v1": (
        "城市日志网址[由 {url_before} ]改为[ {url}][“不收取”{url:unless}]，理由：{reason}。",
        (
            "The address of the city's log was changed[ from {url_before}][ to {url}]"
            "[ to none{url:unless}], reason: {reason}."
        ),
    ),
    "city_removed.v1": (
        "移出城市，此后不再收取其报表，理由：{reason}。",
        "The city was removed; nothing is taken of it any more, reason: {reason}.",
    ),
    "statement_taken.v1": (
        (
            "收取 {month} 指标报表（第 {number} 号，{issued:instant} 签发），统计截至该市账本位置 "
            "{position}，检查点 {size} 条、根哈希 {root}[，替换第 {replaces} 号]"
            "[，理由：{reason}]，摘要 {digest}，密钥 {key}。"
        ),
        (
            "Figures of {month} taken (statement {number}, issued {issued:instant}), counted up to "
            "position {position} of the city's log, checkpoint of {size} entries with root {root}"
            "[, in place of statement {replaces}][, reason: {reason}], digest {digest}, by {key}."
        ),
    ),
    "withdrawal_taken.v1": (
        (
            "收取撤回声明（第 {number} 号，{issued:instant} 签发）：撤回 {month} 指标报表（第 "
            "{withdraws} 号），理由：{reason}；检查点 {size} 条、根哈希 {root}，摘要 {digest}，"
            "密钥 {key}。"
        ),
        (
            "Withdrawal taken (statement {number}, issued {issued:instant}): statement {withdraws} "
            "of {month} is withdrawn, reason: {reason}; checkpoint of {size} entries with root "
            "{root}, digest {digest}, by {key}."
        ),
    ),
    "city_alarm_raised.v1": (
        "城市告警（第 {alarm} 号）：{ground:label.CityAlarmGround}；两份签名文书已留存为证据。",
        ("Alarm {alarm}: {ground:label.CityAlarmGround}; both signed notes are kept as evidence."),
    ),
    "city_alarm_settled.v1": (
        "了结第 {alarm} 号告警，查明：{reason}。",
        "Alarm {alarm} settled; found out: {reason}.",
    ),
}

_COMMANDS: dict[str, Both] = {
    "add_city": ("登记城市", "Add a city"),
    "replace_city_key": ("更换城市公钥", "Replace a city's key"),
    "change_city_address": ("更改日志网址", "Change the address of a city's log"),
    "remove_city": ("移出城市", "Remove a city"),
    "take_statement": ("收取指标报表", "Take a statement"),
    "raise_city_alarm": ("记录城市告警", "Raise an alarm about a city"),
    "settle_city_alarm": ("了结告警", "Settle the alarm"),
}

PROVINCE_WORDS = Words(category="city", sentences=_SENTENCES, commands=_COMMANDS)
