"""Whatever is asked of it, in whatever order, the ledger behaves as a list in memory would."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger.store import CommandConflict, Ledger, VersionTaken, open_ledger
from tests.ledger.episodes import COUNTY, append, facts, minutes, nothing
from tests.ledger.postgres import PostgresServer
from tests.ledger.truth import check_ledger

TASKS = [f"task/00000000-0000-4000-8000-00000000000{n}" for n in range(3)]
tasks = st.sampled_from(TASKS)
ids = st.integers(min_value=0, max_value=6).map("c-{}".format)
contents = st.sampled_from(["this", "that"])
instants = st.integers(min_value=0, max_value=3000).map(minutes)


class Model(RuleBasedStateMachine):
    """The ledger beside a list of (stream, command id, content, kinds)."""

    new_url: Any

    @initialize()
    def begin(self) -> None:
        self.url: str = self.new_url()
        self.ledger: Ledger = open_ledger(self.url)
        self.log: list[tuple[str, str, str]] = []
        self.known: dict[tuple[str, str], str] = {}
        self.receipts: dict[tuple[str, str], Any] = {}
        self.latest = minutes(-1)

    def version(self, task: str) -> int:
        return sum(stream == task for stream, _, _ in self.log)

    @rule(
        task=tasks,
        command_id=ids,
        content=contents,
        count=st.integers(min_value=0, max_value=3),
        stale=st.sampled_from([0, 0, 0, -1, 1]),
        at=instants,
    )
    def one(
        self, task: str, command_id: str, content: str, count: int, stale: int, at: Any
    ) -> None:
        kinds = ["task_registered.v1", *(f"noted_{n}.v1" for n in range(1, count))][:count]
        command = (
            facts(command_id, *kinds, content=content, number_for=COUNTY)
            if kinds
            else nothing(command_id)
        )
        expected = self.version(task) + stale
        try:
            (told,) = append(self.ledger, task, expected, command, at=at)
        except CommandConflict:
            assert self.known[task, command_id] != command.digest
        except VersionTaken:
            assert stale
            assert (task, command_id) not in self.known
        else:
            if told.repeated:
                assert self.known[task, command_id] == command.digest
                assert told.receipt == self.receipts[task, command_id]
                return
            assert (task, command_id) not in self.known
            assert not stale
            if kinds:
                self.known[task, command_id] = command.digest
                self.receipts[task, command_id] = told.receipt
                self.log += [(task, command_id, kind) for kind in kinds]

    @rule(task=tasks, command_ids=st.lists(ids, min_size=2, max_size=4))
    def several(self, task: str, command_ids: list[str]) -> None:
        commands = [facts(command_id) for command_id in command_ids]
        conflict = any(
            self.known.get((task, command.command_id), command.digest) != command.digest
            for command in commands
        )
        try:
            told = append(self.ledger, task, self.version(task), *commands)
        except CommandConflict:
            assert conflict
            return
        assert not conflict
        for command, answer in zip(commands, told, strict=True):
            key = (task, command.command_id)
            assert answer.repeated is (key in self.known)
            if not answer.repeated:
                self.known[key] = command.digest
                self.receipts[key] = answer.receipt
                self.log.append((task, command.command_id, "progress_logged.v1"))

    @rule()
    def close_and_open(self) -> None:
        self.ledger.close()
        self.ledger = open_ledger(self.url, create=False)

    @invariant()
    def the_log_is_the_list(self) -> None:
        entries = self.ledger.log()
        assert [(entry.stream, entry.command_id, entry.kind) for entry in entries] == self.log
        assert [entry.position for entry in entries] == list(range(len(self.log)))
        instants_told = [entry.recorded_at for entry in entries]
        assert instants_told == sorted(instants_told)
        assert self.ledger.head() == len(self.log) - 1

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            check_ledger(self.url)


def _run(new_url: Any, examples: int, *, shrink: bool = True) -> None:
    class Here(Model):
        pass

    Here.new_url = staticmethod(new_url)
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            phases=tuple(Phase) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_sqlite_behaves_as_the_model(tmp_path: Path) -> None:
    _run(lambda: f"sqlite:///{tempfile.mkdtemp(dir=tmp_path)}/ledger.db", 15)


def test_postgresql_behaves_as_the_model(postgres: PostgresServer) -> None:
    _run(postgres.new_ledger, 5)


def test_the_model_can_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that forgets to compare digests is caught: the test is able to fail."""
    from dataclasses import replace

    from ledger import planning

    honest = planning.plan

    def careless(standing: Any, request: Any) -> Any:
        same = tuple(
            replace(command, digest=standing.stored[request.stream, command.command_id].digest)
            if (request.stream, command.command_id) in standing.stored
            else command
            for command in request.commands
        )
        return honest(standing, replace(request, commands=same))

    monkeypatch.setattr("ledger.writer.plan", careless)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        _run(lambda: f"sqlite:///{tempfile.mkdtemp(dir=tmp_path)}/ledger.db", 60, shrink=False)
