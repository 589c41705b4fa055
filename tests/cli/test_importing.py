"""`jiedui need import` and `unit import`: a table twice, changed, tried first; nothing unsaid."""

import json
from pathlib import Path
from typing import Any

import pytest

from desk.opening import Books
from domain.sealed import Sealed
from runtime.settings import Settings
from tests.accounts import key_of, registrar
from tests.cli.test_command_line import Done, jiedui
from tests.importing.offices import xlsx
from tests.oversight.town import founded, open_town

HEADINGS = (
    "台账编号",
    "诉求来源",
    "诉求类别",
    "所属街道",
    "诉求内容",
    "诉求人",
    "联系电话",
    "发现时间",
)
NEED = ("B-1", "居民来电", "养老", "石牌街道", "坡道太陡", "王某", "19900008706", "2026-09-01")
UNIT_HEADINGS = ("单位编码", "单位名称", "单位类别", "行政区划代码")
PEOPLE_HEADINGS = ("工号", "姓名", "手机号码", "所属单位编码", "角色")


class Office:
    """A home with a district in it, and the people who import there."""

    def __init__(self, home: Path, center: str, registering: str, key: Path) -> None:
        self.home, self.center, self.registering, self.key = home, center, registering, key

    def needs(self, rows: list[Any], *words: str, name: str = "t.xlsx") -> Done:
        path = xlsx(self.home.parent / name, [HEADINGS, *rows])
        return jiedui(self.home, "need", "import", str(path), "--as", self.center, *words)

    def registry(self, headings: Any, rows: list[Any], *words: str) -> dict[str, Any]:
        path = xlsx(self.home.parent / "r.xlsx", [headings, *rows])
        proof = ("--key", str(self.key))
        done = jiedui(
            self.home,
            *proof,
            "unit",
            "import",
            str(path),
            "--as",
            self.registering,
            "--json",
            *words,
        )
        return dict(json.loads(done.stdout))

    def tasks(self) -> list[dict[str, Any]]:
        done = jiedui(self.home, "task", "list", "--json")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def texts(self, task: str) -> list[str]:
        """Return every text of the task as it stands sealed, in the order of its facts."""
        with opened(self.home) as books:
            sealed = [one.fact["text"] for one in books.ledger.read(task) if one.fact.get("text")]
            plain = [books.vault.open(Sealed.model_validate(text)) for text in sealed]
        return [text.decode() for text in plain if text is not None]


def opened(home: Path) -> Books:
    return open_town(home, key_file=Settings(home=home).key_path)


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    home = tmp_path / "home"
    with opened(home) as books:
        town = await founded(books, Settings(home=home).ledger_url)
        center = town.district.people["center"]["person"]
        who = registrar(books.desk).person
        assert who is not None
        return Office(home, center, who, key_of(books.desk, who, home))


def figures(done: Done) -> tuple[int, int, int, int]:
    told = json.loads(done.stdout)
    return told["recorded"], told["repeated"], told["corrected"], told["refused"]


def need(**changes: Any) -> tuple[Any, ...]:
    return tuple(changes.get(name, cell) for name, cell in zip(HEADINGS, NEED, strict=True))


def test_a_row_that_differs_is_handed_back_and_update_corrects_it(office: Office) -> None:
    assert figures(office.needs([NEED], "--json")) == (1, 0, 0, 0)
    assert figures(office.needs([NEED], "--json")) == (0, 1, 0, 0)
    changed = [need(诉求内容="电梯坏了", 联系电话="19900008707")]
    done = office.needs(changed)
    assert done.returncode == 1
    assert "诉求内容、联系电话（row-differs）" not in done.stdout
    assert "不一致：诉求内容、联系电话" in done.stdout
    assert "row-differs" in done.stdout
    assert "电梯坏了" not in done.stdout
    assert figures(office.needs(changed, "--update", "--json")) == (0, 0, 1, 0)
    assert figures(office.needs(changed, "--json")) == (0, 1, 0, 0)
    (task,) = office.tasks()
    assert office.texts(task["stream"]) == ["坡道太陡", "电梯坏了"]
    told = jiedui(office.home, "task", "history", task["stream"]).stdout
    assert "更正登记" in told
    assert "电梯坏了" not in told


def test_what_was_found_when_is_on_record_and_does_not_change(office: Office) -> None:
    """The instant the office noted is when it happened; the ledger's own says when it came in."""
    office.needs([NEED])
    with opened(office.home) as books:
        (entry,) = [one for one in books.ledger.log() if one.kind == "task_registered.v1"]
    assert entry.occurred_at.isoformat() == "2026-08-31T16:00:00+00:00"
    done = office.needs([need(发现时间="2026-09-02")], "--update", "--json")
    assert json.loads(done.stdout)["problems"][0]["rule"] == "found-at-fixed"


