"""Sentences for people, with the codes in them said in the words of the glossary.

The domain's rules name states and roles by their codes, since codes are what it knows; an office
reads 已提议, not PROPOSED.
"""

import re
from collections.abc import Callable

from domain.people import ROLE_LABELS
from wording.commands import COMMAND_LABELS
from wording.labels import ENUMERATIONS, LABELS, Both, Language

_CODE = re.compile(r"(?<![\w/@.-])[A-Z][A-Z0-9_]{2,}(?![\w@/.-])")


def _words() -> dict[str, Both]:
    """Return the label of every code that means one thing wherever it stands."""
    found: dict[str, set[Both]] = {}
    for kind in ENUMERATIONS:
        for code, both in LABELS[kind.__name__].items():
            found.setdefault(code, set()).add(both)
    words = {code: both.pop() for code, both in found.items() if len(both) == 1}
    return words | {role.value: both for role, both in ROLE_LABELS.items()} | _BESIDE


_BESIDE: dict[str, Both] = {"UNKNOWN": ("未登记", "not registered"), "NONE": ("无", "none")}
_WORDS = _words()


_COMMAND = re.compile(r"“([a-z_]{3,40})”")
_TWICE = re.compile(r"([\u4e00-\u9fff]{2,20})（\1）")
"""A label that stood beside its code, once the code is said by it too."""
_UNIT = re.compile(r"(?<![\w/@.-])\d{6,12}-[A-Z0-9-]{1,24}(?![\w/@])")


_FIELD = re.compile(r"(?<=”)（[a-z][a-z0-9_.]*）")
"""A field's name as it is stored, beside what it is called."""
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff”》）]) (?=[\u4e00-\u9fff“《（])")
"""A space that stood around a code, where now a word stands."""


def in_office_words(
    sentence: str, unit_name: Callable[[str], str] = str, language: Language = "zh"
) -> str:
    """Return *sentence* with every code that has one label said by that label.

    *unit_name* says what the unit of a code is called; left out, codes of units stay.
    """
    english = language == "en"
    said = _CODE.sub(lambda found: _WORDS.get(found[0], (found[0],) * 2)[english], sentence)
    said = _COMMAND.sub(lambda found: _called(found[1], english=english), said)
    said = _TWICE.sub(r"\1", said)
    said = _UNIT.sub(lambda found: unit_name(found[0]), said)
    return said if english else _BETWEEN.sub("", said.replace(", ", "、"))


def for_people(sentence: str) -> str:
    """Return *sentence* as it is said to whoever filled in a page, not to a program.

    The stored names of fields are left out, and whoever asked is the reader.
    """
    said = _FIELD.sub("", sentence).replace("来者是", "您是")
    return said.replace("命令格式不符：", "填写不全或有误：")


def _called(command: str, *, english: bool) -> str:
    """Return what a command is called, in quotation marks."""
    both = COMMAND_LABELS.get(command)
    name = command if both is None else both[english]
    return f'"{name}"' if english else f"“{name}”"
