"""The reason of a due time in one line, Chinese and English.

自 2026-09-24 09:12 起 10 个工作日，日历 CN-2026 第 2 版，暂停 3 天：2026-10-16 18:00
"""

from datetime import datetime, timedelta

from wording.explaining import Notices, Reason, Rule
from wording.labels import Language, clock_label
from wording.sentences import instant_shown, limit_text

_COUNT_FROM = {
    "next_day": ("次日起算", "counted from the next day"),
    "receipt_day": ("收到当日计入", "the day of receipt counts"),
}

RUNGS: dict[str, tuple[str, str]] = {
    "due": ("红牌", "red card"),
    "due.yellow": ("黄牌", "yellow card"),
    "due.listed": ("挂牌督办", "listed supervision"),
    "due.remind_half": ("过半提醒", "reminder half-way"),
    "due.remind_before": ("临期提醒", "reminder before the due time"),
    "sign_in": ("未签收提醒", "reminder to sign in"),
    "dissatisfied": ("不满意挂牌督办", "listed for dissatisfaction"),
}
"""The rungs of the supervision ladder, by the clock or cause that takes them."""


def running_label(clock: str, language: Language = "zh") -> str:
    """Return what a running clock is: a limit by its name, a warning by its rung."""
    if "." in clock and clock in RUNGS:
        return RUNGS[clock][language == "en"]
    return clock_label(clock, language)


def reason_text(reason: Reason, language: Language = "zh") -> str:
    """Return why the due time is what it is, and the due time, in one line."""
    english = language == "en"
    parts = [_counted(reason, language)]
    if reason.notices is not None:
        parts.append(notices_text(reason.notices, language))
    if reason.pauses:
        total = sum((until - since for since, until in reason.pauses), timedelta())
        parts.append(f"{'paused' if english else '暂停'} {length_text(total, language)}")
    told = (", " if english else "，").join(part for part in parts if part)
    colon = ": " if english else "："
    notes = list(_notes(reason, language))
    beside = f" ({'; '.join(notes)})" if english else f"（{'；'.join(notes)}）"
    return f"{told}{colon}{instant_shown(reason.due)}{beside if notes else ''}"


def notices_text(notices: Notices, language: Language = "zh") -> str:
    """Return the calendar years a count rests on: 日历 CN-2026 第 2 版."""
    zh = [f"{notices.name}-{year} 第 {revision} 版" for year, revision in notices.years]
    zh += [f"地方安排“{name}”第 {revision} 版" for name, revision in notices.overlays]
    zh += [f"{notices.name}-{year} 尚未公布" for year in notices.unpublished]
    en = [f"{notices.name}-{year} r{revision}" for year, revision in notices.years]
    en += [f"overlay {name} r{revision}" for name, revision in notices.overlays]
    en += [f"{notices.name}-{year} not published yet" for year in notices.unpublished]
    if not zh:
        return ""
    return f"日历 {'、'.join(zh)}" if language == "zh" else f"calendar {' and '.join(en)}"


def length_text(length: timedelta, language: Language = "zh") -> str:
    """Return a length of time in its two largest units: 3 天, 2 小时 5 分钟."""
    seconds = max(round(length.total_seconds()), 0)
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(limit_text(f"{number}{unit}", language))
    return " ".join(parts[:2]) or limit_text("0s", language)


def _counted(reason: Reason, language: Language) -> str:
    english = language == "en"
    start = "" if reason.counted_from is None else instant_shown(reason.counted_from)
    limit = "" if reason.limit is None else limit_text(reason.limit, language)
    match reason.rule:
        case Rule.COUNTED | Rule.RESUMED:
            return f"{limit} from {start}" if english else f"自 {start} 起 {limit}"
        case Rule.SHARE:
            share = "" if reason.percent is None else f"{reason.percent}%"
            if english:
                return f"{share} of {limit} from {start} used"
            return f"自 {start} 起 {limit}已用 {share}"
        case Rule.BEFORE:
            return f"{limit} before {start}" if english else f"{start} 前 {limit}"
        case Rule.NAMED:
            return "named by whoever acted" if english else "由办理方确定"


def _notes(reason: Reason, language: Language) -> list[str]:
    english = language == "en"
    notes = []
    counted = reason.rule in (Rule.COUNTED, Rule.RESUMED)
    if counted and reason.count_from in _COUNT_FROM and (reason.limit or "").endswith("wd"):
        notes.append(_COUNT_FROM[reason.count_from][english])
    notes += [_pause(since, until, language) for since, until in reason.pauses]
    if reason.provisional and counted:
        notes.append("provisional" if english else "暂定")
    if reason.rule is Rule.NAMED:
        return notes
    if reason.stood is False:
        notes.append(
            f"not the versions in force then: {reason.policy}, {reason.calendar}"
            if english
            else f"所引版本 {reason.policy}、{reason.calendar} 不是当时有效的版本"
        )
    if reason.expected is None:
        notes.append(
            "cannot be computed again: the pack or calendar it names is not in the ledger"
            if english
            else "无法复算：所引政策包或日历不在账本中"
        )
    elif reason.expected != reason.due:
        again = instant_shown(reason.expected)
        notes.append(
            f"does not agree: computed again it is {again}"
            if english
            else f"与复算不符，复算为 {again}"
        )
    return notes


def _pause(since: datetime, until: datetime, language: Language) -> str:
    start, end = instant_shown(since), instant_shown(until)
    return f"paused {start} to {end}" if language == "en" else f"{start} 至 {end} 暂停"
