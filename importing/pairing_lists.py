"""Rows of a list of a pairing (需求、资源、项目清单) as items, or as problems."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import count

from domain.pairing.commands import ListKind
from domain.policy import Category
from importing.cells import folded, listed, seen, visible
from importing.needs import category_labels
from importing.places import Places, street_key
from importing.promised import HINT, promise_in
from importing.row_reading import RowReading
from importing.tables import BadRow, Field, Row
from wording.promising import commitment_text
from wording.sentences import CHINA as OFFICE_ZONE

LIST_FIELDS = (
    Field(
        "title",
        (
            "项目名称",
            "名称",
            "需求名称",
            "资源名称",
            "事项",
            "内容",
            "需求",
            "资源",
            "项目",
            "title",
        ),
        True,
        True,
        500,
    ),
    Field("category", ("服务类别", "类别", "category"), True, True, 60),
    Field("place", ("地点", "社区", "所在社区", "place"), length_max=60),
    Field("code", ("编号", "项目编号", "code"), length_max=96),
    Field("promise", ("承诺", "兑现承诺", "promise"), length_max=160),
)
"""The columns of a list; without a place an item is for the whole street."""

USUAL_ORDER = tuple(one.headings[0] for one in LIST_FIELDS)
"""In which order columns without headings are read."""

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@/:-]{0,95}")
_BEGINS = {ListKind.NEED: "N", ListKind.RESOURCE: "R", ListKind.PROJECT: "P"}


@dataclass(frozen=True)
class ItemRow:
    """One item, ready to be attached."""

    code: str
    title: str
    category: str
    place: str
    promise: str = ""
    """What the item promises, as it is written: 资金 50000.00 元 2027-10-31."""


@dataclass(frozen=True)
class ItemRows:
    """What rows came to: items in their order, and the rows that are not taken."""

    good: tuple[ItemRow, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class ListReader:
    """Reads items of one list with what the pack and the registry know.

    *street* is the division of the pairing's street; *taken* are the codes of its other lists.
    """

    kind: ListKind
    categories: Sequence[Category]
    places: Places
    street: str
    taken: Collection[str] = ()
    zone: tzinfo = OFFICE_ZONE

    def read(self, rows: Iterable[Row]) -> ItemRows:
        """Return the items of *rows*; a row without a number gets the next one that is free."""
        found = list(rows)
        numbers = self._free({visible(row.cells.get("code", "")).strip() for row in found})
        labels = category_labels(self.categories)
        good: list[ItemRow] = []
        bad: list[BadRow] = []
        taken: set[str] = set(self.taken)
        for row in found:
            reading = _Reading(row, self)
            title, category = reading.title(), reading.category(labels)
            place, code = reading.place(), reading.code(taken)
            promise = reading.promise()
            if reading.problems:
                bad.append(BadRow(row, tuple(reading.problems)))
                continue
            code = code or next(numbers)
            taken.add(code)
            good.append(ItemRow(code, title, category, place, promise))
        return ItemRows(tuple(good), tuple(bad))

    def _free(self, said: set[str]) -> Iterator[str]:
        """Yield numbers such as N-1 that stand nowhere yet."""
        for number in count(1):
            code = f"{_BEGINS[self.kind]}-{number}"
            if code not in said and code not in self.taken:
                yield code


@dataclass
class _Reading(RowReading):
    """The reading of one row; problems gather as the cells are read."""

    reader: ListReader

    def title(self) -> str:
        """Return what the item is called."""
        text = " ".join(seen(self.cell("title")).split())
        if not text:
            self.fault(
                "title",
                "missing-value",
                "“项目名称”未填写。",
                "The name of the item is missing.",
            )
        return text

    def category(self, labels: dict[str, str]) -> str:
        """Return the code of the category."""
        found = listed(self.cell("category"), labels)
        if found is None:
            names = "、".join(one.label.zh for one in self.reader.categories)
            self.fault(
                "category",
                "unknown-category",
                f"“服务类别”请填：{names}。",
                "The category is missing or not one of the policy pack.",
            )
        return found or ""

    def place(self) -> str:
        """Return the division of the place; none said is the whole street."""
        text = self.coded("place")
        street = self.reader.street
        bare = street_key(text)
        if not text or text == street or self.reader.places.streets.get(bare) == street:
            return street
        if text.isdigit() and text.startswith(street):
            return text
        found = self.reader.places.community(text, street)
        if found is None or (found == street and folded(text)):
            self.fault(
                "place",
                "unknown-place",
                "“地点”不是本街道名册中的社区；请改为社区名称，或留空表示全街道。",
                "The place is no community of this street in the registry; leave it empty for the "
                "whole street.",
            )
        return found or street

    def promise(self) -> str:
        """Return what the item promises, as it is written again; only resources are promised."""
        text = " ".join(visible(self.cell("promise")).split())
        if not text:
            return ""
        found = promise_in(text, self.reader.zone)
        if self.reader.kind is not ListKind.RESOURCE:
            self.fault(
                "promise",
                "resources-only",
                "只有资源清单的条目可以写承诺。",
                "Only items of a resource list are promised.",
            )
        elif found is None:
            self.fault(
                "promise",
                "not-a-promise",
                f"“承诺”请写种类、数量和期限，如“{HINT[0]}”；种类：人员、资金、政策、场地、设备、服务。",
                "A promise is a kind, a quantity and a day, such as 资金 50000 元 2027-10-31.",
            )
        return text if found is None else commitment_text(found.model_dump(mode="json"))

    def code(self, taken: Collection[str]) -> str:
        """Return the number the row gives itself, "" where it gives none."""
        text = self.coded("code")
        if text and CODE.fullmatch(text) is None:
            self.fault(
                "code",
                "not-an-item-code",
                "“编号”只能用字母、数字和 - _ . / : @；也可留空，由系统编号。",
                "A number holds letters, digits and - _ . / : @ only; left empty, one is given.",
            )
        elif text in taken:
            self.fault(
                "code",
                "item-code-twice",
                "“编号”在本结对的清单中已有；请另编一个，或留空由系统编号。",
                "The number stands in a list of this pairing already; leave it empty to get one.",
            )
        return text
