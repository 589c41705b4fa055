"""`jiedui provider import`: applied for once, tried first, and what is wrong handed back."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.provider.identity import check_character, provider_stream
from importing.providers import PROVIDER_FIELDS
from importing.reading import read_table
from runtime.settings import Settings
from tests.cli.test_command_line import jiedui
from tests.cli.test_importing import opened
from tests.importing.offices import xlsx
from tests.oversight.town import founded

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


def test_a_body_whose_application_is_open_is_told_so(office: Office) -> None:
    office.imports(row(1))
    told = office.imports(row(1, 价目="午餐 份 16"))
    assert [one["rule"] for one in told["problems"]] == ["application-open"]
    assert "已申请" in told["problems"][0]["chinese"]
    assert office.kinds(1) == ["admission_applied.v1"]
