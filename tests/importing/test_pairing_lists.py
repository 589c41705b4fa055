"""A list of a pairing is read row by row: what is taken is as written, what is not is named."""

from domain.labelled import Label
from domain.pairing.commands import ListKind
from domain.policy import Category
from domain.units import Unit, UnitKind
from importing.pairing_lists import ItemRow, ListReader
from importing.places import Places
from importing.tables import Row
from tests.domain.world import on

STREET = "440106005"

ELDER = Category(code="ELDER", label=Label(zh="养老服务", en="elder care"), lead=("civil_affairs",))
UNITS = (
    Unit(
        code=f"{STREET}-SO",
        name="石牌街道办事处",
        kind=UnitKind.STREET_OFFICE,
        division=STREET,
        since=on(1, 1),
    ),
    Unit(
        code=f"{STREET}001-C",
        name="龙口东社区",
        kind=UnitKind.COMMUNITY,
        division=f"{STREET}001",
        since=on(1, 1),
    ),
)
READER = ListReader(
    kind=ListKind.NEED,
    categories=(ELDER,),
    places=Places.of(UNITS),
    street=STREET,
    taken={"N-2", "R-1"},
)


def row(number: int, **cells: str) -> Row:
    return Row(number, cells)


def test_items_are_taken_by_the_names_an_office_uses() -> None:
    read = READER.read(
        [
            row(2, title=" 加装　扶手 ", category="养老服务", place="龙口东社区居委会", code="X-9"),
            row(3, title="饭堂", category="elder", place="石牌街道"),
            row(4, title="助浴", category="ELDER"),
        ]
    )
    assert read.bad == ()
    assert read.good == (
        ItemRow("X-9", "加装 扶手", "ELDER", f"{STREET}001"),
        ItemRow("N-1", "饭堂", "ELDER", STREET),
        ItemRow("N-3", "助浴", "ELDER", STREET),
    )


def test_every_problem_of_a_row_is_named_and_the_rest_is_taken() -> None:
    read = READER.read(
        [
            row(2, title="", category="养老", place="别处社区", code="无 号"),
            row(3, title="饭堂", category="养老服务", code="R-1"),
            row(4, title="饭堂", category="养老服务", code="A"),
            row(5, title="饭堂", category="养老服务", code="A"),
        ]
    )
    assert [one.code for one in read.good] == ["A"]
    assert [(bad.row.number, [one.rule for one in bad.problems]) for bad in read.bad] == [
        (2, ["missing-value", "unknown-category", "unknown-place", "not-an-item-code"]),
        (3, ["item-code-twice"]),
        (5, ["item-code-twice"]),
    ]


def test_a_given_number_never_takes_the_one_another_row_wrote() -> None:
    rows = [
        row(2, title="饭堂", category="ELDER"),
        row(3, title="扶手", category="ELDER", code="N-1"),
    ]
    assert [one.code for one in READER.read(rows).good] == ["N-3", "N-1"]
