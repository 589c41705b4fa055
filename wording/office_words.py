"""Sentences for people, with the codes in them said in the words of the glossary.

The domain's rules name states and roles by their codes, since codes are what it knows; an office
reads 已提议, not PROPOSED.
"""

import re
from collections.abc import Callable

from domain.people import ROLE_LABELS
from wording.commands import COMMAND_LABELS
from wording.fields import field_label
from wording.labels import ENUMERATIONS, LABELS, Both, Language

_CODE = re.compile(r"(?<![\w/@.-])[A-Z][A-Z0-9_]{2,}(?:/[A-Z][A-Z0-9_]+)?(?![\w@/.-])")
"""A code, with the category it is about where it is about one."""


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


_PLACE = re.compile(r"(?<![\w/@.-])\d{6,12}(?![\w/@.-])")
_FIELD = re.compile(r"(字段 |[Ff]ield |in )([a-z_]{3,40})(?: (?=[\u4e00-\u9fff])|(?=[ ,]))")
_BESIDE_ITS_LABEL = re.compile(r"(“[^“”]+”)（[a-z][a-z0-9_.]*）")
_APART = re.compile(r"(?<=[\u4e00-\u9fff”》）]) (?=[\u4e00-\u9fff“《（])")
"""A space before or after a code, which a name of Chinese characters does not need."""


def in_office_words(
    sentence: str,
    unit_name: Callable[[str], str] = str,
    language: Language = "zh",
    *,
    place_name: Callable[[str], str] = str,
    ground_name: Callable[[str], str] = str,
    of: str = "",
) -> str:
    """Return *sentence* with every code that has one label said by that label.

    *unit_name*, *place_name* and *ground_name* say what the unit, the place and the item of a
    pack's list of a code are called; left out, those codes stay. A field is called as forms *of* a
    kind of case call it, its stored name left out.
    """
    english = language == "en"
    sentence = _FIELD.sub(lambda found: _field(found, language, of), sentence)
    sentence = _BESIDE_ITS_LABEL.sub(r"\1", sentence)
    said = _CODE.sub(
        lambda found: _WORDS[found[0]][english] if found[0] in _WORDS else ground_name(found[0]),
        sentence,
    )
    said = _COMMAND.sub(lambda found: _called(found[1], english=english), said)
    said = _TWICE.sub(r"\1", said)
    said = _UNIT.sub(lambda found: unit_name(found[0]), said)
    said = _PLACE.sub(lambda found: place_name(found[0]), said)
    return said if english else _APART.sub("", said.replace(", ", "、"))


def for_people(sentence: str) -> str:
    """Return *sentence* as it is said to whoever filled in a page: they are who asked."""
    said = sentence.replace("来者是", "您是")
    return said.replace("命令格式不符：", "填写不全或有误：")


def _field(found: re.Match[str], language: Language, of: str) -> str:
    """Return a field that a sentence names, as its form calls it; what is none stays."""
    before, name = found.groups()
    called = field_label(name, language, of=of)
    if called == name:
        return found[0]
    return f"“{called}”" if language == "zh" else f'{before}"{called}"'


def _called(command: str, *, english: bool) -> str:
    """Return what a command is called, in quotation marks."""
    both = COMMAND_LABELS.get(command)
    name = command if both is None else both[english]
    return f'"{name}"' if english else f"“{name}”"
