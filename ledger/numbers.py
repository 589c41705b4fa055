"""Work-order numbers (工单编号): how people call a task over the telephone.

`DQ` + 6-digit county code (GB/T 2260) + YYYYMMDD in Asia/Shanghai + serial of that county and day
(4 digits, 5 from the ten-thousandth on) + one check character (ISO 7064 MOD 37,36), which finds
every single wrong character and nearly every transposition.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER = re.compile(r"^DQ[0-9]{6}(?P<day>[0-9]{8})(?P<serial>[0-9]{4,8})[0-9A-Z]$")


def day_of(at: datetime) -> str:
    """Return the calendar day of *at* in Asia/Shanghai as YYYYMMDD."""
    return at.astimezone(SHANGHAI).strftime("%Y%m%d")


def work_order_number(county: str, day: str, serial: int) -> str:
    """Return the number of the *serial*-th task (from 1) of *county* on *day*."""
    stem = f"DQ{county}{day}{serial:04d}"
    return stem + check_character(stem)


def check_character(stem: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character of *stem* (digits and capital letters)."""
    return _ALPHABET[(1 - _product(stem)) % 36]


def check_number(text: str) -> bool:
    """Say whether *text* is a well-formed number with a real day and the right check character."""
    match = _NUMBER.match(text)
    if match is None or (len(match["serial"]) > 4 and match["serial"].startswith("0")):
        return False
    try:
        datetime.strptime(match["day"], "%Y%m%d").replace(tzinfo=SHANGHAI)
    except ValueError:
        return False
    return int(match["serial"]) > 0 and check_character(text[:-1]) == text[-1]


def _product(stem: str) -> int:
    product = 36
    for character in stem:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return product
