"""`jiedui unmasking`, `jiedui subject` and `jiedui audit history`: words, JSON, exit statuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cli.main
from cli.auditing.recording import trace
from cli.context import Context
from domain.people import Known, Role
from runtime.settings import Settings
from tests.accounts import key_of, place_of
from tests.cli.test_command_line import Done, jiedui
from tests.oversight.town import GRANDMOTHER, Town, founded, open_town


@pytest.fixture(autouse=True)
def _sections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.main._SECTIONS, "subject", ("cli.subjects", "subject"))
    monkeypatch.setitem(cli.main._SECTIONS, "unmasking", ("cli.unmasking", "unmasking"))


@pytest.fixture
async def home(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A home with a case in it, and who is who; nobody has it open."""
    settings = Settings(home=tmp_path)
    with open_town(tmp_path, key_file=settings.key_path) as books:
        town = await founded(books, settings.ledger_url)
        task = town.task()
        who = {name: town.person(name) for name in ("auditor", "dpo", "staff", "adjudicator")}
        for person in who.values():
            key_of(books.desk, person, tmp_path)
        who |= {"task": task, "subject": town.requester(task), "center": town.person("center")}
    return tmp_path, who


def told(done: Done) -> Any:
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def granted(home: Path, who: dict[str, str], *more: str) -> str:
    words = ("--to", who["auditor"], "--reason", "核查回访", "--as", who["dpo"], "--json")
    done = jiedui(home, "unmasking", "grant", who["task"], *words, *more)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(told(done)["unmasking"])


