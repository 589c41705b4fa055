"""`jiedui provider import`: applied for once, tried first, and what is wrong handed back."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.casework import Asking, Who, Written
from desk.desk import Desk
from desk.identifiers import new_uuid7
from domain.people import Channel, Role
from domain.provider.identity import check_character, provider_stream
from importing.providers import PROVIDER_FIELDS
from importing.reading import read_table
from runtime.settings import Settings
from tests import accounts
from tests.cli.test_command_line import jiedui
from tests.cli.test_importing import opened
from tests.importing.offices import xlsx
from tests.oversight.town import founded

BUREAU = "440106-MZJ"
HEADINGS = (
    "机构名称",
    "机构类型",
    "统一社会信用代码",
    "服务类别",
    "服务区域",
    "许可证件",
    "价目",
    "联系人",
    "申请部门",
)


def code_of(number: int) -> str:
    bare = f"91440106MADEUP{number:03d}"
    return f"{bare}{check_character(bare)}"


def row(number: int, **changes: str) -> list[str]:
    cells = (
        f"好饭助餐（示例 {number}）",
        "企业",
        code_of(number),
        "社区助餐",
        "石牌街道",
        f"食品经营许可证 SP-{number} 2099-12-31",
        "午餐 份 15",
        f"测试联系人{number}",
        "",
    )
    return [changes.get(name, cell) for name, cell in zip(HEADINGS, cells, strict=True)]


def gives(desk: Desk, stream: str, who: tuple[str, str], kind: str, **fields: Any) -> None:
    """Have somebody in a role at a unit (new in each) give a command."""
    unit, role = who
    person = accounts.somebody(desk, role, unit)
    asking = Asking(
        f"{kind}/{new_uuid7()}",
        Who(person, Channel.CONSOLE, unit, Role(role)),
        {"kind": kind, **fields},
    )
    (answer,) = desk.record_now(stream, [asking]).answers
    assert isinstance(answer, Written), answer


class Office:
    """A home with a district in it, whose civil affairs bureau leads meals."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.file = home.parent / "机构.xlsx"

    def imports(self, *rows: list[str], words: tuple[str, ...] = ()) -> dict[str, Any]:
        xlsx(self.file, [HEADINGS, *rows])
        done = jiedui(self.home, "provider", "import", str(self.file), "--json", *words)
        told = dict(json.loads(done.stdout))
        assert done.returncode == (1 if told["refused"] else 0), done.stderr
        assert "测试联系人" not in done.stdout
        return told

    def providers(self) -> list[str]:
        with opened(self.home) as books:
            return list(books.ledger.streams("provider"))

    def kinds(self, number: int) -> list[str]:
        with opened(self.home) as books:
            return [one.kind for one in books.ledger.read(provider_stream(code_of(number)))]

    def admits(self, number: int) -> None:
        """Have the body verified by every department, and admitted by the bureau that leads."""
        stream, lead = provider_stream(code_of(number)), (BUREAU, "DEPT_COORDINATOR")
        with opened(self.home) as books:
            for code, line in (("440106-MKT", "market"), ("440106-HS", "housing")):
                about = {"name": code, "unit_kind": "DEPARTMENT", "division": "440106"}
                accounts.enter(books.desk, f"unit/{code}", "register_unit", line=line, **about)
            desk = books.desk
            gives(desk, stream, lead, "take_up_application")
            for item, unit in (
                ("LICENCE", "440106-MKT"),
                ("CREDIT", "440106-MKT"),
                ("PRICE", "440106-MKT"),
                ("SAFETY", "440106-HS"),
                ("STAFF/MEAL", BUREAU),
            ):
                verdict = {"item": item, "met": True, "evidence": "现场核验"}
                gives(desk, stream, (unit, "DEPT_COORDINATOR"), "verify_item", **verdict)
            until = "2028-06-30T16:00:00Z"
            admit = {"categories": ["MEAL"], "areas": ["440106003"], "valid_until": until}
            gives(desk, stream, lead, "admit_provider", **admit)


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    home = tmp_path / "home"
    with opened(home) as books:
        await founded(books, Settings(home=home).ledger_url)
    return Office(home)


