"""The auditor's commands answer in both languages and as JSON, and each leaves its trace."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from audit.reading import open_reader
from tests.audit.replaying.rich import Chronicle, carried_story
from tests.cli.test_command_line import Done, jiedui
from tests.domain.world import CIVIL_AFFAIRS, POLICY, on, task_id

RAMP = task_id("the ramp")


@pytest.fixture(scope="module")
def home(rich_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose ledger is the rich one, to be added to."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copy(str(make_url(rich_url).database), folder / "ledger.db")
    return folder


@pytest.fixture
def small_home(chronicle: Chronicle, tmp_path: Path) -> Path:
    """A home with the one task that was carried for five days."""
    chronicle.tell_story(RAMP, carried_story())
    return tmp_path


def told(done: Done) -> Any:
    assert "Traceback" not in done.stderr + done.stdout
    return json.loads(done.stdout.splitlines()[-1])


def acts(home: Path) -> Iterator[dict[str, Any]]:
    with open_reader(f"sqlite:///{home / 'ledger.db'}") as reader:
        for entry in reader.entries(categories=("audit",)):
            yield entry.fact


def test_as_of_tells_everything_that_stood(home: Path) -> None:
    shown = jiedui(home, "audit", "as-of", "2026-05-14T12:00")
    assert shown.returncode == 0
    for word in ("政策包", "日历", "在册单位与任职", "任务", "结对", "区民政局"):
        assert word in shown.stdout
    value = told(jiedui(home, "audit", "as-of", "2026-05-14T12:00", "--json"))
    assert value["instant"] == "2026-05-14T04:00:00.000000Z"
    assert value["policies"][0]["version"] == POLICY.version
    assert {one["unit"] for one in value["roles"]} <= {one["code"] for one in value["units"]}
    last = list(acts(home))[-1]
    assert last["act"] == "AS_OF"
    assert last["about"] == ["recorded/2026-05-14T04:00:00.000000Z"]


def test_as_of_tells_one_case_on_both_axes(small_home: Path) -> None:
    for axis in ("recorded", "occurred"):
        words = ("audit", "as-of", "2026-05-16", RAMP, "--axis", axis)
        value = told(jiedui(small_home, *words, "--json"))
        assert value["state"] == "CARRIED"
        assert value["regions"]["sla"] == "PAUSED"
        assert value["held_by"]["unit"] == CIVIL_AFFAIRS
        assert value["policy"] == POLICY.version
        shown = jiedui(small_home, *words)
        assert shown.returncode == 0
        assert "挂账" in shown.stdout
        assert "暂停计时" in shown.stdout
        assert ("其后补录" in shown.stdout) == (axis == "occurred")


@pytest.mark.parametrize("stream", [f"unit/{CIVIL_AFFAIRS}", "policy/town", "calendar/CN"])
def test_as_of_tells_a_stream_of_the_registry_too(small_home: Path, stream: str) -> None:
    for axis in ("recorded", "occurred"):
        words = ("audit", "as-of", "2026-05-16", stream, "--axis", axis)
        assert told(jiedui(small_home, *words, "--json"))["stream"] == stream
        shown = jiedui(small_home, *words)
        assert shown.returncode == 0, shown.stderr
        assert "最近事实" in shown.stdout


def test_as_of_before_a_case_is_refused(small_home: Path) -> None:
    done = jiedui(small_home, "audit", "as-of", "2026-01-01", RAMP)
    assert done.returncode == 1
    assert "case-unknown" in done.stderr


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("as-of", "tomorrow"), 2),
        (("as-of", "2026-13-01"), 2),
        (("as-of", "9999-12-31T23:59:59-23:59"), 2),
        (("as-of", "2026-05-14", "nonsense"), 1),
        (("figure", "happiness"), 1),
        (("figure", "satisfaction", "--month", "May"), 2),
        (("figure", "satisfaction", "--as-of", "999999999"), 2),
        (("figure", "satisfaction", "--as-of", "yesterday"), 2),
        (("compare", "--policy", "nowhere"), 1),
        (("compare", "--policy", "missing.json"), 2),
        (("compare", "--policy", "town", "unit/440106-CA"), 1),
        (("compare", "--policy", "town", task_id("nobody's")), 1),
        (("compare",), 2),
    ],
)
def test_wrong_words_are_answered_and_never_traced_back(
    small_home: Path, words: tuple[str, ...], status: int
) -> None:
    done = jiedui(small_home, "audit", *words)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_without_a_ledger_nothing_is_made(tmp_path: Path) -> None:
    for words in (
        ("as-of", "2026-05-14"),
        ("figure", "satisfaction"),
        ("compare", "--policy", "gd-2022"),
    ):
        done = jiedui(tmp_path / "nowhere", "audit", *words)
        assert done.returncode == 2
    assert not (tmp_path / "nowhere" / "ledger.db").exists()


def test_a_figure_names_its_definition_and_every_position(home: Path) -> None:
    value = told(jiedui(home, "audit", "figure", "on-time", "--unit", CIVIL_AFFAIRS, "--json"))
    assert value["metric"] == "on_time_rate@1"
    assert value["version"] == 1
    assert value["numerator"] == len(value["numerator_entries"])
    assert value["denominator"] == len(value["denominator_entries"]) > 0
    numerators = {one["settled"] for one in value["numerator_entries"]}
    assert numerators <= {one["settled"] for one in value["denominator_entries"]}
    last = list(acts(home))[-1]
    assert last["act"] == "FIGURE"
    assert f"unit/{CIVIL_AFFAIRS}" in last["about"]
    shown = jiedui(home, "audit", "figure", "satisfaction", "--month", "2026-05")
    assert shown.returncode == 0
    for word in ("满意率", "satisfaction_rate@1", "分子", "分母", "日志位置"):
        assert word in shown.stdout


def test_a_figure_as_of_an_instant_is_that_of_its_position(home: Path) -> None:
    words = ("audit", "figure", "return", "--json", "--as-of")
    by_instant = told(jiedui(home, *words, "2026-05-20T12:00"))
    by_position = told(jiedui(home, *words, str(by_instant["as_of"])))
    assert by_instant == by_position
    assert by_instant["denominator"] < told(jiedui(home, *words[:-1]))["denominator"]


def test_compare_shows_both_due_times_and_says_what_it_assumes(small_home: Path) -> None:
    strict = POLICY.model_copy(
        update={"handling": POLICY.handling.model_copy(update={"help": "5wd"})}
    )
    file = small_home / "strict.json"
    file.write_text(strict.model_dump_json(), "utf-8")
    shown = jiedui(small_home, "audit", "compare", "--policy", str(file), RAMP)
    assert shown.returncode == 1
    assert "2026-05-25 17:00（10 个工作日）" in shown.stdout
    assert "2026-05-18 17:00（5 个工作日）" in shown.stdout
    assert "假定同样的事实" in shown.stdout
    assert "It cannot tell" in shown.stdout
    value = told(jiedui(small_home, "audit", "compare", "--policy", str(file), "--json"))
    assert value["differs"]
    assert value["other"] == strict.version
    assert [one["other"]["limit"] for one in value["dues"] if one["clock"] == "due"] == [
        "5wd",
        "5wd",
    ]
    same = jiedui(small_home, "audit", "compare", "--policy", "town", RAMP)
    assert same.returncode == 0
    assert [one["act"] for one in acts(small_home)] == ["COMPARE", "COMPARE", "COMPARE"]


def test_a_task_is_named_by_its_number_as_everywhere_else(small_home: Path) -> None:
    with open_reader(f"sqlite:///{small_home / 'ledger.db'}") as reader:
        number = next(iter(reader.stream(RAMP))).fact["number"]
    for words in (
        ("audit", "history", number),
        ("audit", "as-of", "2026-05-16", number),
        ("audit", "compare", "--policy", "town", number.lower()),
    ):
        done = jiedui(small_home, *words)
        assert done.returncode == 0, done.stderr
    assert {RAMP} <= {about for one in acts(small_home) for about in one["about"]}
    unknown = jiedui(small_home, "audit", "history", "DQ440106202601010001X")
    assert (unknown.returncode, "case-unknown" in unknown.stdout + unknown.stderr) == (1, True)


def test_history_gives_the_reason_of_every_due_time(small_home: Path) -> None:
    shown = jiedui(small_home, "audit", "history", RAMP)
    assert shown.returncode == 0
    assert (
        "自 2026-05-11 09:30 起 10 个工作日，日历 CN-2026 第 1 版，暂停 5 天：2026-05-28 17:00"
        in shown.stdout
    )
    assert (
        "10 working days from 2026-05-11 09:30, calendar CN-2026 r1, paused 5 days: "
        "2026-05-28 17:00" in shown.stdout
    )
    done = jiedui(small_home, "audit", "history", RAMP, "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    reasons = [reason for line in lines for reason in line["reasons"]]
    assert reasons
    assert all(reason["agrees"] for reason in reasons)
    assert all(reason["why_en"] for reason in reasons)
    assert on(5, 28, "17:00").isoformat()[:10] == "2026-05-28"