def kinds(home: Path, category: str) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and fact of every entry of a category, in log order."""
    with open_town(home, key_file=Settings(home=home).key_path) as books:
        entries = books.ledger.log(-1, 5000, [category])
        return [(entry.kind, entry.fact) for entry in entries]


def test_an_auditor_reads_what_is_sealed_under_a_grant_and_leaves_a_trace(
    home: tuple[Path, dict[str, str]],
) -> None:
    folder, who = home
    read = ("audit", "history", who["task"])
    sealed = jiedui(folder, *read)
    assert sealed.returncode == 0, sealed.stderr
    assert GRANDMOTHER["text"] not in sealed.stdout
    grant = granted(folder, who)
    opened = jiedui(folder, *read, "--unmasking", grant, "--as", who["auditor"])
    assert opened.returncode == 0, opened.stderr
    assert GRANDMOTHER["text"] in opened.stdout
    assert "测试center" in opened.stdout
    used = [fact for kind, fact in kinds(folder, "unmasking") if kind == "field_unmasked.v1"]
    assert {fact["field"] for fact in used} == {"text", "name"}
    first, second = [fact for _, fact in kinds(folder, "audit")]
    assert (first["act"], first["about"]) == ("HISTORY", [who["task"]])
    assert second["about"] == [who["task"], grant]
    assert {"name": "opened", "number": len(used)} in second["counts"]


@pytest.mark.parametrize(
    ("acting", "rule"),
    [("dpo", "role-permitted"), ("adjudicator", "grantee-only"), ("staff", "role-permitted")],
)
def test_others_read_nothing_under_it(
    home: tuple[Path, dict[str, str]], acting: str, rule: str
) -> None:
    folder, who = home
    grant = granted(folder, who)
    words = ("--unmasking", grant, "--as", who[acting], "--json")
    done = jiedui(folder, "audit", "history", who["task"], *words)
    assert (done.returncode, told(done)["rule"]) == (1, rule)
    assert GRANDMOTHER["text"] not in done.stdout


def test_a_grant_needs_its_person(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    grant = granted(folder, who)
    done = jiedui(folder, "audit", "history", who["task"], "--unmasking", grant, "--json")
    assert (done.returncode, told(done)["rule"]) == (1, "identity-proven")


def test_seals_are_no_longer_opened_by_a_flag(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    for section in ("audit", "task"):
        done = jiedui(folder, section, "history", who["task"], "--open-seals")
        assert done.returncode == 2
        assert GRANDMOTHER["text"] not in done.stdout


def test_grants_are_listed_shown_and_ended(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    grant = granted(folder, who, "--hours", "2")
    row = told(jiedui(folder, "unmasking", "list", "--in-force", "--json"))
    assert (row["unmasking"], row["in_force"], row["opened"]) == (grant, True, 0)
    jiedui(folder, "audit", "history", who["task"], "--unmasking", grant, "--as", who["auditor"])
    shown = told(jiedui(folder, "unmasking", "show", grant, "--json"))
    assert {field["field"] for field in shown["fields"]} == {"text", "name"}
    assert "启封" in jiedui(folder, "unmasking", "show", grant).stdout
    ended = jiedui(
        folder, "unmasking", "end", grant.partition("/")[2], "--reason", "完毕", "--as", who["dpo"]
    )
    assert ended.returncode == 0, ended.stderr
    assert jiedui(folder, "unmasking", "list", "--in-force", "--json").stdout == ""
    assert told(jiedui(folder, "unmasking", "list", "--json"))["standing"] == "已终止"
    again = ("--unmasking", grant, "--as", who["auditor"], "--json")
    done = jiedui(folder, "audit", "history", who["task"], *again)
    assert (done.returncode, told(done)["rule"]) == (1, "unmasking-over")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--hours", "73"), 1),
        (("--until", "2020-01-01T00:00:00Z"), 1),
        (("--until", "tomorrow"), 2),
        (("--hours", "1", "--until", "2020-01-01T00:00:00Z"), 2),
    ],
)
def test_a_grant_that_cannot_stand_is_refused_in_words(
    home: tuple[Path, dict[str, str]], words: tuple[str, ...], status: int
) -> None:
    folder, who = home
    given = ("--to", who["auditor"], "--reason", "核查", "--as", who["dpo"])
    done = jiedui(folder, "unmasking", "grant", who["task"], *given, *words)
    assert done.returncode == status
    assert "Traceback" not in done.stdout + done.stderr
    assert kinds(folder, "unmasking") == []


def test_a_resident_is_looked_up_and_erased(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    erase = ("subject", "erase", who["subject"], "--basis", "本人申请删除", "--json")
    refused = jiedui(folder, *erase, "--as", who["dpo"])
    assert (refused.returncode, told(refused)["rule"]) == (1, "subject-still-needed")
    shown = told(jiedui(folder, "subject", "show", who["subject"], "--as", who["dpo"], "--json"))
    assert (shown["erased"], shown["key_destroyed"]) == (None, False)
    assert [task["stream"] for task in shown["tasks"]] == [who["task"]]
    assert kinds(folder, "audit")[-1][1]["act"] == "SUBJECT"
    with open_town(folder, key_file=Settings(home=folder).key_path) as books:
        Town.close_with(books, who["task"], who["center"])
    stranger = jiedui(folder, *erase, "--as", who["auditor"])
    assert (stranger.returncode, told(stranger)["rule"]) == (1, "role-permitted")
    done = jiedui(folder, *erase, "--as", who["dpo"])
    assert done.returncode == 0, done.stdout
    assert told(done)["keys_destroyed"] == [who["subject"], who["task"]]
    assert told(jiedui(folder, *erase, "--as", who["dpo"]))["repeated"] is True
    after = told(jiedui(folder, "subject", "show", who["subject"], "--json"))
    assert after["erased"]["basis"] == "本人申请删除"
    assert after["key_destroyed"]
    assert "已依法删除" not in jiedui(folder, "audit", "history", who["task"]).stdout


def test_a_wrong_number_is_refused_in_words(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    for words in (
        ("subject", "erase", "subject/1", "--basis", "误", "--as", who["dpo"]),
        ("subject", "show", "subject/00000000-0000-7000-8000-000000000000"),
        ("unmasking", "show", "unmasking/00000000-0000-7000-8000-000000000000"),
        ("unmasking", "show", "欧阳"),
    ):
        done = jiedui(folder, *words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr


# What every audit command records with.


@pytest.fixture
def context(home: tuple[Path, dict[str, str]]) -> Iterator[tuple[Context, dict[str, str]]]:
    opened = Context(Settings(home=home[0]))
    yield opened, home[1]
    opened.close()


def test_an_act_and_an_export_are_recorded_in_the_name_of_who_did_them(
    context: tuple[Context, dict[str, str]],
) -> None:
    opened, who = context
    key = place_of(opened.settings.home, who["auditor"])
    opened.settings = opened.settings.model_copy(update={"account_key": key})
    act = trace(opened, who["auditor"]).performed(
        "VERIFY", head=3, outcome="CLEAN", counts={"entries": 4}
    )
    export = trace(opened, None).exported("JSONL", head=3, rows=4, bytes=900, digest="ab" * 32)
    assert act is not None
    assert export is not None
    assert (act.facts, export.facts) == (("audit_performed.v1",), ("export_made.v1",))
    ledger = opened.books.ledger
    recorded = [ledger.entry(written.position) for written in (act, export)]
    assert [entry.by.person for entry in recorded if entry] == [who["auditor"]] * 2
    assert [entry.by.known for entry in recorded if entry] == [Known.KEY] * 2


def test_many_objects_are_counted_where_they_cannot_all_be_named(
    context: tuple[Context, dict[str, str]],
) -> None:
    opened, _ = context
    about = [f"entry/{number}" for number in range(500)]
    act = trace(opened, None).performed("CHECK", about=about, head=3, outcome="DONE")
    assert act is not None
    entry = opened.books.ledger.entry(act.position)
    assert entry is not None
    assert entry.fact["about"] == about[:200]
    assert entry.fact["counts"] == [{"name": "about", "number": 500}]


def test_a_trace_that_cannot_be_left_is_said_and_holds_no_verdict_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No ledger is made just to record that there was none."""
    opened = Context(Settings(home=tmp_path / "nothing"))
    assert trace(opened, None).performed("VERIFY", head=-1, outcome="NOT_COMPLETED") is None
    assert "could not be recorded" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()
    opened.close()


