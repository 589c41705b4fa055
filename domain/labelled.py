"""What people read for a code out of a policy pack, and the items of its closed lists."""

from domain.values import Code, Frozen, OfficeText


class Label(Frozen):
    """What people read, in both languages."""

    zh: OfficeText
    en: OfficeText


class Ground(Frozen):
    """One item of a closed list, with the article it rests on where there is one."""

    code: Code
    label: Label
    source: OfficeText | None = None
