"""A large log is judged in several processes: the same verdict, part by part."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from audit.sources import CannotVerify, opened, parts_of
from audit.verify import beside, verifying
from audit.verify.verifying import Looking, Verdict, verify
from benchmarks.large_log import build

LEGALITY = Looking(legality=True)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(tmp_path_factory.mktemp("large") / "log", 400)


def beside_from(entries: int, url: str, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    monkeypatch.setattr(verifying, "BESIDE_FROM", entries)
    return verify(url, looking=LEGALITY)


def test_several_processes_judge_as_one_does(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    apart = beside_from(90, log, monkeypatch)
    alone = beside_from(10**9, log, monkeypatch)
    assert apart.intact
    assert apart.legality is not None
    assert alone.legality is not None
    assert apart.legality.cases == alone.legality.cases
    assert apart.legality.facts == alone.legality.facts == apart.entries


def test_a_fact_out_of_place_is_named_whichever_part_it_lies_in(
    log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three acceptances become second registrations of their tasks: each is named."""
    file = tmp_path / "altered.db"
    with (
        closing(sqlite3.connect(log.removeprefix("sqlite:///"))) as book,
        closing(sqlite3.connect(file)) as altered,
    ):
        book.backup(altered)
        altered.execute("DROP TRIGGER entries_are_never_changed")
        places = altered.execute(
            "SELECT position FROM entries WHERE kind = 'task_accepted.v1' ORDER BY position"
        ).fetchall()
        chosen = [place for (place,) in (places[0], places[len(places) // 2], places[-1])]
        for place in chosen:
            (stream,) = altered.execute(
                "SELECT stream FROM entries WHERE position = ?", (place,)
            ).fetchone()
            altered.execute(
                "UPDATE entries SET body = (SELECT body FROM entries WHERE stream = ? AND "
                "version = 1) WHERE position = ?",
                (stream, place),
            )
        altered.commit()
    verdict = beside_from(90, f"sqlite:///{file}", monkeypatch)
    named = {fault.position for fault in verdict.faults if fault.rule == "legality"}
    assert named >= set(chosen)


@pytest.mark.parametrize("entries", [1, 7, 50, 399, 10_000])
def test_parts_leave_nothing_out_and_nothing_twice(log: str, entries: int) -> None:
    with opened(log) as source:
        ((size,),) = source.ask("SELECT count(*) FROM entries")
        told = [
            told[1] for part in parts_of(source, size, entries) for told in source.stories(part)
        ]
        assert sorted(told) == list(range(size))


def _gone(*_: object) -> None:
    import os

    os._exit(9)


def test_a_judge_that_is_killed_is_no_verdict(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_judge", _gone)
    with pytest.raises(CannotVerify, match="try again"):
        beside_from(90, log, monkeypatch)
