"""What the bytes of one entry must look like, and which fields they must have.

These functions name what is wrong with one entry. `columns.py` asks the same of many at once.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from domain.values import STREAM
from ledger.entry import FIELDS, KIND

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII)
_NUMBER = re.compile(r"DQ[0-9]{6}([0-9]{8})((?:0[0-9]{3}|[1-9][0-9]{3,7}))[0-9A-Z]")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEP = {
    (product, character): ((product + value) % 36 or 36) * 2 % 37
    for product in range(1, 37)
    for value, character in enumerate(_ALPHABET)
}
"""ISO 7064 MOD 37,36: the product after one more character."""
_CHECKED = 2
"""The product after a right check character: the sum was 1 (mod 36), then doubled."""
_INTEGER_MAX = 2**53 - 1
_TEXT, _TEXT_OR_NOTHING = frozenset((str,)), frozenset((str, type(None)))
_FORMS = (
    *((name, _TEXT) for name in ("stream", "kind", "recorded_at", "occurred_at")),
    *((name, _TEXT) for name in ("command_id", "previous")),
    *((name, _TEXT_OR_NOTHING) for name in ("because_of", "pairing", "policy", "calendar")),
    *((name, frozenset((int,))) for name in ("version", "seen")),
    *((name, frozenset((dict,))) for name in ("by", "fact")),
)


def strange_form(value: Any) -> str | None:
    """Say what in *value* has no canonical form: keys that are not ASCII, floats, big integers."""
    match value:
        case dict():
            if not "".join(value).isascii():
                return "a key that is not ASCII"
            return next(filter(None, map(strange_form, value.values())), None)
        case list():
            return next(filter(None, map(strange_form, value)), None)
        case float():
            return "a number that is no integer"
        case int() if abs(value) > _INTEGER_MAX:
            return "an integer beyond those every JSON reader keeps exact"
        case _:
            return None


def wrong_fields(told: dict[str, Any]) -> Iterator[str]:
    """Name the fields that are missing, unknown, or of a wrong form."""
    if told.keys() != FIELDS:
        yield from sorted(told.keys() ^ FIELDS)
        return
    for name, form in _FORMS:
        if type(told[name]) not in form:
            yield name
            return
    if not is_stream(told["stream"]):
        yield "stream"
    if not is_kind(told["kind"]):
        yield "kind"
    if told["version"] < 1:
        yield "version"
    if told["seen"] < -1:
        yield "seen"
    for name in ("recorded_at", "occurred_at"):
        if not is_instant(told[name]):
            yield name


@lru_cache(4096)
def is_stream(told: str) -> bool:
    """Say whether *told* may name a stream."""
    return STREAM.fullmatch(told) is not None


@lru_cache(4096)
def is_kind(told: str) -> bool:
    """Say whether *told* may name a kind of fact."""
    return KIND.fullmatch(told) is not None


@lru_cache(64)
def is_instant(told: str) -> bool:
    """Say whether *told* is an instant in the one form that is hashed."""
    match = _INSTANT.fullmatch(told)
    return match is not None and is_day(match[1].replace("-", ""))


@lru_cache(1024)
def is_day(told: str) -> bool:
    """Say whether *told* is a day of the calendar, written YYYYMMDD."""
    try:
        date(int(told[:4]), int(told[4:6]), int(told[6:]))
    except ValueError:
        return False
    return True


def is_number(told: str) -> bool:
    """Say whether *told* is a work-order number: its form, its day, its check character."""
    match = _NUMBER.fullmatch(told)
    if match is None or not is_day(match[1]) or int(match[2]) < 1:
        return False
    product = _product(told[:16])
    for character in told[16:]:
        product = _STEP[product, character]
    return product == _CHECKED


@lru_cache(1024)
def _product(county_and_day: str) -> int:
    product = 36
    for character in county_and_day:
        product = _STEP[product, character]
    return product
