"""A provider's licences and prices as an office writes them, each a few words in a cell.

食品经营许可证 JY001 2031-12-31, or 营业执照 GS001 长期; 午餐 份 15.00.
"""

import re
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import Any

from domain.labelled import Label
from domain.values import LEDGER_NUMBER, instant_text
from importing.cells import folded, listed, moment, visible

BETWEEN = re.compile(r"[;；\n]+")
"""What stands between several of them in one cell."""

_LONG = "长期"
_LICENCE = re.compile(
    rf"(?P<licence>\S+)\s+(?P<number>{LEDGER_NUMBER}?)\s+"
    rf"(?:有效期?至)?\s*(?P<until>{_LONG}|\d[\d年月日./-]*)"
)
_PRICE = re.compile(
    r"(?P<item>\S.*?)\s+(?P<per>\S+)\s+(?P<yuan>\d[\d,，]*)(?:\.(?P<cents>\d{2}))?\s*元?"
)


def licence_words(licences: Mapping[str, Label]) -> dict[str, str]:
    """Return licences by every word that stands for them; 甲或乙 stands under each of the two."""
    found: dict[str, str] = {}
    for code, label in licences.items():
        words = (code, label.zh, label.en, *label.zh.split("或"))
        found |= {folded(word): code for word in words}
    return found


def licence_in(text: str, words: Mapping[str, str], zone: tzinfo) -> dict[str, Any] | None:
    """Return the licence that *text* tells, None where it cannot be read as one.

    Its last day counts in full; a licence without a day is not read, one without an end says 长期.
    """
    shape = _LICENCE.fullmatch(visible(text).strip())
    licence = listed(shape["licence"], words) if shape else None
    if shape is None or licence is None:
        return None
    told = {"licence": licence, "number": shape["number"]}
    if shape["until"] == _LONG:
        return told
    last = moment(shape["until"], zone)
    if last is None:
        return None
    return told | {"valid_until": instant_text(last + timedelta(days=1))}


def price_in(text: str) -> dict[str, Any] | None:
    """Return the price that *text* tells in yuan, as cents; None where it cannot be read as one."""
    shape = _PRICE.fullmatch(text.strip())
    if shape is None:
        return None
    yuan = re.sub(r"[,，]", "", shape["yuan"])
    cents = int(yuan + (shape["cents"] or "00"))
    return {"item": shape["item"], "per": shape["per"], "cents": cents}
