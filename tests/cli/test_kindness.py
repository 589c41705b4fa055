"""Values as an office writes them: labels, names of units, dates; questions where two are meant."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from cli.tables import print_table
from desk.opening import Books
from domain.sealed import Sealed
from runtime.settings import Settings
from tests.accounts import key_of, registrar, somebody
from tests.cli.test_command_line import Done, jiedui
from tests.journeys.district import BUREAU, CENTER, STREET
from tests.oversight.town import founded, open_town

DISPATCHER = "街道调度员@石牌街道"


def opened(home: Path) -> Books:
    return open_town(home, key_file=Settings(home=home).key_path)


class Town:
    """A home with a district in it, and its registrar."""

    def __init__(self, home: Path, registering: str, key: Path) -> None:
        self.home, self._registering, self._key = home, registering, key

    def run(self, *words: str) -> Done:
        return jiedui(self.home, *words)

    def registry(self, *words: str) -> Done:
        return jiedui(self.home, "--key", str(self._key), *words, "--as", self._registering)

    def registered(self, **changes: str) -> str:
        given = {
            "source": "居民提出",
            "category": "养老",
            "place": "石牌街道",
            "text": "楼道缺扶手",
            "privacy-notice": "notice-1",
            "as": "党群服务中心协调员@石牌街道党群服务中心",
        } | changes
        words = [part for name, value in given.items() for part in (f"--{name}", value)]
        done = self.run("task", "register", "--ad-hoc", "--json", *words)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["stream"])


@pytest.fixture
async def town(tmp_path: Path) -> Town:
    home = tmp_path / "home"
    with opened(home) as books:
        await founded(books, Settings(home=home).ledger_url)
        who = registrar(books.desk).person
        assert who is not None
        return Town(home, who, key_of(books.desk, who, home))


def board(town: Town, task: str) -> dict[str, object]:
    return dict(json.loads(town.run("task", "show", task, "--json").stdout)["board"])


def test_codes_are_taken_by_their_chinese_labels_and_units_by_their_names(town: Town) -> None:
    task = town.registered()
    assert (board(town, task)["category"], board(town, task)["place"]) == ("ELDER", "440106003")
    triage = (
        "task",
        "triage",
        task,
        "--urgency",
        "一般",
        "--duty-class",
        "配合履职",
        "--as",
        DISPATCHER,
    )
    assert town.run(*triage).returncode == 0
    sent = town.run("task", "dispatch", task, "--main", "天河区民政局", "--as", DISPATCHER)
    assert sent.returncode == 0, sent.stderr
    assert board(town, task)["main_unit"] == BUREAU


def test_what_names_nothing_is_refused_with_what_there_is(town: Town) -> None:
    task = town.registered()
    wrong = (
        "task",
        "triage",
        task,
        "--urgency",
        "很急",
        "--duty-class",
        "BASIC",
        "--as",
        DISPATCHER,
    )
    assert "URGENT（紧急）" in town.run(*wrong).stderr
    unit = ("task", "dispatch", task, "--main", "财政局", "--as", DISPATCHER)
    assert "天河区民政局" in town.run(*unit).stderr
    noise = ("task", "register", "--ad-hoc", "--source", "居民提出", "--category", "噪音")
    noise = (*noise, "--place", STREET[:9], "--text", "x", "--privacy-notice", "n")
    done = town.run(*noise, "--as", f"CENTER_COORDINATOR@{CENTER}")
    assert "ELDER（养老）" in done.stderr


def test_a_success_speaks_the_glossary_and_says_what_comes_next(town: Town) -> None:
    task = town.registered()
    done = town.run(
        "task", "triage", task, "--urgency", "一般", "--duty-class", "配合履职", "--as", DISPATCHER
    )
    assert "已记录：研判，现为“已研判”" in done.stdout
    assert "下一步通常是派单（jiedui task dispatch）" in done.stdout
    assert "TRIAGED" not in done.stdout


def test_a_refusal_speaks_the_glossary(town: Town) -> None:
    task = town.registered()
    done = town.run("task", "accept", task, "--as", f"职能部门协调员@{BUREAU}")
    assert "待签收" in done.stderr
    assert "已登记" in done.stderr
    chinese = done.stderr.splitlines()[0]
    assert not any(code in chinese for code in ("DISPATCHED", "REGISTERED"))
    told = town.run("task", "accept", task, "--as", f"职能部门协调员@{BUREAU}", "--json")
    assert "DISPATCHED" not in json.loads(told.stdout)["chinese"]


def test_two_holders_of_a_post_are_a_question(town: Town) -> None:
    task = town.registered()
    with opened(town.home) as books:
        second = somebody(books.desk, "STREET_DISPATCHER", STREET)
    words = ("task", "triage", task, "--urgency", "一般", "--duty-class", "BASIC", "--as")
    asked = town.run(*words, DISPATCHER)
    assert asked.returncode == 1
    assert "person-several" in asked.stderr
    assert second in asked.stderr
    assert town.run(*words, second).returncode == 0


def test_a_date_without_a_time_is_the_offices(town: Town) -> None:
    """The start of the day where something begins, its last second where something ends."""
    done = town.registry("person", "register", "G-1", "--name", "新同事")
    assert done.returncode == 0, done.stderr
    grant = ("person", "grant", "G-1", "--role", "承办人员", "--unit", "天河区民政局")
    done = town.registry(*grant, "--since", "2026年12月1日", "--until", "2027-06-30")
    assert done.returncode == 0, done.stderr
    (role,) = json.loads(town.run("person", "show", "G-1", "--json").stdout)["roles"]
    since, until = (datetime.fromisoformat(role[end]) for end in ("since", "until"))
    assert since.isoformat() == "2026-11-30T16:00:00+00:00"
    assert until.isoformat() == "2027-06-30T15:59:59+00:00"
    wrong = town.registry(*grant, "--since", "下周一")
    assert "instant-unclear" in wrong.stderr


def test_when_it_happened_may_be_a_date(town: Town) -> None:
    task = town.registered(**{"occurred-at": "2026-10-01"})
    with opened(town.home) as books:
        (entry,) = books.ledger.read(task)
    assert entry.occurred_at.isoformat() == "2026-09-30T16:00:00+00:00"


def test_a_text_that_begins_with_an_at_sign_is_written_with_two(town: Town, tmp_path: Path) -> None:
    task = town.registered(text="@@家住三楼")
    file = tmp_path / "text.txt"
    file.write_text("来自文件", encoding="utf-8")
    other = town.registered(text=f"@{file}")
    with opened(town.home) as books:
        told = [
            books.vault.open(Sealed.model_validate(books.ledger.read(one)[0].fact["text"]))
            for one in (task, other)
        ]
    assert told == ["@家住三楼".encode(), "来自文件".encode()]
    words = ("task", "register", "--ad-hoc", "--source", "居民提出", "--category", "养老")
    lost = town.run(*words, "--place", "440106003", "--privacy-notice", "n", "--text", "@没有这个")
    assert "@@" in lost.stderr


def test_a_unit_is_registered_changed_and_closed_by_its_own_commands(town: Town) -> None:
    words = ("--name", "五山街道办事处", "--unit-kind", "街道办事处", "--division", "440106009")
    assert town.registry("unit", "register", "440106009-so", *words).returncode == 0
    changed = ("--name", "五山街道办事处（更名）", "--reason", "更名")
    assert town.registry("unit", "change", "五山街道", *changed).returncode == 0
    assert "更名" in town.run("unit", "show", "440106009-SO").stdout
    task = town.registered()
    ends = ("--until", "2026-12-31", "--reason", "撤并")
    refused = town.registry("unit", "close", "石牌街道", *ends)
    assert "place-left-alone" in refused.stderr
    with opened(town.home) as books:
        somebody(books.desk, "STREET_DISPATCHER", "440106009-SO")
    done = town.registry("unit", "close", "石牌街道", *ends, "--successor", "五山街道")
    assert done.returncode == 0, done.stderr
    assert town.run("task", "show", task).returncode == 0


def test_show_tells_the_whole_of_a_task(town: Town) -> None:
    task = town.registered()
    told = town.run("task", "show", task).stdout
    for word in (
        "已登记",
        "养老",
        "居民提出",
        "研判（街道调度员",
        "jiedui task triage",
        "工作小时",
        task,
    ):
        assert word in told, told
    assert "没有记录" not in told
    value = json.loads(town.run("task", "show", task, "--json").stdout)
    assert [clock["name"] for clock in value["clocks"]] == ["triage"]
    assert (value["residents"], value["duplicates"], value["parts"]) == (0, 0, [])


def test_a_narrow_table_keeps_the_case_whole_and_fits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = "task/0192f3a0-0000-7000-8000-00000000e0e3"
    row = {
        "number": "DQ440106202611290228Y",
        "state_label": "不满意研判",
        "category": "“百千万工程”优品超市",
        "place": "天河区凤凰街道柯木塱社区居民委员会",
        "main_unit": "天河区“百县千镇万村高质量发展工程”指挥部办公室",
        "due": "2026-11-29 07:31",
        "sla": "临近超期",
        "supervision": "挂牌督办",
        "stream": stream,
    }
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    print_table("task", [row], as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert f"  {stream}" in lines
    assert max(cell_len(line) for line in lines if "\x1b" not in line) <= 80
    assert any(row["number"] in line and row["due"] in line for line in lines)


def test_the_shell_completes_closed_lists_units_and_categories(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.completing import known_names
    from cli.options import Listed

    monkeypatch.setenv("JIEDUI_HOME", str(town.home))
    assert known_names("main", units=True)[BUREAU] == "天河区民政局"
    assert known_names("category", units=False)["ELDER"] == "养老"
    offered = Listed({"URGENT": "紧急", "NORMAL": "一般"}).shell_complete(None, None, "紧")  # type: ignore[arg-type]
    assert [one.value for one in offered] == ["URGENT"]
    assert "_JIEDUI_COMPLETE" in town.run("completion", "zsh").stdout
    monkeypatch.setenv("JIEDUI_HOME", str(town.home / "nowhere"))
    assert known_names("main", units=True) == {}
