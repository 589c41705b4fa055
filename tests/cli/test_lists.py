"""Lists say how long they are; a filter that names nothing says what there is."""

import json
from pathlib import Path

import pytest

from runtime.settings import Settings
from tests.cli.test_command_line import Done, jiedui
from tests.journeys.district import BUREAU, STREET
from tests.oversight.town import founded, open_town

TASKS = 7


@pytest.fixture(scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with seven tasks to triage and one at the bureau; nobody has it open."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    with open_town(home, key_file=settings.key_path) as books:
        town = await founded(books, settings.ledger_url)
        for _ in range(TASKS):
            town.task()
        town.give(*town.district.whole_case("task/0192f3a0-0000-7000-8000-00000000e0e3")[:3])
    return home


def rule(done: Done) -> str:
    return str(json.loads(done.stdout)["rule"])


def test_a_page_says_how_many_there_are(home: Path) -> None:
    done = jiedui(home, "task", "list", "--size", "3")
    assert "共 8 件，本页（第 1 页）3 件" in done.stdout
    whole = jiedui(home, "task", "list")
    assert "共" not in whole.stdout
    rows = jiedui(home, "task", "list", "--size", "3", "--page", "3", "--json")
    assert len(rows.stdout.splitlines()) == 2
    assert "8 in all" in rows.stderr


def test_an_inbox_holds_what_is_the_units_own_business(home: Path) -> None:
    """A bureau is not shown what the dispatchers of its district's streets have to do."""
    bureau = jiedui(home, "task", "inbox", BUREAU.lower(), "--json").stdout.splitlines()
    assert [json.loads(line)["what"] for line in bureau] == ["sign_in"]
    street = jiedui(home, "task", "inbox", STREET, "--size", "2")
    assert f"共 {TASKS} 件，本页（第 1 页）2 件" in street.stdout
    last = jiedui(home, "task", "inbox", STREET, "--size", "5", "--page", "2", "--json")
    assert len(last.stdout.splitlines()) == TASKS - 5


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("task", "list", "--state", "registered"), TASKS),
        (("task", "list", "--state", "已登记"), TASKS),
        (("task", "list", "--state", "Dispatched"), 1),
        (("task", "list", "--category", "养老"), TASKS + 1),
        (("task", "list", "--category", "elder"), TASKS + 1),
        (("task", "list", "--unit", "天河区民政局"), 1),
        (("unit", "list", "--kind", "街道办事处"), 1),
    ],
)
def test_a_filter_takes_codes_and_labels_whatever_their_case(
    home: Path, words: tuple[str, ...], wanted: int
) -> None:
    done = jiedui(home, *words, "--json")
    assert done.returncode == 0, done.stdout
    assert len(done.stdout.splitlines()) == wanted


@pytest.mark.parametrize(
    ("words", "there_is"),
    [
        (("task", "list", "--state", "OPEN"), "REGISTERED"),
        (("task", "list", "--category", "PLUMBING"), "ELDER"),
        (("task", "list", "--unit", "440106-MZ"), BUREAU),
        (("task", "list", "--sla", "LATE"), "OVERDUE"),
        (("task", "inbox", "nowhere"), BUREAU),
        (("pairing", "list", "--state", "RUNNING"), "ACTIVE"),
        (("pairing", "list", "--unit", "x"), BUREAU),
        (("unit", "list", "--kind", "BUREAU"), "DEPARTMENT"),
    ],
)
def test_a_filter_that_names_nothing_says_what_there_is(
    home: Path, words: tuple[str, ...], there_is: str
) -> None:
    done = jiedui(home, *words, "--json")
    assert (done.returncode, rule(done)) == (1, "filter-unknown")
    assert there_is in json.loads(done.stdout)["english"]


def streams(done: Done) -> list[str]:
    return [json.loads(line)["stream"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        ("民政", 1),
        ("mzj", 1),  # the initials of 民政局
        ("石牌", TASKS + 1),
        ("SPJD", TASKS + 1),
        ("DQ4401062", TASKS + 1),
        ("天河区民政局", 1),
        ("没有这样的单位", 0),
    ],
)
def test_a_search_finds_numbers_names_and_initials(home: Path, search: str, wanted: int) -> None:
    found = streams(jiedui(home, "task", "list", "--search", search, "--json"))
    assert len(found) == wanted


def test_the_end_of_a_number_finds_its_task(home: Path) -> None:
    (line,) = jiedui(home, "task", "list", "--size", "1", "--json").stdout.splitlines()
    task = json.loads(line)
    tail = task["number"][-4:]
    assert task["stream"] in streams(jiedui(home, "task", "list", "--search", tail, "--json"))


def test_a_list_is_sorted_as_asked(home: Path) -> None:
    newest = streams(jiedui(home, "task", "list", "--json"))
    by_number = jiedui(home, "task", "list", "--sort", "number", "--json").stdout.splitlines()
    numbers = [json.loads(line)["number"] for line in by_number]
    assert numbers == sorted(numbers)
    by_due = streams(jiedui(home, "task", "list", "--sort", "due", "--json"))
    assert by_due[0] == "task/0192f3a0-0000-7000-8000-00000000e0e3"
    assert set(by_due) == set(newest)
    assert jiedui(home, "task", "inbox", STREET, "--sort", "due").returncode == 0


def test_as_json_a_list_is_whole_unless_a_page_is_asked_for(home: Path) -> None:
    assert len(streams(jiedui(home, "task", "list", "--json"))) == TASKS + 1
    assert len(streams(jiedui(home, "task", "inbox", STREET, "--json"))) == TASKS
    assert len(streams(jiedui(home, "task", "list", "--size", "2", "--json"))) == 2
