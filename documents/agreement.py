"""结对协议: who pairs with whom, for what, on which three lists, and who has signed."""

from dataclasses import dataclass
from datetime import datetime

from documents.paper import (
    Block,
    Body,
    Heading,
    Paper,
    Particulars,
    Places,
    Stand,
    Table,
    day,
    moment,
    particulars,
)

_ORDINALS = "一二三四五六七八九十"
_ITEMS = (5, 26, 12, 16)
_STAMP = "（盖章）　　　　年　　月　　日"


@dataclass(frozen=True)
class Party:
    """One party: its name, what it is here, and when it signed."""

    name: str
    part: str
    signed_at: datetime | None


@dataclass(frozen=True)
class Item:
    """One item of a list: what, of which category, where, and who claimed it."""

    title: str
    category: str
    place: str
    claimed: str


@dataclass(frozen=True)
class ListOfItems:
    """One list as one unit attached it."""

    kind: str
    unit: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PairingAgreement:
    """What an agreement says; *approved* names authority and instant once it was approved."""

    title: str
    parties: tuple[Party, ...]
    lead: str
    categories: tuple[str, ...]
    term_start: datetime
    term_end: datetime
    lists: tuple[ListOfItems, ...]
    terms: tuple[str, ...]
    approved: tuple[str, datetime] | None
    state: str
    stand: Stand


def agreement_paper(agreement: PairingAgreement) -> Paper:
    """Return the agreement as a paper."""
    approved = agreement.approved
    chapters: list[tuple[str, tuple[Block, ...]]] = [
        ("结对各方", (_parties(agreement),)),
        ("结对范围和期限", (_scope(agreement),)),
        *((_called(one), (_items(one),)) for one in agreement.lists),
    ]
    if agreement.terms:
        told = "\n".join(f"（{number}）{term}。" for number, term in enumerate(agreement.terms, 1))
        chapters.append(("约定事项", (Body(f"各方签署时逐项确认下列约定：\n{told}"),)))
    chapters.append(("签署", (Body("各方签署如下："), _signatures(agreement))))
    blocks: list[Block] = [
        Body(
            "为把党群服务中心、职能部门和街道的服务资源送到社区，经各方协商，就结对帮扶达成如下协议。"
        )
    ]
    for number, (name, content) in enumerate(chapters):
        blocks += [Heading(f"{_ordinal(number)}、{name}"), *content]
    return Paper(
        organ="结对帮扶协议",
        title=agreement.title,
        number=agreement.state,
        to="",
        blocks=tuple(blocks),
        closing=None if approved is None else (f"{approved[0]}（审批）", approved[1]),
        stand=agreement.stand,
    )


def _ordinal(number: int) -> str:
    tens, ones = divmod(number + 1, 10)
    if tens == 0:
        return _ORDINALS[ones - 1]
    leading = "" if tens == 1 else _ORDINALS[tens - 1]
    return f"{leading}十{_ORDINALS[ones - 1] if ones else ''}"


def _parties(agreement: PairingAgreement) -> Particulars:
    return Particulars(
        tuple(
            (one.part, f"{one.name}（牵头）" if one.name == agreement.lead else one.name)
            for one in agreement.parties
        ),
        paired=False,
    )


def _scope(agreement: PairingAgreement) -> Particulars:
    return particulars(
        ("服务类别", "、".join(agreement.categories)),
        ("结对期限", f"{day(agreement.term_start)}至{day(agreement.term_end)}"),
        ("牵头单位", agreement.lead),
    )


def _called(one: ListOfItems) -> str:
    return f"{one.kind}（{one.unit}）"


def _items(one: ListOfItems) -> Table:
    rows = tuple(
        (
            str(number),
            f"{item.title}{f'（{item.place}）' if item.place else ''}",
            item.category,
            item.claimed or "—",
        )
        for number, item in enumerate(one.items, 1)
    )
    return Table(("序号", "项目", "类别", "认领单位"), rows, _ITEMS)


def _signatures(agreement: PairingAgreement) -> Places:
    return Places(tuple((one.name, f"{_signed(one)}\n{_STAMP}") for one in agreement.parties))


def _signed(party: Party) -> str:
    if party.signed_at is None:
        return "（尚未签署）"
    return f"已于{moment(party.signed_at)}签署"
