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
