"""Plain text: taken if it is text to its end, and no page and no program."""

import codecs
import re

from evidence.unfit import Reason, Unfit

_MARKUP = re.compile(
    r"<(!doctype|html|svg|script|iframe|body|\?xml|\?php)|javascript:", re.IGNORECASE
)
_PROGRAMMES = ("#!", "MZ", "X5O!P%@AP", "@echo off")
"""How scripts and programs begin, and the string by which virus scanners are tried out."""

_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def judge(content: bytes) -> None:
    """Refuse what is no text, or would act as a page or a program; raises `Unfit`."""
    text = _read(content)
    if text is None or _NOT_IN_TEXT.search(text):
        raise Unfit(Reason.UNKNOWN)
    if _MARKUP.search(text):
        raise Unfit(Reason.ACTIVE, "HTML")
    if text.lstrip("\ufeff \t\r\n").startswith(_PROGRAMMES):
        raise Unfit(Reason.ACTIVE, "programme")


def _read(content: bytes) -> str | None:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for name in ("utf-16",) if marked else ("utf-8", "gb18030"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    return None