def test_who_may_not_audit_is_told_so_and_the_result_stands(
    context: tuple[Context, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    opened, who = context
    assert trace(opened, who["staff"]).performed("VERIFY", head=3, outcome="CLEAN") is None
    assert "could not be recorded" in capsys.readouterr().err


def test_an_export_takes_a_person_and_their_key(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    out = folder / "log.jsonl"
    export = ("audit", "export", "jsonl", "--out", str(out), "--json")
    nobody = jiedui(folder, *export)
    assert (nobody.returncode, told(nobody)["rule"]) == (1, "identity-proven")
    place_of(folder, who["auditor"]).rename(folder / "lost.key")
    named = jiedui(folder, *export, "--as", who["auditor"])
    assert (named.returncode, told(named)["rule"]) == (1, "identity-proven")
    staff = jiedui(folder, *export, "--as", who["staff"])
    assert (staff.returncode, told(staff)["rule"]) == (1, "role-permitted")
    assert not out.exists()
    assert kinds(folder, "audit") == []
    proven = jiedui(folder, "--key", str(folder / "lost.key"), *export)
    assert proven.returncode == 0, proven.stdout + proven.stderr


def test_whoever_may_not_audit_and_names_nobody_looks_as_the_operator(
    home: tuple[Path, dict[str, str]],
) -> None:
    """A registrar with their key at hand looks up the book, and no trace is lost of it."""
    folder, who = home
    key = place_of(folder, who["staff"])
    done = jiedui(folder, "--key", str(key), "audit", "verify", "--json")
    assert done.returncode == 0
    assert "could not be recorded" not in done.stderr
    with open_town(folder, key_file=Settings(home=folder).key_path) as books:
        (entry,) = books.ledger.log(-1, 5000, ["audit"])
        assert (entry.by.role, entry.by.known) == (Role.SYSTEM, Known.LOCAL_OPERATOR)
