"""Who a body is: its unified social credit code, and the one stream that is its case.

A body has one case for ever, named by what it is registered as, so that a second open application,
or a bar forgotten under another name, has nowhere to stand.
"""

import hashlib
from typing import Annotated

from pydantic import Field, StringConstraints

CreditCode = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Z]{18}$"),
    Field(examples=["91440106MADEUP001W"]),
]
"""A unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters, capitals."""

TeamNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{3,31}$"),
    Field(examples=["TH-0001"]),
]
"""The number of a volunteer team (志愿队伍) in the volunteer service register it is entered in."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a credit code, by value (GB 32100-2015, table 2): no I, O, S, V, Z."""

_MODULUS = 31
_BASE = 3


def check_character(code: str) -> str | None:
    """Return the check character of the first 17 characters of *code*, None where one is foreign.

    GB 32100-2015 §4.3 and annex: the sum of value times weight, the weight of the i-th character
    3^(i-1) mod 31; the check value is 31 less the sum mod 31, and 31 counts as 0.
    """
    if not set(code[:17]) <= set(ALPHABET):
        return None
    summed = sum(
        ALPHABET.index(character) * pow(_BASE, place, _MODULUS)
        for place, character in enumerate(code[:17])
    )
    return ALPHABET[-summed % _MODULUS]


def checks(code: str) -> bool:
    """Say whether *code* is written in the alphabet and ends in its own check character."""
    return check_character(code) == code[17]


def provider_stream(credit_code: str) -> str:
    """Return the case of the body with this credit code: the same code, the same stream."""
    return _stream("credit-code", credit_code)


def team_stream(number: str) -> str:
    """Return the case of the volunteer team with this number and no credit code of its own."""
    return _stream("volunteer-team", number.upper())


def _stream(register: str, number: str) -> str:
    """The id is a UUID of version 8 (RFC 9562) made of SHA-256: opaque, and the same every time."""
    digest = bytearray(hashlib.sha256(f"{register}\n{number}".encode()).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x80
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"provider/{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
