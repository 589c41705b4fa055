"""What people write in cells, read as values: yes or no, dates, telephone numbers, listed words.

Each reader returns the value, or None where the text does not say one; the caller words the
problem, since only the caller knows the column.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TypeVar

ValueT = TypeVar("ValueT")

YES = frozenset({"是", "有", "紧急", "加急", "急", "特急", "√", "✓", "y", "yes", "true", "1"})
NO = frozenset({"", "否", "无", "不", "一般", "普通", "不紧急", "x", "×", "n", "no", "false", "0"})
DATE = re.compile(
    r"(?:(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*[日号]?"
    r"|(\d{4})(\d{2})(\d{2}))"
    r"(?:[\sT]*(上午|中午|下午|晚上|凌晨|早上|am|pm)?\s*(\d{1,2})\s*(?:[:时点])\s*"
    r"(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
AFTER_NOON = frozenset({"下午", "晚上", "pm"})
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}(#\d{1,6})?")
SERVICE = re.compile(r"[48]00\d{7}(#\d{1,6})?")
NEIGHBOURS = re.compile(r"\+(852[2-9]\d{7}|8536\d{7}|85328\d{6})")
"""Hong Kong and Macao, where relatives of many residents live; their code stays before them."""
NO_PHONE = frozenset({"", "无", "没有", "不详", "未知", "未留", "不愿提供", "-", "/", "—"})
BETWEEN_PHONES = re.compile(r"[/、,，;；\n]|\s{2,}|或|\s+(?=1[3-9])|\s+(?=0\d{2,3}-)")


def seen(text: str) -> str:
    """Return *text* without the characters that nobody sees: zero width, marks of direction."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")


def visible(text: str) -> str:
    """Return what is seen of *text*, in half width."""
    return seen(unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """Return *text* as it is compared: half width, lower case, without spaces and quotes."""
    return re.sub(r"[\s\"'“”‘’«»·]", "", visible(text)).lower()


def yes_or_no(text: str) -> bool | None:
    """Return what *text* answers; an empty cell means no."""
    word = folded(text)
    if word in YES:
        return True
    return False if word in NO else None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the date (midnight) or moment that *text* names in *zone*, unless it names another.

    Read are 2026-11-03, 2026/11/3, 2026.11.3, 20261103 and 2026年11月3日, each with or without a
    time such as 14:30, 14:30:05, 14时30分, 下午2:30, or 24:00 for the end of the day (ISO 8601),
    and a zone such as +08:00.
    """
    match = DATE.fullmatch(visible(text).strip())
    if match is None:
        return None
    half, offset = (match[7] or "").lower(), match[11]
    year, month, day = (int(part) for part in match.group(*((1, 2, 3) if match[1] else (4, 5, 6))))
    hour, minute, second = (int(part or 0) for part in match.group(8, 9, 10))
    if half in AFTER_NOON and hour < 12:
        hour += 12
    if half and hour > 12 and half not in AFTER_NOON:
        return None
    whole_day = (hour, minute, second) == (24, 0, 0)
    try:
        found = datetime(
            year, month, day, 0 if whole_day else hour, minute, second, tzinfo=zone_of(offset, zone)
        )
        return found + timedelta(days=whole_day)
    except (ValueError, OverflowError):
        return None


def zone_of(offset: str | None, zone: tzinfo) -> tzinfo:
    """Return the zone that `+08:00` or `Z` names, *zone* where none is written."""
    if not offset:
        return zone
    if offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def telephone(text: str) -> str | None:
    """Return the telephone number as digits (an extension after `#`), or None where it is none."""
    digits = re.sub(r"[\s()-]", "", visible(text).replace("—", "-"))
    digits = re.sub(r"(转|ext\.?)", "#", digits, flags=re.IGNORECASE)
    digits = re.sub(r"^00(?=85[23])", "+", re.sub(r"^(\+|00)86", "", digits))
    kinds = (MOBILE, LANDLINE, SERVICE, NEIGHBOURS)
    return digits if any(kind.fullmatch(digits) for kind in kinds) else None


def telephones(text: str) -> tuple[str, ...] | None:
    """Return every telephone number that *text* holds, none for 无 or 不详, None where one is none.

    Several stand with a stroke, a comma, a line end or 或 between them.
    """
    if folded(text) in NO_PHONE:
        return ()
    whole = telephone(text)
    if whole is not None:
        return (whole,)
    parts = [part for part in BETWEEN_PHONES.split(visible(text)) if part.strip()]
    found = [telephone(part) for part in parts]
    numbers = tuple(dict.fromkeys(one for one in found if one is not None))
    return numbers if numbers and None not in found else None


def listed(text: str, words: Mapping[str, ValueT]) -> ValueT | None:
    """Return what *text* stands for among folded *words*."""
    return words.get(folded(text))