def figures(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["recorded"], told["repeated"], told["refused"]


def test_a_list_is_tried_then_taken_and_a_second_time_changes_nothing(office: Office) -> None:
    rows = row(1), row(2)
    assert figures(office.imports(*rows, words=("--dry-run",))) == (2, 0, 0)
    assert not office.providers()
    assert figures(office.imports(*rows)) == (2, 0, 0)
    for words in ((), ("--dry-run",)):
        assert figures(office.imports(*rows, words=words)) == (0, 2, 0)
    assert office.kinds(1) == office.kinds(2) == ["admission_applied.v1"]


def test_the_bureau_that_leads_applies_and_who_to_call_is_sealed(office: Office) -> None:
    office.imports(row(1))
    with opened(office.home) as books:
        (entry,) = books.ledger.read(provider_stream(code_of(1)))
    assert entry.fact["unit"] == "440106-MZJ"
    assert "测试联系人" not in json.dumps(entry.fact, ensure_ascii=False)


def test_each_fault_comes_back_with_its_reason_and_the_others_go_in(office: Office) -> None:
    wrong = code_of(1)[:17] + ("0" if code_of(1)[17] != "0" else "1")
    faults = {
        "credit-code-checks": row(1, 统一社会信用代码=wrong),
        "licence-in-force": row(2, 许可证件="食品经营许可证 SP-2 2020-12-31"),
        "unknown-category": row(3, 服务类别="登月"),
        "head-of-chain": row(4, 机构类型="连锁分支"),
        "competent-unit": row(5, 服务类别="托育"),
        "registrar-missing": row(6, 申请部门="石牌街道党群服务中心"),
    }
    told = office.imports(*faults.values(), row(7))
    assert figures(told) == (1, 0, len(faults))
    assert [one["rule"] for one in told["problems"]] == list(faults)
    assert office.providers() == [provider_stream(code_of(7))]
    back = read_table(Path(told["bad_rows_file"]), PROVIDER_FIELDS)
    assert [one.cells["name"] for one in back.rows] == [one[0] for one in faults.values()]


def test_what_a_row_says_otherwise_of_an_admitted_body_is_reported_where_that_is_asked(
    office: Office,
) -> None:
    office.imports(row(1))
    office.admits(1)
    assert figures(office.imports(row(1))) == (0, 1, 0), "as it stands on record"
    dearer = row(1, 价目="午餐 份 16", 机构名称="好饭助餐（改名）")
    told = office.imports(dearer)
    (problem,) = told["problems"]
    assert problem["rule"] == "row-differs"
    assert "机构名称、价目" in problem["chinese"]
    kinds = office.kinds(1)
    assert kinds[-1] == "provider_admitted.v1"
    tried = office.imports(dearer, words=("--update", "--dry-run"))
    assert (tried["corrected"], office.kinds(1)) == (1, kinds)
    assert office.imports(dearer, words=("--update",))["corrected"] == 1
    assert office.kinds(1) == [*kinds, "provider_change_reported.v1"]
    assert figures(office.imports(dearer, words=("--update",))) == (0, 1, 0)


def test_a_licence_that_changes_by_table_waits_to_be_verified_and_is_said_once(
    office: Office,
) -> None:
    office.imports(row(1))
    office.admits(1)
    renewed = row(1, 许可证件="食品经营许可证 SP-1 2100-12-31")
    assert office.imports(renewed, words=("--update",))["corrected"] == 1
    with opened(office.home) as books:
        newest = list(books.ledger.read(provider_stream(code_of(1))))[-1]
    assert newest.kind == "provider_change_reported.v1"
    assert [one["item"] for one in newest.fact["items"]] == ["LICENCE"]
    assert figures(office.imports(renewed, words=("--update",))) == (0, 1, 0)


def test_what_no_change_reports_comes_back(office: Office) -> None:
    office.imports(row(1))
    office.admits(1)
    for changed in ({"机构类型": "社会组织"}, {"服务区域": "石牌街道、440106004"}):
        told = office.imports(row(1, **changed), words=("--update",))
        assert [one["rule"] for one in told["problems"]] == ["changed-by-admission-only"]
    assert office.kinds(1)[-1] == "provider_admitted.v1"


def test_a_body_whose_application_is_open_is_told_so(office: Office) -> None:
    office.imports(row(1))
    told = office.imports(row(1, 价目="午餐 份 16"))
    assert [one["rule"] for one in told["problems"]] == ["application-open"]
    assert "已申请" in told["problems"][0]["chinese"]
    assert office.kinds(1) == ["admission_applied.v1"]