def test_an_emptied_cell_is_no_correction(office: Office) -> None:
    office.needs([NEED])
    assert figures(office.needs([need(联系电话="", 诉求人="")], "--json")) == (0, 1, 0, 0)


def test_trying_first_says_the_same_and_records_nothing(office: Office) -> None:
    rows = [NEED, need(台账编号="B-2", 诉求类别="噪音"), ("合计", "", "", "", "2件")]
    tried = office.needs(rows, "--dry-run", "--json")
    assert figures(tried) == (1, 0, 0, 1)
    assert json.loads(tried.stdout)["bad_rows_file"] is None
    assert office.tasks() == []
    assert not list(office.home.parent.glob("*退回*"))
    done = office.needs(rows, "--json")
    ours, theirs = json.loads(tried.stdout), json.loads(done.stdout)
    for told in (ours, theirs):
        del told["dry_run"], told["bad_rows_file"]
    assert ours == theirs
    assert "试读，未登记任何内容" in office.needs(rows, "--dry-run").stdout


def test_trying_first_asks_the_rules_too(office: Office) -> None:
    """A category of the pack, a place of the registry, and yet nobody may register it so."""
    path = xlsx(office.home.parent / "t.xlsx", [HEADINGS, NEED])
    done = jiedui(office.home, "need", "import", str(path), "--dry-run", "--json")
    assert json.loads(done.stdout)["problems"][0]["rule"] == "registrar-missing"


def test_the_summary_names_everything_that_was_not_taken(office: Office) -> None:
    rows = [
        (*need(联系电话="19900008706/19900008708"), "已回电"),
        ("合计", "", "", "", "1件"),
        ("", "", "", "", "填表人：李某"),
    ]
    path = xlsx(office.home.parent / "o.xlsx", [("石牌街道问题台账",), (*HEADINGS, "备注"), *rows])
    told = jiedui(office.home, "need", "import", str(path), "--as", office.center).stdout
    for what in ("title", "total", "footer", "column-unknown", "备注", "第二个电话"):
        assert what in told, told
    assert not any(word in told for word in ("李某", "已回电", "19900008708"))
    (task,) = office.tasks()
    assert office.texts(task["stream"]) == ["坡道太陡\n〔另有电话 19900008708〕"]


def test_a_unit_that_is_called_otherwise_is_told_and_changed_with_update(office: Office) -> None:
    unit = ("440106009-SO", "五山街道办事处", "街道办事处", "440106009")
    assert office.registry(UNIT_HEADINGS, [unit])["recorded"] == 1
    assert office.registry(UNIT_HEADINGS, [unit])["repeated"] == 1
    renamed = [(unit[0], "五山街道办事处（更名）", *unit[2:])]
    told = office.registry(UNIT_HEADINGS, renamed)
    assert [one["rule"] for one in told["problems"]] == ["row-differs"]
    assert "单位名称" in told["problems"][0]["chinese"]
    assert office.registry(UNIT_HEADINGS, renamed, "--update")["corrected"] == 1
    assert office.registry(UNIT_HEADINGS, renamed)["repeated"] == 1
    shown = jiedui(office.home, "unit", "show", "440106009-SO").stdout
    assert "更名" in shown


def test_a_person_whose_number_changed_is_told_and_corrected_with_update(office: Office) -> None:
    person = ("A-1", "李某", "19900000001", "440106-MZJ", "承办人员")
    assert office.registry(PEOPLE_HEADINGS, [person])["recorded"] == 1
    assert office.registry(PEOPLE_HEADINGS, [person])["repeated"] == 1
    changed = [("A-1", "李某", "19900000002", "440106-MZJ", "承办人员")]
    told = office.registry(PEOPLE_HEADINGS, changed)
    assert [one["rule"] for one in told["problems"]] == ["row-differs"]
    assert office.registry(PEOPLE_HEADINGS, changed, "--update")["corrected"] == 1
    assert office.registry(PEOPLE_HEADINGS, changed)["repeated"] == 1


def test_units_that_stand_in_the_same_table_are_tried_together(office: Office) -> None:
    rows = [
        ("440106009-SO", "五山街道办事处", "街道办事处", "440106009", ""),
        ("440106009-CA", "五山街道社区服务", "社区", "440106009", "440106009-SO"),
    ]
    headings = (*UNIT_HEADINGS, "上级单位编码")
    assert office.registry(headings, rows, "--dry-run")["recorded"] == 2
    assert office.registry(headings, rows)["recorded"] == 2
