"""What people write in cells, read as values: yes or no, dates, telephone numbers, listed words.

Each reader returns the value, or None where the text does not say one; the caller words the
problem, since only the caller knows the column.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TypeVar

ValueT = TypeVar("ValueT")

YES = frozenset({"是", "有", "紧急", "加急", "急", "特急", "√", "✓", "y", "yes", "true", "1"})
NO = frozenset({"", "否", "无", "不", "一般", "普通", "不紧急", "x", "×", "n", "no", "false", "0"})
DATE = re.compile(
    r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*(?:[:时点])\s*(?:(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.\d+)?\s*秒?)?)?)?)?"
)
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(0\d{2,3})?[2-9]\d{6,7}(#\d{1,6})?")


def folded(text: str) -> str:
    """Return *text* as it is compared: half width, lower case, without spaces and quotes."""
    return re.sub(r"[\s\"'“”‘’«»·]", "", unicodedata.normalize("NFKC", text)).lower()


def yes_or_no(text: str) -> bool | None:
    """Return what *text* answers; an empty cell means no."""
    word = folded(text)
    if word in YES:
        return True
    return False if word in NO else None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the date (midnight) or moment that *text* names in *zone*.

    Read are 2026-11-03, 2026/11/3, 2026.11.3 and 2026年11月3日, each with or without a time such as
    14:30, 14:30:05 or 14时30分.
    """
    match = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def telephone(text: str) -> str | None:
    """Return the telephone number as digits (an extension after `#`), or None where it is none."""
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text).replace("—", "-"))
    digits = re.sub(r"(转|ext\.?)", "#", digits, flags=re.IGNORECASE)
    digits = re.sub(r"^(\+|00)86", "", digits)
    return digits if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits) else None


def listed(text: str, words: Mapping[str, ValueT]) -> ValueT | None:
    """Return what *text* stands for among folded *words*."""
    return words.get(folded(text))
