"""The command line answers with words and an exit status, never a traceback."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import attempt
from desk.casework import Asking, Written
from desk.identifiers import new_uuid7
from desk.opening import books
from domain.envelope import SYSTEM
from runtime.settings import Settings
from tests.accounts import place_of

EXAMPLES = Path("examples/tianhe")
SOMEBODY = "person/6b0e1f64-6f0f-4a5c-8f5c-3f1f2a5d9e01"


@dataclass(frozen=True)
class Done:
    """How a run of the command ended."""

    returncode: int
    stdout: str
    stderr: str


def jiedui(home: Path, *words: str, text: str | None = None) -> Done:
    """Run the command in *home*, where no Temporal runs; who was given a key shows it."""
    said, complained = io.StringIO(), io.StringIO()
    before, os.environ["JIEDUI_HOME"] = os.environ.get("JIEDUI_HOME"), str(home)
    try:
        with (
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(complained),
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO((text or "").encode())))
            status = attempt([*_key_of(home, words), *words])
    finally:
        os.environ.pop("JIEDUI_HOME")
        if before is not None:
            os.environ["JIEDUI_HOME"] = before
    return Done(status, said.getvalue(), complained.getvalue())


def _key_of(home: Path, words: Sequence[str]) -> tuple[str, ...]:
    person = words[words.index("--as") + 1] if "--as" in words else ""
    file = place_of(home, person)
    return ("--key", str(file)) if person and file.exists() else ()


def begun(home: Path) -> dict[str, Any]:
    """Begin the registry of *home* as a newcomer would; return what the command says."""
    home.mkdir(parents=True, exist_ok=True)
    key = home / "registrar.key"
    words = ("--unit", "440100-MCB", "--unit-name", "名册管理办公室", "--name", "陈启明")
    done = jiedui(home, "account", "begin", *words, "--out", str(key), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    place = place_of(home, said["person"])
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key.rename(place)
    return said


def lines(home: Path, *orders: Any) -> tuple[int, list[dict[str, Any]]]:
    """Submit *orders* and return the exit status and the results."""
    script = "".join(
        (order if isinstance(order, str) else json.dumps(order, ensure_ascii=False)) + "\n"
        for order in orders
    )
    done = jiedui(home, "submit", "-", text=script)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped packs and the sample district, and nothing running."""
    home = tmp_path_factory.mktemp("home")
    registrar = begun(home)["person"]
    for file in ("units.xlsx", "people.xlsx"):
        done = jiedui(home, "unit", "import", str(EXAMPLES / file), "--as", registrar, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.mark.parametrize(
    ("start", "limit", "count_from", "day"),
    [
        ("2026-09-24T09:12:00+08:00", "5wd", "next_day", "2026-10-09"),
        ("2026-02-13T09:12:00+08:00", "5wd", "next_day", "2026-02-27"),
        ("2026-09-30T09:12:00+08:00", "2wd", "next_day", "2026-10-09"),
    ],
)
def test_the_calendar_counts_like_the_field(
    tmp_path: Path, start: str, limit: str, count_from: str, day: str
) -> None:
    """The test vectors of the field, through the published command."""
    done = jiedui(
        tmp_path, "calendar", "due", "--from", start, "--limit", limit,
        "--count-from", count_from, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["local"].startswith(day)
    assert said["provisional"] is False


@pytest.mark.parametrize("words", [("--from", "yesterday"), ("--from", "2026-09-24T09:12:00")])
def test_an_instant_that_cannot_be_read_is_refused(tmp_path: Path, words: tuple[str, str]) -> None:
    done = jiedui(tmp_path, "calendar", "due", *words, "--limit", "5wd")
    assert done.returncode == 1
    assert "command-malformed" in done.stderr
    assert "Traceback" not in done.stderr


def test_schemas_are_printed(tmp_path: Path) -> None:
    """Sealed fields appear as the texts people write."""
    done = jiedui(tmp_path, "schema", "commands")
    register = json.loads(done.stdout)["task"]["register_task"]
    assert register["properties"]["text"] == {"type": "string", "minLength": 1, "maxLength": 4000}
    for what in ("facts", "policy"):
        assert json.loads(jiedui(tmp_path, "schema", what).stdout)


def test_a_second_import_records_nothing_twice(home: Path) -> None:
    words = ("unit", "import", str(EXAMPLES / "units.xlsx"), "--json")
    done = jiedui(home, *words, "--as", "REGISTRAR@440100-MCB")
    said = json.loads(done.stdout)
    assert (said["recorded"], said["refused"]) == (0, 0)
    assert said["repeated"] > 60


def coordinator(home: Path) -> str:
    """Return who coordinates at the first centre of the sample."""
    centre = json.loads(jiedui(home, "unit", "show", "440106003-PSC", "--json").stdout)
    people = centre["people"]
    return str(next(one["person"] for one in people if one["role"] == "CENTER_COORDINATOR"))


@pytest.mark.parametrize(
    "by",
    [
        {"channel": "system"},
        {"role": "SYSTEM"},
        {"role": "SYSTEM", "channel": "cli"},
        {"person": SOMEBODY, "role": "SYSTEM"},
        {"person": SOMEBODY, "channel": "system"},
        {"person": SOMEBODY, "on_behalf_of": SOMEBODY},
        {},
        None,
        "",
        "system",
    ],
    ids=str,
)
def test_from_outside_nobody_is_the_system_and_nobody_is_nobody(home: Path, by: Any) -> None:
    """Whatever an order says, for whatever kind of case, it is refused."""
    from domain.casebook import CASES
    from domain.models import models_of

    kinds = [(case.category, kind) for case in CASES.values() for kind in models_of(case.commands)]
    named = {"unit": "440106-NEW", "policy": "gd-2022", "calendar": "CN", "log": "checkpoints"}
    orders = [
        {
            "stream": f"{category}/{named.get(category) or new_uuid7()}",
            "command_id": f"outside/{number}",
            "by": by,
            "command": {"kind": kind},
        }
        for number, (category, kind) in enumerate(kinds)
    ]
    status, results = lines(home, *orders)
    assert status == 1
    assert len(results) == len(kinds) > 100
    assert {result["rule"] for result in results} <= {"command-malformed", "system-is-inside"}


def test_bad_lines_are_refused_by_rule_and_leave_the_ledger_alone(home: Path) -> None:
    """Each kind of bad input names its rule; the ledger's head does not move."""
    before = json.loads(jiedui(home, "audit", "verify", "--json").stdout)["entries"]
    task, by = f"task/{new_uuid7()}", coordinator(home)
    unit = {"kind": "register_unit", "name": "x", "unit_kind": "DEPARTMENT", "division": "440106"}
    cases: list[tuple[Any, str]] = [
        ("{not json", "order-malformed"),
        ("[1, 2]", "order-malformed"),
        ("[" * 100_000, "order-malformed"),
        ({"stream": task}, "command-malformed"),
        (
            {"stream": "task/13800138000", "command_id": "a", "by": by, "command": unit},
            "stream-unknown",
        ),
        (
            {"stream": task, "command_id": "a", "by": by, "command": {"kind": "fly"}},
            "command-unknown",
        ),
        (
            {"stream": "unit/NEW-1", "command_id": "a", "by": by, "command": {**unit, "colour": 1}},
            "command-malformed",
        ),
        (
            {"stream": "unit/NEW-1", "command_id": "a", "by": by, "command": {**unit, "name": 7}},
            "command-malformed",
        ),
        (
            {
                "stream": task,
                "command_id": "a",
                "by": f"person/{new_uuid7()}",
                "command": {"kind": "accept_task"},
            },
            "person-unknown",
        ),
    ]
    status, results = lines(home, *[order for order, _ in cases])
    assert [result["rule"] for result in results] == [rule for _, rule in cases]
    assert {result["outcome"] for result in results} == {"refused"}
    assert status == 1
    after = json.loads(jiedui(home, "audit", "verify", "--json").stdout)["entries"]
    assert after == before + 1  # the first verification itself; no line left a fact


def test_over_long_texts_are_refused_before_anything_travels(home: Path) -> None:
    order = {
        "stream": f"task/{new_uuid7()}",
        "command_id": "long",
        "by": coordinator(home),
        "command": {
            "kind": "register_task",
            "source": "CENTER",
            "category": "ELDER",
            "place": "440106003",
            "text": "长" * 4001,
            "privacy_notice": "n-1",
            "ad_hoc": True,
        },
    }
    status, (result,) = lines(home, order)
    assert (status, result["rule"]) == (1, "text-too-long")


def test_the_same_command_id_with_other_content_is_a_conflict(home: Path) -> None:
    command = {
        "kind": "register_task",
        "source": "CENTER",
        "category": "ELDER",
        "place": "440106003",
        "text": "楼道缺扶手。",
        "privacy_notice": "n-1",
        "ad_hoc": True,
    }
    task, by = f"task/{new_uuid7()}", coordinator(home)
    order = {"stream": task, "command_id": "same", "by": by, "command": command}
    other = {**order, "command": {**command, "text": "另一件事。"}}
    status, (first, again, conflict) = lines(home, order, order, other)
    assert first["outcome"] == again["outcome"] == "recorded"
    assert (first["hash"], first["position"]) == (again["hash"], again["position"])
    assert again["repeated"] is True
    assert (conflict["outcome"], conflict["rule"]) == ("refused", "command-conflict")
    assert status == 1


def test_without_temporal_a_command_is_recorded_and_it_is_said_what_waits(home: Path) -> None:
    """People work on; clocks and notices wait for whoever follows the log, and that is said."""
    order = {
        "stream": f"task/{new_uuid7()}",
        "command_id": "r-1",
        "by": coordinator(home),
        "command": {
            "kind": "register_task",
            "source": "CENTER",
            "category": "ELDER",
            "place": "440106003",
            "text": "楼道缺扶手。",
            "privacy_notice": "n-1",
            "ad_hoc": True,
        },
    }
    status, results = lines(home, order, {**order, "command_id": "r-2"})
    assert status == 1
    assert [result["outcome"] for result in results] == ["recorded", "refused"]
    triage = ("task", "triage", order["stream"], "--urgency", "NORMAL", "--duty-class", "COOPERATE")
    done = jiedui(home, *triage, "--as", "STREET_DISPATCHER@440106003-SO")
    assert done.returncode == 0, done.stderr
    assert "时限与通知等待中" in done.stderr


def test_the_ledger_of_an_import_is_intact(home: Path) -> None:
    done = jiedui(home, "audit", "verify")
    assert done.returncode == 0
    assert "完好" in done.stdout


def test_weak_or_wrong_settings_are_said_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "doctor"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "JIEDUI_HOME": str(tmp_path), "JIEDUI_SMTP_PORT": "many"},
    )
    assert done.returncode == 2
    assert "JIEDUI_SMTP_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_help_imports_what_only_work_needs() -> None:
    """Every page of help is read from `cli/help.json`: half a second a page otherwise."""
    program = (
        "import json, sys\n"
        "from cli.helping import HELP_FILE\n"
        "from cli.main import attempt\n"
        "pages = json.loads(HELP_FILE.read_text(encoding='utf-8'))\n"
        "assert len(pages) > 80\n"
        "assert not any(attempt([*page.split(), '--help']) for page in pages)\n"
        "heavy = {'sqlalchemy', 'temporalio', 'rich', 'structlog', 'desk', 'domain.casebook'}\n"
        "sys.exit(', '.join(sorted(heavy & sys.modules.keys())) or 0)\n"
    )
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_a_registry_of_an_earlier_release_gets_its_first_key(tmp_path: Path) -> None:
    """Its registrars were entered before there were keys; one of them begins, once."""
    settings = Settings(home=tmp_path)
    with books(
        settings.ledger_url, settings.vault_url, settings.key_path, settings.policy
    ) as opened:
        unit = {"kind": "register_unit", "name": "名册办", "unit_kind": "DEPARTMENT"}
        role = {"kind": "grant_role", "role": "REGISTRAR", "unit": "440100-MCB"}
        for stream, command in (
            ("unit/440100-MCB", {**unit, "division": "440100"}),
            (SOMEBODY, {"kind": "register_person", "name": "陈启明"}),
            (SOMEBODY, role),
        ):
            asking = Asking(f"old/{command['kind']}", SYSTEM, command)
            assert isinstance(opened.desk.record_now(stream, [asking]).answers[0], Written)
    out = tmp_path / "first.key"
    begin = ("account", "begin", "--out", str(out), "--json")
    assert jiedui(tmp_path, *begin).returncode == 2
    stranger = jiedui(tmp_path, *begin, "--registrar", SOMEBODY.replace("6b", "7c"))
    assert (stranger.returncode, out.exists()) == (1, False)
    done = jiedui(tmp_path, *begin, "--registrar", "REGISTRAR@440100-MCB")
    assert (done.returncode, json.loads(done.stdout)["person"]) == (0, SOMEBODY)
    second = ("account", "begin", "--out", str(tmp_path / "second.key"))
    again = jiedui(tmp_path, *second, "--registrar", SOMEBODY)
    assert again.returncode == 1
    assert not (tmp_path / "second.key").exists()
    words = ("account", "withdraw", SOMEBODY, "--reason", "遗失")
    last = jiedui(tmp_path, "--key", str(out), *words)
    assert (last.returncode, "last-registrar-key" in last.stderr) == (1, True)
