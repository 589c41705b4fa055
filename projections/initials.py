"""The initials of a name's pinyin, as offices type it: 员村党群服务中心 is `ycdqfwzx`."""

from functools import cache


@cache
def initials_of(name: str) -> str:
    """Return the initials of every Chinese character in *name*; letters and digits stay."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors=_as_written)).lower()


def _as_written(signs: str) -> str:
    return "".join(sign for sign in signs if sign.isalnum())
